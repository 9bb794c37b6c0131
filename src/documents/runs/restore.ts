/** Puts documents back as a run found them, byte for byte. A restore is a run of its own: it too can be taken back. */

import { dirname } from 'node:path'
import { LockstepError, isLockstepError } from '../../core/error.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { readBackup } from '../files/backup.ts'
import { type Corpus, fileOf, isReachedPlainly, pathOf, swapLockOf } from '../files/corpus.ts'
import { type FileFacts, type FileSystem, systemCode } from '../files/file-system.ts'
import { type JournalEntry, listRuns, readHead, replacedBy } from '../files/journal.ts'
import { temporaryFile } from '../files/names.ts'
import { type RecoveredRun, recoverRuns } from '../files/recover.ts'
import { type LeftDocument, type Replacement, asDiskFull, unwritable } from '../files/prepare.ts'
import { openRun } from '../files/replace.ts'
import type { RunOptions } from './migrate-corpus.ts'
import { type CorpusPlace, batchBytesMax, chunkDocuments, nextTurn, refusalsShownMax } from './open-corpus.ts'
import { readBytes } from './read-document.ts'

/** As many documents as one batch puts back: their texts wait in memory. */
const restoredDocumentsMax = 2000

export interface RestoreGoal {
  /** The run to take back. */
  readonly run: string
  /** Documents relative to the root; `null` for all that the run replaced. */
  readonly only: readonly string[] | null
  /** A document that was changed since the run: left as it is, or put back all the same (its present text is kept). */
  readonly changedSince: 'leave' | 'replace'
  readonly now: string
}

export interface RestoreAnswer {
  readonly restored: number
  /** They have the old bytes already. */
  readonly asBefore: number
  readonly refused: number
  readonly refusals: readonly LeftDocument[]
  readonly recovered: readonly RecoveredRun[]
  /** `signal`: not all that were to be restored were looked at. */
  readonly stoppedBy: 'signal' | null
}

/** The newest run that replaced a document; `null` where none did. */
export function lastRunOf({ files, corpus }: CorpusPlace, document: string): string | null {
  const heads = listRuns(files, corpus).map((run) => readHead(files, corpus, run))
  const newestFirst = heads.filter((head) => head !== null).sort((a, b) => (a.at < b.at ? 1 : -1))
  for (const { run } of newestFirst) {
    for (const entry of replacedBy(files, corpus, run)) if (entry.document === document) return run
  }
  return null
}

/** What a restore would do, counted without writing; the same answer as `restoreRun` gives. */
export function planRestore(open: CorpusPlace, goal: RestoreGoal): Omit<RestoreAnswer, 'recovered' | 'stoppedBy'> {
  const tally = newTally()
  for (const text of textsOfRun(open, goal)) if (itemOf(open, text, { goal, tally }) !== null) tally.restored++
  return tally
}

/** Carries it out. Whoever calls this holds the lock of the corpus. */
export async function restoreRun(open: CorpusPlace, goal: RestoreGoal, options: RunOptions): Promise<RestoreAnswer> {
  return await restoreTexts(open, { ...goal, texts: textsOfRun(open, goal) }, options)
}

/** A text that is to stand in a document again. */
export interface OldText {
  readonly document: string
  readonly sha256: Sha256
  /** What the document holds unless somebody has changed it since; `null` where whatever it holds is replaced. */
  readonly leftAs: Sha256 | null
  /** The versions now and then, for the journal. */
  readonly versions: { readonly from: string; readonly to: string }
  /** Throws where it is not to be had any more. */
  readonly read: () => { readonly bytes: Uint8Array; readonly facts: FileFacts }
}

export interface RestoreTexts extends Pick<RestoreGoal, 'run' | 'changedSince' | 'now'> {
  readonly texts: Iterable<OldText> | AsyncIterable<OldText>
}

/** Puts texts back, wherever they come from. Whoever calls this holds the lock of the corpus. */
export async function restoreTexts(open: CorpusPlace, goal: RestoreTexts, options: RunOptions): Promise<RestoreAnswer> {
  const { files, corpus } = open
  const recovered = recoverRuns(files, corpus, goal.now)
  const run = openRun(files, corpus, { ...options.head, format: 1, command: 'restore', files: corpus.files })
  const tally = newTally()
  const batch: Item[] = []
  let bytes = 0
  const flush = (): void => {
    const { replaced, left } = run.replace(
      batch.filter((item) => item.kind === 'replace').map((item) => item.replacement),
    )
    tally.restored += replaced.length
    for (const one of left) refuse(tally, one)
    const { made, left: leftGone } = recreate(files, corpus, {
      run: options.head.run,
      items: batch.filter((item) => item.kind === 'recreate'),
    })
    tally.restored += made
    for (const one of leftGone) refuse(tally, one)
    batch.length = 0
    bytes = 0
    const done = tally.restored + tally.asBefore + tally.refused
    options.onProgress({ seen: done, total: null, migrated: tally.restored, refused: tally.refused })
  }
  let seen = 0
  let stoppedBy: RestoreAnswer['stoppedBy'] = null
  for await (const text of goal.texts) {
    if (seen++ % chunkDocuments === 0) await nextTurn()
    if (options.signal.aborted) {
      stoppedBy = 'signal'
      break
    }
    const item = itemOf(open, text, { goal, tally })
    if (item === null) continue
    batch.push(item)
    bytes += item.kind === 'replace' ? item.replacement.newBytes.length : item.bytes.length
    if (batch.length >= (options.batchDocuments ?? restoredDocumentsMax) || bytes >= batchBytesMax) flush()
  }
  flush()
  run.end(goal.now)
  return { ...tally, recovered, stoppedBy }
}

