/** Looks through a project from above: not deep, not long, never into what others made. */

import { readdirSync, type Dirent } from 'node:fs'
import { join } from 'node:path'

export interface Walked {
  /** Relative to the root, with `/`; sorted. */
  readonly files: readonly string[]
  readonly folders: readonly string[]
}

const depthMax = 5
const foldersMax = 2000

/** Made by tools, or kept for tests: nothing in them is a store of this project. */
const passedBy = new Set(
  'node_modules bower_components vendor venv target dist build out coverage tmp temp test tests spec fixtures examples'.split(
    ' ',
  ),
)

/** Names below `root`, nearest first. Links are not followed. */
export function walkProject(root: string): Walked {
  const files: string[] = []
  const folders: string[] = []
  const waiting = [{ path: '', depth: 0 }]
  for (let next = waiting.shift(); next !== undefined && folders.length < foldersMax; next = waiting.shift()) {
    const { path, depth } = next
    for (const entry of entriesOf(join(root, path))) {
      const shown = path === '' ? entry.name : `${path}/${entry.name}`
      if (entry.isFile()) files.push(shown)
      if (!entry.isDirectory() || passedBy.has(entry.name) || entry.name.startsWith('.')) continue
      folders.push(shown)
      if (depth < depthMax) waiting.push({ path: shown, depth: depth + 1 })
    }
  }
  return { files, folders }
}

/** A folder that may not be read has nothing to offer. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const code = (error as { code?: unknown }).code
    if (code === 'EACCES' || code === 'EPERM' || code === 'ENOENT') return []
    throw error
  }
}
