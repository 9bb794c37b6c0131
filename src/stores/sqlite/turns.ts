/** Lets the event loop turn between statements: a signal is only heard there, and statements in a row take no turn. */

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Signal } from '../../core/ports.ts'

/** Often enough for a person who waits, seldom enough to cost nothing. */
const turnEveryMs = 50

/** To be awaited before each statement; throws the signal's reason once it has come. */
export function makeTurns(clock: Clock, signal: Signal): { next(): Promise<void> } {
  let turnedAt = clock.now()
  return {
    next: async () => {
      if (clock.now() - turnedAt >= turnEveryMs) {
        await nextTurn()
        turnedAt = clock.now()
      }
      if (signal.aborted) throw signal.reason
    },
  }
}
