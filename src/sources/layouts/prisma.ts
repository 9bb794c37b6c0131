/**
 * `20260101120000_x/migration.sql`; a `down.sql` beside it is met as well. The whole name of the folder is the version, as
 * it is for prisma: branches that were begun in the same second are merged every day.
 */

import { readPath, versioned, type Layout, type NewName, type NewPath } from './layout.ts'

export const prisma: Layout = {
  enters: (folder) => /^\d+(_[^/]*)?$/.test(folder),
  match: (path) => {
    const found = readPath(path)
    if (found === null || found.language !== 'sql' || !/^(migration|down)$/.test(found.stem)) return null
    const folder = /^(\d+(?:_([^/]*))?)\/$/.exec(found.folder)
    if (folder === null) return null
    const direction = found.stem === 'down' ? 'down' : 'up'
    return versioned(folder[1], folder[2], { direction, language: found.language })
  },
  scheme: () => 'name',
  markers: null,
  sections: false,
  first: 'timestamp',
  newPaths: newPathsOf,
  companion: /^migration_lock\.toml$/,
}

function newPathsOf({ version, name, withDown }: NewName): readonly NewPath[] {
  const up: NewPath = { path: `${version}_${name}/migration.sql`, holds: 'up' }
  return withDown ? [up, { path: `${version}_${name}/down.sql`, holds: 'down' }] : [up]
}
