/** Several stores under their locks at once, always taken in the order of their names, so that no two runs wait in a circle. */

import type { LockHolder } from '../../core/event.ts'
import { compareText } from '../../core/version.ts'
import type { Session } from '../../core/ports.ts'
import { withStore } from '../answers/answer.ts'
import type { AppContext } from '../opening/context.ts'
import type { Target } from '../opening/target.ts'

export interface Locked {
  readonly target: Target
  readonly session: Session
}

export async function whileAllLocked<T>(
  targets: readonly Target[],
  { context, waitMs }: { context: AppContext; waitMs: number },
  work: (locked: readonly Locked[]) => Promise<T>,
): Promise<T> {
  const sorted = [...targets].sort((a, b) => compareText(a.name, b.name))
  const lockFrom = async (index: number, held: readonly Locked[]): Promise<T> => {
    const target = sorted[index]
    if (target === undefined) return await work(held)
    return await whileLocked(target, { context, waitMs }, (session) =>
      lockFrom(index + 1, [...held, { target, session }]),
    )
  }
  return await lockFrom(0, [])
}

async function whileLocked<T>(
  { name, store }: Target,
  { context, waitMs }: { context: AppContext; waitMs: number },
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const begun = context.clock.now()
  const options = {
    holder: context.holder,
    waitMs,
    onWait: (holder: LockHolder | null, waitedMs: number) =>
      context.emit({ type: 'lock-waiting', store: name, holder, waitedMs }),
    signal: context.signal,
  }
  let taken = false
  try {
    return await store.whileLocked(options, async (session) => {
      taken = true
      context.emit({ type: 'lock-taken', store: name, waitedMs: context.clock.now() - begun })
      return await work(session)
    })
  } catch (error) {
    throw taken ? error : withStore(error, name)
  }
}
