/** Writing the history of a SQLite database: its tables, and one change as one statement with values. */

import { assert } from '../../core/error.ts'
import { parseChecksum } from '../../core/checksum.ts'
import type { HistoryChange, HistoryRecord, LogRow, Meta } from '../../core/history.ts'
import type { ShapeSnapshot } from '../../core/shape.ts'
import { shapeTable } from '../../readers/snapshot-row.ts'
import { quoteSqliteName, type SqliteHistoryNames } from '../../readers/sqlite.ts'
import type { SqliteClient, SqliteValue } from './client.ts'

/** The three tables. Not STRICT: a library before 3.37 could not open the file any more. */
export function createTables({ records, log, meta }: SqliteHistoryNames): string {
  return `CREATE TABLE ${meta} (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  format INTEGER NOT NULL,
  identity TEXT,
  protected INTEGER NOT NULL CHECK (protected IN (0, 1)),
  policy TEXT
);
CREATE TABLE ${records} (
  version TEXT NOT NULL PRIMARY KEY,
  description TEXT NOT NULL,
  file TEXT NOT NULL,
  checksum TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'applied', 'failed', 'resolved')),
  direction TEXT NOT NULL CHECK (direction IN ('up', 'down')),
  steps_started INTEGER NOT NULL,
  steps_done INTEGER NOT NULL,
  steps_total INTEGER NOT NULL,
  steps_hash TEXT,
  breaking INTEGER NOT NULL CHECK (breaking IN (0, 1)),
  position INTEGER NOT NULL,
  applied_at TEXT NOT NULL,
  duration_ms INTEGER NOT NULL,
  applied_by TEXT NOT NULL,
  run_id TEXT NOT NULL,
  "release" TEXT,
  tool_version TEXT NOT NULL
);
CREATE TABLE ${log} (
  id INTEGER PRIMARY KEY,
  event TEXT NOT NULL,
  version TEXT,
  at TEXT NOT NULL,
  "by" TEXT NOT NULL,
  run_id TEXT NOT NULL,
  tool_version TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash TEXT NOT NULL
);`
}

/** Writes one change in the transaction that is open. */
export function writeChange(
  client: SqliteClient,
  change: HistoryChange,
  at: { names: SqliteHistoryNames; nowMs: number },
): void {
  const { names, nowMs } = at
  switch (change.kind) {
    case 'insert':
      return insertRow(client, names.records, recordRow(change.record))
    case 'update':
      return updateRecord(client, names.records, change.record)
    case 'finish': {
      const text = `UPDATE ${names.records} SET duration_ms = ? WHERE version = ?`
      return runOnOne(client, text, [Math.max(0, Math.round(nowMs - change.startedAtMs)), change.version])
    }
    case 'remove':
      return runOnOne(client, `DELETE FROM ${names.records} WHERE version = ?`, [change.version])
    case 'log':
      return insertRow(client, names.log, logRow(change.row))
    case 'meta':
      return writeMeta(client, names.meta, change.meta)
    case 'shape':
      return writeShape(client, change.snapshot)
  }
}

type Columns = Readonly<Record<string, SqliteValue>>

function insertRow(client: SqliteClient, table: string, row: Columns): void {
  const columns = Object.keys(row).map((column) => `"${column}"`)
  const marks = columns.map(() => '?').join(', ')
  runOnOne(client, `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})`, Object.values(row))
}

function updateRecord(client: SqliteClient, table: string, record: HistoryRecord): void {
  const row = recordRow(record)
  const columns = Object.keys(row).map((column) => `"${column}" = ?`)
  runOnOne(client, `UPDATE ${table} SET ${columns.join(', ')} WHERE version = ?`, [
    ...Object.values(row),
    record.version,
  ])
}

function writeMeta(client: SqliteClient, table: string, meta: Meta): void {
  client.prepare(`DELETE FROM ${table}`).run()
  const { format, identity, policy } = meta
  insertRow(client, table, { only_row: 1, format, identity, protected: meta.protected ? 1 : 0, policy })
}

/** Its table is made here: a history of a former version has none. */
function writeShape(client: SqliteClient, { shape, mark, takenAt, runId }: ShapeSnapshot): void {
  const table = `"main".${quoteSqliteName(shapeTable)}`
  client.exec(`CREATE TABLE IF NOT EXISTS ${table} (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  rule TEXT NOT NULL,
  mark TEXT NOT NULL,
  objects TEXT NOT NULL,
  run_id TEXT NOT NULL,
  taken_at TEXT NOT NULL
);
DELETE FROM ${table};`)
  const objects = JSON.stringify(shape.objects)
  insertRow(client, table, { only_row: 1, rule: shape.rule, mark, objects, run_id: runId, taken_at: takenAt })
}

/** A change that meets no row, or several, was made on another history than the one that is there. */
function runOnOne(client: SqliteClient, text: string, values: readonly SqliteValue[]): void {
  const { changes } = client.prepare(text).run(...values)
  assert(Number(changes) === 1, `a change of the history met ${changes} rows: ${text}`)
}

function recordRow(record: HistoryRecord): Columns {
  assert(record.version !== '', 'a record without a version')
  assert(parseChecksum(record.checksum) !== null, `record ${record.version} has the checksum ${record.checksum}`)
  assert(record.position >= 1, `record ${record.version} has the position ${record.position}`)
  return {
    version: record.version,
    description: record.description,
    file: record.file,
    checksum: record.checksum,
    state: record.state,
    direction: record.direction,
    steps_started: record.stepsStarted,
    steps_done: record.stepsDone,
    steps_total: record.stepsTotal,
    steps_hash: record.stepsHash,
    breaking: record.breaking ? 1 : 0,
    position: record.position,
    applied_at: record.appliedAt,
    duration_ms: Math.round(record.durationMs),
    applied_by: record.appliedBy,
    run_id: record.runId,
    release: record.release,
    tool_version: record.toolVersion,
  }
}

function logRow(row: LogRow): Columns {
  return {
    id: row.id,
    event: row.event,
    version: row.version,
    at: row.at,
    by: row.by,
    run_id: row.runId,
    tool_version: row.toolVersion,
    detail: row.detail,
    hash: row.hash,
  }
}
