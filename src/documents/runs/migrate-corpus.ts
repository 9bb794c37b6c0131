/** Moves a corpus to a version, or tells what that would do. Both look at every document in the same way. */

import { LockstepError } from '../../core/error.ts'
import type { Direction } from '../../core/migration.ts'
import type { Signal } from '../../core/ports.ts'
import { fileOf, pathOf } from '../files/corpus.ts'
import type { RunHead } from '../files/journal.ts'
import { type RecoveredRun, recoverRuns, unfinishedRuns } from '../files/recover.ts'
import { type LeftDocument, type OpenRun, type Replacement, openRun } from '../files/replace.ts'
import { type Found, scanCorpus } from '../files/scan.ts'
import { type MigratedDocument, migrateDocument } from '../migrate/migrate-document.ts'
import { type OpenCorpus, batchBytesMax, batchDocumentsMax, refusalsShownMax } from './open-corpus.ts'
import { readDocument } from './read-document.ts'

export interface CorpusGoal {
  readonly direction: Direction
  readonly to: string
  /** Documents by name, relative to the root; `null` for all. */
  readonly only: readonly string[] | null
  /** As many documents as may change; `null` for all. */
  readonly limit: number | null
  /** ISO 8601; the time of the run, and of every history entry. */
  readonly now: string
}

export interface Progress {
  readonly seen: number
  readonly migrated: number
  readonly refused: number
}

/** What a run did, or what a plan would do. The parts add up to `seen`. */
export interface CorpusAnswer {
  readonly seen: number
  readonly migrated: number
  /** At the goal, or beyond it. */
  readonly current: number
  readonly leftAlone: number
  readonly refused: number
  /** Documents by the way that they go: `1.0.0 -> 1.1.0`. */
  readonly ways: ReadonlyMap<string, number>
  /** Downs that did not give the bytes from before the up. */
  readonly inexact: number
  /** The first of all that were refused or left alone, each with its reason. */
  readonly refusals: readonly LeftDocument[]
  readonly leftAloneShown: readonly { readonly document: string; readonly reason: string }[]
  /** Symbolic links, which are not followed. */
  readonly links: number
  /** Bytes that all new texts need beside the old ones. */
  readonly newBytes: number
  /** `limit`: there are more documents to migrate; `signal`: stopped between two batches. */
  readonly stoppedBy: 'limit' | 'signal' | null
  readonly recovered: readonly RecoveredRun[]
  /** Dead runs that the next run will finish or sweep; only a plan finds any. */
  readonly unfinished: readonly string[]
}

type Counted = 'seen' | 'migrated' | 'current' | 'leftAlone' | 'refused' | 'inexact' | 'links' | 'newBytes'
type Tally = Record<Counted, number>

interface Work {
  readonly open: OpenCorpus
  readonly goal: CorpusGoal
  readonly tally: Tally
  readonly ways: Map<string, number>
  readonly refusals: LeftDocument[]
  readonly leftAloneShown: { document: string; reason: string }[]
  readonly ownLinks: 'possible' | 'none'
}

/** What a run would do. Reads everything, writes nothing, needs no lock. */
export function planCorpus(open: OpenCorpus, goal: CorpusGoal): CorpusAnswer {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const work = beginWork(open, goal, unfinished.length > 0 ? 'possible' : 'none')
  let stoppedBy: CorpusAnswer['stoppedBy'] = null
  for (const found of documentsOf(open, goal)) {
    if (isAtLimit(work)) stoppedBy = 'limit'
    if (stoppedBy !== null) break
    const item = consider(work, found)
    if (item !== null) work.tally.migrated++
  }
  return answerOf(work, { stoppedBy, recovered: [], unfinished })
}

export interface RunOptions {
  readonly head: Omit<RunHead, 'format' | 'command' | 'files'>
  readonly signal: Signal
  readonly onProgress: (progress: Progress) => void
  readonly batchDocuments?: number
}

