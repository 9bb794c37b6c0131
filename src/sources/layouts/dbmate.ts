/** `20260101120000_x.sql` with the sections `-- migrate:up` and `-- migrate:down`. */

import { entersNone, numeric, readScript, versioned, type Layout, type NewName, type NewPath } from './layout.ts'

export const dbmate: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readScript(path)
    const name = /^(\d+)[_-]*(.*)$/.exec(found?.stem ?? '')
    if (found?.language !== 'sql' || name === null) return null
    return versioned(name[1], name[2], { direction: 'up', language: found.language })
  },
  scheme: numeric,
  markers: 'dbmate',
  sections: true,
  first: 'timestamp',
  newPaths: newSections,
}

/** One file for both directions. */
export function newSections({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  return [{ path: `${version}_${name}.${extension}`, holds: withDown ? 'both' : 'up' }]
}
