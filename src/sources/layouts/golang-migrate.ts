/** `1_x.up.sql` and `1_x.down.sql`; `_up.sql` is met as well. */

import { entersNone, newUpAndDown, numeric, readScript, versioned, type Layout } from './layout.ts'

export const golangMigrate: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readScript(path)
    const name = /^(\d+)(?:[_-]+(.*?))?[._](up|down)$/.exec(found?.stem ?? '')
    if (found === null || name === null) return null
    return versioned(name[1], name[2], { direction: name[3] === 'down' ? 'down' : 'up', language: found.language })
  },
  scheme: numeric,
  markers: null,
  sections: false,
  first: { width: 6 },
  newPaths: newUpAndDown,
}
