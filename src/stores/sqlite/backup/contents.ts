/** What a SQLite database holds, and whether it is whole. */

import type { Contents, CopyChecks, Measure } from '../../../core/backup.ts'
import { LockstepError } from '../../../core/error.ts'
import { quoteSqliteName, readSqliteHistory, sqliteTablesOf } from '../../../readers/sqlite.ts'
import { shapeTable } from '../../../readers/snapshot-row.ts'
import { readSqliteShape } from '../../../readers/sqlite-shape.ts'
import { rowsOf, valueOf, type SqliteClient } from '../client.ts'

/** Several statements: whoever wants them of one moment opens a transaction around the call. */
export function readContents(client: SqliteClient, historyTable: string): Contents {
  return {
    rows: countRows(client),
    history: readSqliteHistory(client, historyTable),
    shape: readSqliteShape(client, { exclude: ownTables(historyTable) }),
    brokenKeys: Number(valueOf(client, 'SELECT count(*) FROM pragma_foreign_key_check')),
    serverVersion: `SQLite ${String(valueOf(client, 'SELECT sqlite_version()'))}`,
  }
}

export function measure(client: SqliteClient, historyTable: string): Measure {
  const ours = ownTables(historyTable).map((name) => name.toLowerCase())
  const others = tablesOf(client).filter((name) => !ours.includes(name.toLowerCase()))
  const bytes = Number(valueOf(client, 'PRAGMA page_count')) * Number(valueOf(client, 'PRAGMA page_size'))
  const holds = others.length > 0 ? 'tables' : tablesOf(client).length > 0 ? 'history' : 'nothing'
  return { holds, bytes }
}

function ownTables(historyTable: string): string[] {
  return [...Object.values(sqliteTablesOf(historyTable)), shapeTable]
}

/** Up to this size every index entry is looked up as well; above it that alone takes longer than the copy. */
const thoroughBytesMost = 64 * 1024 * 1024

/** Looks through a copy; `file` is how it is named to people. */
export function checkWhole(client: SqliteClient, { file, store }: { file: string; store: string }): CopyChecks {
  const bytes = Number(valueOf(client, 'PRAGMA page_count')) * Number(valueOf(client, 'PRAGMA page_size'))
  const check = bytes <= thoroughBytesMost ? 'integrity_check' : 'quick_check'
  const faults = rowsOf(client, `PRAGMA ${check}(10)`).map((row) => String(Object.values(row)[0]))
  if (faults.length !== 1 || faults[0] !== 'ok')
    throw new LockstepError('backup-unusable', { store, file, reason: `${check}: ${faults.join('; ')}` })
  const stale = searchTables(client).filter((table) => !isInStep(client, table))
  return {
    checks: [check, 'foreign_key_check', ...(searchTables(client).length > 0 ? ['fts5 integrity-check'] : [])],
    // A copy is faithful: the index was stale in the store itself, and restoring it changes nothing about that.
    remarks: stale.map((table) => `the FTS5 table ${table} does not fit its content, as in the store itself`),
    contents: null,
  }
}

function tablesOf(client: SqliteClient): string[] {
  const text = `SELECT name FROM "main".sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name`
  return rowsOf(client, text).map((row) => String(row['name']))
}

/** Of ordinary tables, the ones behind virtual tables too: a virtual table can be as slow as it likes to count. */
function countRows(client: SqliteClient): Record<string, number> {
  const virtual = new Set(
    rowsOf(client, `SELECT name FROM "main".sqlite_schema WHERE type = 'table' AND rootpage = 0`).map(
      (row) => row['name'],
    ),
  )
  const ordinary = tablesOf(client).filter((name) => !virtual.has(name))
  return Object.fromEntries(
    ordinary.map((name) => [name, Number(valueOf(client, `SELECT count(*) FROM "main".${quoteSqliteName(name)}`))]),
  )
}

function searchTables(client: SqliteClient): string[] {
  const text = `SELECT name FROM "main".sqlite_schema WHERE type = 'table' AND sql LIKE 'create virtual table%using%fts5%'`
  return rowsOf(client, text).map((row) => String(row['name']))
}

/** The only check that finds an index that does not fit its content; it is written as a statement that writes. */
function isInStep(client: SqliteClient, table: string): boolean {
  const name = quoteSqliteName(table)
  client.exec('BEGIN')
  try {
    client.exec(`INSERT INTO "main".${name}(${name}, rank) VALUES ('integrity-check', 1)`)
    return true
  } catch (error) {
    // SQLITE_CORRUPT_VTAB: what was asked for.
    if ((error as { errcode?: unknown }).errcode === 267) return false
    throw error
  } finally {
    if (client.isTransaction) client.exec('ROLLBACK')
  }
}
