/**
 * The promises that every kind of store keeps, from sentence to check. An exception carries its reason, is run all the
 * same, and must fail: a store that has learnt to keep a promise makes its stale exception fail the build.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Store } from '../../src/core/ports.ts'
import { backupPromises } from './backup-promises.ts'
import { historyPromises } from './history-promises.ts'
import { repairPromises } from './repair-promises.ts'
import { runPromises } from './run-promises.ts'
import { wayBackPromises } from './way-back-promises.ts'

/** What a kind of store brings: fresh places, and its own words for the same small changes. */
export interface Kit {
  /** A place that no other test uses. */
  fresh(): Promise<Place>
  close(): Promise<void>
}

/** One target that may be opened several times, as several processes would. */
export interface Place {
  open(): Promise<Store>
  /** Names of the tables (or whatever stands for them) that are there, without the history's own. */
  tables(): Promise<readonly string[]>
  readonly words: Words
}

export interface Words {
  create(table: string): string
  drop(table: string): string
  /** Puts rows into a table that `create` has made. */
  fill(table: string): string
  /** A statement that the store refuses when it runs. */
  readonly refused: string
  /** A statement that must be alone and can be repeated; `null` where the store has none. */
  readonly alone: string | null
  /** Joins statements into a script. */
  join(...statements: readonly string[]): string
}

export type PromiseCheck = (place: Place) => Promise<void>

const promises = { ...historyPromises, ...repairPromises, ...runPromises, ...wayBackPromises, ...backupPromises }

export type Sentence = keyof typeof promises

export function describeStore(
  kind: string,
  makeKit: () => Promise<Kit>,
  exceptions: Partial<Record<Sentence, string>> = {},
): void {
  describe(kind, () => {
    let kit: Kit
    beforeAll(async () => {
      kit = await makeKit()
    })
    afterAll(async () => {
      await kit?.close()
    })
    for (const [sentence, check] of Object.entries(promises) as [Sentence, PromiseCheck][]) {
      const reason = exceptions[sentence]
      if (reason === undefined) test(sentence, async () => await check(await kit.fresh()))
      else test(`${sentence} - not here: ${reason}`, async () => expectToFail(check, await kit.fresh()))
    }
  })
}

async function expectToFail(check: PromiseCheck, place: Place): Promise<void> {
  await expect(check(place), 'this promise is kept now: take its exception away').rejects.toThrow()
}
