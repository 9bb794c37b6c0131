/** A scratch store under its lock, as rehearsing uses it: run one leg, look at structure and rows. */

import { isLockstepError, type LockstepError } from '../../core/error.ts'
import { historyFormat } from '../../core/history.ts'
import { planDown, planUp } from '../../core/make-plan.ts'
import type { Migration } from '../../core/migration.ts'
import { defaultPolicy } from '../../core/policy.ts'
import type { MigrationApi, Session } from '../../core/ports.ts'
import { carryOut } from '../../engine/carry-out.ts'
import { makeEngine } from '../../engine/engine.ts'
import type { Shape } from '../../core/shape.ts'
import { rowsQuery, type TableRows } from '../../rehearse/rows.ts'
import { readTables, type Sql } from '../../rehearse/tables.ts'
import type { Leg, Moment } from '../../rehearse/verdict.ts'
import { asLockstepError } from '../answers/answer.ts'
import { sha256, type AppContext } from '../opening/context.ts'
import { whileAllLocked } from '../running/locked.ts'
import { factsReader } from '../plan.ts'
import type { Scratch, Target } from '../opening/target.ts'

export interface Bench {
  readonly target: Target
  readonly session: Session
  readonly context: AppContext
  readonly sql: Sql
}

/** Lends a scratch store with its history, whatever becomes of `work`. */
export async function onBench<T>(
  scratch: Scratch,
  { target, context, sql }: Omit<Bench, 'session'>,
  work: (bench: Bench) => Promise<T>,
): Promise<T> {
  const own: Target = { ...target, store: scratch.store, policy: defaultPolicy, create: null, scratch: null }
  return await whileAllLocked([own], { context, waitMs: 10_000 }, async (locked) => {
    let answer: { readonly value: T } | null = null
    for (const { session } of locked) {
      const { meta } = await session.readHistory()
      const fresh = { format: historyFormat, identity: null, protected: false, policy: null }
      if (meta === null) await session.createHistory(fresh, [])
      answer = { value: await work({ target: own, session, context, sql }) }
    }
    return (answer as { readonly value: T }).value
  })
}

/** Runs the up, also where it is recorded already; what the store refuses is an answer. */
export async function runUp(bench: Bench, migration: Migration): Promise<LockstepError | null> {
  const history = await bench.session.readHistory()
  const record = history.records.find((one) => one.version === migration.version) ?? null
  const planned = (): ReturnType<typeof planUp> => planUp({ migration, record }, factsReader(bench.target))
  return await answered(bench, async () => {
    await carryOut({ planned: planned(), migration, record, index: 0, count: 1 }, engineOf(bench, history))
  })
}

/** Runs the down of a migration that is recorded. */
export async function runDown(bench: Bench, migration: Migration): Promise<LockstepError | null> {
  const history = await bench.session.readHistory()
  const record = history.records.find((one) => one.version === migration.version)
  const { down } = migration
  if (record === undefined || down === null) return null
  return await answered(bench, async () => {
    const planned = planDown({ record, migration, down }, factsReader(bench.target))
    await carryOut({ planned, migration, record, index: 0, count: 1 }, engineOf(bench, history))
  })
}

/** Whether both directions are one transaction each, as far as their texts tell. */
export function isWhole({ target }: Bench, migration: Migration): boolean {
  const readFacts = factsReader(target)
  try {
    return [migration.up, migration.down].every((body) => body === null || readFacts(migration, body).mode === 'whole')
  } catch (error) {
    // Its leg will fail, and say why.
    if (isLockstepError(error) && error.code === 'script-refused') return false
    throw error
  }
}

function engineOf(
  { target, session, context }: Bench,
  history: Parameters<typeof makeEngine>[1],
): ReturnType<typeof makeEngine> {
  const { clock, signal, author, emit } = context
  const { name: store, bodies, policy } = target
  return makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, history)
}

async function answered({ context }: Bench, work: () => Promise<void>): Promise<LockstepError | null> {
  try {
    await work()
    return null
  } catch (error) {
    if (context.signal.aborted || (isLockstepError(error) && error.code === 'connection-lost')) throw error
    return asLockstepError(error)
  }
}

/** A leg and what the store looks like after it. */
export async function legOf(
  bench: Bench,
  failure: LockstepError | null,
  known: Shape | null,
): Promise<Leg<LockstepError>> {
  return failure === null ? { kind: 'passed', moment: await look(bench, known) } : { kind: 'failed', failure }
}

/** Structure and rows of the store as it stands; the structure is only read where it is not known. */
export async function look(bench: Bench, known: Shape | null): Promise<Moment> {
  const shape = known ?? (await bench.target.store.readShape())
  return { shape, rows: await readRows(bench, shape) }
}

/** One question to the server for this many tables. */
const tablesAtOnce = 40

async function readRows(bench: Bench, shape: Moment['shape']): Promise<TableRows> {
  const tables = readTables(shape)
  const rows = new Map(tables.map((table) => [table.name, new Map<string, number>()]))
  const atOnce = bench.sql.dialect === 'sqlite' ? 1 : tablesAtOnce
  await asCode(bench, async (api) => {
    for (let from = 0; from < tables.length; from += atOnce) {
      const some = tables.slice(from, from + atOnce)
      const text = some.map((one, i) => `select ${from + i} as at, t.* from (${rowsQuery(one, bench.sql)}) t`)
      for (const row of await api.query(text.join(' union all '))) {
        rows.get(tables[Number(row['at'])]?.name ?? '')?.set(String(row['row']), Number(row['n']))
      }
    }
  })
  return rows
}

/** Runs code in a transaction of its own. */
export async function asCode(bench: Bench, run: (api: MigrationApi) => Promise<void>): Promise<void> {
  const file = 'rehearsal'
  await bench.session.runTogether({
    file,
    sessionAfter: 'reset',
    before: [],
    works: [{ kind: 'code', file, run }],
    after: [],
    lockTimeoutMs: 10_000,
    statementTimeoutMs: 0,
    signal: bench.context.signal,
  })
}
