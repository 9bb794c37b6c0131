/** Puts documents back as a run found them, byte for byte. A restore is a run of its own: it too can be taken back. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import { sha256Of } from '../json/canonical.ts'
import { readBackup } from '../files/backup.ts'
import { fileOf } from '../files/corpus.ts'
import { type JournalEntry, listRuns, readHead, replacedBy } from '../files/journal.ts'
import { type RecoveredRun, recoverRuns } from '../files/recover.ts'
import { type LeftDocument, type Replacement, openRun } from '../files/replace.ts'
import type { RunOptions } from './migrate-corpus.ts'
import { type OpenCorpus, batchBytesMax, batchDocumentsMax, refusalsShownMax } from './open-corpus.ts'
import { readBytes } from './read-document.ts'

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
}

/** The newest run that replaced a document; `null` where none did. */
export function lastRunOf({ files, corpus }: OpenCorpus, document: string): string | null {
  const heads = listRuns(files, corpus).map((run) => readHead(files, corpus, run))
  const newestFirst = heads.filter((head) => head !== null).sort((a, b) => (a.at < b.at ? 1 : -1))
  for (const { run } of newestFirst) {
    for (const entry of replacedBy(files, corpus, run)) if (entry.document === document) return run
  }
  return null
}

/** What a restore would do, counted without writing; the same answer as `restoreRun` gives. */
export function planRestore(open: OpenCorpus, goal: RestoreGoal): Omit<RestoreAnswer, 'recovered'> {
  const tally = { restored: 0, asBefore: 0, refused: 0, refusals: [] as LeftDocument[] }
  for (const item of itemsOf(open, goal, tally)) if (item !== null) tally.restored++
  return tally
}

/** Carries it out. Whoever calls this holds the lock of the corpus. */
export function restoreRun(open: OpenCorpus, goal: RestoreGoal, options: RunOptions): RestoreAnswer {
  const { files, corpus } = open
  const recovered = recoverRuns(files, corpus, goal.now)
  const run = openRun(files, corpus, { ...options.head, format: 1, command: 'restore', files: corpus.files })
  const tally = { restored: 0, asBefore: 0, refused: 0, refusals: [] as LeftDocument[] }
  let batch: Replacement[] = []
  let bytes = 0
  const flush = (): void => {
    const { replaced, left } = run.replace(batch)
    tally.restored += replaced.length
    for (const one of left) refuse(tally, one)
    batch = []
    bytes = 0
    options.onProgress({
      seen: tally.restored + tally.asBefore + tally.refused,
      migrated: tally.restored,
      refused: tally.refused,
    })
  }
  for (const item of itemsOf(open, goal, tally)) {
    if (options.signal.aborted) break
    if (item === null) continue
    batch.push(item)
    bytes += item.newBytes.length
    if (batch.length >= (options.batchDocuments ?? batchDocumentsMax) || bytes >= batchBytesMax) flush()
  }
  flush()
  run.end(goal.now)
  return { ...tally, recovered }
}

type Tally = { asBefore: number; refused: number; refusals: LeftDocument[] }

function* itemsOf(open: OpenCorpus, goal: RestoreGoal, tally: Tally): Generator<Replacement | null> {
  const { files, corpus } = open
  const known = listRuns(files, corpus)
  if (!known.includes(goal.run)) throw new LockstepError('run-unknown', { run: goal.run, known })
  const only = goal.only === null ? null : new Set(goal.only)
  for (const entry of replacedBy(files, corpus, goal.run)) {
    if (only === null || only.has(entry.document)) yield itemOf(open, entry, { goal, tally })
  }
}

function itemOf(
  open: OpenCorpus,
  entry: JournalEntry,
  { goal, tally }: { readonly goal: RestoreGoal; readonly tally: Tally },
): Replacement | null {
  const { document, before, after } = entry
  const found = readBytes(open, document, 'none')
  if (!found.ok) return refuse(tally, { document, error: found.error })
  const now = sha256Of(found.bytes)
  if (now === before) {
    tally.asBefore++
    return null
  }
  if (now !== after && goal.changedSince === 'leave') {
    const error = new LockstepError('document-changed-since', { file: fileOf(open.corpus, document), run: goal.run })
    return refuse(tally, { document, error })
  }
  try {
    const backup = readBackup(open.files, open.corpus, entry)
    const newBytes = backup.bytes
    return {
      document,
      facts: found.facts,
      bytes: found.bytes,
      before: now,
      newBytes,
      after: before,
      from: entry.to,
      to: entry.from,
    }
  } catch (error) {
    if (isLockstepError(error)) return refuse(tally, { document, error })
    throw error
  }
}

function refuse(tally: Tally, refusal: LeftDocument): null {
  tally.refused++
  if (tally.refusals.length < refusalsShownMax) tally.refusals.push(refusal)
  return null
}
