/**
 * Replaces documents, a batch at a time. For each: the new text beside it, a second name for the old one. Then one
 * sync for all of them, and only then the renames: whatever happens, either the old text stands there, or the new one
 * does and the backup is on disk.
 */

import { join } from 'node:path'
import { LockstepError, assert, isLockstepError } from '../../core/error.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { makeBackup, removeBackup, settleBackup } from './backup.ts'
import { type Corpus, fileOf, pathOf, swapLockOf } from './corpus.ts'
import { type FileFacts, type FileSystem, systemCode } from './file-system.ts'
import {
  type EarlierPart,
  type JournalEntry,
  type RunHead,
  printDone,
  printEntries,
  readEarlierPart,
} from './journal.ts'
import { batchBackupFolder, batchFile, endFile, headFile, runFolder, temporaryFile } from './names.ts'

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

export interface BatchResult {
  readonly replaced: readonly Replacement[]
  readonly left: readonly LeftDocument[]
}

/** A run that replaces documents. It writes nothing before its first batch. */
export interface OpenRun {
  replace(batch: readonly Replacement[]): BatchResult
  end(at: string): void
}

interface Prepared {
  readonly item: Replacement
  readonly entry: JournalEntry
  readonly temporary: string
}

/** The part of a block that a small file wastes, on most file systems. */
const blockBytes = 4096

/** Begins a run, or goes on with one of this name. Whoever calls it holds the lock of the corpus. */
export function openRun(files: FileSystem, corpus: Corpus, head: RunHead): OpenRun {
  assert(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(head.run), `"${head.run}" cannot be the name of a folder`)
  // A program puts all that it writes back into one run, which it takes up again and again.
  const earlier = readEarlierPart(files, corpus, head.run)
  let { batches, replaced } = earlier
  let begun = false
  // Paths whose renames no sync has covered yet.
  let unsynced: readonly string[] = []
  return {
    replace(batch) {
      if (batch.length === 0) return { replaced: [], left: [] }
      checkSpace(files, corpus, batch)
      if (!begun) begin(files, corpus, { head, earlier })
      begun = true
      batches++
      const result = replaceBatch(files, corpus, { head, number: batches, batch, unsynced })
      unsynced = result.replaced.map((item) => pathOf(corpus, item.document))
      replaced += result.replaced.length
      return result
    },
    end(at) {
      if (!begun) return
      const end = { at, replaced, recovered: false }
      // First the renames, then the word that they are done: the other way round a loss of power could make it a lie.
      files.sync(corpus.root, unsynced)
      files.writeNew(join(corpus.root, endFile(head.run)), Buffer.from(`${JSON.stringify(end)}\n`), null)
    },
  }
}

/** Throws `space-too-small` where a set of new texts would not fit beside the old ones. */
export function checkSpace(
  files: FileSystem,
  corpus: Corpus,
  batch: readonly { readonly newBytes: Uint8Array }[],
): void {
  const needed = batch.reduce((sum, item) => sum + Math.ceil(item.newBytes.length / blockBytes + 1) * blockBytes, 0)
  const free = files.freeBytes(corpus.root)
  if (free < needed) throw new LockstepError('space-too-small', { place: corpus.name, needed, free })
}

/** On disk before anything else of the run is: whatever a crash leaves, there is a run to ask about it. */
function begin(
  files: FileSystem,
  corpus: Corpus,
  { head, earlier }: { readonly head: RunHead; readonly earlier: EarlierPart },
): void {
  const path = join(corpus.root, headFile(head.run))
  // Without its end it counts as unfinished again; the sync of the batch covers this too.
  if (earlier.batches > 0) return files.remove(join(corpus.root, endFile(head.run)))
  files.makeFolder(join(corpus.root, runFolder(head.run)))
  files.writeNew(path, Buffer.from(`${JSON.stringify(head)}\n`), null)
  files.sync(corpus.root, [path])
}

