/** What every use case is given: time, chance, who we are, where to tell, when to stop. */

import { hash } from 'node:crypto'
import type { Emit, LockHolder } from '../../core/event.ts'
import type { Sha256 } from '../../core/log-chain.ts'
import type { Direction } from '../../core/migration.ts'
import type { Clock, Signal } from '../../core/ports.ts'
import type { Author } from '../../engine/engine.ts'
import type { Target } from './target.ts'

export interface AppContext {
  /** Stores outside this run that it rests on, or that rest on it: asked, never changed. See beside.ts. */
  readonly beside: (direction: Direction) => Promise<readonly Target[]>
  readonly clock: Clock
  readonly emit: Emit
  readonly signal: Signal
  readonly author: Author
  readonly holder: LockHolder
  /** Takes signal handlers off while a statement blocks the process; only SQLite needs it. */
  readonly uninterrupted: <T>(work: () => T) => T
  /** Before several heaps grow at once: whoever owns the process may tell V8 to be frugal with them. */
  readonly beforeThreads: () => void
}

export const sha256: Sha256 = (text) => hash('sha256', text, 'hex')

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal?.addEventListener('abort', stop)
    }),
}
