/** The verbs over stores of any kind. What a corpus does is loaded where one is asked. */

import { LockstepError } from '../core/error.ts'
import { answerOf } from './answers/answer.ts'
import { type AnyTarget, type CorpusOutcome, byKind, isCorpus } from './opening/by-kind.ts'
import type { AppContext } from './opening/context.ts'
import type { CorpusTarget } from './corpus/corpus-target.ts'
import type { DocumentsChoice } from './corpus/goal.ts'
import type { ReindexOptions } from './corpus/reindex/reindex.ts'
import type { RestorePack } from './corpus/keep/restore-pack.ts'
import type { RestoreDocuments } from './corpus/restore.ts'
import type { RehearseOptions, RehearseReport } from './rehearse.ts'
import { down as downDatabases, type DownOptions as DownDatabases } from './down.ts'
import { history as historyOfDatabases } from './history.ts'
import { plan as planDatabases, type PlanOptions as PlanDatabases } from './plan.ts'
import type {
  Answer,
  HistoryReport,
  PlanReport,
  RestoreReport,
  RunReport,
  StoreReport,
  VerifyReport,
} from './answers/report.ts'
import { status as statusOfDatabases } from './status.ts'
import { up as upDatabases, type UpOptions as UpDatabases } from './up.ts'
import { verify as verifyDatabases, type VerifyOptions as VerifyDatabases } from './verify.ts'

export type { DocumentsChoice } from './corpus/goal.ts'
export type { ReindexOptions } from './corpus/reindex/reindex.ts'

interface Choosing {
  /** Which documents; `null` or absent: all. Refused where a database is asked too. */
  readonly documents?: DocumentsChoice | null
}

export type PlanOptions = PlanDatabases & Choosing
export type UpOptions = UpDatabases & Choosing
export type DownOptions = DownDatabases & Choosing

export interface VerifyOptions extends VerifyDatabases {
  /** Recompute what documents say of the files beside them. */
  readonly inputs?: 'checked' | 'passed over'
}

export async function status(targets: readonly AnyTarget[], context: AppContext): Promise<Answer> {
  return await byKind<StoreReport>(targets, {
    command: 'status',
    databases: (some) => statusOfDatabases(some, context),
    corpus: async (one) => await (await looking()).statusOfDocuments(one),
  })
}

export async function history(targets: readonly AnyTarget[], context: AppContext): Promise<Answer<HistoryReport>> {
  return await byKind(targets, {
    command: 'history',
    databases: (some) => historyOfDatabases(some, context),
    corpus: async (one) => await (await looking()).historyOfDocuments(one, context),
  })
}

export async function verify(
  targets: readonly AnyTarget[],
  { head, inputs = 'passed over' }: VerifyOptions,
  context: AppContext,
): Promise<Answer<VerifyReport>> {
  if (inputs === 'checked') expectCorpora(targets, { command: 'verify', flag: '--inputs' })
  return await byKind(targets, {
    command: 'verify',
    databases: (some) => verifyDatabases(some, { head }, context),
    corpus: async (one) => await (await looking()).verifyDocuments(one, { head, inputs }),
  })
}

export async function plan(
  targets: readonly AnyTarget[],
  { to, documents }: PlanOptions,
  context: AppContext,
): Promise<Answer<PlanReport>> {
  const choice = choiceOf(targets, documents, 'plan')
  return await byKind(targets, {
    command: 'plan',
    databases: (some) => planDatabases(some, { to }, context),
    corpus: async (one) => await (await moving()).planDocuments(one, { to, choice }, context),
  })
}

export async function up(
  targets: readonly AnyTarget[],
  { documents, ...wanted }: UpOptions,
  context: AppContext,
): Promise<Answer<RunReport>> {
  // A plan goes as far as it was made to go.
  const options = { ...wanted, to: wanted.to ?? wanted.plan?.saved.to ?? null }
  const choice = choiceOf(targets, documents, 'up')
  return await asOneRun(targets, { command: 'up', context }, (inner) => ({
    databases: (some) => upDatabases(some, options, inner),
    corpus: async (one) => await (await moving()).upDocuments(one, { ...options, choice }, inner),
  }))
}

export async function down(
  targets: readonly AnyTarget[],
  { documents, ...options }: DownOptions,
  context: AppContext,
): Promise<Answer<RunReport>> {
  const choice = choiceOf(targets, documents, 'down')
  return await asOneRun(targets, { command: 'down', context }, (inner) => ({
    databases: (some) => downDatabases(some, options, inner),
    corpus: async (one) => await (await moving()).downDocuments(one, { ...options, choice }, inner),
  }))
}

