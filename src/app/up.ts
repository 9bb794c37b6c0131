/** `up`: judge, plan, lock, judge again, carry out, record. Every store of one run is locked before the first changes. */

import type { ExitCode } from '../core/errors/entry.ts'
import { historyFormat, type Meta } from '../core/history.ts'
import type { Plan } from '../core/plan.ts'
import { makeEngine, moved, nextRow, type Engine } from '../engine/engine.ts'
import { askBeside } from './opening/beside.ts'
import { answerOf, exitOfVerdict, failedReport, reportOf } from './answers/answer.ts'
import { makeRunBackups, type RunBackups } from './backup/of-run.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { driftBeforeRun, recordShape } from './running/drift.ts'
import { judgeWaiting } from './running/judge-waiting.ts'
import type { Locked } from './running/locked.ts'
import { whileAllLockedAgain } from './running/again.ts'
import { planFor, type SavedPlan } from './plan.ts'
import { prepare, refuseForeign, type Prepared } from './running/prepare.ts'
import { refuseStalePlan, refuseWithoutOperator } from './running/reviewed.ts'
import type { Answer, RunReport } from './answers/report.ts'
import { lookUp, makeRun, stopRun, type Run } from './running/run.ts'
import { runAll } from './running/run-all.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'

export interface UpOptions {
  readonly to: string | null
  /** A saved plan and the file it came from. */
  readonly plan: { readonly file: string; readonly saved: SavedPlan } | null
  /** One transaction a store. */
  readonly atomic: boolean
  /** Go ahead beside tables of others. */
  readonly intoExisting: boolean
  /** Make a database that does not exist. */
  readonly create: boolean
  /** Wait this long for a server that is still starting. */
  readonly waitMs: number
  readonly lockWaitMs: number
  readonly operator: string | null
}

export const defaultUpOptions: UpOptions = {
  to: null,
  plan: null,
  atomic: false,
  intoExisting: false,
  create: false,
  waitMs: 0,
  lockWaitMs: 60_000,
  operator: null,
}

export async function up(
  targets: readonly Target[],
  options: UpOptions,
  context: AppContext,
): Promise<Answer<RunReport>> {
  const stores = targets.map((target) => target.name)
  context.emit({ type: 'run-started', runId: context.author.runId, command: 'up', stores })
  const answer = await upQuietly(targets, options, context)
  context.emit({ type: 'run-finished', runId: context.author.runId, ok: answer.ok, exit: answer.exit })
  return answer
}

async function upQuietly(
  targets: readonly Target[],
  options: UpOptions,
  context: AppContext,
): Promise<Answer<RunReport>> {
  const run = makeRun(targets.map((target) => target.name))
  const judged: Judged[] = []
  for (const target of targets) {
    try {
      judged.push(await judgeWaiting(target, options, context))
    } catch (error) {
      if (context.signal.aborted) {
        stopRun(run, error, context)
        return await finalAnswer(targets, judged, run)
      }
      run.failed.set(target.name, error)
    }
  }
  const beside = await askBeside(judged, run, context)
  const refused = new Map([...refusals(judged, options, beside), ...run.failed])
  if (refused.size > 0) return refusedAnswer(targets, judged, refused)
  const waiting = judged.filter((one) => one.judgement.pending.length > 0)
  if (waiting.length > 0) {
    const all = judged.map((one) => one.target)
    const { lockWaitMs } = options
    const backups = makeRunBackups({ run, context, lockWaitMs })
    await whileAllLockedAgain(all, { run, context, lockWaitMs }, (locked) =>
      runLocked(locked, { run, options, context, backups, beside }),
    )
  }
  return await finalAnswer(targets, judged, run)
}

/** Why nothing may run, by store. */
function refusals(judged: readonly Judged[], options: UpOptions, beside: readonly Judged[]): Map<string, unknown> {
  const refused = new Map<string, unknown>(prepare(judged, options, beside).refused)
  for (const one of judged) {
    const { name } = one.target
    if (refused.has(name) || one.judgement.pending.length === 0) continue
    const error = refuseWithoutOperator(one, options) ?? (options.intoExisting ? null : refuseForeign(one))
    if (error !== null) refused.set(name, error)
  }
  return refused
}

function refusedAnswer(
  targets: readonly Target[],
  judged: readonly Judged[],
  refused: ReadonlyMap<string, unknown>,
): Answer<RunReport> {
  const reports = targets.map((target): RunReport => {
    const found = judged.find((one) => one.target === target)
    const error = refused.get(target.name)
    const report = found === undefined ? failedReport(target, error) : reportOf(found)
    const head = found?.history.head?.hash ?? null
    return { ...report, ran: [], head, error: error === undefined ? null : failedReport(target, error).error }
  })
  return answerOf('up', reports, [])
}

interface Running {
  readonly run: Run
  readonly options: UpOptions
  readonly context: AppContext
  readonly backups: RunBackups
  readonly beside: readonly Judged[]
}

