/** `0001_create_users.sql` with `.down.sql` beside it, `R__x.sql` or `repeat/x.sql`, and `task001_x.sql` by category. */

import { newPair, readDirection, readPath, versioned, type Layout, type Part } from './layout.ts'
import { matchNumber, matchRepeatable } from './numbered.ts'

export const lockstep: Layout = {
  enters: (folder) => folder === 'repeat',
  match: (path) => {
    const found = readPath(path)
    if (found === null) return null
    const { stem, direction } = readDirection(found.stem)
    const rest = { direction, language: found.language }
    if (found.folder === 'repeat/') return matchRepeatable(`R__${stem}`, rest)
    if (found.folder !== '') return null
    return matchRepeatable(stem, rest) ?? matchNumber(stem, rest) ?? matchCategory(stem, rest)
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
