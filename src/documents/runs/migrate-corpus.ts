/** Moves a corpus to a version, or tells what that would do. Both look at every document in the same way. */

import { LockstepError, assert } from '../../core/error.ts'
import type { Signal } from '../../core/ports.ts'
import type { RunHead } from '../files/journal.ts'
import { recoverRuns, removeLeftover, unfinishedRuns } from '../files/recover.ts'
import { type Replacement, openRun } from '../files/replace.ts'
import { type Found, scanCorpus } from '../files/scan.ts'
import { type Consider, type Considered, considerHere, errorOf, refusalOf } from '../threads/consider.ts'
import {
  type CorpusGoal,
  type OpenCorpus,
  batchBytesMax,
  batchDocumentsMax,
  chunkDocuments,
  nextTurn,
} from './open-corpus.ts'
import { type CorpusAnswer, type Tally, answerOf, newTally, tellLeftAlone, tellRefused } from './tally.ts'

export interface Progress {
  readonly seen: number
  readonly migrated: number
  readonly refused: number
}

export interface PlanOptions {
  readonly signal: Signal
  readonly onProgress: (progress: Progress) => void
  /** Who looks at the documents; this process unless said. Several chunks are given out at once. */
  readonly consider?: { readonly by: Consider; readonly chunksAtOnce: number }
}

export interface RunOptions extends PlanOptions {
  readonly head: Omit<RunHead, 'format' | 'command' | 'files'>
  readonly batchDocuments?: number
}

/** What a run would do. Reads everything, writes nothing, needs no lock. */
export async function planCorpus(open: OpenCorpus, goal: CorpusGoal, options: PlanOptions): Promise<CorpusAnswer> {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const tally = newTally()
  const ownLinks = unfinished.length > 0 ? 'possible' : 'none'
  let stoppedBy: CorpusAnswer['stoppedBy'] = null
  for await (const item of consideredOf(open, goal, { options, tally, ownLinks, onLeftover: null })) {
    if (options.signal.aborted) stoppedBy = 'signal'
    else if (item.state === 'migrated' && isAtLimit(goal, tally.counts.migrated)) stoppedBy = 'limit'
    if (stoppedBy !== null) break
    if (count(tally, item) !== null) tally.counts.migrated++
  }
  return answerOf(tally, { stoppedBy, recovered: [], unfinished })
}

/** Carries it out. Whoever calls this holds the lock of the corpus. A refused document does not stop the others. */
export async function migrateCorpus(open: OpenCorpus, goal: CorpusGoal, options: RunOptions): Promise<CorpusAnswer> {
  const { files, corpus } = open
  const recovered = recoverRuns(files, corpus, goal.now)
  const run = openRun(files, corpus, { ...options.head, format: 1, command: goal.direction, files: corpus.files })
  const tally = newTally()
  const batch: Replacement[] = []
  let bytes = 0
  let stoppedBy: CorpusAnswer['stoppedBy'] = null
  const flush = (): void => {
    const { replaced, left } = run.replace(batch)
    tally.counts.migrated += replaced.length
    for (const one of left) tellRefused(tally, one)
    batch.length = 0
    bytes = 0
    const { seen, migrated, refused } = tally.counts
    options.onProgress({ seen, migrated, refused })
  }
  const onLeftover = (document: string): void => removeLeftover(files, corpus, document)
  for await (const item of consideredOf(open, goal, { options, tally, ownLinks: 'none', onLeftover })) {
    if (options.signal.aborted) stoppedBy = 'signal'
    else if (item.state === 'migrated' && isAtLimit(goal, tally.counts.migrated + batch.length)) stoppedBy = 'limit'
    if (stoppedBy !== null) break
    const replacement = count(tally, item)
    if (replacement === null) continue
    batch.push(replacement)
    bytes += replacement.newBytes.length
    if (batch.length >= (options.batchDocuments ?? batchDocumentsMax) || bytes >= batchBytesMax) flush()
  }
  flush()
  run.end(goal.now)
  return answerOf(tally, { stoppedBy, recovered, unfinished: [] })
}

