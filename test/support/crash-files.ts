/**
 * A file system in memory that keeps "written" and "on disk" apart, and can lose its power at every call. What was not
 * synced is then lost, kept in part, or torn, as real file systems do.
 */

import { setImmediate } from 'node:timers/promises'
import type { FileFacts, FileSystem } from '../../src/documents/files/file-system.ts'

/** `kill`: only the process dies. The others lose the power, and with it what was not synced. */
export type CrashMode = 'kill' | 'drop' | 'reorder' | 'tear'

export const crashModes: readonly CrashMode[] = ['kill', 'drop', 'reorder', 'tear']

interface Disk {
  /** Name to inode. */
  readonly names: Map<string, number>
  readonly data: Map<number, Buffer>
  readonly folders: Set<string>
}

/** One change, to be played again on what is on disk. */
interface Change {
  readonly kind: 'data' | 'name' | 'folder'
  /** What a sync of single files brings to the disk. */
  readonly path: string
  readonly play: (disk: Disk, torn: number | null) => void
}

/** Thrown where the power goes out; nothing may catch it and go on. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut'
}

export interface CrashFiles extends FileSystem {
  /** Calls that change something, so far. */
  readonly calls: number
  /** Stops at the n-th changing call; Infinity: never. `links`: whether links can be made. */
  crashAt(call: number, when: 'before' | 'after'): void
  /** Comes back after a crash, with what its mode leaves. */
  restart(mode: CrashMode, seed: number): void
  /** Puts a file there, synced. */
  put(path: string, text: string): void
  /** Every file, by path. */
  all(): ReadonlyMap<string, string>
  readonly setLinks: (possible: boolean) => void
}

export function makeCrashFiles(): CrashFiles {
  let now: Disk = emptyDisk()
  let safe: Disk = emptyDisk()
  let unsynced: Change[] = []
  let calls = 0
  let stop: { readonly call: number; readonly when: 'before' | 'after' } = { call: Infinity, when: 'before' }
  let dead = false
  let linksPossible = true
  let inodes = 0

  /** One call of the file system: all of its changes, and the places before and after it where the power may go. */
  const change = (...changes: readonly Change[]): void => {
    step('before')
    for (const one of changes) {
      one.play(now, null)
      unsynced.push(one)
    }
    step('after')
  }
  const step = (when: 'before' | 'after'): void => {
    if (dead) throw new PowerCut('already dead')
    if (when === 'before') calls++
    if (calls === stop.call && when === stop.when) {
      dead = true
      throw new PowerCut(`at call ${calls}`)
    }
  }
  const inodeAt = (path: string): number => {
    const inode = now.names.get(path)
    if (inode === undefined) throw failure('ENOENT', path)
    return inode
  }
  const read = (path: string): { readonly facts: FileFacts; readonly bytes: Uint8Array } | null => {
    const inode = now.names.get(path)
    if (inode === undefined) return null
    return { facts: factsOf(now, inode), bytes: Buffer.from(now.data.get(inode) ?? []) }
  }

  return {
    get calls() {
      return calls
    },
    crashAt(call, when) {
      stop = { call, when }
      calls = 0
    },
    restart(mode, seed) {
      if (mode !== 'kill') {
        const random = dice(seed)
        for (const one of unsynced) {
          if (mode === 'drop') break
          if (mode === 'reorder' && random() < 0.5) continue
          one.play(safe, mode === 'tear' && one.kind === 'data' && random() < 0.7 ? random() : null)
        }
        now = copyDisk(safe)
      } else for (const one of unsynced) one.play(safe, null)
      unsynced = []
      safe = copyDisk(now)
      dead = false
      stop = { call: Infinity, when: 'before' }
    },
    put(path, text) {
      const inode = ++inodes
      for (const disk of [now, safe]) {
        addFolders(disk, folderOf(path))
        disk.names.set(path, inode)
        disk.data.set(inode, Buffer.from(text))
      }
    },
    all: () => new Map([...now.names].map(([path, inode]) => [path, now.data.get(inode)?.toString() ?? ''])),
    setLinks(possible) {
      linksPossible = possible
    },
    list(folder) {
      if (!now.folders.has(folder)) throw failure('ENOENT', folder)
      const inside = (path: string): boolean => folderOf(path) === folder
      const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
      return [
        ...[...now.names.keys()].filter(inside).map((path) => ({ name: name(path), kind: 'file' as const })),
        ...[...now.folders].filter(inside).map((path) => ({ name: name(path), kind: 'folder' as const })),
      ]
    },
    facts(path) {
      if (now.folders.has(path)) return { ...factsOf(now, -1), kind: 'folder' }
      const inode = now.names.get(path)
      return inode === undefined ? null : factsOf(now, inode)
    },
    read: (path) => read(path),
    writeNew(path, bytes) {
      if (now.names.has(path)) throw failure('EEXIST', path)
      if (!now.folders.has(folderOf(path))) throw failure('ENOENT', path)
      const inode = ++inodes
      change({ kind: 'name', path, play: (disk) => name(disk, path, inode) })
      change({ kind: 'data', path, play: (disk, torn) => void disk.data.set(inode, cut(Buffer.from(bytes), torn)) })
    },
    append(path, bytes) {
      const inode = inodeAt(path)
      const extend = (disk: Disk, torn: number | null): void =>
        void disk.data.set(
          inode,
          Buffer.concat([disk.data.get(inode) ?? Buffer.alloc(0), cut(Buffer.from(bytes), torn)]),
        )
      change({ kind: 'data', path, play: extend })
    },
    link(existing, fresh) {
      const inode = inodeAt(existing)
      if (now.names.has(fresh)) return 'exists'
      if (!linksPossible) return 'impossible'
      change({ kind: 'name', path: fresh, play: (disk) => name(disk, fresh, inode) })
      return 'done'
    },
    rename(from, to) {
      if (now.folders.has(from))
        return change({ kind: 'folder', path: to, play: (disk) => renameFolder(disk, from, to) })
      const inode = inodeAt(from)
      change({
        kind: 'name',
        path: to,
        play: (disk) => {
          // A rename whose file never got to the disk under its old name has nothing to rename.
          if (disk.names.get(from) !== inode || !disk.folders.has(folderOf(to))) return
          disk.names.set(to, inode)
          disk.names.delete(from)
        },
      })
    },
    remove(path) {
      const inode = now.names.get(path)
      if (inode === undefined) return
      change({ kind: 'name', path, play: (disk) => void (disk.names.get(path) === inode && disk.names.delete(path)) })
    },
    makeFolder(path) {
      if (!now.folders.has(path)) change({ kind: 'folder', path, play: (disk) => addFolders(disk, path) })
    },
    removeFolder(path) {
      if (!isEmpty(now, path)) return false
      // What is still in it on the disk keeps it there.
      change({ kind: 'folder', path, play: (disk) => void (isEmpty(disk, path) && disk.folders.delete(path)) })
      return true
    },
    sync() {
      step('before')
      for (const one of unsynced) one.play(safe, null)
      unsynced = []
      step('after')
    },
    syncFiles(paths) {
      step('before')
      for (const one of unsynced) if (paths.includes(one.path)) one.play(safe, null)
      unsynced = unsynced.filter((one) => !paths.includes(one.path))
      step('after')
    },
    async syncMeanwhile() {
      step('before')
      const due = new Set(unsynced)
      // Others write now; that is not on disk afterwards.
      await setImmediate()
      if (dead) throw new PowerCut('already dead')
      for (const one of due) one.play(safe, null)
      unsynced = unsynced.filter((one) => !due.has(one))
      step('after')
    },
    freeBytes: () => Number.MAX_SAFE_INTEGER,
    alone: (_, work) => work(),
  }
}

