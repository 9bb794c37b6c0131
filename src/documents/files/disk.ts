/** The real file system, by synchronous calls. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { whileAlone } from './alone.ts'
import { type FileFacts, type FileSystem, type FolderEntry, type ReadFile, systemCode } from './file-system.ts'

/** How often a file that is being written is read again before it is left alone. */
const readAttemptsMax = 3

/** Below this age two writes of one file may carry the same time. */
const settledNs = 2_000_000_000n

// Windows has no such flags; there a link is found by its facts alone.
const readFlags = fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0) | (fs.constants.O_NONBLOCK ?? 0)

export const disk: FileSystem = {
  list: (folder) => fs.readdirSync(folder, { withFileTypes: true }).map(entryOf),
  facts: factsOf,
  read: readFile,
  writeNew,
  append: (path, bytes) => withFile(path, 'a', (file) => writeAll(file, bytes)),
  link,
  rename: (from, to) => fs.renameSync(from, to),
  remove,
  makeFolder: (path) => void fs.mkdirSync(path, { recursive: true }),
  removeFolder,
  sync,
  syncMeanwhile,
  syncFiles: syncEach,
  freeBytes: (folder) => {
    const { bavail, bsize } = fs.statfsSync(folder)
    return bavail * bsize
  },
  alone: whileAlone,
}

function entryOf(entry: fs.Dirent): FolderEntry {
  return { name: entry.name, kind: kindOf(entry) }
}

function kindOf(entry: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): FileFacts['kind'] {
  return entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : entry.isSymbolicLink() ? 'link' : 'other'
}

function factsOf(path: string): FileFacts | null {
  const stats = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? null : factsOfStats(stats)
}

function factsOfStats(stats: fs.BigIntStats): FileFacts {
  return {
    kind: kindOf(stats),
    id: `${stats.dev}:${stats.ino}`,
    links: Number(stats.nlink),
    bytes: Number(stats.size),
    modified: String(stats.mtimeNs),
    settled: BigInt(Date.now()) * 1_000_000n - stats.mtimeNs > settledNs,
    mode: Number(stats.mode & 0o7777n),
    owner: Number(stats.uid),
    group: Number(stats.gid),
  }
}

function readFile(path: string, bytesMax: number): ReadFile | null {
  let file: number
  try {
    file = fs.openSync(path, readFlags)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return null
    const facts = code === 'ELOOP' || code === 'ENXIO' ? factsOf(path) : null
    if (facts !== null) return { facts, bytes: null }
    throw error
  }
  try {
    return readOpen(file, path, bytesMax)
  } finally {
    fs.closeSync(file)
  }
}

/**
 * A write that comes while this reads changes the time of the file, or its content where the time is too young to tell:
 * whoever replaces the file looks at both again before it does.
 */
function readOpen(file: number, path: string, bytesMax: number): ReadFile {
  for (let attempt = 0; attempt < readAttemptsMax; attempt++) {
    const stats = fs.fstatSync(file, { bigint: true })
    if (!stats.isFile() || Number(stats.size) > bytesMax) {
      return { facts: factsOfStats(stats), bytes: null }
    }
    const bytes = Buffer.allocUnsafe(Number(stats.size))
    if (readAll(file, bytes) === bytes.length) return { facts: factsOfStats(stats), bytes }
  }
  throw new LockstepError('document-changed-meanwhile', { file: path })
}

function readAll(file: number, into: Buffer): number {
  let length = 0
  while (length < into.length) {
    const count = fs.readSync(file, into, length, into.length - length, length)
    if (count === 0) break
    length += count
  }
  return length
}

function writeNew(path: string, bytes: Uint8Array, like: FileFacts | null): void {
  withFile(path, 'wx', (file) => {
    try {
      writeAll(file, bytes)
      const now = fs.fstatSync(file)
      // A full disk cuts a write short without an error: the length is looked at before anybody trusts it.
      if (now.size !== bytes.length) throw noSpace(path)
      if (like !== null) takeAfter(file, now, like)
    } catch (error) {
      remove(path)
      throw error
    }
  })
}

function takeAfter(file: number, now: fs.Stats, like: FileFacts): void {
  if (now.uid !== like.owner || now.gid !== like.group) fs.fchownSync(file, like.owner, like.group)
  if ((now.mode & 0o7777) !== like.mode) fs.fchmodSync(file, like.mode)
}

function writeAll(file: number, bytes: Uint8Array): void {
  let written = 0
  while (written < bytes.length) {
    const count = fs.writeSync(file, bytes, written, bytes.length - written)
    if (count === 0) throw noSpace('a file')
    written += count
  }
}

function noSpace(path: string): Error {
  return Object.assign(new Error(`ENOSPC: no space left, write '${path}'`), { code: 'ENOSPC' })
}

function link(existing: string, fresh: string): 'done' | 'exists' | 'impossible' {
  try {
    fs.linkSync(existing, fresh)
    return 'done'
  } catch (error) {
    switch (systemCode(error)) {
      case 'EEXIST':
        return 'exists'
      // Another file system, no links here, not our file (protected_hardlinks), or too many names already.
      case 'EXDEV':
      case 'EPERM':
      case 'EACCES':
      case 'ENOTSUP':
      case 'EOPNOTSUPP':
      case 'ENOSYS':
      case 'EMLINK':
        return 'impossible'
      case null:
      default:
        throw error
    }
  }
}

function remove(path: string): void {
  try {
    fs.unlinkSync(path)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
  }
}

function removeFolder(path: string): boolean {
  try {
    fs.rmdirSync(path)
    return true
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT') return true
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false
    throw error
  }
}

/** One call for the whole file system where there is one; else file by file, and folder by folder. */
function sync(folder: string, written: Iterable<string>): void {
  const whole = process.platform === 'linux' && spawnSync('sync', ['-f', folder], { stdio: 'ignore' }).status === 0
  if (!whole) syncEach(written)
}

async function syncMeanwhile(folder: string, written: Iterable<string>): Promise<void> {
  const whole = process.platform === 'linux' && (await endsWell(spawn('sync', ['-f', folder], { stdio: 'ignore' })))
  if (!whole) syncEach(written)
}

function endsWell(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    // There may be no such program; then it is not one call, but many.
    child.once('error', () => resolve(false))
    child.once('close', (code) => resolve(code === 0))
  })
}

function syncEach(written: Iterable<string>): void {
  const paths = [...written]
  const folders = new Set(paths.map((path) => dirname(path)))
  for (const path of [...paths, ...folders]) {
    if (!fs.existsSync(path)) continue
    withFile(path, 'r', (file) => syncFile(file))
  }
}

function syncFile(file: number): void {
  try {
    fs.fsyncSync(file)
  } catch (error) {
    // Windows cannot sync what is open for reading, nor a folder at all.
    if (process.platform !== 'win32') throw error
  }
}

function withFile(path: string, flags: string, work: (file: number) => void): void {
  const file = fs.openSync(path, flags)
  try {
    work(file)
  } finally {
    fs.closeSync(file)
  }
}
