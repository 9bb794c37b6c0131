/** A run over documents that a signal has stopped. */

import { LockstepError } from '../../core/error.ts'
import type { AppContext } from '../opening/context.ts'
import { signalName } from '../running/run.ts'
import type { CorpusTarget } from './corpus-target.ts'

/** `count` documents were done; each of the others is as it was. */
export function interrupted({ name: store }: CorpusTarget, count: number, { signal }: AppContext): LockstepError {
  const done = count === 0 ? [] : [`${count} documents`]
  const details = { signal: signalName(signal.reason), store, done, next: null }
  return new LockstepError('interrupted', details, { store, state: 'what is done is done whole; no other was touched' })
}