/** Carries it out. Whoever calls this holds the lock of the corpus. A refused document does not stop the others. */
export function migrateCorpus(open: OpenCorpus, goal: CorpusGoal, options: RunOptions): CorpusAnswer {
  const { files, corpus } = open
  const recovered = recoverRuns(files, corpus, goal.now)
  const run = openRun(files, corpus, { ...options.head, format: 1, command: goal.direction, files: corpus.files })
  const work = beginWork(open, goal, 'none')
  let batch: Replacement[] = []
  let bytes = 0
  let stoppedBy: CorpusAnswer['stoppedBy'] = null
  const flush = (): void => {
    replaceAll(work, run, batch)
    batch = []
    bytes = 0
    const { seen, migrated, refused } = work.tally
    options.onProgress({ seen, migrated, refused })
  }
  for (const found of documentsOf(open, goal)) {
    if (options.signal.aborted) stoppedBy = 'signal'
    else if (isAtLimit(work, batch.length)) stoppedBy = 'limit'
    if (stoppedBy !== null) break
    // Whoever wrote it is dead: this run has the lock, and none of its own stand there between two batches.
    if (found.kind === 'leftover') files.remove(pathOf(corpus, found.document))
    const item = consider(work, found)
    if (item === null) continue
    batch.push(item)
    bytes += item.newBytes.length
    if (batch.length >= (options.batchDocuments ?? batchDocumentsMax) || bytes >= batchBytesMax) flush()
  }
  flush()
  run.end(goal.now)
  return answerOf(work, { stoppedBy, recovered, unfinished: [] })
}

function beginWork(open: OpenCorpus, goal: CorpusGoal, ownLinks: Work['ownLinks']): Work {
  const tally = { seen: 0, migrated: 0, current: 0, leftAlone: 0, refused: 0, inexact: 0, links: 0, newBytes: 0 }
  return { open, goal, tally, ways: new Map(), refusals: [], leftAloneShown: [], ownLinks }
}

function* documentsOf(open: OpenCorpus, goal: CorpusGoal): Generator<Found> {
  if (goal.only === null) yield* scanCorpus(open.files, open.corpus)
  else for (const document of [...goal.only].sort()) yield { kind: 'document', document }
}

function isAtLimit({ goal, tally }: Work, waiting = 0): boolean {
  return goal.limit !== null && tally.migrated + waiting >= goal.limit
}

/** Counts a document, and gives its new text where it is to have one. */
function consider(work: Work, found: Found): Replacement | null {
  const { open, goal, tally } = work
  if (found.kind === 'leftover') return null
  if (found.kind === 'link') {
    tally.links++
    return null
  }
  tally.seen++
  const { document } = found
  if (found.kind === 'refused') return refuse(work, { document, error: found.error })
  const read = readDocument(open, document, work.ownLinks)
  if (!read.ok) return refuse(work, { document, error: read.error })
  const outcome = migrateDocument(read.parsed, { ...open, ...goal, purity: 'once' })
  switch (outcome.state) {
    case 'current':
      tally.current++
      return null
    case 'left-alone':
      tally.leftAlone++
      if (work.leftAloneShown.length < refusalsShownMax) work.leftAloneShown.push({ document, reason: outcome.reason })
      return null
    case 'refused':
      return refuse(work, { document, error: outcome.error })
    case 'migrated':
      return { document, facts: read.facts, bytes: read.parsed.bytes, ...replacementOf(work, outcome) }
  }
}

function replacementOf(work: Work, made: MigratedDocument): Omit<Replacement, 'document' | 'facts' | 'bytes'> {
  const way = made.path.join(' -> ')
  work.ways.set(way, (work.ways.get(way) ?? 0) + 1)
  work.tally.newBytes += made.bytes.length
  if (made.exact === false) work.tally.inexact++
  return { before: made.before, newBytes: made.bytes, after: made.after, from: made.from, to: made.to }
}

function refuse({ tally, refusals }: Work, refusal: LeftDocument): null {
  tally.refused++
  if (refusals.length < refusalsShownMax) refusals.push(refusal)
  return null
}

function replaceAll(work: Work, run: OpenRun, batch: readonly Replacement[]): void {
  const { replaced, left } = run.replace(batch)
  work.tally.migrated += replaced.length
  for (const one of left) refuse(work, one)
}

function answerOf(
  { tally, ways, refusals, leftAloneShown }: Work,
  rest: Pick<CorpusAnswer, 'stoppedBy' | 'recovered' | 'unfinished'>,
): CorpusAnswer {
  return { ...tally, ways, refusals, leftAloneShown, ...rest }
}

/** Throws `space-too-small` where the new texts of a plan would not all fit beside the old ones. */
export function checkPlannedSpace(open: OpenCorpus, plan: CorpusAnswer): void {
  const needed = Math.ceil(plan.newBytes * 1.2) + plan.migrated * 4096
  const free = open.files.freeBytes(open.corpus.root)
  if (free < needed) throw new LockstepError('space-too-small', { place: fileOf(open.corpus, ''), needed, free })
}
