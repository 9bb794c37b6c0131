/**
 * Finishes or takes back what a dead run left behind. What its journal says it had prepared is finished where new text
 * and backup are whole; everything else is swept. Whoever calls this holds the lock, so no such run is alive.
 */

import { dirname, join } from 'node:path'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { removeBackup } from './backup.ts'
import { type Corpus, pathOf, swapLockOf, temporarySuffix } from './corpus.ts'
import type { FileSystem } from './file-system.ts'
import {
  type JournalBatch,
  type JournalEntry,
  listBatches,
  listRuns,
  printDone,
  printEntries,
  readBatch,
  readEnd,
  readHead,
  replacedBy,
} from './journal.ts'
import { backupFolder, batchFile, documentOfBackup, endFile, isSidecarOf, runFolder, temporaryFile } from './names.ts'
import { scanCorpus } from './scan.ts'

/** What was done with one dead run. */
export interface RecoveredRun {
  readonly run: string
  /** Documents that it had prepared and that now have their new text. */
  readonly finished: readonly string[]
  /** Documents that are as they were before it. */
  readonly takenBack: readonly string[]
  /** Documents that somebody else has changed since; their backup stays. */
  readonly changed: readonly string[]
}

/** Runs that did not come to their end: asked without the lock, by `status`. */
export function unfinishedRuns(files: FileSystem, corpus: Corpus): string[] {
  return listRuns(files, corpus).filter((run) => readEnd(files, corpus, run) === null)
}

/** Brings a corpus to order before a run writes to it. Running it again, or after a crash in it, ends the same. */
export function recoverRuns(files: FileSystem, corpus: Corpus, at: string): RecoveredRun[] {
  const runs = unfinishedRuns(files, corpus)
  if (runs.length === 0) return []
  // What is about to be finished must be on disk first, as in the run itself.
  files.sync(
    corpus.root,
    runs.flatMap((run) => temporariesOf(files, corpus, run)),
  )
  const recovered = runs.map((run) => recoverRun(files, corpus, run))
  sweepCorpus(files, corpus)
  files.sync(corpus.root, [])
  for (const one of recovered) endRun(files, corpus, { run: one.run, at })
  files.sync(
    corpus.root,
    recovered.map((one) => join(corpus.root, endFile(one.run))),
  )
  return recovered
}

function recoverRun(files: FileSystem, corpus: Corpus, run: string): RecoveredRun {
  const head = readHead(files, corpus, run)
  const result = { run, finished: [] as string[], takenBack: [] as string[], changed: [] as string[] }
  // The sync of each batch covers the renames of the one before: only the last two can have lost any.
  for (const number of listBatches(files, corpus, run).slice(-2)) {
    const batch = readBatch(files, corpus, { run, number })
    const left: string[] = []
    files.alone(swapLockOf(corpus), () => {
      for (const entry of batch.entries) {
        if (batch.left?.includes(entry.document) === true) left.push(entry.document)
        // Without a whole head nothing of this run was on disk, so nothing was replaced.
        else if (head === null) left.push(takeBack(files, corpus, { entry, run, batch, result }))
        else if (!isReplaced(files, corpus, { entry, run, batch, result })) left.push(entry.document)
      }
    })
    writeBatch(files, corpus, { run, batch, left })
  }
  sweepBackups(files, corpus, backupFolder(run))
  return result
}

interface Recovery {
  readonly entry: JournalEntry
  readonly run: string
  readonly batch: JournalBatch
  readonly result: { readonly finished: string[]; readonly takenBack: string[]; readonly changed: string[] }
}

/** Decides one document by its content; true where the new text stands there in the end. */
function isReplaced(files: FileSystem, corpus: Corpus, recovery: Recovery): boolean {
  const { entry, run, batch, result } = recovery
  const temporary = pathOf(corpus, temporaryFile(entry.document, run))
  const now = checksumAt(files, pathOf(corpus, entry.document))
  if (now === entry.after && now !== entry.before) {
    finishBackup(files, corpus, entry)
    files.remove(temporary)
    if (batch.left === null) result.finished.push(entry.document)
    return true
  }
  // Replaced, and changed by its program since, as documents are.
  if (now !== entry.before && batch.left !== null) return true
  if (now !== entry.before) {
    // Not ours any more. The old text stays where it is kept, for whoever asks for it.
    finishBackup(files, corpus, entry)
    files.remove(temporary)
    result.changed.push(entry.document)
    return false
  }
  if (checksumAt(files, temporary) !== entry.after || !isBackedUp(files, corpus, entry)) {
    takeBack(files, corpus, recovery)
    return false
  }
  finishBackup(files, corpus, entry)
  files.rename(temporary, pathOf(corpus, entry.document))
  result.finished.push(entry.document)
  return true
}

function takeBack(files: FileSystem, corpus: Corpus, { entry, run, result }: Recovery): string {
  files.remove(pathOf(corpus, temporaryFile(entry.document, run)))
  removeBackup(files, corpus, entry)
  result.takenBack.push(entry.document)
  return entry.document
}

