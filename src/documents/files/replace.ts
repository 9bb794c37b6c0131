/**
 * Replaces documents, a batch at a time. For each the new text was made beside it, and a second name for the old one.
 * Then one sync for all of them, and only then the renames: whatever happens, either the old text stands there, or the
 * new one does and the backup is on disk.
 */

import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { LockstepError, assert, isLockstepError } from '../../core/error.ts'
import { settleBackup } from './backup.ts'
import { type Corpus, fileOf, pathOf, swapLockOf } from './corpus.ts'
import { type FileSystem, isAsItWasRead, systemCode } from './file-system.ts'
import {
  type EarlierPart,
  type JournalEntry,
  type RunEnd,
  type RunHead,
  printDone,
  printEntries,
  readEarlierPart,
} from './journal.ts'
import { batchFile, endFile, headFile, runFolder } from './names.ts'
import {
  type Part,
  type Prepared,
  type Replacement,
  type UnreplacedDocument,
  asDiskFull,
  partOf,
  prepareAll,
  takeBack,
  takeBackAll,
  temporaryOf,
  unwritable,
} from './prepare.ts'

export interface BatchResult {
  readonly replaced: readonly JournalEntry[]
  readonly left: readonly UnreplacedDocument[]
}

/** A run that replaces documents. It writes nothing before the first of them is to be. */
export interface OpenRun {
  /** Writes down that there is a run: before anything is prepared, and only once. */
  begin(): void
  hasBegun(): boolean
  /** A number that no other chunk of this run has. */
  nextChunk(): number
  /**
   * Puts in place what was prepared, by whomever; `onPut` is told of each part as it stands there. Meanwhile others may
   * prepare what the next commit is to put.
   */
  commit(parts: readonly Part[], onPut: (result: BatchResult) => void): Promise<void>
  /** Prepares and puts in place. */
  replace(items: readonly Replacement[]): BatchResult
  end(at: string): void
}

const nothing: BatchResult = { replaced: [], left: [] }

/** Begins a run, or goes on with one of this name. Whoever calls it holds the lock of the corpus. */
export function openRun(files: FileSystem, corpus: Corpus, head: RunHead): OpenRun {
  assert(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(head.run), `"${head.run}" cannot be the name of a folder`)
  // A program puts all that it writes back into one run, which it takes up again and again.
  const earlier = readEarlierPart(files, corpus, head.run)
  let { batches, chunks, replaced } = earlier
  let begun = false
  // Entries whose renames no sync has covered yet.
  let unsynced: JournalEntry[] = []
  const begin = (): void => {
    if (!begun) writeHead(files, corpus, { head, earlier })
    begun = true
  }
  const journalled = (parts: readonly Part[]): Batch => {
    const batch = { head, number: ++batches, parts, unsynced }
    takingBack(files, corpus, { batch, step: () => writeJournal(files, corpus, batch) })
    return batch
  }
  const swapped = function* (batch: Batch): Generator<BatchResult> {
    const left: string[] = []
    unsynced = []
    for (const part of batch.parts) {
      const result = swapPart(files, corpus, { head, part })
      unsynced.push(...result.replaced)
      replaced += result.replaced.length
      left.push(...result.left.map((one) => one.document))
      yield result
    }
    files.append(join(corpus.root, batchFile(head.run, batch.number)), printDone(left))
  }
  return {
    begin,
    hasBegun: () => begun,
    nextChunk: () => ++chunks,
    async commit(parts, onPut) {
      if (parts.length === 0) return
      const batch = journalled(parts)
      const sync = await settled(files.syncMeanwhile(corpus.root, writtenFor(corpus, batch)))
      takingBack(files, corpus, { batch, step: sync })
      for (const result of swapped(batch)) {
        onPut(result)
        // Renaming thousands takes a while, in which threads wait for work and programs for the lock.
        await setImmediate()
      }
    },
    replace(items) {
      if (items.length === 0) return nothing
      begin()
      const { prepared, left } = prepareAll(files, corpus, { head, chunk: ++chunks, items })
      const batch = journalled([partOf(prepared)])
      takingBack(files, corpus, { batch, step: () => files.sync(corpus.root, writtenFor(corpus, batch)) })
      const [result = nothing] = [...swapped(batch)]
      return { ...result, left: [...left, ...result.left] }
    },
    end(at) {
      if (begun) writeEnd(files, corpus, { head, unsynced, end: { at, replaced, recovered: false } })
    },
  }
}

