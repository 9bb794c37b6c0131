/** Lets the event loop turn before what blocks it: a signal is only heard there. */

import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import type { Signal } from '../../core/ports.ts'

/**
 * To be awaited before each blocking call; throws the signal's reason once it has come. Each time, although a turn costs
 * three microseconds: whoever takes the handlers off before one was heard loses it, and a run that was asked to stop would
 * go on to its end.
 */
export async function takeTurn(signal: Signal): Promise<void> {
  await turnOfTheLoop()
  if (signal.aborted) throw signal.reason
}
