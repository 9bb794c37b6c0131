/** Puts rows into a scratch store: generated to fit its tables, or from the user's own file. */

import { isLockstepError } from '../../core/error.ts'
import type { MigrationApi } from '../../core/ports.ts'
import type { Shape } from '../../core/shape.ts'
import {
  attemptsMost,
  insertAllText,
  insertText,
  keysQuery,
  seedRows,
  unknownColumns,
  type KeysOf,
} from '../../rehearse/seed/seed-rows.ts'
import { nameOf } from '../../rehearse/rows.ts'
import { quote } from '../../rehearse/seed/seed-value.ts'
import { orderTables } from '../../rehearse/seed/table-order.ts'
import { readTables, type Reference, type SeedTable } from '../../rehearse/tables.ts'
import { splitStatements } from '../../stores/sql/split.ts'
import { asCode, type Bench } from './bench.ts'

/** A file of INSERTs. */
export interface SeedFile {
  readonly file: string
  readonly text: string
}

export interface Filled {
  readonly rows: number
  /** Tables that stayed empty, or statements that did not fit, and why. */
  readonly notes: readonly string[]
}

/** What a table or a statement refuses is left out: the structure of that moment may not have it yet. */
export async function fill(bench: Bench, shape: Shape, seeds: SeedFile | null): Promise<Filled> {
  const filling = { rows: 0, notes: [] as string[] }
  try {
    await asCode(bench, async (api) => {
      // Else rows that fit nowhere would only be found at the end.
      if (bench.sql.dialect === 'postgres') await api.exec('set constraints all immediate')
      if (seeds === null) await fillTables(bench, api, { shape, filling })
      else await runSeeds(bench, api, { seeds, filling })
    })
    return filling
  } catch (error) {
    if (!isLockstepError(error) || !taken.has(error.code)) throw error
    return { rows: 0, notes: [...filling.notes, `no rows at all: ${error.message}`] }
  }
}

/** What the store says of rows that do not fit together; all of them are taken back. */
const taken: ReadonlySet<string> = new Set(['migration-failed', 'foreign-keys-broken', 'rows-lost'])

interface Filling {
  rows: number
  readonly notes: string[]
}

async function fillTables(
  bench: Bench,
  api: MigrationApi,
  { shape, filling }: { shape: Shape; filling: Filling },
): Promise<void> {
  const tables = readTables(shape)
  for (const table of orderTables(tables)) {
    if (table.partition) continue
    for (const { name, type } of unknownColumns(table, bench.sql))
      filling.notes.push(`${table.name}.${name} stays empty: no value is known for ${type.name}`)
    const keysOf = await readKeys(table, { tables, bench, api })
    const all = insertAllText({ table, keysOf }, bench.sql)
    if (all !== null && (await insertFitting(bench, api, { table, text: all })) === null) {
      filling.rows += seedRows
      continue
    }
    let [rows, refused] = [0, '']
    for (let row = 0; row < seedRows; row++) {
      const why = await insertOne(bench, api, { table, row, keysOf })
      if (why === null) rows++
      else refused = why
    }
    filling.rows += rows
    if (rows === 0) filling.notes.push(`no rows for ${table.name}: ${refused}`)
  }
}

/** `null` when a row went in; otherwise why none of the attempts did. */
async function insertOne(
  bench: Bench,
  api: MigrationApi,
  asked: { readonly table: SeedTable; readonly row: number; readonly keysOf: KeysOf },
): Promise<string | null> {
  let refused: string | null = null
  const tried = new Set<string>()
  for (let attempt = 0; attempt < attemptsMost; attempt++) {
    const insert = insertText({ ...asked, attempt }, bench.sql)
    if ('why' in insert) return insert.why
    if (tried.has(insert.text)) continue
    tried.add(insert.text)
    const failure = await insertFitting(bench, api, { table: asked.table, text: insert.text })
    if (failure === null) return null
    refused ??= failure
  }
  return refused
}

/** SQLite's foreign keys are not enforced here, as in a migration; what would break them is taken out again. */
async function insertFitting(
  bench: Bench,
  api: MigrationApi,
  { table, text }: { table: SeedTable; text: string },
): Promise<string | null> {
  const failure = await attemptOne(bench, api, text)
  if (failure !== null || bench.sql.dialect !== 'sqlite' || table.references.length === 0) return failure
  const asked = `from pragma_foreign_key_check(${quote(table.path.join('.'))})`
  const broken = await attemptOne(bench, api, `select 1 ${asked}`)
  if (broken !== null) return null // its parent has no such key: SQLite cannot check, and does not
  const rows = await api.query<{ parent: string }>(`select parent ${asked}`)
  if (rows.length === 0) return null
  await api.query(`delete from ${nameOf(table)} where rowid in (select rowid ${asked})`)
  return `it would refer to rows of ${rows[0]?.parent} that are not there`
}

async function readKeys(
  table: SeedTable,
  { tables, bench, api }: { tables: readonly SeedTable[]; bench: Bench; api: MigrationApi },
): Promise<KeysOf> {
  const found = new Map<Reference, readonly (readonly string[])[]>()
  for (const reference of table.references) {
    const text = keysQuery(reference, tables, bench.sql)
    const rows = text === null ? [] : await api.query(text)
    found.set(
      reference,
      rows.map((row) => Object.keys(row).map((_, i) => String(row[`k${i}`]))),
    )
  }
  return (reference) => found.get(reference) ?? []
}

async function runSeeds(
  bench: Bench,
  api: MigrationApi,
  { seeds, filling }: { seeds: SeedFile; filling: Filling },
): Promise<void> {
  let [all, refused, first] = [0, 0, '']
  for (const { text } of splitStatements([seeds.text], bench.sql.dialect, seeds.file)) {
    all++
    const failure = await attemptOne(bench, api, text)
    if (failure === null) continue
    refused++
    if (first === '') first = failure
  }
  filling.rows = all - refused
  if (refused > 0) filling.notes.push(`${refused} of ${all} statements of ${seeds.file} do not fit: ${first}`)
}

/** In a savepoint where a failure would end the transaction; `null` or the words of the store. */
async function attemptOne({ sql }: Bench, api: MigrationApi, text: string): Promise<string | null> {
  const guarded = sql.dialect === 'postgres'
  if (guarded) await api.query('savepoint seed')
  try {
    await api.query(text)
    if (guarded) await api.query('release savepoint seed')
    return null
  } catch (error) {
    if (guarded) await api.query('rollback to savepoint seed')
    const details = isLockstepError(error) ? (error.details as { message?: unknown }).message : null
    return typeof details === 'string' ? details : error instanceof Error ? error.message : String(error)
  }
}
