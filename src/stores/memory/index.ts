/**
 * The reference store: keys and values in memory, with transactions, a history and a lock that several stores share. It
 * keeps every promise of the ports without a database, so that the engine can be crashed at every one of its calls.
 */

import type { Clock, LockOptions, Session, Store } from '../../core/ports.ts'
import { compareText } from '../../core/version.ts'
import { waitForLock } from '../wait-for-lock.ts'
import { readWorld } from './read.ts'
import { factsOf } from './script.ts'
import { makeSession, type AtPoint, type MemoryConnection } from './session.ts'
import type { MemoryWorld, WorldLock } from './world.ts'

export { makeWorld, type MemoryWorld } from './world.ts'
export type { AtPoint } from './session.ts'

export interface MemoryOptions {
  readonly name: string
  /** Stores of one world see the same data, and wait for the same lock. */
  readonly world: MemoryWorld
  readonly clock: Clock
  /** Where a test may throw, to see what becomes of the world. */
  readonly atPoint?: AtPoint
}

/** Opens a store of this world. */
export function openMemory(options: MemoryOptions): Store {
  const { name, world } = options
  return {
    name,
    kind: 'memory',
    place: 'memory',
    abilities: { transactionalChanges: true, lock: 'none' },
    readHistory: async () => readWorld(world),
    readScript: factsOf,
    whileLocked: (lock, work) => whileLocked(options, lock, work),
    readShape: async () => ({
      rule: 'memory-1',
      objects: [...world.state.data]
        .sort(([a], [b]) => compareText(a, b))
        .map(([key, value]) => ({ kind: 'key', name: key, facts: { value } })),
    }),
    readLog: async () => world.state.log,
    endHolder: async () => {
      const holder = world.lock?.holder ?? null
      // Its session finds that out at its next call.
      world.lock = null
      return holder
    },
    examine: async () => [{ grade: 'fact', what: `${world.state.data.size} keys in memory`, help: null }],
    close: async () => undefined,
  }
}

async function whileLocked<T>(
  { name, world, clock, atPoint = () => undefined }: MemoryOptions,
  options: LockOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const lock: WorldLock = { holder: options.holder }
  const take = (): boolean => {
    if (world.lock !== null) return false
    world.lock = lock
    return true
  }
  await waitForLock({ take, holder: () => world.lock?.holder ?? null }, { ...options, store: name, clock })
  const connection: MemoryConnection = { name, place: 'memory', world, clock, atPoint, lock, dead: false }
  try {
    return await work(makeSession(connection))
  } finally {
    connection.dead = true
    if (world.lock === lock) world.lock = null
  }
}
