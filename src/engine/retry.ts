/** Bounded attempts where a store says "not now": a lock that was not had in time, a deadlock. */

import { isLockstepError, LockstepError } from '../core/error.ts'
import type { FailureReason } from '../core/errors/run.ts'
import type { UnitSettings } from '../core/ports.ts'
import { stopIfAsked, type Assignment, type Engine } from './engine.ts'

export const attemptsMost = 10
const pauseFirstMs = 100
const pauseMostMs = 5_000
const defaultLockTimeoutMs = 2_000

/** Settings of a unit, from the directives of its file. */
export function settingsOf({ migration, planned }: Assignment, engine: Engine): UnitSettings {
  const { lockTimeoutMs, statementTimeoutMs } = migration.directives
  return {
    file: planned.file,
    lockTimeoutMs: lockTimeoutMs ?? defaultLockTimeoutMs,
    statementTimeoutMs: statementTimeoutMs ?? 0,
    signal: engine.signal,
  }
}

/** `attempt` must be all or nothing. Policy `retry: 'never'` makes one attempt. */
export async function withRetries(
  assignment: Assignment,
  engine: Engine,
  attempt: (settings: UnitSettings) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(assignment, engine)
  const attempts = engine.policy.retry === 'never' ? 1 : attemptsMost
  for (let n = 1; ; n++) {
    try {
      return await attempt(settings)
    } catch (error) {
      const reason = retryReason(error)
      if (reason === null) throw error
      const blockedBy = await engine.session.readBlockers()
      if (n === attempts) throw exhausted(error, { assignment, attempts, settings, blockedBy, reason })
      stopIfAsked(engine)
      const { version } = assignment.planned
      engine.emit({ type: 'migration-retried', store: engine.store, version, attempt: n, attempts, reason, blockedBy })
      const pauseMs = Math.min(pauseFirstMs * 2 ** (n - 1), pauseMostMs)
      await engine.clock.sleep(pauseMs * (0.5 + engine.clock.random()), engine.signal)
    }
  }
}

function retryReason(error: unknown): FailureReason | null {
  if (!isLockstepError(error) || error.code !== 'migration-failed') return null
  const { reason } = error.details as { reason: FailureReason }
  return reason === 'lock-timeout' || reason === 'conflict' ? reason : null
}

interface Exhausted {
  readonly assignment: Assignment
  readonly attempts: number
  readonly settings: UnitSettings
  readonly blockedBy: readonly string[]
  readonly reason: FailureReason
}

function exhausted(error: unknown, { assignment, attempts, settings, blockedBy, reason }: Exhausted): unknown {
  if (reason !== 'lock-timeout') return error
  const { lockTimeoutMs } = settings
  const failed = error as LockstepError
  const { place, statement } = failed
  return new LockstepError(
    'lock-wait-exhausted',
    { file: assignment.planned.file, attempts, lockTimeoutMs, blockedBy },
    { place, statement, cause: error },
  )
}