export async function rehearse(
  targets: readonly AnyTarget[],
  options: RehearseOptions,
  context: AppContext,
): Promise<Answer<RehearseReport>> {
  return await byKind<RehearseReport>(targets, {
    command: 'rehearse',
    databases: async (some) => await (await import('./rehearse.ts')).rehearse(some, options, context),
    corpus: async (one) => await (await import('./corpus/rehearse.ts')).rehearseDocuments(one, context),
  })
}

/** Rebuilds the tables of the corpora that have one; every other store is passed over, for it has nothing to rebuild. */
export async function reindex(
  targets: readonly AnyTarget[],
  options: ReindexOptions,
  context: AppContext,
): Promise<Answer> {
  const corpora = targets.filter(isCorpus)
  if (corpora.length === 0) {
    const reason = 'it rebuilds a table from documents, and none of these stores holds any'
    throw new LockstepError('wrong-arguments', { command: 'reindex', reason })
  }
  const indexed = corpora.filter((one) => one.corpus.index !== null)
  const { reindexDocuments } = await import('./corpus/reindex/reindex.ts')
  return await byKind<StoreReport>(indexed.length === 0 ? corpora : indexed, {
    command: 'reindex',
    databases: () => Promise.resolve(answerOf('reindex', [], [])),
    corpus: (one) => reindexDocuments(one, options, context),
  })
}

/** Which run over documents is to be taken back; a database is put back from a backup instead (`backup/restore.ts`). */
export async function restoreCorpus(
  target: CorpusTarget,
  options: RestoreDocuments,
  context: AppContext,
): Promise<Answer<RestoreReport>> {
  const { restoreDocuments } = await restoring()
  const { report, exits } = await restoreDocuments(target, options, context)
  return answerOf('restore', [report], exits)
}

/** Documents out of a backup of the whole corpus. */
export async function restoreFromPack(
  target: CorpusTarget,
  options: RestorePack,
  context: AppContext,
): Promise<Answer<RestoreReport>> {
  const { restorePack } = await import('./corpus/keep/restore-pack.ts')
  const { report, exits } = await restorePack(target, options, context)
  return answerOf('restore', [report], exits)
}

const restoring = () => import('./corpus/restore.ts')
const looking = () => import('./corpus/look.ts')
const moving = () => import('./corpus/move.ts')

interface RunHalves {
  readonly databases: (targets: Parameters<typeof upDatabases>[0]) => Promise<Answer<RunReport>>
  readonly corpus: (target: CorpusTarget) => Promise<CorpusOutcome<RunReport>>
}

/** One run has one beginning and one end, whatever kinds of store it goes over. */
async function asOneRun(
  targets: readonly AnyTarget[],
  { command, context }: { readonly command: string; readonly context: AppContext },
  halvesWith: (inner: AppContext) => RunHalves,
): Promise<Answer<RunReport>> {
  const halves = {
    command,
    afterFailure: async (one: CorpusTarget) => await (await moving()).leftDocuments(one, context),
  }
  if (!targets.some(isCorpus)) return await byKind(targets, { ...halves, ...halvesWith(context) })
  const { runId } = context.author
  const inner: AppContext = {
    ...context,
    emit: (event) => {
      if (event.type !== 'run-started' && event.type !== 'run-finished') context.emit(event)
    },
  }
  context.emit({ type: 'run-started', runId, command, stores: targets.map((one) => one.name) })
  const answer = await byKind(targets, { ...halves, ...halvesWith(inner) })
  context.emit({ type: 'run-finished', runId, ok: answer.ok, exit: answer.exit })
  return answer
}

/** A choice of documents must not be passed over where a database would be moved as a whole. */
function choiceOf(
  targets: readonly AnyTarget[],
  documents: DocumentsChoice | null | undefined,
  command: string,
): DocumentsChoice {
  const choice = documents ?? { only: [], limit: null, workingFolder: '.' }
  if (choice.only.length > 0) expectCorpora(targets, { command, flag: '--only' })
  if (choice.limit !== null) expectCorpora(targets, { command, flag: '--limit' })
  return choice
}

function expectCorpora(targets: readonly AnyTarget[], { command, flag }: { command: string; flag: string }): void {
  const database = targets.find((one) => !isCorpus(one))
  if (database === undefined) return
  const reason = `${flag} is for documents, and store ${database.name} is a database; say --store <store of documents>`
  throw new LockstepError('wrong-arguments', { command, reason })
}
