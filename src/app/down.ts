/** `down`: takes migrations back in reverse order of application. All of them are looked at before the first one runs. */

import { isLockstepError, LockstepError, type ErrorDetails } from '../core/error.ts'
import { chooseDown, type DownTarget } from '../core/choose-down.ts'
import { planDown, type DownStep } from '../core/make-plan.ts'
import { versionKey } from '../core/version.ts'
import { carryOut } from '../engine/carry-out.ts'
import type { Session } from '../core/ports.ts'
import { makeEngine } from '../engine/engine.ts'
import { judgeBeside } from './opening/beside.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import { refuseUnconfirmed, type Confirmation } from './running/confirm.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { emptyDownReason, hasEmptyDown } from './opening/empty-down.ts'
import { recordShape } from './running/drift.ts'
import { whileAllLockedAgain } from './running/again.ts'
import type { Locked } from './running/locked.ts'
import { judgeWaiting } from './running/judge-waiting.ts'
import { factsReader } from './plan.ts'
import type { Answer, RunReport } from './answers/report.ts'
import { isLost, lookUp, makeRun, remember, stopRun, type Run } from './running/run.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'

export interface DownOptions extends Confirmation {
  readonly target: DownTarget
  readonly lockWaitMs: number
}

export async function down(
  targets: readonly Target[],
  options: DownOptions,
  context: AppContext,
): Promise<Answer<RunReport>> {
  const stores = targets.map((target) => target.name)
  context.emit({ type: 'run-started', runId: context.author.runId, command: 'down', stores })
  const run = makeRun(stores)
  await downAll(targets, { options, context, run }).catch((error: unknown) => stopRun(run, error, context))
  const answer = await answerWith(targets, run)
  context.emit({ type: 'run-finished', runId: context.author.runId, ok: answer.ok, exit: answer.exit })
  return answer
}

interface Running {
  readonly options: DownOptions
  readonly context: AppContext
  readonly run: Run
}

async function downAll(targets: readonly Target[], running: Running): Promise<void> {
  const { run, options, context } = running
  const judged: Judged[] = []
  const waiting = { waitMs: 0, create: false, lockWaitMs: options.lockWaitMs }
  for (const target of targets) {
    try {
      judged.push(await judgeWaiting(target, waiting, context))
    } catch (error) {
      if (context.signal.aborted) throw error
      run.failed.set(target.name, error)
    }
  }
  const beside = await judgeBeside('down', context)
  for (const one of judged) {
    try {
      refuse(one, [...judged, ...beside], options)
    } catch (error) {
      run.failed.set(one.target.name, await withWayBack(error, one.target))
    }
  }
  if (run.failed.size > 0) return
  const { lockWaitMs } = options
  await whileAllLockedAgain(targets, { run, context, lockWaitMs }, (locked) => downLocked(locked, running))
}

async function downLocked(locked: readonly Locked[], running: Running): Promise<void> {
  const now: Judged[] = []
  for (const { target, session } of locked) now.push(await judgeTarget(target, session))
  if (lookUp(running.run, now, running.context)) return
  for (const [index, one] of now.entries()) {
    const session = locked[index]?.session
    if (session === undefined) continue
    await downOne(one, session, running)
    if (running.run.ran.has(one.target.name)) await recordShape({ target: one.target, session }, running.context)
  }
}

/** Throws where a rule, a missing down or another store stands in the way. */
function refuse(judged: Judged, all: readonly Judged[], options: DownOptions): readonly DownStep[] {
  const { target, history } = judged
  const store = target.name
  if (target.policy.direction === 'forward-only') throw new LockstepError('forward-only', { store })
  refuseUnconfirmed(judged, options)
  if (history.readOnly)
    throw new LockstepError('read-only-target', { store, place: target.store.place, reason: 'it is a replica' })
  const steps = stepsOf(judged, options.target)
  for (const step of steps) refuseRequired(step, judged, all)
  return steps
}

