/** Moves a corpus to a version, or tells what that would do. Both look at every document in the same way. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import type { Signal } from '../../core/ports.ts'
import type { RunHead } from '../files/journal.ts'
import { takeBackAll } from '../files/prepare.ts'
import { recoverRuns, unfinishedRuns } from '../files/recover.ts'
import { openRun } from '../files/replace.ts'
import { type Threads, withCrew } from '../threads/crew.ts'
import { doTasks } from '../threads/tasks.ts'
import type { Walk } from '../threads/walk.ts'
import { type BatchSizes, makeBatches } from './batches.ts'
import { countVersion } from './census.ts'
import { type CorpusGoal, type OpenCorpus, batchBytesMax, batchDocumentsMax, chunkDocuments } from './open-corpus.ts'
import { type CorpusSurvey, surveyOf } from './survey.ts'
import { type CorpusAnswer, type Tally, answerOf, mergeTally, newTally, tellRefused } from './tally.ts'

export interface Progress {
  readonly seen: number
  /** How many there are; `null` while nobody knows. */
  readonly total: number | null
  readonly migrated: number
  readonly refused: number
}

export interface PlanOptions {
  readonly signal: Signal
  readonly onProgress: (progress: Progress) => void
  /** Who works on documents beside this process; nobody unless said. */
  readonly threads?: Threads | null
}

export interface RunOptions extends PlanOptions {
  readonly head: Omit<RunHead, 'format' | 'command' | 'files'>
  readonly batchDocuments?: number
}

/** What a run would do. Reads everything, writes nothing, needs no lock. */
export async function planCorpus(open: OpenCorpus, goal: CorpusGoal, options: PlanOptions): Promise<CorpusAnswer> {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const tally = newTally()
  const { signal, threads = null } = options
  const stoppedBy = await withCrew(open, { job: { goal, head: null }, threads }, (crew) =>
    doTasks(crew, {
      open,
      goal,
      run: null,
      signal,
      documentsMax: chunkDocuments,
      ownLinks: unfinished.length > 0 ? 'possible' : 'none',
      room: () => (goal.limit === null ? null : goal.limit - tally.counts.migrated),
      take: async (answer, found) => {
        mergeTally(tally, answer.tally)
        tally.counts.migrated += answer.changes
        tell(options, tally, found)
      },
      drop: () => undefined,
    }),
  )
  const survey = surveyAfter(open, tally, { goal, stoppedBy, unfinished })
  return answerOf(tally, { stoppedBy, recovered: [], unfinished, survey })
}

/** Carries it out. Whoever calls this holds the lock of the corpus. A refused document does not stop the others. */
export async function migrateCorpus(open: OpenCorpus, goal: CorpusGoal, options: RunOptions): Promise<CorpusAnswer> {
  const { files, corpus } = open
  const { signal, threads = null, batchDocuments: documentsMax = batchDocumentsMax } = options
  const recovered = recoverRuns(files, corpus, goal.now)
  const head: RunHead = { ...options.head, format: 1, command: goal.direction, files: corpus.files }
  const run = openRun(files, corpus, head)
  const tally = newTally()
  // Prepared, and not left since.
  let taken = 0
  let ahead: number | null = null
  const sizes: BatchSizes = { documentsMax, bytesMax: batchBytesMax, ahead: () => ahead }
  const batches = makeBatches(run, sizes, ({ replaced, left }) => {
    tally.counts.migrated += replaced.length
    taken -= left.length
    for (const { to: version } of replaced) countVersion(tally.census, open, { version, value: null })
    for (const one of left) {
      countVersion(tally.census, open, { version: one.from, value: null })
      tellRefused(tally, one)
    }
  })
  const work = async (): Promise<CorpusAnswer['stoppedBy']> => {
    const stoppedBy = await withCrew(open, { job: { goal, head }, threads }, (crew) =>
      doTasks(crew, {
        open,
        goal,
        run,
        signal,
        documentsMax: Math.min(chunkDocuments, documentsMax),
        ownLinks: 'none',
        room: () => (goal.limit === null ? null : goal.limit - taken),
        take: async ({ tally: part, prepared }, found) => {
          mergeTally(tally, part)
          taken += prepared.documents
          ahead = found.all ? found.documents - tally.counts.seen : null
          await batches.add(prepared, part.counts.newBytes)
          tell(options, tally, found)
        },
        drop: ({ prepared }) => takeBackAll(files, corpus, { head, parts: [prepared] }),
      }),
    )
    await batches.finish()
    return stoppedBy
  }
  let stoppedBy: CorpusAnswer['stoppedBy']
  try {
    stoppedBy = await work()
  } catch (error) {
    // What was put in place stays; what was only prepared is taken back.
    takeBackAll(files, corpus, { head, parts: await batches.abandon() })
    throw withDone(error, { run: head.run, migrated: tally.counts.migrated })
  }
  run.end(goal.now)
  const survey = surveyAfter(open, tally, { goal, stoppedBy, unfinished: [] })
  return answerOf(tally, { stoppedBy, recovered, unfinished: [], survey })
}

/** An error that ends a run, told with what stays of it. */
function withDone(error: unknown, { run, migrated }: { readonly run: string; readonly migrated: number }): unknown {
  if (!isLockstepError(error)) return error
  const state =
    migrated === 0
      ? 'no document was changed; what else it has left is swept by the next run, or by: lockstep repair finish'
      : `${migrated} documents are done, each whole, and no other was changed; the next run goes on, and lockstep restore --run ${run} takes them back`
  return error.withState(state)
}

/** Throws `space-too-small` where the new texts of a plan would not all fit beside the old ones. */
export function checkPlannedSpace({ files, corpus }: OpenCorpus, plan: CorpusAnswer): void {
  const needed = Math.ceil(plan.newBytes * 1.2) + plan.migrated * 4096
  const free = files.freeBytes(corpus.root)
  if (free < needed) throw new LockstepError('space-too-small', { place: corpus.name, needed, free })
}

function tell(
  { onProgress }: PlanOptions,
  { counts: { seen, migrated, refused } }: Tally,
  found: ReturnType<Walk['found']>,
): void {
  onProgress({ seen, total: found.all ? found.documents : null, migrated, refused })
}

function surveyAfter(
  open: OpenCorpus,
  { census, refusals }: Tally,
  rest: Pick<CorpusAnswer, 'stoppedBy' | 'unfinished'> & { readonly goal: CorpusGoal },
): CorpusSurvey | null {
  const { goal, stoppedBy, unfinished } = rest
  return goal.only === null && stoppedBy === null ? surveyOf(census, { open, refusals, unfinished }) : null
}
