/** A table of documents: its name, its columns, and whose it is. */

import type { ColumnType } from '../core/address.ts'
import type { MigrationApi } from '../core/ports.ts'

export type Dialect = 'sqlite' | 'postgres'

export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly needed: boolean
  readonly indexed: boolean
}

export interface IndexTable {
  readonly dialect: Dialect
  /** The store whose documents these are. */
  readonly store: string
  /** `null` where the dialect has none. */
  readonly schema: string | null
  readonly name: string
  readonly key: readonly string[]
  /** Those of our own first: the document and the version of its file. */
  readonly columns: readonly Column[]
}

/** As it goes into a table, in the order of its columns: text or nothing, cast by the store. */
export type Row = readonly (string | null)[]

export type Sql = Pick<MigrationApi, 'query' | 'exec'>

/** Runs `work` in a transaction of its own: all of it or nothing. */
export type InTransaction = <T>(work: (sql: Sql) => Promise<T>) => Promise<T>

/** Columns that every table has. */
export const ownColumns: readonly Column[] = [
  { name: 'document', type: 'text', needed: true, indexed: false },
  { name: 'stored_version', type: 'text', needed: true, indexed: true },
]

/** Who has a table of this name now. */
export type Standing =
  | 'absent'
  | 'ours'
  /** Why it is not ours; only a table can be replaced at all. */
  | { readonly foreign: string; readonly kind: 'table' | 'other' }

/** What a table of ours says of itself. It is part of the table: whoever drops that, drops the mark. */
export function markOf({ store }: IndexTable): string {
  return `lockstep index of store ${store}`
}

/** Where the new rows gather until they take the place of the old ones. */
export function buildingName({ name }: IndexTable): string {
  return `${name}_lockstep_new`
}

export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function placeOf({ schema }: IndexTable, name: string): string {
  return schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`
}

/** As a list in SQL. */
export function namesOf(names: readonly string[]): string {
  return names.map(quoted).join(', ')
}

/** What makes the indexes of the table that is called `on`; `token` tells those of two builds apart. */
export function indexTexts(
  table: IndexTable,
  { on, token }: { readonly on: string; readonly token: string },
): string[] {
  // A row is found by its document, whatever tells rows apart.
  const document = table.key.length === 1 && table.key[0] === 'document' ? [] : [{ name: 'document', unique: true }]
  const wanted = table.columns.filter((one) => one.indexed).map(({ name }) => ({ name, unique: false }))
  return [...document, ...wanted].map(
    ({ name, unique }, i) =>
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(`${table.name}_${token}_${i}`)} ON ${placeOf(table, on)} (${quoted(name)})`,
  )
}

/** The first parameter of a statement. */
export function parameter({ dialect }: IndexTable): string {
  return dialect === 'sqlite' ? '?' : '$1'
}

const typeNames: Readonly<Record<Dialect, Readonly<Record<ColumnType, string>>>> = {
  // Text keeps what REAL would round: STRICT tables know no decimals.
  sqlite: {
    text: 'TEXT',
    integer: 'INTEGER',
    decimal: 'TEXT',
    real: 'REAL',
    boolean: 'INTEGER',
    time: 'TEXT',
    json: 'TEXT',
  },
  postgres: {
    text: 'text',
    integer: 'bigint',
    decimal: 'numeric',
    real: 'double precision',
    boolean: 'boolean',
    time: 'timestamp with time zone',
    json: 'jsonb',
  },
}

export function typeName({ dialect }: IndexTable, type: ColumnType): string {
  return typeNames[dialect][type]
}

/** Who has the table of this name; views and other things count as somebody's too. */
export async function standingOf(sql: Sql, table: IndexTable, name: string): Promise<Standing> {
  const [found] = table.dialect === 'sqlite' ? await sqliteMark(sql, name) : await postgresMark(sql, table, name)
  if (found === undefined) return 'absent'
  if (found.kind !== 'table') return { foreign: `it is a ${found.kind}`, kind: 'other' }
  if (found.mark?.includes(`${markOf(table)};`) === true) return 'ours'
  const other = /lockstep index of store ([\w.-]+);/.exec(found.mark ?? '')?.[1]
  return { foreign: other === undefined ? 'reindex did not make it' : `it belongs to store ${other}`, kind: 'table' }
}

type Mark = { readonly kind: string; readonly mark: string | null }

async function sqliteMark(sql: Sql, name: string): Promise<Mark[]> {
  const text = `SELECT type AS kind, sql AS mark FROM main.sqlite_master
WHERE lower(name) = lower(?) AND type IN ('table', 'view')`
  return await sql.query<Mark>(text, [name])
}

async function postgresMark(sql: Sql, { schema }: IndexTable, name: string): Promise<Mark[]> {
  const text = `SELECT CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table' ELSE 'thing of another kind' END AS kind,
pg_catalog.obj_description(c.oid, 'pg_class') AS mark
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2`
  return await sql.query<Mark>(text, [schema, name])
}

/** The rows of the first parameter, a list of lists as JSON, as a relation with the columns of the table. */
export function relationText(table: IndexTable): string {
  const cells = table.columns.map((column, i) => `${castText(table, column.type, i)} AS ${quoted(column.name)}`)
  const from =
    table.dialect === 'sqlite'
      ? 'FROM json_each(?) AS one'
      : 'FROM pg_catalog.jsonb_array_elements(CAST($1 AS jsonb)) AS one(value)'
  return `SELECT ${cells.join(', ')} ${from}`
}

function castText({ dialect }: IndexTable, type: ColumnType, at: number): string {
  if (dialect === 'postgres') return `CAST(one.value ->> ${at} AS ${typeNames.postgres[type]})`
  const cell = `json_extract(one.value, '$[${at}]')`
  return type === 'boolean' ? `(${cell} = 'true')` : `CAST(${cell} AS ${typeNames.sqlite[type]})`
}
