/** What a store says was done to it: one record a migration, an append-only log, one row about the store. */

import type { Checksum } from './checksum.ts'
import type { Direction } from './migration.ts'
import type { ShapeSnapshot } from './shape.ts'

/** The history format this code writes; an unknown one is refused before anything is written. */
export const historyFormat = 1

/** `resolved`: it stopped half way, a person has decided, and the next run goes on with it. */
export type RecordState = 'running' | 'applied' | 'failed' | 'resolved'

/** One row of the history table. Field names in the store are these in snake_case. */
export interface HistoryRecord {
  readonly version: string
  readonly description: string
  readonly file: string
  readonly checksum: Checksum
  readonly state: RecordState
  /** What was under way when `state` is not `applied`. */
  readonly direction: Direction
  /** Steps of the migration whose beginning was journalled; at most one more than `stepsDone`. */
  readonly stepsStarted: number
  /** Steps whose effect is proven. */
  readonly stepsDone: number
  readonly stepsTotal: number
  /** Hash of the texts of the proven steps, so that an edit inside them is noticed; `null` when none is. */
  readonly stepsHash: string | null
  readonly breaking: boolean
  /** Place in the order of application, from 1; downs run in its reverse. */
  readonly position: number
  /** ISO 8601, UTC, milliseconds. */
  readonly appliedAt: string
  readonly durationMs: number
  /** `user@host`. */
  readonly appliedBy: string
  readonly runId: string
  readonly release: string | null
  readonly toolVersion: string
}

export type LogEventName =
  | 'created'
  | 'applied'
  | 'reverted'
  | 'failed'
  | 'adopted'
  | 'accepted'
  | 'resolved'
  | 'unlocked'
  | 'policy-changed'
  | 'backed-up'
  | 'restored'

/** What a log row says, before it is chained. */
export interface LogEntry {
  readonly event: LogEventName
  readonly version: string | null
  readonly at: string
  readonly by: string
  readonly runId: string
  readonly toolVersion: string
  /** Plain words for people: a reason, an error, a reference to a backup. */
  readonly detail: string
}

/** A row of the log as stored: `hash` covers the row and the hash of the row before. */
export interface LogRow extends LogEntry {
  readonly id: number
  readonly hash: string
}

export interface LogHead {
  readonly id: number
  readonly hash: string
}

/** The one row about the store itself. */
export interface Meta {
  readonly format: number
  /** Label kept in the store (`production`), so that a wrong URL is noticed. */
  readonly identity: string | null
  readonly protected: boolean
  /** The policy of the last run that wrote, as canonical JSON; a change of it is logged. */
  readonly policy: string | null
}

/** A store's history as read in one go. */
export interface History {
  /** `null`: the store has no history tables yet. */
  readonly meta: Meta | null
  readonly records: readonly HistoryRecord[]
  readonly head: LogHead | null
  /** Tables of others; only looked for where there is no history. */
  readonly holdsTables: boolean
  /** A replica, or a file that cannot be written. */
  readonly readOnly: boolean
}

/** One change of the history, as data; a session writes it in the transaction it belongs to. */
export type HistoryChange =
  | { readonly kind: 'insert'; readonly record: HistoryRecord }
  | { readonly kind: 'update'; readonly record: HistoryRecord }
  /** Sets `durationMs` to the time since the transaction began, by the store's clock where it has one. */
  | { readonly kind: 'finish'; readonly version: string; readonly startedAtMs: number }
  | { readonly kind: 'remove'; readonly version: string }
  | { readonly kind: 'log'; readonly row: LogRow }
  | { readonly kind: 'meta'; readonly meta: Meta }
  /** Takes the place of the one before. */
  | { readonly kind: 'shape'; readonly snapshot: ShapeSnapshot }

export const noHistory: History = { meta: null, records: [], head: null, holdsTables: false, readOnly: false }
