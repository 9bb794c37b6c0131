/** From what was found to what is answered: reports, exits, errors as values. */

import type { ExitCode } from '../../core/errors/entry.ts'
import { isLockstepError, LockstepError, worstExit } from '../../core/error.ts'
import type { LogRow } from '../../core/history.ts'
import type { Judgement } from '../../core/judge.ts'
import type { Store } from '../../core/ports.ts'
import type { Answer, PendingReport, StoreReport, Verdict } from './report.ts'
import type { Judged, Target } from '../opening/target.ts'

/** A store as it stands. */
export function reportOf({ target, judgement }: Judged, log: readonly LogRow[] = []): StoreReport {
  return {
    ...emptyReport(target),
    verdict: judgement.verdict,
    version: judgement.version,
    applied: judgement.applied.length,
    pending: judgement.pending.map((one) => pendingReport(one, log)),
    ahead: judgement.ahead.map((record) => record.version),
    problems: judgement.problems,
  }
}

/** A store of which nothing could be found out, but why. */
export function failedReport(target: Target, error: unknown): StoreReport {
  return { ...emptyReport(target), verdict: 'blocked', error: asLockstepError(error) }
}

function emptyReport({ name, store: { kind, place } }: Target): StoreReport {
  return blankReport({ name, kind, place })
}

/** A store, of whatever kind, of which nothing is told yet. */
export function blankReport({ name, kind, place }: Pick<Store, 'name' | 'kind' | 'place'>): StoreReport {
  return {
    store: name,
    kind,
    place,
    verdict: 'current',
    version: null,
    applied: 0,
    pending: [],
    ahead: [],
    problems: [],
    error: null,
  }
}

function pendingReport({ migration, record }: Judgement['pending'][number], log: readonly LogRow[]): PendingReport {
  const { version, description, file, repeatable } = migration
  const resumed = record !== null && record.state !== 'applied'
  const last = log.findLast((row) => row.version === version)
  return {
    version,
    description,
    file,
    repeatable,
    resumesAt: resumed ? { done: record.stepsDone, total: record.stepsTotal } : null,
    lastFailure: last?.event === 'failed' ? last.detail : null,
  }
}

/** The exit of a question: what stands is the answer. */
export function exitOfVerdict(verdict: Verdict): ExitCode {
  switch (verdict) {
    case 'current':
    case 'ahead':
      return 0
    case 'behind':
      return 3
    case 'blocked':
      return 4
    case 'incompatible':
      return 8
  }
}

/** One answer out of the stores' own; several failures are reported as the worst. */
export function answerOf<R extends StoreReport>(
  command: string,
  stores: readonly R[],
  exits: readonly ExitCode[],
): Answer<R> {
  const failed = stores.filter((one) => one.error !== null)
  const some = failed.length > 0 && failed.length < stores.length && failed.every((one) => one.error?.exit === 1)
  const exit = worstExit([...exits, ...failed.map((one) => (some ? 7 : (one.error?.exit ?? 1)))])
  return { command, ok: exit === 0, exit, stores, error: null }
}

/** An answer of a command that was stopped before or beside its stores. */
export function stoppedAnswer<R extends StoreReport>(
  command: string,
  stores: readonly R[],
  error: LockstepError,
): Answer<R> {
  return { command, ok: false, exit: error.exit, stores, error }
}

/** Everything that is thrown becomes a word of the catalogue; what we did not foresee is our bug. */
export function asLockstepError(error: unknown): LockstepError {
  if (isLockstepError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LockstepError('internal', { message }, { cause: error })
}

/** The same error, told with the store it happened in. */
export function withStore(error: unknown, store: string): unknown {
  if (!isLockstepError(error) || error.store !== null) return error
  return error.told({ store })
}
