/** The lock of a corpus: a side database in its dot folder, held as long as `work` goes on. */

import { join } from 'node:path'
import type { LockHolder } from '../../core/event.ts'
import { whileSideLocked } from '../../stores/side-lock.ts'
import { withStore } from '../answers/answer.ts'
import type { AppContext } from '../opening/context.ts'
import type { CorpusTarget } from './corpus-target.ts'
import { placeOf } from './opening/open-corpus.ts'

/** Whoever holds it takes every other run for dead, so everything that writes documents must. */
export async function whileCorpusLocked<T>(
  target: CorpusTarget,
  { context, lockWaitMs }: { readonly context: AppContext; readonly lockWaitMs: number },
  work: () => Promise<T>,
): Promise<T> {
  const { corpus } = placeOf({ address: target.corpus })
  const { name: store } = target
  const { clock, holder, signal, emit } = context
  const begun = clock.now()
  const onWait = (waiting: LockHolder | null, waitedMs: number): void =>
    emit({ type: 'lock-waiting', store, holder: waiting, waitedMs })
  let taken = false
  try {
    return await whileSideLocked(
      join(corpus.keep, 'lock'),
      { store, holder, clock, signal, waitMs: lockWaitMs, onWait },
      async () => {
        taken = true
        emit({ type: 'lock-taken', store, waitedMs: clock.now() - begun })
        return await work()
      },
    )
  } catch (error) {
    throw taken ? error : withStore(error, store)
  }
}
