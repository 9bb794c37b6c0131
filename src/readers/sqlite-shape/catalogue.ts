/** What SQLite's schema table and pragmas tell of the main database, read with a few joins. */

import type { SqliteReadClient } from '../sqlite.ts'

export interface Catalogue {
  readonly tables: readonly TableRow[]
  readonly columns: readonly ColumnRow[]
  readonly indexes: readonly IndexRow[]
  readonly keys: readonly KeyRow[]
  readonly foreignKeys: readonly ForeignKeyRow[]
  readonly code: readonly CodeRow[]
  /** Of all tables and columns, in lower case. */
  readonly names: ReadonlySet<string>
}

export interface TableRow {
  readonly name: string
  readonly type: 'table' | 'virtual'
  readonly strict: boolean
  readonly withoutRowid: boolean
  readonly sql: string
}

export interface ColumnRow {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  readonly default: string | null
  /** Its place in the primary key, from 1; 0 outside of it. */
  readonly primaryKey: number
  readonly generated: 'virtual' | 'stored' | null
}

export interface IndexRow {
  readonly table: string
  readonly name: string
  readonly unique: boolean
  /** By CREATE INDEX, UNIQUE or PRIMARY KEY. */
  readonly origin: 'c' | 'u' | 'pk'
  readonly sql: string | null
}

export interface KeyRow {
  readonly index: string
  /** `null`: an expression. */
  readonly column: string | null
  readonly descending: boolean
  readonly collation: string
}

export interface ForeignKeyRow {
  readonly table: string
  readonly id: number
  readonly parent: string
  readonly from: string
  readonly to: string | null
  readonly onUpdate: string
  readonly onDelete: string
}

export interface CodeRow {
  readonly type: 'view' | 'trigger'
  readonly name: string
  readonly table: string
  readonly sql: string
}

type Row = Readonly<Record<string, unknown>>

/** Shadow tables belong to their virtual table, `sqlite_...` to SQLite; `exclude` are names in any case. */
export function readSqliteCatalogue(client: SqliteReadClient, exclude: readonly string[]): Catalogue {
  const excluded = new Set(exclude.map((name) => name.toLowerCase()))
  const rows = (text: string): Row[] =>
    (client.prepare(text).all() as Row[]).filter((row) => !excluded.has(String(row['tbl']).toLowerCase()))
  const tables = rows(tablesQuery).map(decodeTable)
  const columns = rows(columnsQuery).map(decodeColumn)
  const names = [...tables, ...columns].map((row) => row.name.toLowerCase())
  return {
    tables,
    columns,
    indexes: rows(indexesQuery).map(decodeIndex),
    keys: rows(keysQuery).map(decodeKey),
    foreignKeys: rows(foreignKeysQuery).map(decodeForeignKey),
    code: rows(codeQuery).map(decodeCode),
    names: new Set(names),
  }
}

const isOurs = `t."schema" = 'main' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'`

const tablesQuery = `SELECT t.name AS tbl, t.type, t.strict, t.wr, s.sql FROM pragma_table_list AS t
JOIN "main".sqlite_schema AS s ON s.type = 'table' AND s.name = t.name
WHERE ${isOurs} AND t.type IN ('table', 'virtual')`

const columnsQuery = `SELECT t.name AS tbl, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden
FROM pragma_table_list AS t, pragma_table_xinfo(t.name, 'main') AS c
WHERE ${isOurs} AND t.type = 'table' ORDER BY t.name, c.cid`

const indexesQuery = `SELECT t.name AS tbl, i.name, i."unique", i.origin, s.sql
FROM pragma_table_list AS t, pragma_index_list(t.name, 'main') AS i
LEFT JOIN "main".sqlite_schema AS s ON s.type = 'index' AND s.name = i.name
WHERE ${isOurs} AND t.type = 'table'`

const keysQuery = `SELECT t.name AS tbl, i.name AS idx, k.cid, k.name, k."desc", k.coll
FROM pragma_table_list AS t, pragma_index_list(t.name, 'main') AS i, pragma_index_xinfo(i.name, 'main') AS k
WHERE ${isOurs} AND t.type = 'table' AND k."key" = 1 ORDER BY i.name, k.seqno`

const foreignKeysQuery = `SELECT t.name AS tbl, f.id, f."table" AS parent, f."from" AS col, f."to" AS target, f.on_update, f.on_delete
FROM pragma_table_list AS t, pragma_foreign_key_list(t.name, 'main') AS f
WHERE ${isOurs} AND t.type = 'table' ORDER BY t.name, f.id, f.seq`

const codeQuery = `SELECT s.tbl_name AS tbl, s.type, s.name, s.sql FROM "main".sqlite_schema AS s
WHERE s.type IN ('view', 'trigger')`

function decodeTable(row: Row): TableRow {
  return {
    name: String(row['tbl']),
    type: row['type'] === 'virtual' ? 'virtual' : 'table',
    strict: Number(row['strict']) === 1,
    withoutRowid: Number(row['wr']) === 1,
    sql: String(row['sql']),
  }
}

function decodeColumn(row: Row): ColumnRow {
  const hidden = Number(row['hidden'])
  return {
    table: String(row['tbl']),
    name: String(row['name']),
    type: String(row['type']),
    notNull: Number(row['notnull']) === 1,
    default: textOrNull(row['dflt_value']),
    primaryKey: Number(row['pk']),
    generated: hidden === 2 ? 'virtual' : hidden === 3 ? 'stored' : null,
  }
}

function decodeIndex(row: Row): IndexRow {
  const origin = row['origin']
  return {
    table: String(row['tbl']),
    name: String(row['name']),
    unique: Number(row['unique']) === 1,
    origin: origin === 'pk' || origin === 'u' ? origin : 'c',
    sql: textOrNull(row['sql']),
  }
}

function decodeKey(row: Row): KeyRow {
  return {
    index: String(row['idx']),
    column: Number(row['cid']) === -2 ? null : (textOrNull(row['name']) ?? 'rowid'),
    descending: Number(row['desc']) === 1,
    collation: String(row['coll']),
  }
}

function decodeForeignKey(row: Row): ForeignKeyRow {
  return {
    table: String(row['tbl']),
    id: Number(row['id']),
    parent: String(row['parent']),
    from: String(row['col']),
    to: textOrNull(row['target']),
    onUpdate: String(row['on_update']),
    onDelete: String(row['on_delete']),
  }
}

function decodeCode(row: Row): CodeRow {
  return {
    type: row['type'] === 'view' ? 'view' : 'trigger',
    name: String(row['name']),
    table: String(row['tbl']),
    sql: String(row['sql']),
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
