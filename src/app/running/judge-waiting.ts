/**
 * The first look at a store: waits for a server that is still starting, makes a database that is asked for, waits for a
 * migrator that keeps readers out (SQLite with a rollback journal), and takes back what a killed one has left in the file.
 */

import { isLockstepError } from '../../core/error.ts'
import type { AppContext } from '../opening/context.ts'
import { judgeTarget, type Judged, type Target } from '../opening/target.ts'
import { whileAllLocked } from './locked.ts'

export interface WaitOptions {
  readonly waitMs: number
  readonly create: boolean
  readonly lockWaitMs: number
}

const pauseMs = 250

export async function judgeWaiting(
  target: Target,
  { waitMs, create, lockWaitMs }: WaitOptions,
  context: AppContext,
): Promise<Judged> {
  const begun = context.clock.now()
  let created = false
  let recovered = false
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
      } else if (code === 'lock-held' && waitedMs < lockWaitMs) {
        context.emit({ type: 'lock-waiting', store: target.name, holder: null, waitedMs })
        await context.clock.sleep(pauseMs, context.signal)
      } else if (code === 'recovery-needed' && !recovered) {
        await recover(target, { waitMs: lockWaitMs, context })
        recovered = true
      } else throw error
    }
  }
}

/** A reader may not change the file; a writer that looks at it does, under the lock that says that it is alone. */
async function recover(
  target: Target,
  waiting: { readonly waitMs: number; readonly context: AppContext },
): Promise<void> {
  await whileAllLocked([target], waiting, async ([locked]) => void (await locked?.session.readHistory()))
  const message = 'a killed process left a journal beside it: what that one had not committed was taken back'
  waiting.context.emit({ type: 'notice', store: target.name, version: null, message })
}
