/** The shape of a PostgreSQL database, read from its catalogues: what is there, not the text that made it. */

import { ownNameText, type Shape, type ShapeObject } from '../core/shape.ts'
import { compareText } from '../core/version.ts'
import { codeQueries } from './postgres-shape/code.ts'
import { databaseQueries } from './postgres-shape/database.ts'
import { canonicalPrinted } from './postgres-shape/printed.ts'
import type { CatalogueQuery, ObjectRow } from './postgres-shape/row.ts'
import { tableQueries } from './postgres-shape/tables.ts'

/** Any client that runs one statement: `pg`, PGlite. */
export interface QueryClient {
  query(text: string): Promise<{ readonly rows: readonly Record<string, unknown>[] }>
}

export interface PostgresShapeOptions {
  /** Tables that are no part of the shape, as `schema.table`: the history's. In `public`, unless said. */
  readonly exclude?: readonly string[]
  /** `caller`: a transaction is open already; it stays open, and sees its own changes. */
  readonly transaction?: 'own' | 'caller'
  /** With what the server prints, where that is not the one form. */
  readonly texts?: boolean
}

const historyTables: readonly string[] = [
  'public.lockstep_migrations',
  'public.lockstep_log',
  'public.lockstep_meta',
  'public.lockstep_shape',
]

/**
 * One snapshot of the structure. Owners, grants, tablespaces, column statistics and the numbers that sequences have
 * reached are no part of it.
 */
export async function readPostgresShape(client: QueryClient, options: PostgresShapeOptions = {}): Promise<Shape> {
  const exclude = options.exclude ?? historyTables
  const objects =
    options.transaction === 'caller'
      ? await withSettings(client, () => readObjects(client, exclude))
      : await inSnapshot(client, () => readObjects(client, exclude))
  if (options.texts === true) return { rule: 'postgres-1', objects }
  return { rule: 'postgres-1', objects: objects.map(({ kind, name, facts }) => ({ kind, name, facts })) }
}

/** What the server prints depends on these; a database must not drift because another client looks at it. */
const settings: Readonly<Record<string, string>> = {
  search_path: '',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
}

/** Printing a view locks its tables as a reader does; behind a change that is under way this must not wait for ever. */
const lockTimeout = '5s'

async function inSnapshot<T>(client: QueryClient, read: () => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  try {
    // Compiling these queries takes longer than they do: 57 ms with, 30 without.
    await set(client, { ...settings, lock_timeout: lockTimeout, jit: 'off' })
    return await read()
  } finally {
    // Nothing was written; and after a failed read only this ends the transaction.
    await client.query('ROLLBACK')
  }
}

async function withSettings<T>(client: QueryClient, read: () => Promise<T>): Promise<T> {
  const names = Object.keys(settings)
  const { rows } = await client.query(
    `SELECT ${names.map((name, i) => `pg_catalog.current_setting('${name}') AS s${i}`).join(', ')}`,
  )
  await set(client, settings)
  const found = await read()
  await set(client, Object.fromEntries(names.map((name, i) => [name, String(rows[0]?.[`s${i}`])])))
  return found
}

/** Until the end of the transaction. */
async function set(client: QueryClient, values: Readonly<Record<string, string>>): Promise<void> {
  const calls = Object.entries(values).map(
    ([name, value]) => `pg_catalog.set_config('${name}', E'${value.replaceAll(/['\\]/g, '\\$&')}', true)`,
  )
  await client.query(`SELECT ${calls.join(', ')}`)
}

async function readObjects(client: QueryClient, exclude: readonly string[]): Promise<ShapeObject[]> {
  const { rows } = await client.query(`SELECT current_setting('server_version_num') AS version`)
  const about = { version: Number(rows[0]?.['version']), exclude }
  const queries = [...tableQueries(about), ...codeQueries(about), ...databaseQueries(about)]
  const objects: ShapeObject[] = []
  for (const { text } of await withAnswers(client, queries)) {
    const found = await client.query(text)
    objects.push(...found.rows.map((row) => makeObject(decodeRow(row))))
  }
  const ownName = ({ texts }: ShapeObject): string => texts?.[ownNameText] ?? ''
  return objects.sort(
    (a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name) || compareText(ownName(a), ownName(b)),
  )
}

/** Those that can find something. */
async function withAnswers(client: QueryClient, queries: readonly CatalogueQuery[]): Promise<CatalogueQuery[]> {
  const conditions = queries.map(({ when = 'true' }, i) => `${when} AS q${i}`)
  const { rows } = await client.query(`SELECT ${conditions.join(', ')}`)
  return queries.filter((_, i) => rows[0]?.[`q${i}`] !== false)
}

/** JSON comes as text, so that a client's own type parsers have no say. */
function decodeRow(row: Record<string, unknown>): ObjectRow {
  return {
    kind: String(row['kind']),
    path: JSON.parse(String(row['path'])) as string[],
    suffix: String(row['suffix']),
    own: typeof row['own'] === 'string' ? row['own'] : null,
    facts: JSON.parse(String(row['facts'])) as ObjectRow['facts'],
    printed: JSON.parse(String(row['printed'])) as ObjectRow['printed'],
  }
}

function makeObject({ kind, path, suffix, own, facts, printed }: ObjectRow): ShapeObject {
  const canonical = Object.entries(printed).map(([fact, text]) => [fact, canonicalPrinted(text)])
  const name = path.map(quoteWhereNeeded).join('.') + suffix
  const all = { ...facts, ...(Object.fromEntries(canonical) as Record<string, string>) }
  const numbered = own === null || own === path.at(-1) ? [] : [[ownNameText, own] as const]
  const texts = [...Object.entries(printed).filter(([fact, text]) => all[fact] !== text), ...numbered]
  return { kind, name, facts: all, ...(texts.length === 0 ? {} : { texts: Object.fromEntries(texts) }) }
}

/** Not by the server's `quote_ident`: its list of key words differs from version to version. */
function quoteWhereNeeded(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}
