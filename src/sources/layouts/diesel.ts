/** `2026-01-01-120000_x/up.sql` and `down.sql`; the version keeps its dashes, which do not count in the order. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { readPath, versioned, type Layout, type NewName, type NewPath } from './layout.ts'

export const diesel: Layout = {
  enters: (folder) => /^\d[\d-]*(_[^/]*)?$/.test(folder),
  match: (path) => {
    const found = readPath(path)
    if (found === null || found.language === 'module' || !/^(up|down)$/.test(found.stem)) return null
    const folder = /^(\d[\d-]*)(?:_([^/]*))?\/$/.exec(found.folder)
    if (folder === null) return null
    const direction = found.stem === 'down' ? 'down' : 'up'
    return versioned(folder[1], folder[2], { direction, language: found.language })
  },
  scheme: () => 'timestamp',
  markers: null,
  sections: false,
  first: 'dashed-timestamp',
  newPaths: newPathsOf,
  companion: /(^|\/)metadata\.toml$/,
  isOutsideTransaction: (path) => {
    const metadata = join(dirname(path), 'metadata.toml')
    return existsSync(metadata) && /^\s*run_in_transaction\s*=\s*false\b/m.test(readFileSync(metadata, 'utf8'))
  },
}

function newPathsOf({ version, name, extension, withDown }: NewName): readonly NewPath[] {
  const up: NewPath = { path: `${version}_${name}/up.${extension}`, holds: 'up' }
  return withDown ? [up, { path: `${version}_${name}/down.${extension}`, holds: 'down' }] : [up]
}
