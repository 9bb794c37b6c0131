/** Waiting for a lock by trying again: with jitter, in bounds, and never deaf to a signal. */

import { LockstepError } from '../core/error.ts'
import { describeHolder, type LockHolder } from '../core/event.ts'
import type { Clock, LockOptions } from '../core/ports.ts'

const pollFirstMs = 25
const pollMostMs = 500

export interface WaitOptions extends LockOptions {
  readonly store: string
  readonly clock: Clock
}

export interface Attempt {
  /** Takes the lock, or says that somebody else has it. */
  readonly take: () => boolean
  /** Who has it, as far as can be seen. */
  readonly holder: () => LockHolder | null
}

/** Tries until the lock is ours; `lock-held` once `waitMs` are over. */
export async function waitForLock({ take, holder }: Attempt, options: WaitOptions): Promise<void> {
  const begun = options.clock.now()
  for (let pauseMs = pollFirstMs; ; pauseMs = Math.min(pauseMs * 2, pollMostMs)) {
    if (options.signal.aborted) throw options.signal.reason
    if (take()) return
    const waitedMs = options.clock.now() - begun
    if (waitedMs >= options.waitMs) {
      throw new LockstepError('lock-held', { store: options.store, holder: describeHolder(holder()), waitedMs })
    }
    options.onWait(holder(), waitedMs)
    const jittered = pauseMs * (0.5 + options.clock.random())
    await options.clock.sleep(Math.min(jittered, Math.max(1, options.waitMs - waitedMs)), options.signal)
  }
}
