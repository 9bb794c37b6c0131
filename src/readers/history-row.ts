/** Rows of the history as the SQL stores answer them, decoded once and strictly: a row that is not ours must not pass. */

import { parseChecksum } from '../core/checksum.ts'
import { assert } from '../core/error.ts'
import type { HistoryRecord, LogEventName, LogHead, LogRow, Meta } from '../core/history.ts'

export type Row = Readonly<Record<string, unknown>>

/** Some of the history's tables are there and some are not: somebody else's, or damaged. */
export class PartialHistory extends Error {
  readonly code = 'partial-history'
}

/** A row of the history table; columns are the record's fields in snake_case. */
export function decodeRecord(row: Row): HistoryRecord {
  const version = textOf(row, 'version')
  const checksum = parseChecksum(textOf(row, 'checksum'))
  const state = recordStates.find((one) => one === row['state'])
  const direction = textOf(row, 'direction')
  assert(checksum !== null, `record ${version} has a checksum of an unknown rule: ${String(row['checksum'])}`)
  assert(state !== undefined, `record ${version} has the state ${String(row['state'])}`)
  assert(direction === 'up' || direction === 'down', `record ${version} has the direction ${direction}`)
  return {
    version,
    description: textOf(row, 'description'),
    file: textOf(row, 'file'),
    checksum,
    state,
    direction,
    stepsStarted: countOf(row, 'steps_started'),
    stepsDone: countOf(row, 'steps_done'),
    stepsTotal: countOf(row, 'steps_total'),
    stepsHash: textOrNull(row, 'steps_hash'),
    breaking: truthOf(row, 'breaking'),
    position: countOf(row, 'position'),
    appliedAt: textOf(row, 'applied_at'),
    durationMs: countOf(row, 'duration_ms'),
    appliedBy: textOf(row, 'applied_by'),
    runId: textOf(row, 'run_id'),
    release: textOrNull(row, 'release'),
    toolVersion: textOf(row, 'tool_version'),
  }
}

const recordStates = ['running', 'applied', 'failed', 'resolved'] as const

/** A row of the log as stored. */
export function decodeLogRow(row: Row): LogRow {
  return {
    ...decodeHead(row),
    // Names of events only grow; a newer one is shown as it is.
    event: textOf(row, 'event') as LogEventName,
    version: textOrNull(row, 'version'),
    at: textOf(row, 'at'),
    by: textOf(row, 'by'),
    runId: textOf(row, 'run_id'),
    toolVersion: textOf(row, 'tool_version'),
    detail: textOf(row, 'detail'),
  }
}

export function decodeHead(row: Row): LogHead {
  return { id: countOf(row, 'id'), hash: textOf(row, 'hash') }
}

export function decodeMeta(row: Row): Meta {
  return {
    format: countOf(row, 'format'),
    identity: textOrNull(row, 'identity'),
    protected: truthOf(row, 'protected'),
    policy: textOrNull(row, 'policy'),
  }
}

function textOf(row: Row, column: string): string {
  const value = row[column]
  assert(typeof value === 'string', `column ${column} of the history holds ${String(value)}, which is not text`)
  return value
}

function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : textOf(row, column)
}

/** Drivers answer a 64-bit integer as a number, as text or as a bigint. */
function countOf(row: Row, column: string): number {
  const value = row[column]
  const count = typeof value === 'string' || typeof value === 'bigint' ? Number(value) : value
  assert(
    typeof count === 'number' && Number.isSafeInteger(count) && count >= 0,
    `column ${column} of the history holds ${String(value)}, which is no count`,
  )
  return count
}

/** SQLite has no booleans: 0 and 1 stand for them. */
function truthOf(row: Row, column: string): boolean {
  const value = row[column]
  assert(
    value === true || value === false || value === 0 || value === 1,
    `column ${column} of the history holds ${String(value)}, which is neither true nor false`,
  )
  return value === true || value === 1
}
