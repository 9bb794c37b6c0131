/**
 * The first half of a replacement: the new text beside the document, and a second name for the old one. Nothing that
 * anybody reads has changed then, and all of it can be taken back.
 */

import { join } from 'node:path'
import { LockstepError, isLockstepError } from '../../core/error.ts'
import type { Sha256 } from '../json/canonical.ts'
import { makeBackup, removeBackup } from './backup.ts'
import { type Corpus, fileOf, pathOf } from './corpus.ts'
import { type FileFacts, type FileSystem, systemCode } from './file-system.ts'
import type { JournalEntry, RunHead } from './journal.ts'
import { chunkBackupFolder, temporaryFile } from './names.ts'

/** One document and its new text. */
export interface Replacement {
  readonly document: string
  /** As it was read. */
  readonly facts: FileFacts
  readonly before: Sha256
  readonly newBytes: Uint8Array
  readonly after: Sha256
  readonly from: string
  readonly to: string
}

export interface LeftDocument {
  readonly document: string
  readonly error: LockstepError
}

/** One that was to be replaced, and still has the version that it was read with. */
export interface UnreplacedDocument extends LeftDocument {
  readonly from: string
}

/** A document of which only the rename is missing; plain data, which may come from another thread. */
export interface Prepared {
  /** As it was read. */
  readonly facts: FileFacts
  readonly entry: JournalEntry
}

/** Some of them. What comes from a thread is read when it is needed: thousands of them wait for the disk at once. */
export interface Part {
  readonly documents: number
  readonly read: () => readonly Prepared[]
}

export interface Preparation {
  readonly prepared: readonly Prepared[]
  readonly left: readonly UnreplacedDocument[]
}

/** The part of a block that a small file wastes, on most file systems. */
const blockBytes = 4096

/** As much as is written before the system is asked again how much room there is. */
const askEveryBytes = 8 * 1024 * 1024

/** Documents that are made ready one by one, as soon as their new text is known: none of them waits in memory. */
export interface Preparing {
  /** Those that are ready. Whoever throws them away takes them back first. */
  readonly prepared: readonly Prepared[]
  /** Makes one ready, or says why it is left; throws what stops all. */
  add(item: Replacement): UnreplacedDocument | null
}

/** `chunk` names the folder of their backups. The run was begun. A crash leaves what the next run sweeps. */
export function startPreparing(
  files: FileSystem,
  corpus: Corpus,
  { head, chunk }: { readonly head: RunHead; readonly chunk: number },
): Preparing {
  const prepared: Prepared[] = []
  let hasFolder = head.form !== 'links'
  let room = 0
  return {
    prepared,
    add(item) {
      const needed = roomFor(item)
      if (room < needed) room = Math.min(freeRoom(files, corpus, needed), Math.max(askEveryBytes, needed))
      room -= needed
      try {
        if (!hasFolder) files.makeFolder(join(corpus.root, chunkBackupFolder(head.run, chunk)))
        hasFolder = true
        const one = prepareOne(files, corpus, { head, chunk, item })
        if ('error' in one) return one
        prepared.push(one)
        return null
      } catch (error) {
        throw asDiskFull(error, corpus)
      }
    },
  }
}

/** Prepares all, or throws and has prepared none. */
export function prepareAll(
  files: FileSystem,
  corpus: Corpus,
  { head, chunk, items }: { readonly head: RunHead; readonly chunk: number; readonly items: readonly Replacement[] },
): Preparation {
  const preparing = startPreparing(files, corpus, { head, chunk })
  try {
    const left = items.map((item) => preparing.add(item)).filter((one) => one !== null)
    return { prepared: preparing.prepared, left }
  } catch (error) {
    takeBackAll(files, corpus, { head, parts: [partOf(preparing.prepared)] })
    throw error
  }
}

/** What a new text takes on the disk beside the old one. */
function roomFor({ newBytes }: Pick<Replacement, 'newBytes'>): number {
  return Math.ceil(newBytes.length / blockBytes + 1) * blockBytes
}

/** Throws `space-too-small` where a new text would not fit beside the old one. */
export function checkSpace(files: FileSystem, corpus: Corpus, item: Pick<Replacement, 'newBytes'>): void {
  freeRoom(files, corpus, roomFor(item))
}

function freeRoom(files: FileSystem, corpus: Corpus, needed: number): number {
  const free = files.freeBytes(corpus.root)
  if (free < needed) throw new LockstepError('space-too-small', { place: corpus.name, needed, free })
  return free
}

function prepareOne(
  files: FileSystem,
  corpus: Corpus,
  { head, chunk, item }: { readonly head: RunHead; readonly chunk: number; readonly item: Replacement },
): Prepared | UnreplacedDocument {
  const { document, facts, from, to, before, after } = item
  const temporary = temporaryOf(corpus, document, head)
  try {
    files.writeNew(temporary, item.newBytes, facts)
    const backup = makeBackup(files, corpus, { item, head, chunk })
    return { facts, entry: { document, from, to, before, after, ...backup } }
  } catch (error) {
    files.remove(temporary)
    const code = systemCode(error)
    // What stops one document does not stop the others; what stops the disk stops all.
    if (isLockstepError(error)) return { document, from, error }
    if (code !== null && oneFileCodes.has(code)) return { document, from, error: unwritable(corpus, document, error) }
    throw error
  }
}

const oneFileCodes: ReadonlySet<string> = new Set([
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'EBUSY',
])

export function takeBackAll(
  files: FileSystem,
  corpus: Corpus,
  { head, parts }: { readonly head: RunHead; readonly parts: readonly Part[] },
): void {
  for (const part of parts) for (const one of part.read()) takeBack(files, corpus, { head, one })
}

/** Those that this process has prepared itself. */
export function partOf(prepared: readonly Prepared[]): Part {
  return { documents: prepared.length, read: () => prepared }
}

/** The document stays as it is, and nothing of what was prepared for it is left. */
export function takeBack(
  files: FileSystem,
  corpus: Corpus,
  { head, one }: { readonly head: RunHead; readonly one: Prepared },
): void {
  files.remove(temporaryOf(corpus, one.entry.document, head))
  removeBackup(files, corpus, one.entry)
}

/** Where the new text of a document waits. */
export function temporaryOf(corpus: Corpus, document: string, { run }: RunHead): string {
  return pathOf(corpus, temporaryFile(document, run))
}

export function unwritable(corpus: Corpus, document: string, cause: unknown): LockstepError {
  const reason = `${systemCode(cause) ?? 'unknown'} while replacing it`
  return new LockstepError('document-unreadable', { file: fileOf(corpus, document), reason }, { cause })
}

/** A full disk by its name; any other error as it is. */
export function asDiskFull(error: unknown, corpus: Corpus): unknown {
  const code = systemCode(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  const details = { store: corpus.name, place: corpus.name, reason: code }
  return new LockstepError('disk-full', details, { cause: error })
}