async function runLocked(locked: readonly Locked[], running: Running): Promise<void> {
  const { run, options, context, backups, beside } = running
  const judged: Judged[] = []
  for (const { target, session } of locked) judged.push(await judgeTarget(target, session))
  if (lookUp(run, judged, context)) return
  const refused = refusals(judged, { ...options, intoExisting: options.intoExisting || run.ran.size > 0 }, beside)
  for (const [store, error] of refused) run.failed.set(store, error)
  if (refused.size > 0) return
  if (run.ran.size === 0)
    for (const [store, error] of await driftBeforeRun(judged, context)) run.failed.set(store, error)
  if (run.failed.size > 0) return
  const prepared = prepare(judged, options, beside)
  const plans = planAll(judged, prepared, run)
  if (run.failed.size > 0) return
  if (options.plan !== null && run.ran.size === 0)
    for (const { one, plan } of plans) refuseStalePlan(one, plan, options.plan)
  const starting = judged.filter((one) => prepared.order.some((item) => item.store === one.target.name))
  await backups.beforeRun(starting.map((one) => one.target))
  if (run.failed.size > 0) return
  const engines = await beginAll(locked, judged, { prepared, context })
  await backups.writeDown(engines)
  const planned = plans.flatMap(({ plan }) =>
    plan.migrations.map((one) => [`${plan.store}/${one.version}`, one] as const),
  )
  await runAll({ judged, prepared, planned: new Map(planned), engines, atomic: options.atomic, backups, run, context })
  for (const one of locked) if (run.ran.has(one.target.name)) await recordShape(one, context)
}

/** Reads every script that is to run before the first one does: what no server understands is refused as a whole. */
function planAll(judged: readonly Judged[], { order }: Prepared, run: Run): { one: Judged; plan: Plan }[] {
  return judged.flatMap((one) => {
    try {
      return [{ one, plan: planFor(one, order) }]
    } catch (error) {
      run.failed.set(one.target.name, error)
      return []
    }
  })
}

/** Engines for the stores that have something to run; a store's history is made by its first one. */
async function beginAll(
  locked: readonly Locked[],
  judged: readonly Judged[],
  { prepared, context }: { prepared: Prepared; context: AppContext },
): Promise<ReadonlyMap<string, Engine>> {
  const engines = new Map<string, Engine>()
  for (const [index, { target, session }] of locked.entries()) {
    const one = judged[index]
    if (one === undefined || !prepared.order.some((item) => item.store === target.name)) continue
    engines.set(target.name, await beginOne(one, session, context))
  }
  return engines
}

/** Said once, when the history is made. */
const withoutBackups =
  "no backups are made before runs (policy backup: 'off', the default for servers); to make one: lockstep backup create"

async function beginOne({ target, history }: Judged, session: Locked['session'], context: AppContext): Promise<Engine> {
  const { clock, emit, signal, author } = context
  const { name: store, bodies, policy } = target
  const meta = metaOf(target, history.meta)
  const engine = makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, history)
  if (history.meta === null) {
    const row = nextRow(engine, 'created', { version: null, detail: meta.policy ?? '' })
    await session.createHistory(meta, [row])
    moved(engine, row)
    emit({ type: 'history-created', store })
    if (policy.backup === 'off' && target.store.abilities.lock === 'session')
      emit({ type: 'notice', store, version: null, message: withoutBackups })
  } else if (JSON.stringify(meta) !== JSON.stringify(history.meta)) {
    const row = nextRow(engine, 'policy-changed', { version: null, detail: meta.policy ?? '' })
    await session.write([
      { kind: 'meta', meta },
      { kind: 'log', row },
    ])
    moved(engine, row)
  }
  return engine
}

/** What the store keeps about itself: a label stays, protection can only be raised. */
function metaOf({ policy }: Target, before: Meta | null): Meta {
  return {
    format: historyFormat,
    identity: before?.identity ?? policy.identity,
    protected: before?.protected === true || policy.protected,
    policy: JSON.stringify(policy),
  }
}

async function finalAnswer(
  targets: readonly Target[],
  before: readonly Judged[],
  run: Run,
): Promise<Answer<RunReport>> {
  const reports: RunReport[] = []
  const exits: ExitCode[] = []
  for (const target of targets) {
    const failure = run.failed.get(target.name)
    const known = before.find((one) => one.target === target)
    // What was pending: by now applied, by us or by the one that we waited for.
    const isOld = failure !== undefined || known === undefined || known.judgement.pending.length > 0
    const now = isOld ? await judgeTarget(target).catch(() => known) : known
    const report = now === undefined ? failedReport(target, failure) : reportOf(now)
    const error = failure === undefined ? null : failedReport(target, failure).error
    reports.push({ ...report, ran: run.ran.get(target.name) ?? [], head: now?.history.head?.hash ?? null, error })
    if (error === null && report.verdict === 'incompatible') exits.push(exitOfVerdict(report.verdict))
  }
  return answerOf('up', reports, [...exits, ...(run.exit === null ? [] : [run.exit])])
}
