/** `001_init.sql`, `1-init.sql`, `20260101120000_init.sql`, `2026-01-01_init.sql`; a down beside it or none. */

import { entersNone, newPair, numeric, readDirection, readPath, versioned, type Layout, type Part } from './layout.ts'

export const numbered: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readPath(path)
    if (found === null || found.folder !== '') return null
    const { stem, direction } = readDirection(found.stem)
    const rest = { direction, language: found.language }
    return matchRepeatable(stem, rest) ?? matchNumber(stem, rest)
  },
  scheme: numeric,
  markers: null,
  sections: false,
  first: { width: 3 },
  newPaths: newPair,
}

/** Dashes belong to a version only where it is a date: `001-2-tables` is version 001. */
export function matchNumber(stem: string, rest: Pick<Part, 'direction' | 'language'>): Part | null {
  const found = /^(\d{4}-\d{2}-\d{2}(?:-\d+)*|\d+)(?:[_-]+(.*))?$/.exec(stem)
  return found === null ? null : versioned(found[1], found[2], rest)
}

/** `R__active_users`, and `R__active_users.down` beside it. */
export function matchRepeatable(stem: string, rest: Pick<Part, 'direction' | 'language'>): Part | null {
  const found = /^R__(.+)$/.exec(stem)
  return found === null ? null : { ...versioned('', found[1], rest), repeatable: true }
}