function emptyDisk(): Disk {
  return { names: new Map(), data: new Map(), folders: new Set() }
}

function copyDisk(disk: Disk): Disk {
  return { names: new Map(disk.names), data: new Map(disk.data), folders: new Set(disk.folders) }
}

function addFolders(disk: Disk, path: string): void {
  for (let at = path; at !== ''; at = folderOf(at)) disk.folders.add(at)
}

function isEmpty(disk: Disk, folder: string): boolean {
  return ![...disk.names.keys(), ...disk.folders].some((one) => one.startsWith(`${folder}/`))
}

function renameFolder(disk: Disk, from: string, to: string): void {
  if (!disk.folders.has(from) || !disk.folders.has(folderOf(to))) return
  const moved = (path: string): string =>
    path === from || path.startsWith(`${from}/`) ? to + path.slice(from.length) : path
  const names = [...disk.names].map(([path, inode]) => [moved(path), inode] as const)
  const folders = [...disk.folders].map(moved)
  disk.names.clear()
  disk.folders.clear()
  for (const [path, inode] of names) disk.names.set(path, inode)
  for (const path of folders) disk.folders.add(path)
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'))
}

/** A name in a folder that did not get to the disk does not get there either. */
function name(disk: Disk, path: string, inode: number): void {
  if (disk.folders.has(folderOf(path))) disk.names.set(path, inode)
}

function cut(bytes: Buffer, torn: number | null): Buffer {
  return torn === null ? bytes : bytes.subarray(0, Math.floor(bytes.length * torn))
}

function factsOf(disk: Disk, inode: number): FileFacts {
  return {
    kind: 'file',
    id: String(inode),
    links: [...disk.names.values()].filter((one) => one === inode).length,
    bytes: disk.data.get(inode)?.length ?? 0,
    modified: '0',
    settled: false,
    mode: 0o644,
    owner: 0,
    group: 0,
  }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

/** The same throws for the same seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
