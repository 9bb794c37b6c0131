import { expect, test } from 'vitest'
import type { Row } from './history-row.ts'
import { PartialHistory } from './history-row.ts'
import { readPostgresHistory, type TextClient } from './postgres.ts'

const place = { schema: 'public', table: 'lockstep_migrations' }
const missing = Object.assign(new Error('relation does not exist'), { code: '42P01' })
const none: readonly Row[][] = [[{ t0: false, t1: false, t2: false }], [{ read_only: false, holds_tables: false }]]
const strangers: readonly Row[][] = [[{ t0: false, t1: false, t2: false }], [{ read_only: false, holds_tables: true }]]
const partly: readonly Row[][] = [[{ t0: true, t1: false, t2: false }], [{ read_only: false, holds_tables: true }]]
const there: readonly Row[][] = [
  [{ format: 1, identity: null, protected: false, policy: null, read_only: false }],
  [],
  [],
]

/** Answers one after the other, as a database does that somebody else changes meanwhile. */
function clientOf(...answers: readonly (Error | readonly Row[][])[]): TextClient {
  const left = [...answers]
  return {
    run: (text) => {
      const answer = left.shift()
      if (answer === undefined) throw new Error(`nobody expected this: ${text}`)
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)
    },
  }
}

test('an empty database has no history and holds nothing', async () => {
  expect(await readPostgresHistory(clientOf(missing, none), place)).toMatchObject({ meta: null, holdsTables: false })
})

test('tables without a history are those of others', async () => {
  const client = clientOf(missing, strangers, missing)
  expect(await readPostgresHistory(client, place)).toMatchObject({ meta: null, holdsTables: true })
})

test.each([
  ['its first table', strangers],
  ['a part of its history', partly],
])('a migrator that begins between two looks, seen by %s, is not taken for a stranger', async (_, second) => {
  expect(await readPostgresHistory(clientOf(missing, second, there), place)).toMatchObject({ meta: { format: 1 } })
})

test('a history that stays partial is refused', async () => {
  await expect(readPostgresHistory(clientOf(missing, partly, missing), place)).rejects.toThrow(PartialHistory)
})