type Item =
  | { readonly kind: 'replace'; readonly replacement: Replacement }
  /** The document is gone: nothing is replaced, so nothing needs a journal. */
  | { readonly kind: 'recreate'; readonly document: string; readonly facts: FileFacts; readonly bytes: Uint8Array }

type Recreate = Extract<Item, { kind: 'recreate' }>

function newTally(): Tally {
  return { restored: 0, asBefore: 0, refused: 0, refusals: [] }
}

/** Puts documents back that are gone: whole and on disk first, then under their name, unless that is taken by now. */
function recreate(
  files: FileSystem,
  corpus: Corpus,
  { run, items }: { readonly run: string; readonly items: readonly Recreate[] },
): { readonly made: number; readonly left: readonly LeftDocument[] } {
  const left: LeftDocument[] = []
  const written = items.filter((item) => {
    const error = writeBeside(files, corpus, { run, item })
    if (error !== null) left.push({ document: item.document, error })
    return error === null
  })
  if (written.length === 0) return { made: 0, left }
  const temporaryOf = ({ document }: Recreate): string => pathOf(corpus, temporaryFile(document, run))
  files.sync(corpus.root, written.map(temporaryOf))
  files.alone(swapLockOf(corpus), () => {
    for (const item of written) {
      const path = pathOf(corpus, item.document)
      if (files.facts(path) === null) files.rename(temporaryOf(item), path)
      else {
        files.remove(temporaryOf(item))
        const error = new LockstepError('document-changed-meanwhile', { file: fileOf(corpus, item.document) })
        left.push({ document: item.document, error })
      }
    }
  })
  files.sync(
    corpus.root,
    written.map((item) => pathOf(corpus, item.document)),
  )
  return { made: items.length - left.length, left }
}

/** What stops one document does not stop the others; a full disk stops all. */
function writeBeside(
  files: FileSystem,
  corpus: Corpus,
  { run, item }: { readonly run: string; readonly item: Recreate },
): LockstepError | null {
  try {
    files.makeFolder(dirname(pathOf(corpus, item.document)))
    files.writeNew(pathOf(corpus, temporaryFile(item.document, run)), item.bytes, item.facts)
    return null
  } catch (error) {
    const full = asDiskFull(error, corpus)
    if (full !== error || systemCode(error) === null) throw full
    return unwritable(corpus, item.document, error)
  }
}

type Tally = { restored: number; asBefore: number; refused: number; refusals: LeftDocument[] }

function* textsOfRun(open: CorpusPlace, goal: RestoreGoal): Generator<OldText> {
  const { files, corpus } = open
  const known = listRuns(files, corpus)
  if (!known.includes(goal.run)) throw new LockstepError('run-unknown', { run: goal.run, known })
  const only = goal.only === null ? null : new Set(goal.only)
  for (const entry of replacedBy(files, corpus, goal.run)) {
    if (only === null || only.has(entry.document)) yield textOf(open, entry)
  }
}

function textOf({ files, corpus }: CorpusPlace, entry: JournalEntry): OldText {
  const { document, before: sha256, after: leftAs, from, to } = entry
  const versions = { from: to, to: from }
  return { document, sha256, leftAs, versions, read: () => readBackup(files, corpus, entry) }
}

function itemOf(
  open: CorpusPlace,
  { document, sha256, leftAs, versions, read }: OldText,
  { goal, tally }: { readonly goal: Pick<RestoreGoal, 'run' | 'changedSince'>; readonly tally: Tally },
): Item | null {
  try {
    if (!isReachedPlainly(open.files, open.corpus, document)) throw behindLink(open.corpus, document)
    if (open.files.facts(pathOf(open.corpus, document)) === null) return { kind: 'recreate', document, ...read() }
    const found = readBytes(open, document, 'none')
    if (!found.ok) return refuse(tally, { document, error: found.error })
    const now = sha256Of(found.bytes)
    if (now === sha256) {
      tally.asBefore++
      return null
    }
    if (leftAs !== null && now !== leftAs && goal.changedSince === 'leave') {
      throw new LockstepError('document-changed-since', { file: fileOf(open.corpus, document), run: goal.run })
    }
    const { facts } = found
    return {
      kind: 'replace',
      replacement: { document, facts, before: now, newBytes: read().bytes, after: sha256, ...versions },
    }
  } catch (error) {
    if (isLockstepError(error)) return refuse(tally, { document, error })
    throw error
  }
}

function behindLink(corpus: Corpus, document: string): LockstepError {
  const reason = 'a folder above it is a link, or no folder'
  return new LockstepError('document-not-plain', { file: fileOf(corpus, document), reason })
}

function refuse(tally: Tally, refusal: LeftDocument): null {
  tally.refused++
  if (tally.refusals.length < refusalsShownMax) tally.refusals.push(refusal)
  return null
}
