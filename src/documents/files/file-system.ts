/** What is asked of a file system. Small, so that a test can bring one that crashes at every call. */

import { type Sha256, sha256Of } from '../json/canonical.ts'

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  /** Device and inode: two names with one id are one file. */
  readonly id: string
  /** How many names it has. */
  readonly links: number
  readonly bytes: number
  /** Changes with every write, as exactly as the file system tells. */
  readonly modified: string
  /** The last write is so long ago that another one would show in `modified`. */
  readonly settled: boolean
  readonly mode: number
  readonly owner: number
  readonly group: number
}

export interface FolderEntry {
  readonly name: string
  readonly kind: FileFacts['kind']
}

/** A file as it was read: nobody wrote to it meanwhile. */
export interface ReadFile {
  readonly facts: FileFacts
  /** `null`: not a plain file, or larger than allowed. */
  readonly bytes: Uint8Array | null
}

/**
 * All calls are synchronous: for many small files promises cost more than the work itself. Whatever cannot be done
 * throws the system's own error, with its `code`.
 */
export interface FileSystem {
  list(folder: string): readonly FolderEntry[]
  /** Of the name itself, never of what a link points to; `null` where there is none. */
  facts(path: string): FileFacts | null
  /** `null` where there is none. Never follows a link, never waits for a pipe. */
  read(path: string, bytesMax: number): ReadFile | null
  /** Makes a file that was not there, all of it or an error; `like` gives mode and owner. */
  writeNew(path: string, bytes: Uint8Array, like: FileFacts | null): void
  append(path: string, bytes: Uint8Array): void
  /** A second name for a file. `impossible`: not here, or not for us; a copy must do. */
  link(existing: string, fresh: string): 'done' | 'exists' | 'impossible'
  /** Replaces what stands there. */
  rename(from: string, to: string): void
  /** Nothing happens where there is none. */
  remove(path: string): void
  /** With all folders above it. */
  makeFolder(path: string): void
  /** Only an empty one; says whether it is gone. */
  removeFolder(path: string): boolean
  /** Everything written below `folder` so far outlives a loss of power. `written` are the files since the last time. */
  sync(folder: string, written: Iterable<string>): void
  /** The same as `sync`, while this process goes on: what is written in between may be on disk then, or not. */
  syncMeanwhile(folder: string, written: Iterable<string>): Promise<void>
  /** These files and their names alone outlive it: all that a program which writes one document has to wait for. */
  syncFiles(paths: readonly string[]): void
  freeBytes(folder: string): number
  /** Runs `work` while nobody else, in any process, is alone at this path. It must not wait for anything. */
  alone<T>(path: string, work: () => T): T
}

/** The `code` of a system error; `null` for any other error. */
export function systemCode(error: unknown): string | null {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : null
}

/** The same file, untouched since. Where its time says too little, its content is read once more. */
export function isAsItWasRead(
  files: FileSystem,
  path: string,
  { facts, before }: { readonly facts: FileFacts; readonly before: Sha256 },
): boolean {
  const now = files.facts(path)
  if (now === null || now.id !== facts.id || now.bytes !== facts.bytes) return false
  if (now.modified === facts.modified && facts.settled) return true
  const bytes = files.read(path, facts.bytes)?.bytes ?? null
  return bytes !== null && sha256Of(bytes) === before
}
