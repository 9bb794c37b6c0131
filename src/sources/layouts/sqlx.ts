/** `20260101120000_x.sql`, or `.up.sql` and `.down.sql`; `-- no-transaction` as the first line. */

import { entersNone, newUpAndDown, numeric, readDirection, readScript, versioned, type Layout } from './layout.ts'

export const sqlx: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readScript(path)
    if (found?.language !== 'sql') return null
    const { stem, direction } = readDirection(found.stem)
    const name = /^(\d+)_(.*)$/.exec(stem)
    return name === null ? null : versioned(name[1], name[2], { direction, language: found.language })
  },
  scheme: numeric,
  markers: 'sqlx',
  sections: false,
  first: 'timestamp',
  newPaths: newUpAndDown,
}
