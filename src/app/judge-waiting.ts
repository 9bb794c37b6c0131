/** The first look at a store: waits for a server that is still starting, makes a database that is asked for. */

import { isLockstepError } from '../core/error.ts'
import type { AppContext } from './context.ts'
import { judgeTarget, type Judged, type Target } from './target.ts'

export interface WaitOptions {
  readonly waitMs: number
  readonly create: boolean
}

const pauseMs = 250

export async function judgeWaiting(
  target: Target,
  { waitMs, create }: WaitOptions,
  context: AppContext,
): Promise<Judged> {
  const begun = context.clock.now()
  let created = false
  for (;;) {
    try {
      return await judgeTarget(target)
    } catch (error) {
      const code = isLockstepError(error) ? error.code : null
      const waitedMs = context.clock.now() - begun
      if (code === 'database-missing' && create && !created && target.create !== null) {
        await target.create()
        created = true
      } else if (code === 'unreachable' && waitedMs < waitMs) {
        context.emit({ type: 'store-waiting', store: target.name, waitedMs })
        await context.clock.sleep(pauseMs, context.signal)
      } else throw error
    }
  }
}