function replaceBatch(
  files: FileSystem,
  corpus: Corpus,
  work: {
    readonly head: RunHead
    readonly number: number
    readonly batch: readonly Replacement[]
    readonly unsynced: readonly string[]
  },
): BatchResult {
  const { head, number, batch } = work
  const journal = join(corpus.root, batchFile(head.run, number))
  const prepared: Prepared[] = []
  const left: LeftDocument[] = []
  try {
    if (head.form === 'links') files.makeFolder(join(corpus.root, batchBackupFolder(head.run, number)))
    for (const item of batch) prepareOne(files, corpus, { head, number, item, prepared, left })
    files.writeNew(journal, printEntries(prepared.map((one) => one.entry)), null)
    files.sync(corpus.root, [
      journal,
      join(corpus.root, headFile(head.run)),
      ...prepared.flatMap((one) => writtenFor(corpus, one)),
    ])
  } catch (error) {
    // Nothing was replaced yet. A crash in here leaves the same for the next run to sweep.
    for (const one of prepared) undo(files, corpus, one)
    files.remove(journal)
    throw asDiskFull(error, corpus)
  }
  const replaced: Replacement[] = []
  files.alone(swapLockOf(corpus), () => {
    for (const one of prepared) {
      const error = swap(files, corpus, one)
      if (error === null) replaced.push(one.item)
      else left.push({ document: one.item.document, error })
    }
  })
  files.append(journal, printDone(left.map((one) => one.document)))
  return { replaced, left }
}

function prepareOne(
  files: FileSystem,
  corpus: Corpus,
  work: {
    readonly head: RunHead
    readonly number: number
    readonly item: Replacement
    readonly prepared: Prepared[]
    readonly left: LeftDocument[]
  },
): void {
  const { head, item } = work
  const temporary = pathOf(corpus, temporaryFile(item.document, head.run))
  try {
    files.writeNew(temporary, item.newBytes, item.facts)
    const backup = makeBackup(files, corpus, { item, head, batch: work.number })
    const { document, from, to, before, after } = item
    work.prepared.push({ item, temporary, entry: { document, from, to, before, after, ...backup } })
  } catch (error) {
    files.remove(temporary)
    const code = systemCode(error)
    // What stops one document does not stop the others; what stops the disk stops all.
    if (isLockstepError(error)) work.left.push({ document: item.document, error })
    else if (code !== null && oneFileCodes.has(code))
      work.left.push({ document: item.document, error: unwritable(corpus, item, error) })
    else throw error
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

/** The moment at which the new text takes the place of the old one; an error where it does not. */
function swap(files: FileSystem, corpus: Corpus, one: Prepared): LockstepError | null {
  const { item, entry } = one
  try {
    if (!isAsItWasRead(files, corpus, item)) {
      undo(files, corpus, one)
      return new LockstepError('document-changed-meanwhile', { file: fileOf(corpus, item.document) })
    }
    settleBackup(files, corpus, entry)
    files.rename(one.temporary, pathOf(corpus, item.document))
    return null
  } catch (error) {
    if (systemCode(error) === null && !isLockstepError(error)) throw error
    undo(files, corpus, one)
    return isLockstepError(error) ? error : unwritable(corpus, item, error)
  }
}

/** The same file, untouched since. Where its time says too little, its content is read once more. */
export function isAsItWasRead(
  files: FileSystem,
  corpus: Corpus,
  { document, facts, before }: Pick<Replacement, 'document' | 'facts' | 'before'>,
): boolean {
  const path = pathOf(corpus, document)
  const now = files.facts(path)
  if (now === null || now.id !== facts.id || now.bytes !== facts.bytes) return false
  if (now.modified === facts.modified && facts.settled) return true
  const bytes = files.read(path, facts.bytes)?.bytes ?? null
  return bytes !== null && sha256Of(bytes) === before
}

function undo(files: FileSystem, corpus: Corpus, { temporary, entry }: Prepared): void {
  files.remove(temporary)
  removeBackup(files, corpus, entry)
}

function writtenFor(corpus: Corpus, { temporary, entry }: Prepared): string[] {
  return [temporary, pathOf(corpus, entry.copy ?? entry.backup)]
}

function unwritable(corpus: Corpus, item: Replacement, cause: unknown): LockstepError {
  const reason = `${systemCode(cause) ?? 'unknown'} while replacing it`
  return new LockstepError('document-unreadable', { file: fileOf(corpus, item.document), reason }, { cause })
}

function asDiskFull(error: unknown, corpus: Corpus): unknown {
  const code = systemCode(error)
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  const details = { store: corpus.name, place: corpus.name, reason: code }
  return new LockstepError('disk-full', details, { cause: error })
}
