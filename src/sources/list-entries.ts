/** What is in a migration folder, link by link: nothing outside of it is ever read. */

import { readdirSync, realpathSync, statSync, type Dirent } from 'node:fs'
import { join, sep } from 'node:path'
import { LockstepError } from '../core/error.ts'
import { compareText } from '../core/version.ts'

export interface Entry {
  /** Relative to the folder, with `/`. */
  readonly path: string
  /** What is no file is refused only where a layout would take it for a migration. */
  readonly is: 'file' | 'folder' | { readonly refused: string }
}

export interface Listing {
  /** Absolute. */
  readonly folder: string
  /** As the user would name it. */
  readonly shownAs: string
  /** Whether to look into a subfolder (path relative to the folder). */
  readonly enters: (folder: string) => boolean
}

/** All entries, sorted by path; hidden files and what editors leave behind are left out. */
export function listEntries({ folder, shownAs, enters }: Listing): readonly Entry[] {
  const root = rootOf(folder, shownAs)
  const entries: Entry[] = []
  const waiting = ['']
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    for (const dirent of readFolderAt(root, at, shownAs)) {
      const path = at + dirent.name
      if (isLeftover(dirent.name)) continue
      const is = kindOf(dirent, { root, path })
      entries.push({ path, is })
      if (is === 'folder' && depthOf(path) < depthMax && enters(path)) waiting.push(`${path}/`)
    }
  }
  return entries.sort((a, b) => compareText(a.path, b.path))
}

/** Subfolders within subfolders that are looked through. */
const depthMax = 8

function depthOf(path: string): number {
  return path.split('/').length
}

function rootOf(folder: string, shownAs: string): string {
  try {
    return realpathSync(folder)
  } catch (error) {
    throw notAFolder(shownAs, error)
  }
}

function readFolderAt(root: string, at: string, shownAs: string): Dirent[] {
  try {
    return readdirSync(join(root, at), { withFileTypes: true })
  } catch (error) {
    throw notAFolder(at === '' ? shownAs : `${shownAs}/${at.slice(0, -1)}`, error)
  }
}

function notAFolder(folder: string, error: unknown): LockstepError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const reasons: Readonly<Record<string, string>> = { ENOENT: 'it does not exist', ENOTDIR: 'it is no folder' }
  const reason = reasons[code] ?? `it cannot be read (${code})`
  return new LockstepError('not-a-migration-folder', { folder, reason }, { cause: error })
}

/** `.x`, `x~`, `#x#` and swap files. */
function isLeftover(name: string): boolean {
  return /^\.|~$|^#.*#$|\.sw[op]$/.test(name)
}

function kindOf(dirent: Dirent, { root, path }: { root: string; path: string }): Entry['is'] {
  if (dirent.isFile()) return 'file'
  if (dirent.isDirectory()) return 'folder'
  if (!dirent.isSymbolicLink()) return { refused: `it is ${describeKind(dirent)}, not a plain file` }
  return followLink(root, path)
}

function followLink(root: string, path: string): Entry['is'] {
  let target: string
  try {
    target = realpathSync(join(root, path))
  } catch {
    return { refused: 'it is a link that leads nowhere' }
  }
  if (!target.startsWith(root.endsWith(sep) ? root : root + sep))
    return { refused: 'it is a link that leaves the folder' }
  const found = statSync(target)
  if (found.isFile()) return 'file'
  return { refused: found.isDirectory() ? 'it is a link to a folder' : 'it is a link to something that is no file' }
}

function describeKind(dirent: Dirent): string {
  if (dirent.isFIFO()) return 'a pipe'
  if (dirent.isSocket()) return 'a socket'
  if (dirent.isBlockDevice() || dirent.isCharacterDevice()) return 'a device'
  return 'of an unknown kind'
}
