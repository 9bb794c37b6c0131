/** `plan`, `up` and `down` of documents. */

import { LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { DownTarget } from '../../core/choose-down.ts'
import {
  type CorpusAnswer,
  type CorpusGoal,
  type Progress,
  checkPlannedSpace,
  migrateCorpus,
  planCorpus,
} from '../../documents/index.ts'
import type { Plan } from '../../core/plan.ts'
import { refuseUnconfirmed, type Confirmation } from '../running/confirm.ts'
import type { CorpusOutcome } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { PlanReport, RunReport, StoreReport } from '../answers/report.ts'
import type { CorpusTarget } from './corpus-target.ts'
import type { OpenedCorpus } from './opening/open-corpus.ts'
import { type DocumentsChoice, downGoal, upGoal } from './goal.ts'
import { packBeforeRun } from './keep/before-run.ts'
import { pruneAfterRun } from './keep/runs.ts'
import { whileCorpusLocked } from './locked.ts'
import { withMoved } from './moving/moved.ts'
import { type GivenPlan, choiceOfPlan, makeDocumentsPlan, refuseUnreviewed } from './moving/reviewed.ts'
import { interrupted } from './interrupted.ts'
import { headOf } from './run-head.ts'
import { type Standing, answering, standingAfter, standingOf } from './standing.ts'
import { threadsFor } from './opening/threads.ts'

export interface MovePlan {
  readonly to: string | null
  readonly choice: DocumentsChoice
}

/** What `up` would do to each document: all of its work but the writing. */
export async function planDocuments(
  target: CorpusTarget,
  { to, choice }: MovePlan,
  context: AppContext,
): Promise<CorpusOutcome<PlanReport>> {
  const none: { readonly plan: Plan | null } = { plan: null }
  return await answering(target, none, async () => {
    const open = await target.open()
    const goal = upGoal(target, open, { to, choice, context })
    const begun = context.clock.now()
    const answer = await planCorpus(open, goal, {
      signal: context.signal,
      onProgress: tell(target, context),
      threads: threadsFor(target, context),
    })
    checkPlannedSpace(open, answer)
    const ms = context.clock.now() - begun
    const plan = await makeDocumentsPlan(target, open, goal)
    const moving = { answer, goal, run: null, pack: null, ms, target }
    const { report, exits } = withMoved(await standingFrom(answer, target, open), open, moving)
    return { report: { ...report, plan }, exits }
  })
}

export interface UpDocuments extends MovePlan {
  readonly lockWaitMs: number
  readonly operator: string | null
  readonly plan: GivenPlan | null
  readonly atomic: boolean
}

export async function upDocuments(
  target: CorpusTarget,
  options: UpDocuments,
  context: AppContext,
): Promise<CorpusOutcome<RunReport>> {
  return await answering(target, { ran: [], head: null }, async () => {
    refuseUp(target, options)
    const open = await target.open()
    const { to, plan, operator, lockWaitMs } = options
    const goal = upGoal(target, open, { to, choice: choiceOfPlan(target, plan, options.choice), context })
    // Only what is seen under the lock counts.
    const review = (): Promise<void> => refuseUnreviewed(target, open, { goal, plan, operator })
    return await move(target, goal, { context, lockWaitMs, review })
  })
}

export interface DownDocuments extends Confirmation {
  readonly target: DownTarget
  readonly choice: DocumentsChoice
  readonly lockWaitMs: number
}

export async function downDocuments(
  target: CorpusTarget,
  options: DownDocuments,
  context: AppContext,
): Promise<CorpusOutcome<RunReport>> {
  return await answering(target, { ran: [], head: null }, async () => {
    if (target.policy.direction === 'forward-only') throw new LockstepError('forward-only', { store: target.name })
    refuseUnconfirmed({ target, history: { meta: null } }, options)
    const open = await target.open()
    const { documents, report } = await standingOf(target, { depth: 'versions' })
    const known = Object.keys(documents.versions).filter((one) => open.transforms.graph.versions.includes(one))
    const newest = known.at(-1) ?? report.version
    if (newest === null) return { report, exits: [] }
    const { choice } = options
    const goal = downGoal(target, open, { wanted: options.target, newest, choice, context })
    return await move(target, goal, { context, lockWaitMs: options.lockWaitMs })
  })
}

/** The present state of a corpus that nothing is done to, because a store before it has failed. */
export async function leftDocuments(target: CorpusTarget, context: AppContext): Promise<CorpusOutcome<RunReport>> {
  const message = 'not begun: another store of this run has failed'
  context.emit({ type: 'notice', store: target.name, version: null, message })
  return await answering(target, { ran: [], head: null }, async () => {
    const { report } = await standingOf(target, { depth: 'versions' })
    return { report, exits: [] }
  })
}

/** What documents cannot give is refused and not forgotten. */
function refuseUp({ name }: CorpusTarget, { atomic }: UpDocuments): void {
  if (!atomic) return
  const reason = `--atomic is for databases: the documents of store ${name} are replaced batch by batch`
  throw new LockstepError('wrong-arguments', { command: 'up', reason })
}

interface Move {
  readonly context: AppContext
  readonly lockWaitMs: number
  /** Throws where the run must not begin. */
  readonly review?: () => Promise<void>
}

async function move(
  target: CorpusTarget,
  goal: CorpusGoal,
  { context, lockWaitMs, review }: Move,
): Promise<{ readonly report: StoreReport; readonly exits: readonly ExitCode[] }> {
  const open = await target.open()
  const head = headOf(target, context)
  const begun = context.clock.now()
  const { signal } = context
  const threads = threadsFor(target, context)
  const { answer, pack } = await whileCorpusLocked(target, { context, lockWaitMs }, async () => {
    await review?.()
    const pack = await packBeforeRun(target, open, { goal, context, lockWaitMs })
    const answer = await migrateCorpus(open, goal, { head, signal, onProgress: tell(target, context), threads })
    // The last word is the whole: what was told on the way was told before it was done.
    const { seen, migrated, refused, stoppedBy } = answer
    tell(target, context)({ seen, total: stoppedBy === null ? seen : null, migrated, refused })
    if (migrated > 0) pruneAfterRun(target, open, context)
    return { answer, pack }
  })
  const run = answer.migrated === 0 ? null : head.run
  const ms = context.clock.now() - begun
  const moved = withMoved(await standingFrom(answer, target, open), open, { answer, goal, run, pack, ms, target })
  if (answer.stoppedBy !== 'signal') return moved
  // That it was stopped outweighs what was refused until then.
  return { report: { ...moved.report, error: interrupted(target, answer.migrated, context) }, exits: [] }
}

/** Who looked at all documents knows where they stand; after some of them, all are read. */
async function standingFrom({ survey }: CorpusAnswer, target: CorpusTarget, open: OpenedCorpus): Promise<Standing> {
  const depth = 'versions'
  return survey === null ? await standingOf(target, { depth }) : standingAfter(target, open, { depth, survey })
}

function tell({ name: store }: CorpusTarget, { emit }: AppContext): (progress: Progress) => void {
  return (progress) => emit({ type: 'documents-progress', store, ...progress })
}
