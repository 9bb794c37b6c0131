/** What has happened in a run so far, over all its stores; it outlives a lost connection. */

import type { ExitCode } from '../../core/errors/entry.ts'
import { isLockstepError, LockstepError } from '../../core/error.ts'
import type { HistoryRecord } from '../../core/history.ts'
import { isDone } from '../../core/judge.ts'
import type { Direction } from '../../core/migration.ts'
import type { AppContext } from '../opening/context.ts'
import type { RanReport } from '../answers/report.ts'
import type { Judged } from '../opening/target.ts'

export interface UnderWay {
  readonly store: string
  readonly version: string
  readonly file: string
  readonly direction: Direction
}

export interface Run {
  readonly ran: Map<string, RanReport[]>
  readonly failed: Map<string, unknown>
  /** What had begun and was not seen to end. */
  underWay: UnderWay | null
  /** The connection that was lost last, until its outcome has been looked up. */
  lost: LockstepError | null
  /** 130 or 143 after a signal. */
  exit: ExitCode | null
  /** In the order in which they are asked. */
  readonly stores: readonly string[]
}

export function makeRun(stores: readonly string[]): Run {
  return { ran: new Map(), failed: new Map(), underWay: null, lost: null, exit: null, stores }
}

export function remember(run: Run, store: string, report: RanReport): void {
  run.ran.set(store, [...(run.ran.get(store) ?? []), report])
}

/** Server gone or connection cut: what was under way may have been committed. */
export function isLost(error: unknown): boolean {
  return isLockstepError(error) && (error.code === 'connection-lost' || error.code === 'unreachable')
}

/**
 * Tells from a history what became of what was under way when the connection was lost. The lock is ours again, so the
 * former session is gone and nothing can change any more. With policy `retry: 'never'` the store ends there: true.
 */
export function lookUp(run: Run, judged: readonly Judged[], { emit }: AppContext): boolean {
  const { underWay, lost } = run
  run.lost = null
  if (underWay === null || lost === null) return false
  const { store, version, file, direction } = underWay
  const one = judged.find((each) => each.target.name === store)
  const record = one?.history.records.find((each) => each.version === version)
  // A journalled migration may be neither there nor gone, on the way back too.
  const half = record !== undefined && !isDone(record) ? record : null
  const done = half === null && (record !== undefined) === (direction === 'up')
  const outcome = half === null ? (done ? 'applied' : 'not-applied') : 'half-done'
  emit({ type: 'outcome-found', store, version, outcome })
  if (done)
    remember(run, store, {
      version,
      file,
      direction,
      state: direction === 'up' ? 'applied' : 'reverted',
      ms: 0,
      steps: 1,
    })
  run.underWay = null
  if (one?.target.policy.retry !== 'never') return false
  const state = done ? `${version} was committed with its record` : `nothing of ${version} is left`
  run.failed.set(store, half === null ? lost.withState(state) : halfDone(half, underWay, lost))
  return true
}

/** A person must go on from here: what is proven stays, and of a step that had begun nobody knows. */
function halfDone(record: HistoryRecord, { store, version, file }: UnderWay, cause: LockstepError): LockstepError {
  const { stepsStarted, stepsDone: done, stepsTotal: total } = record
  const context = { store, cause, state: `${done} of ${total} steps are committed` }
  if (stepsStarted > done)
    return new LockstepError('outcome-unknown', { store, version, file, done, total, statement: null }, context)
  const next = `lockstep repair resolve ${version} --store ${store} --not-applied --why "..."`
  return new LockstepError('step-failed', { file, message: cause.message, code: null, done, total, next }, context)
}

/** The run as a whole ends with this error. */
export function stopRun(run: Run, error: unknown, context: AppContext): void {
  // An error that no store owns up to is told with the first: told it must be.
  const named = isLockstepError(error) && run.stores.includes(error.store ?? '') ? error.store : null
  const store = named ?? run.underWay?.store ?? run.stores[0] ?? ''
  if (context.signal.aborted && !isLost(error)) run.failed.set(store, interrupted(run, store, context))
  else if (run.underWay !== null && isLost(error)) run.failed.set(run.underWay.store, notSeen(run.underWay, error))
  else run.failed.set(store, error)
}

function interrupted(run: Run, store: string, context: AppContext): LockstepError {
  const signal = signalName(context.signal.reason)
  run.exit = signal === 'SIGTERM' ? 143 : 130
  const done = [...run.ran].flatMap(([name, list]) => list.map((one) => `${name}/${one.version}`))
  const state = 'what is done is recorded; what had begun was rolled back, or goes on with the next run'
  return new LockstepError('interrupted', { signal, store, done, next: run.underWay?.file ?? null }, { store, state })
}

/** What the shell gave as the reason of its abort. */
export function signalName(reason: unknown): string {
  const signal = (reason as { signal?: unknown } | null)?.signal
  return typeof signal === 'string' ? signal : 'the caller'
}

function notSeen({ store, version, file }: UnderWay, cause: unknown): LockstepError {
  const state = `whether ${version} took effect is not known yet`
  return new LockstepError('outcome-not-seen', { store, version, file }, { cause, state })
}