function isBackedUp(files: FileSystem, corpus: Corpus, entry: JournalEntry): boolean {
  const paths = [entry.backup, ...(entry.copy === null ? [] : [entry.copy])]
  return paths.some((path) => checksumAt(files, pathOf(corpus, path)) === entry.before)
}

/** A copy that still waits under its temporary name gets its own, unless something else has it. */
function finishBackup(files: FileSystem, corpus: Corpus, { backup, copy, before }: JournalEntry): void {
  if (copy === null) return
  const waits = checksumAt(files, pathOf(corpus, copy)) === before
  if (waits && files.facts(pathOf(corpus, backup)) === null) files.rename(pathOf(corpus, copy), pathOf(corpus, backup))
  else files.remove(pathOf(corpus, copy))
}

/** Writes what became of a batch: as a new file in the place of the old one, whose end may be torn. */
function writeBatch(
  files: FileSystem,
  corpus: Corpus,
  { run, batch, left }: { readonly run: string; readonly batch: JournalBatch; readonly left: readonly string[] },
): void {
  const path = batchFile(run, batch.number)
  const fresh = pathOf(corpus, temporaryFile(path, run))
  files.remove(fresh)
  files.writeNew(fresh, Buffer.concat([printEntries(batch.entries), printDone(left)]), null)
  files.sync(corpus.root, [fresh, ...batch.entries.map((entry) => pathOf(corpus, entry.document))])
  files.rename(fresh, pathOf(corpus, path))
}

/** Backups that no journal speaks of: second names of documents that were not replaced, and torn copies. */
function sweepBackups(files: FileSystem, corpus: Corpus, folder: string): void {
  if (files.facts(pathOf(corpus, folder)) === null) return
  for (const entry of files.list(pathOf(corpus, folder))) {
    const path = `${folder}/${entry.name}`
    if (entry.kind === 'folder') {
      sweepBackups(files, corpus, path)
      continue
    }
    const document = documentOfBackup(path.split('/').slice(4).join('/'))
    const id = files.facts(pathOf(corpus, path))?.id
    const isSecondName = id !== undefined && files.facts(pathOf(corpus, document))?.id === id
    if (isSecondName || entry.name.endsWith(temporarySuffix)) files.remove(pathOf(corpus, path))
  }
  files.removeFolder(pathOf(corpus, folder))
}

/** New texts that were never put in place, and sidecars that are second names of documents that stayed. */
/** New texts that no run will put in place any more, and second names that no journal knows. */
function sweepCorpus(files: FileSystem, corpus: Corpus): void {
  for (const found of scanCorpus(files, corpus)) {
    if (found.kind === 'leftover') removeLeftover(files, corpus, found.document)
    if (found.kind !== 'document') continue
    const path = pathOf(corpus, found.document)
    const facts = files.facts(path)
    if (facts === null || facts.links < 2) continue
    for (const { name } of files.list(dirname(path))) {
      const other = join(dirname(path), name)
      if (isSidecarOf(found.document, name) && files.facts(other)?.id === facts.id) files.remove(other)
    }
  }
}

/**
 * Takes a temporary file away that nobody will rename any more: one of a run, since the lock says that all runs but
 * ours are dead; one of a program (`live-...`), which holds no lock, only when it has not been written to for a while.
 */
export function removeLeftover(files: FileSystem, corpus: Corpus, document: string): void {
  const path = pathOf(corpus, document)
  const alive = /\.live-[^.]*\.lockstep-tmp$/.test(document) && files.facts(path)?.settled !== true
  if (!alive) files.remove(path)
}

/** A run that replaced nothing leaves nothing; any other is marked as ended. */
function endRun(files: FileSystem, corpus: Corpus, { run, at }: { readonly run: string; readonly at: string }): void {
  let replaced = 0
  for (const _ of replacedBy(files, corpus, run)) replaced++
  const folder = pathOf(corpus, runFolder(run))
  if (replaced === 0 && files.facts(pathOf(corpus, backupFolder(run))) === null) {
    removeRun(files, folder)
    return
  }
  const path = pathOf(corpus, endFile(run))
  files.remove(path)
  files.writeNew(path, Buffer.from(`${JSON.stringify({ at, replaced, recovered: true })}\n`), null)
}

/** The head goes last: without it a run counts as one that replaced nothing. */
function removeRun(files: FileSystem, folder: string): void {
  const names = files.list(folder).map((entry) => entry.name)
  for (const name of names.filter((one) => one !== 'run.json')) files.remove(join(folder, name))
  files.remove(join(folder, 'run.json'))
  files.removeFolder(folder)
}

function temporariesOf(files: FileSystem, corpus: Corpus, run: string): string[] {
  return listBatches(files, corpus, run).flatMap((number) => {
    const { entries, left } = readBatch(files, corpus, { run, number })
    return left === null ? entries.map((entry) => pathOf(corpus, temporaryFile(entry.document, run))) : []
  })
}

function checksumAt(files: FileSystem, path: string): Sha256 | null {
  const bytes = files.read(path, Infinity)?.bytes ?? null
  return bytes === null ? null : sha256Of(bytes)
}
