/** Work under the locks, and again after a lost connection: the history then says what became of what was under way. */

import { isLockstepError } from '../../core/error.ts'
import type { AppContext } from '../opening/context.ts'
import { whileAllLocked, type Locked } from './locked.ts'
import { isLost, stopRun, type Run } from './run.ts'
import type { Target } from '../opening/target.ts'

export interface Locking {
  readonly run: Run
  readonly context: AppContext
  readonly lockWaitMs: number
}

const attemptsMost = 5
const pauseFirstMs = 500

/**
 * `work` must look the outcome up first (`lookUp` in run.ts). What cannot be done ends up in `run.failed`; nothing is
 * thrown.
 */
export async function whileAllLockedAgain(
  targets: readonly Target[],
  { run, context, lockWaitMs }: Locking,
  work: (locked: readonly Locked[]) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await whileAllLocked(targets, { context, waitMs: lockWaitMs }, work)
    } catch (error) {
      // A server that was never reached is not lost; one that is gone may come back.
      const lost = isLockstepError(error) && isLost(error) && (error.code === 'connection-lost' || run.lost !== null)
      if (!lost || attempt === attemptsMost || context.signal.aborted) return stopRun(run, error, context)
      run.lost ??= error
      context.emit({ type: 'connection-lost', store: error.store ?? '', version: run.underWay?.version ?? null })
      await context.clock.sleep(pauseFirstMs * 2 ** (attempt - 1), context.signal).catch(() => undefined) // the next attempt sees the signal
    }
  }
}
