/** Transactions on one connection. Waiting is ours, not SQLite's: its busy handler would block the whole process. */

import type { Clock, Signal } from '../../core/ports.ts'
import type { SqliteHistoryNames } from '../../readers/sqlite.ts'
import { valueOf, type SqliteClient } from './client.ts'
import { isBusy, type About } from './failure.ts'
import { takeTurn } from './turns.ts'

/**
 * Runs a blocking call with the process's signal handlers taken off: SQLite cannot be interrupted, and a handler would
 * only be heard after it. Without one the process dies at once, and the next opener rolls back.
 */
export type Uninterrupted = <T>(work: () => T) => T

/** `full`: what is committed is on the disk. */
export type Durability = 'full' | 'none'

/** What everything that runs under the lock needs. */
export interface Workplace {
  readonly client: SqliteClient
  readonly about: About
  readonly names: SqliteHistoryNames
  readonly clock: Clock
  readonly uninterrupted: Uninterrupted
  readonly durability: Durability
  /** For what must be said although it makes nothing fail. */
  readonly notice: (message: string) => void
}

/** How long a COMMIT waits for the disk. */
export function setDurability({ client, durability }: Pick<Workplace, 'client' | 'durability'>): void {
  client.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'OFF'}`)
}

export interface Patience {
  readonly lockTimeoutMs: number
  readonly signal: Signal
}

const pollFirstMs = 5
const pollMostMs = 100

/** Runs `work` once nobody else is in its way; after `lockTimeoutMs` SQLite's own error is the answer. */
export async function whenFree<T>(place: Workplace, { lockTimeoutMs, signal }: Patience, work: () => T): Promise<T> {
  let waitedMs = 0
  for (let pauseMs = pollFirstMs; ; pauseMs = Math.min(pauseMs * 2, pollMostMs)) {
    await takeTurn(signal)
    try {
      return place.uninterrupted(work)
    } catch (error) {
      if (!isBusy(error) || waitedMs >= lockTimeoutMs) throw error
    }
    const jitteredMs = Math.min(pauseMs * (0.5 + place.clock.random()), lockTimeoutMs - waitedMs)
    await place.clock.sleep(jitteredMs, signal)
    waitedMs += Math.max(1, jitteredMs)
  }
}

/** All of `work` or nothing; the transaction is over when this returns or throws. */
export async function inTransaction(
  place: Workplace,
  patience: Patience,
  work: () => void | Promise<void>,
): Promise<void> {
  const { client } = place
  await whenFree(place, patience, () => client.exec(beginText(client)))
  try {
    await work()
    await whenFree(place, patience, () => client.exec('COMMIT'))
  } finally {
    // SQLite has ended it by itself after a full disk or an `OR ROLLBACK`.
    if (client.isTransaction) client.exec('ROLLBACK')
  }
}

/**
 * The write lock is taken at the start: a transaction that reads first and then wants to write can be refused for good.
 * With a rollback journal readers are kept out as well, because one of them could keep COMMIT waiting.
 */
function beginText(client: SqliteClient): string {
  return valueOf(client, 'PRAGMA main.journal_mode') === 'wal' ? 'BEGIN IMMEDIATE' : 'BEGIN EXCLUSIVE'
}
