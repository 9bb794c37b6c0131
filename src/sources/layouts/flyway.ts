/** `V1.1__x.sql`, `U1.1__x.sql` as its down, `R__x.sql`; subfolders are looked through, as Flyway does. */

import { readDirection, readPath, versioned, type Layout, type NewName, type NewPath } from './layout.ts'
import { matchRepeatable } from './numbered.ts'

export const flyway: Layout = {
  enters: () => true,
  match: (path) => {
    const found = readPath(path)
    if (found === null) return null
    const { stem, language } = found
    const usual = /^([VU])(\d+(?:[._]\d+)*)(?:__(.*))?$/.exec(stem)
    if (usual !== null) {
      const direction = usual[1] === 'U' ? 'down' : 'up'
      // A module holds its own down.
      return direction === 'down' && language === 'module'
        ? null
        : versioned(usual[2], usual[3], { direction, language })
    }
    return matchRepeatable(stem, language) ?? matchNamedUp(stem, language)
  },
  scheme: () => 'dotted',
  markers: null,
  sections: false,
  first: { width: 1 },
  newPaths: newPathsOf,
}

/** `V0001.Name.up.sql`, seen in real histories. */
function matchNamedUp(stem: string, language: 'sql' | 'cypher' | 'module'): ReturnType<Layout['match']> {
  const { stem: rest, direction } = readDirection(stem)
  const found = /^V(\d+)\.(\D.*)$/.exec(rest)
  return found === null || rest === stem ? null : versioned(found[1], found[2], { direction, language })
}

function newPathsOf({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  const path = (prefix: 'V' | 'U'): string => `${prefix}${version}__${name}.${extension}`
  if (extension === 'ts') return [{ path: path('V'), holds: withDown ? 'both' : 'up' }]
  const up: NewPath = { path: path('V'), holds: 'up' }
  return withDown ? [up, { path: path('U'), holds: 'down' }] : [up]
}