function stepsOf({ target, files, history }: Judged, wanted: DownTarget): readonly DownStep[] {
  const store = target.name
  const choice = chooseDown(wanted, { records: history.records, files: files.migrations, scheme: files.scheme })
  switch (choice.kind) {
    case 'chosen':
      refuseEmpty(choice.steps, target)
      return choice.steps
    case 'unknown-target':
      throw new LockstepError('target-unknown', { wanted: choice.wanted, store, known: choice.known })
    case 'half-up': {
      const { record, file } = choice
      const { version, stepsDone, stepsTotal, appliedAt: since, appliedBy: by } = record
      throw new LockstepError('failed-run', { store, version, file, stepsDone, stepsTotal, since, by })
    }
    case 'irreversible': {
      const { record, file, reason } = choice
      throw new LockstepError('irreversible', { store, version: record.version, file, reason, backup: null })
    }
  }
}

function refuseEmpty(steps: readonly DownStep[], target: Target): void {
  const empty = steps.find(({ migration }) => hasEmptyDown(target, migration))
  if (empty === undefined) return
  const { version } = empty.record
  const { file } = empty.down
  throw new LockstepError('irreversible', { store: target.name, version, file, reason: emptyDownReason, backup: null })
}

/** What has no down can still be undone by a backup from before it. */
async function withWayBack(error: unknown, target: Target): Promise<unknown> {
  if (!isLockstepError(error) || error.code !== 'irreversible') return error
  // The code says whose details these are.
  const details = error.details as ErrorDetails<'irreversible'>
  const { backupBefore } = await import('./backup/backup.ts')
  return new LockstepError('irreversible', { ...details, backup: await backupBefore(target, details.version) })
}

function refuseRequired({ record }: DownStep, { target, files }: Judged, all: readonly Judged[]): void {
  const key = versionKey(files.scheme, record.version)
  for (const other of all) {
    if (other.target === target) continue
    const applied = new Set(other.judgement.applied.map((one) => one.version))
    const user = other.files.migrations.find(
      (one) =>
        applied.has(one.version) &&
        one.directives.requires.some(
          (wanted) => wanted.store === target.name && versionKey(files.scheme, wanted.version) === key,
        ),
    )
    if (user === undefined) continue
    throw new LockstepError('still-required', {
      store: target.name,
      version: record.version,
      by: `${other.target.name}/${user.version}`,
    })
  }
}

async function downOne(judged: Judged, session: Session, { options, context, run }: Running): Promise<void> {
  const { target, history } = judged
  const steps = stepsOf(judged, remaining(options.target, run.ran.get(target.name)?.length ?? 0))
  const { clock, emit, signal, author } = context
  const { name: store, bodies, policy } = target
  const engine = makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, history)
  const { lockWaitMs } = options
  if (steps.length > 0 && policy.backup !== 'off') {
    const { backUpByPolicy, logBackup } = await import('./backup/backup.ts')
    const taken = await backUpByPolicy(target, { reason: 'before-down', context, lockWaitMs })
    if (taken !== null) await logBackup(engine, taken)
  }
  for (const [index, step] of steps.entries()) {
    const planned = planDown(step, factsReader(target))
    const { migration, record } = step
    const { version, file } = planned
    run.underWay = { store, version, file, direction: 'down' }
    const about = { version, file, direction: 'down' as const }
    try {
      const { ms, steps: ran } = await carryOut({ planned, migration, record, index, count: steps.length }, engine)
      remember(run, store, { ...about, state: 'reverted', ms, steps: ran })
    } catch (error) {
      if (signal.aborted || isLost(error)) throw error
      run.failed.set(store, error)
      remember(run, store, { ...about, state: 'failed', ms: 0, steps: 0 })
    }
    run.underWay = null
    if (run.failed.has(store)) return
  }
}

/** After a lost connection the steps that were taken back already count. */
function remaining(target: DownTarget, done: number): DownTarget {
  return target.kind === 'steps' ? { kind: 'steps', steps: target.steps - done } : target
}

async function answerWith(targets: readonly Target[], run: Run): Promise<Answer<RunReport>> {
  const reports: RunReport[] = []
  for (const target of targets) {
    const failure = run.failed.get(target.name)
    const now = await judgeTarget(target).catch((error: unknown) => ({ error }))
    const report = 'error' in now ? failedReport(target, failure ?? now.error) : reportOf(now)
    const error = failure === undefined ? report.error : failedReport(target, failure).error
    reports.push({
      ...report,
      ran: run.ran.get(target.name) ?? [],
      head: 'error' in now ? null : (now.history.head?.hash ?? null),
      error,
    })
  }
  return answerOf('down', reports, run.exit === null ? [] : [run.exit])
}
