/** `00001_x.sql` with the sections `-- +goose Up` and `-- +goose Down`. */

import { newSections } from './dbmate.ts'
import { entersNone, numeric, readScript, versioned, type Layout } from './layout.ts'

export const goose: Layout = {
  enters: entersNone,
  match: (path) => {
    const found = readScript(path)
    const name = /^(\d+)_(.*)$/.exec(found?.stem ?? '')
    if (found?.language !== 'sql' || name === null) return null
    return versioned(name[1], name[2], { direction: 'up', language: found.language })
  },
  scheme: numeric,
  markers: 'goose',
  sections: true,
  first: 'timestamp',
  newPaths: newSections,
}
