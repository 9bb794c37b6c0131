/** Settings of a connection: read once, put back after every file that may have changed them. */

import type { Statement } from '../../../core/script.ts'
import { quoteSqliteName } from '../../../readers/sqlite.ts'
import { rowsOf, valueOf, type SqliteClient } from '../client.ts'

/** Everything a file can change for those that run after it, save what belongs to the database itself. */
export interface ConnectionSettings {
  readonly pragmas: ReadonlyMap<string, unknown>
  readonly journalMode: unknown
  /** `case_sensitive_like` can be set, but not asked for. */
  readonly likeFoldsCase: boolean
  readonly attached: ReadonlySet<string>
  readonly temporary: ReadonlySet<string>
}

export function readSettings(client: SqliteClient): ConnectionSettings {
  return {
    pragmas: new Map(connectionPragmas.map((name) => [name, valueOf(client, `PRAGMA ${name}`)])),
    journalMode: valueOf(client, 'PRAGMA main.journal_mode'),
    likeFoldsCase: likeFoldsCase(client),
    attached: new Set(attachedTo(client)),
    temporary: new Set(temporaryIn(client).map(keyOf)),
  }
}

/** Puts back what differs. Outside a transaction only: most of these are no-ops within one. */
export function putBackSettings(client: SqliteClient, kept: ConnectionSettings): void {
  dropTemporary(client, kept)
  for (const name of attachedTo(client)) {
    if (!kept.attached.has(name)) client.exec(`DETACH ${quoteSqliteName(name)}`)
  }
  for (const [name, value] of kept.pragmas) {
    if (valueOf(client, `PRAGMA ${name}`) !== value) client.exec(`PRAGMA ${name} = ${String(value)}`)
  }
  if (likeFoldsCase(client) !== kept.likeFoldsCase) {
    client.exec(`PRAGMA case_sensitive_like = ${kept.likeFoldsCase ? 'OFF' : 'ON'}`)
  }
  putBackJournalMode(client, kept.journalMode)
  // Leaving `locking_mode = EXCLUSIVE` takes effect at the next read.
  valueOf(client, 'SELECT count(*) FROM "main".sqlite_master')
}

/** Whether all that a statement does is gone with its connection, and done again by running it again. */
export function isSetting({ text }: Statement): boolean {
  if (/^(?:attach|detach)\b/i.test(text)) return true
  const name = /^pragma\s+(?:\w+\s*\.\s*)?(\w+)\s*(?:=|\()/i.exec(text)?.[1]?.toLowerCase()
  return name !== undefined && [...connectionPragmas, 'case_sensitive_like'].includes(name)
}

/** The temporary tables, views and triggers that were not there. */
function dropTemporary(client: SqliteClient, kept: ConnectionSettings): void {
  for (const found of temporaryIn(client)) {
    if (!kept.temporary.has(keyOf(found))) {
      client.exec(`DROP ${found.type} IF EXISTS temp.${quoteSqliteName(found.name)}`)
    }
  }
}

/** WAL is a property of the file, and whoever sets it means it; the kinds of rollback journal are the connection's. */
function putBackJournalMode(client: SqliteClient, kept: unknown): void {
  const now = valueOf(client, 'PRAGMA main.journal_mode')
  if (now !== kept && now !== 'wal' && kept !== 'wal') client.exec(`PRAGMA main.journal_mode = ${String(kept)}`)
}

function likeFoldsCase(client: SqliteClient): boolean {
  return valueOf(client, "SELECT 'a' LIKE 'A'") === 1
}

function attachedTo(client: SqliteClient): string[] {
  const names = rowsOf(client, 'PRAGMA database_list').map((row) => String(row['name']))
  return names.filter((name) => name !== 'main' && name !== 'temp')
}

interface Temporary {
  readonly type: string
  readonly name: string
}

/** Triggers and views first, so that nothing is dropped that another still names. */
function temporaryIn(client: SqliteClient): Temporary[] {
  const text = `SELECT type, name FROM temp.sqlite_master
    WHERE type IN ('trigger', 'view', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type DESC`
  const found = rowsOf(client, text).map((row) => ({ type: String(row['type']), name: String(row['name']) }))
  const rank = ['trigger', 'view', 'table']
  return found.sort((a, b) => rank.indexOf(a.type) - rank.indexOf(b.type))
}

function keyOf({ type, name }: Temporary): string {
  return `${type} ${name}`
}

/** Those of a connection; heap limits are left out, which can only be lowered and belong to the process. */
const connectionPragmas: readonly string[] = [
  'query_only',
  'writable_schema',
  'foreign_keys',
  'recursive_triggers',
  'legacy_alter_table',
  'ignore_check_constraints',
  'trusted_schema',
  'synchronous',
  'locking_mode',
  'busy_timeout',
  'temp_store',
  'cache_size',
  'cache_spill',
  'mmap_size',
  'secure_delete',
  'journal_size_limit',
  'wal_autocheckpoint',
  'automatic_index',
  'reverse_unordered_selects',
  'cell_size_check',
  'checkpoint_fullfsync',
  'fullfsync',
  'analysis_limit',
  'threads',
  'read_uncommitted',
  'full_column_names',
  'short_column_names',
  'count_changes',
  'empty_result_callbacks',
  'max_page_count',
]