/** Throws `space-too-small` where the new texts of a plan would not all fit beside the old ones. */
export function checkPlannedSpace({ files, corpus }: OpenCorpus, plan: CorpusAnswer): void {
  const needed = Math.ceil(plan.newBytes * 1.2) + plan.migrated * 4096
  const free = files.freeBytes(corpus.root)
  if (free < needed) throw new LockstepError('space-too-small', { place: corpus.name, needed, free })
}

interface Reading {
  readonly options: PlanOptions
  readonly tally: Tally
  readonly ownLinks: 'possible' | 'none'
  /** Takes away what a dead run left; `null` in a plan. The lock is held, so nobody is writing it. */
  readonly onLeftover: ((document: string) => void) | null
}

/** All documents with their fate, in the order of the scan, some chunks ahead where others do the looking. */
async function* consideredOf(open: OpenCorpus, goal: CorpusGoal, reading: Reading): AsyncGenerator<Considered> {
  const { by, chunksAtOnce } = reading.options.consider ?? { by: considerHere(open, goal), chunksAtOnce: 1 }
  const waiting: Promise<readonly Considered[]>[] = []
  for (const chunk of chunksOf(open, goal, reading)) {
    const considered = considerChunk(by, chunk, reading.ownLinks)
    // Its error is thrown where it is awaited, which may be some chunks later, or never after an earlier one.
    considered.catch(() => undefined)
    waiting.push(considered)
    if (waiting.length >= chunksAtOnce) yield* (await waiting.shift()) ?? []
    const { seen, migrated, refused } = reading.tally.counts
    reading.options.onProgress({ seen, migrated, refused })
    await nextTurn()
  }
  for (const rest of waiting) yield* await rest
}

/** What the scan itself refuses keeps its place among the others. */
async function considerChunk(
  by: Consider,
  chunk: readonly Found[],
  ownLinks: Reading['ownLinks'],
): Promise<readonly Considered[]> {
  const documents = chunk.filter((found) => found.kind === 'document').map((found) => found.document)
  const considered = [...(await by(documents, ownLinks))].values()
  return chunk.map((found): Considered => {
    const { document } = found
    if (found.kind === 'refused') return { state: 'refused', document, refusal: refusalOf(found.error) }
    const one = considered.next().value
    assert(one?.document === document, `${document} was not considered`)
    return one
  })
}

function* chunksOf(open: OpenCorpus, goal: CorpusGoal, { tally, onLeftover }: Reading): Generator<readonly Found[]> {
  let chunk: Found[] = []
  for (const found of documentsOf(open, goal)) {
    if (found.kind === 'leftover') onLeftover?.(found.document)
    else if (found.kind === 'link') tally.counts.links++
    else chunk.push(found)
    if (chunk.length < chunkDocuments) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}

function* documentsOf(open: OpenCorpus, goal: CorpusGoal): Generator<Found> {
  if (goal.only === null) yield* scanCorpus(open.files, open.corpus)
  else for (const document of [...goal.only].sort()) yield { kind: 'document', document }
}

function isAtLimit(goal: CorpusGoal, migrated: number): boolean {
  return goal.limit !== null && migrated >= goal.limit
}

/** Counts a document, and gives its new text where it is to have one. */
function count(tally: Tally, item: Considered): Replacement | null {
  const { counts, ways } = tally
  const { document } = item
  counts.seen++
  switch (item.state) {
    case 'current':
      counts.current++
      return null
    case 'left-alone':
      tellLeftAlone(tally, { document, reason: item.reason })
      return null
    case 'refused':
      tellRefused(tally, { document, error: errorOf(item.refusal) })
      return null
    case 'migrated':
      ways.set(item.way, (ways.get(item.way) ?? 0) + 1)
      counts.newBytes += item.replacement.newBytes.length
      if (item.exact === false) counts.inexact++
      return item.replacement
  }
}
