/** `V1.1__x.sql`, `U1.1__x.sql` as its down, `R__x.sql`; subfolders are looked through, as Flyway does. */

import { readDirection, readPath, versioned, type Layout, type NewName, type NewPath, type Part } from './layout.ts'
import { matchRepeatable } from './numbered.ts'

export const flyway: Layout = {
  enters: () => true,
  match: (path) => {
    const found = readPath(path)
    if (found === null) return null
    const { stem, direction } = readDirection(found.stem)
    const rest = { direction, language: found.language }
    const usual = /^([VU])(\d+(?:[._]\d+)*)(?:__(.*))?$/.exec(stem)
    if (usual?.[1] === 'V') return versioned(usual[2], usual[3], rest)
    // A module holds its own down.
    if (usual !== null)
      return rest.language === 'module' ? null : versioned(usual[2], usual[3], { ...rest, direction: 'down' })
    return matchRepeatable(stem, rest) ?? matchNamed(stem, rest)
  },
  scheme: () => 'dotted',
  markers: null,
  sections: false,
  first: { width: 1 },
  newPaths: newPathsOf,
}

/** `V0001.Name.up.sql`, seen in real histories. */
function matchNamed(stem: string, rest: Pick<Part, 'direction' | 'language'>): Part | null {
  const found = /^V(\d+)\.([A-Za-z].*)$/.exec(stem)
  return found === null ? null : versioned(found[1], found[2], rest)
}

function newPathsOf({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  const path = (prefix: 'V' | 'U'): string => `${prefix}${version}__${name}.${extension}`
  if (extension === 'ts') return [{ path: path('V'), holds: withDown ? 'both' : 'up' }]
  const up: NewPath = { path: path('V'), holds: 'up' }
  return withDown ? [up, { path: path('U'), holds: 'down' }] : [up]
}
