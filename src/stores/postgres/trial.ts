/** What is all or nothing: a transaction, or a part of one that is always taken back. */

import { quoteLiteral } from '../../readers/postgres.ts'
import type { PostgresClient } from './client.ts'

/** What stands around a unit that is all or nothing. */
export interface Bounds {
  /** `text`: what a transaction of its own would begin with. */
  readonly begin: (text: string) => string
  readonly commit: readonly string[]
  readonly rollback: string
}

export const ownBounds: Bounds = { begin: (text) => text, commit: ['commit'], rollback: 'rollback' }

/**
 * Inside another transaction. What waits for COMMIT is proven at once, and what ends with it (SET LOCAL) is put back:
 * there will be none.
 */
export const innerBounds: Bounds = {
  begin: () => 'savepoint lockstep_unit',
  commit: [
    'set constraints all immediate',
    'release savepoint lockstep_unit',
    'reset session authorization',
    'reset all',
  ],
  rollback: 'rollback to savepoint lockstep_unit',
}

/** Statements with nothing to be said between them, in one message. */
export async function atomically(
  client: PostgresClient,
  statements: readonly string[],
  { bounds, run }: { bounds: Bounds; run: (text: string) => Promise<unknown> },
): Promise<void> {
  const { begin, commit, rollback } = bounds
  try {
    await run([begin('begin'), ...statements, ...commit].join(';\n'))
  } catch (error) {
    if (!client.lost && client.transaction !== 'I') await run(rollback)
    throw error
  }
}

/** What is tried out in `work`, nobody else ever sees. */
export async function whileTakenBack<T>(client: PostgresClient, work: () => Promise<T>): Promise<T> {
  const before = await readSequences(client)
  await client.run('begin')
  try {
    return await work()
  } finally {
    if (!client.lost) {
      if (client.transaction !== 'I') await client.run('rollback')
      await putBack(client, before)
    }
  }
}

/** By its quoted name: the number that it has reached, and whether that one was given out. */
type Sequences = ReadonlyMap<string, { readonly last: string; readonly called: boolean }>

async function readSequences(client: PostgresClient): Promise<Sequences> {
  const [names] = await client.run(
    `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name
from pg_catalog.pg_sequence s join pg_catalog.pg_class c on c.oid = s.seqrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
  )
  const each = (names ?? []).map(({ name }) => {
    const text = String(name)
    return `select ${quoteLiteral(text)} as name, last_value::text as last, is_called as called from ${text}`
  })
  if (each.length === 0) return new Map()
  const [rows] = await client.run(each.join(' union all '))
  return new Map(
    (rows ?? []).map((row) => [String(row['name']), { last: String(row['last']), called: row['called'] === true }]),
  )
}

/** Numbers that were given out are not taken back by any rollback; what comes after may count on them. */
async function putBack(client: PostgresClient, before: Sequences): Promise<void> {
  if (before.size === 0) return
  const after = await readSequences(client)
  const moved = [...before].filter(([name, { last, called }]) => {
    const now = after.get(name)
    return now !== undefined && (now.last !== last || now.called !== called)
  })
  if (moved.length === 0) return
  const calls = moved.map(
    ([name, { last, called }]) => `pg_catalog.setval(${quoteLiteral(name)}::regclass, ${last}, ${called})`,
  )
  await client.run(`select ${calls.join(', ')}`)
}
