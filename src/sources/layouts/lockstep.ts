/** `0001_create_users.sql` with `.down.sql` beside it, `R__x.sql` or `repeat/x.sql`, and `task001_x.sql` by category. */

import { newPair, readDirection, readPath, versioned, type Layout, type Part } from './layout.ts'
import { matchNumber, matchRepeatable } from './numbered.ts'

export const lockstep: Layout = {
  enters: (folder) => folder === 'repeat',
  match: (path) => {
    const found = readPath(path)
    if (found === null) return null
    const { folder, language } = found
    if (folder === 'repeat/') return matchRepeatable(`R__${found.stem}`, language)
    if (folder !== '') return null
    const { stem, direction } = readDirection(found.stem)
    return (
      matchRepeatable(found.stem, language) ??
      matchNumber(stem, { direction, language }) ??
      matchCategory(stem, { direction, language })
    )
  },
  scheme: (versions) => (versions.every((version) => /^[\d-]+$/.test(version)) ? 'numeric' : 'category'),
  markers: null,
  sections: false,
  first: { width: 4 },
  newPaths: newPair,
}

/** `V2__x` and `U2__x` are Flyway's: taken for a category, the U file would run as a migration. */
function matchCategory(stem: string, rest: Pick<Part, 'direction' | 'language'>): Part | null {
  const found = /^(?![VU]\d[\d._]*__)([A-Za-z][A-Za-z0-9_]*?\d+)[_-]+(.+)$/.exec(stem)
  return found === null ? null : versioned(found[1], found[2], rest)
}
