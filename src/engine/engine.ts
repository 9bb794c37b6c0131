/** What carrying out a plan on one target needs, and the little that changes while it goes on. */

import { assert } from '../core/error.ts'
import type { Emit } from '../core/event.ts'
import type { HistoryRecord, LogEntry, LogEventName, LogHead, LogRow } from '../core/history.ts'
import { chainRow, type Sha256 } from '../core/log-chain.ts'
import type { Body, Migration } from '../core/migration.ts'
import type { PlannedMigration } from '../core/plan.ts'
import type { Policy } from '../core/policy.ts'
import type { BodyReader, Clock, Session, Signal } from '../core/ports.ts'

/** Who runs this, as it is written into records and log. */
export interface Author {
  /** `user@host`. */
  readonly by: string
  readonly runId: string
  readonly release: string | null
  readonly toolVersion: string
}

export interface Engine {
  readonly store: string
  readonly session: Session
  readonly bodies: BodyReader
  readonly author: Author
  readonly policy: Pick<Policy, 'retry'>
  readonly clock: Clock
  readonly sha256: Sha256
  readonly emit: Emit
  readonly signal: Signal
  /** Where the log stands; moves only after a write has succeeded. */
  head: LogHead | null
  /** The highest place in the order of application. */
  position: number
}

/** One migration to carry out, in one direction. */
export interface Assignment {
  readonly planned: PlannedMigration
  readonly migration: Migration
  /** What the history has of it: `null` for a fresh one. */
  readonly record: HistoryRecord | null
  /** From 0, of `count`. */
  readonly index: number
  readonly count: number
}

export interface Ran {
  readonly ms: number
  readonly steps: number
}

export function makeEngine(
  parts: Omit<Engine, 'head' | 'position'>,
  history: { head: LogHead | null; records: readonly HistoryRecord[] },
): Engine {
  const position = history.records.reduce((most, record) => Math.max(most, record.position), 0)
  return { ...parts, head: history.head, position }
}

/** The next row of the log; it counts once `moved` was told. */
export function nextRow(
  engine: Engine,
  event: LogEventName,
  about: { version: string | null; detail: string },
): LogRow {
  const entry: LogEntry = { event, ...about, ...stamp(engine) }
  return chainRow(engine.head, entry, engine.sha256)
}

/** The log stands at this row from now on. */
export function moved(engine: Engine, row: LogRow): void {
  engine.head = { id: row.id, hash: row.hash }
}

function stamp(engine: Engine): Pick<LogEntry, 'at' | 'by' | 'runId' | 'toolVersion'> {
  const { by, runId, toolVersion } = engine.author
  return { at: isoTime(engine.clock.now()), by, runId, toolVersion }
}

/** ISO 8601 in UTC with milliseconds. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

/** The record of an assignment as it begins. */
export function recordOf(engine: Engine, { planned, record }: Assignment): HistoryRecord {
  const { by, runId, release, toolVersion } = engine.author
  return {
    version: record?.version ?? planned.version,
    description: planned.description,
    file: planned.file,
    checksum: planned.checksum,
    state: 'applied',
    direction: 'up',
    stepsStarted: 1,
    stepsDone: 1,
    stepsTotal: 1,
    stepsHash: null,
    breaking: planned.breaking,
    position: engine.position + 1,
    appliedAt: isoTime(engine.clock.now()),
    durationMs: 0,
    appliedBy: by,
    runId,
    release,
    toolVersion,
  }
}

/** The body of the direction that is to run. */
export function bodyOf({ migration, planned }: Assignment): Body {
  const body = planned.direction === 'up' ? migration.up : migration.down
  assert(body !== null, `${planned.file} was planned without a down`)
  return body
}

/** Rejects at a safe point: nothing is half done here. */
export function stopIfAsked({ signal }: Engine): void {
  if (signal.aborted) throw signal.reason
}