/** What is journalled, synced and renamed as one. */
interface Batch {
  readonly head: RunHead
  readonly number: number
  readonly parts: readonly Part[]
  /** Of the batch before. */
  readonly unsynced: readonly JournalEntry[]
}

/** On disk before anything else of the run is: whatever a crash leaves, there is a run to ask about it. */
function writeHead(
  files: FileSystem,
  corpus: Corpus,
  { head, earlier }: { readonly head: RunHead; readonly earlier: EarlierPart },
): void {
  const path = join(corpus.root, headFile(head.run))
  if (earlier.batches > 0) {
    // Without its end it counts as unfinished again.
    files.remove(join(corpus.root, endFile(head.run)))
  } else {
    files.makeFolder(join(corpus.root, runFolder(head.run)))
    files.writeNew(path, Buffer.from(`${JSON.stringify(head)}\n`), null)
  }
  files.sync(corpus.root, [path])
}

function writeJournal(files: FileSystem, corpus: Corpus, { head, number, parts }: Batch): void {
  const printed = parts.map((part) => printEntries(part.read().map((one) => one.entry)))
  files.writeNew(join(corpus.root, batchFile(head.run, number)), Buffer.concat(printed), null)
}

function writeEnd(
  files: FileSystem,
  corpus: Corpus,
  run: { readonly head: RunHead; readonly unsynced: readonly JournalEntry[]; readonly end: RunEnd },
): void {
  // First the renames, then the word that they are done: the other way round a loss of power could make it a lie.
  const renamed = run.unsynced.map((one) => pathOf(corpus, one.document))
  files.sync(corpus.root, renamed)
  const path = join(corpus.root, endFile(run.head.run))
  files.writeNew(path, Buffer.from(`${JSON.stringify(run.end)}\n`), null)
}

/** What became of a promise, as a step that does nothing or throws. */
async function settled(promise: Promise<void>): Promise<() => void> {
  const [outcome] = await Promise.allSettled([promise])
  return () => {
    if (outcome.status === 'rejected') throw outcome.reason
  }
}

/** Does a step of a batch of which nothing is replaced yet. A crash in here leaves the same for the next run to sweep. */
function takingBack(
  files: FileSystem,
  corpus: Corpus,
  { batch, step }: { readonly batch: Batch; readonly step: () => void },
): void {
  try {
    step()
  } catch (error) {
    takeBackAll(files, corpus, batch)
    files.remove(join(corpus.root, batchFile(batch.head.run, batch.number)))
    throw asDiskFull(error, corpus)
  }
}

/** Asked for only where no call syncs a whole file system. */
function* writtenFor(corpus: Corpus, { head, number, parts, unsynced }: Batch): Generator<string> {
  yield join(corpus.root, batchFile(head.run, number))
  yield join(corpus.root, headFile(head.run))
  for (const part of parts) {
    for (const { entry } of part.read()) {
      yield temporaryOf(corpus, entry.document, head)
      yield pathOf(corpus, entry.copy ?? entry.backup)
    }
  }
  for (const { document } of unsynced) yield pathOf(corpus, document)
}

function swapPart(
  files: FileSystem,
  corpus: Corpus,
  { head, part }: { readonly head: RunHead; readonly part: Part },
): BatchResult {
  const replaced: JournalEntry[] = []
  const left: UnreplacedDocument[] = []
  files.alone(swapLockOf(corpus), () => {
    for (const one of part.read()) {
      const error = swap(files, corpus, { head, one })
      if (error === null) replaced.push(one.entry)
      else left.push({ document: one.entry.document, from: one.entry.from, error })
    }
  })
  return { replaced, left }
}

/** The moment at which the new text takes the place of the old one; an error where it does not. */
function swap(
  files: FileSystem,
  corpus: Corpus,
  { head, one }: { readonly head: RunHead; readonly one: Prepared },
): LockstepError | null {
  const { entry, facts } = one
  const { document, before } = entry
  try {
    if (!isAsItWasRead(files, pathOf(corpus, document), { facts, before })) {
      takeBack(files, corpus, { head, one })
      return new LockstepError('document-changed-meanwhile', { file: fileOf(corpus, document) })
    }
    settleBackup(files, corpus, entry)
    files.rename(temporaryOf(corpus, document, head), pathOf(corpus, document))
    return null
  } catch (error) {
    if (systemCode(error) === null && !isLockstepError(error)) throw error
    takeBack(files, corpus, { head, one })
    return isLockstepError(error) ? error : unwritable(corpus, document, error)
  }
}
