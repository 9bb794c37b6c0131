/** `001_init.sql`, `1-init.sql`, `20260101120000_init.sql`, `2026-01-01_init.sql`; a down beside it or none. */

import { entersNone, newPair, numeric, readDirection, readPath, versioned, type Layout, type Part } from './layout.ts'

export const numbered: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readPath(path)
    if (found === null || found.folder !== '') return null
    const { stem, direction } = readDirection(found.stem)
    return matchRepeatable(found.stem, found.language) ?? matchNumber(stem, { direction, language: found.language })
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

/** `R__active_users`. */
export function matchRepeatable(stem: string, language: Part['language']): Part | null {
  const found = /^R__(.+)$/.exec(stem)
  return found === null ? null : { version: '', name: found[1] ?? '', direction: 'up', repeatable: true, language }
}
