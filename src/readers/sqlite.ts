/** The read-only half of SQLite: its history, through any client that prepares a statement and answers its rows. */

import { historyFormat, noHistory, type History, type LogRow, type Meta } from '../core/history.ts'
import type { ShapeSnapshot } from '../core/shape.ts'
import { decodeHead, decodeLogRow, decodeMeta, decodeRecord, PartialHistory, type Row } from './history-row.ts'
import { decodeSnapshot, shapeTable } from './snapshot-row.ts'

/** A client by shape: `DatabaseSync` of node:sqlite fits, `Database` of better-sqlite3 too. */
export interface SqliteReadClient {
  prepare(text: string): { all(): readonly unknown[] }
}

export interface SqliteHistoryNames {
  readonly records: string
  readonly log: string
  readonly meta: string
}

/** The history's tables by their unquoted names; log and meta keep theirs whatever the history table is called. */
export function sqliteTablesOf(table: string): SqliteHistoryNames {
  return { records: table, log: 'lockstep_log', meta: 'lockstep_meta' }
}

/** As they are written in a statement: always of the main database, whatever is attached or temporary. */
export function sqliteNamesOf(table: string): SqliteHistoryNames {
  const { records, log, meta } = sqliteTablesOf(table)
  const within = (name: string): string => `"main".${quoteSqliteName(name)}`
  return { records: within(records), log: within(log), meta: within(meta) }
}

export function quoteSqliteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Several statements: whoever wants them of one moment opens a transaction around the call. */
export function readSqliteHistory(client: SqliteReadClient, table: string): History {
  const there = objectsOf(client)
  const ours = Object.values(sqliteTablesOf(table))
  const present = ours.filter((name) => there.has(name.toLowerCase()))
  if (present.length === 0) return { ...noHistory, holdsTables: there.size > 0 }
  if (present.length < ours.length) {
    const missing = ours.filter((name) => !present.includes(name))
    throw new PartialHistory(`of the history's tables ${present.join(', ')} is there, ${missing.join(', ')} is not`)
  }
  const names = sqliteNamesOf(table)
  const meta = readMeta(client, names.meta)
  // The rows of a newer format may mean anything: whoever asked is told the format and stops there.
  if (meta !== null && meta.format > historyFormat) return { ...noHistory, meta }
  const head = rowsOf(client, `SELECT id, hash FROM ${names.log} ORDER BY id DESC LIMIT 1`)[0]
  return {
    meta,
    records: rowsOf(client, `SELECT * FROM ${names.records} ORDER BY position`).map(decodeRecord),
    head: head === undefined ? null : decodeHead(head),
    holdsTables: false,
    readOnly: false,
  }
}

/** The shape after the last run; `null` where none was written down. */
export function readSqliteSnapshot(client: SqliteReadClient): ShapeSnapshot | null {
  if (!objectsOf(client).has(shapeTable)) return null
  return decodeSnapshot(rowsOf(client, `SELECT * FROM "main".${quoteSqliteName(shapeTable)}`)[0])
}

/** Every row of the log, oldest first; none where there is no history. */
export function readSqliteLog(client: SqliteReadClient, table: string): readonly LogRow[] {
  if (!objectsOf(client).has(sqliteTablesOf(table).log)) return []
  return rowsOf(client, `SELECT * FROM ${sqliteNamesOf(table).log} ORDER BY id`).map(decodeLogRow)
}

/** Tables and views, in lower case as SQLite compares them; what SQLite makes for itself does not count. */
function objectsOf(client: SqliteReadClient): ReadonlySet<string> {
  // `sqlite_schema` is unknown to libraries before 3.33, which a guard may meet.
  const text = `SELECT name FROM "main".sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`
  return new Set(rowsOf(client, text).map((row) => String(row['name']).toLowerCase()))
}

function readMeta(client: SqliteReadClient, table: string): Meta | null {
  const rows = rowsOf(client, `SELECT * FROM ${table}`)
  const row = rows[0]
  if (row === undefined || rows.length > 1) {
    throw new PartialHistory(`lockstep_meta holds ${rows.length} rows instead of one`)
  }
  const format = Number(row['format'])
  if (format > historyFormat) return { format, identity: null, protected: false, policy: null }
  return decodeMeta(row)
}

function rowsOf(client: SqliteReadClient, text: string): readonly Row[] {
  return client.prepare(text).all() as readonly Row[]
}
