/** Everything a run can say, as one closed list. The terminal, NDJSON and the library's stream are readers of it. */

import type { BackupReason } from './backup.ts'
import type { Direction } from './migration.ts'

export interface LockHolder {
  readonly host: string
  readonly pid: number
  readonly runId: string
  /** ISO 8601; `null` where the store does not tell. */
  readonly since: string | null
}

/** Bytes are counted anew in each. */
export type BackupPhase = 'copying' | 'checking' | 'compressing' | 'reading' | 'restoring'

export type RunEvent =
  | {
      readonly type: 'run-started'
      readonly runId: string
      readonly command: string
      readonly stores: readonly string[]
    }
  | { readonly type: 'store-waiting'; readonly store: string; readonly waitedMs: number }
  | {
      readonly type: 'lock-waiting'
      readonly store: string
      readonly holder: LockHolder | null
      readonly waitedMs: number
    }
  | { readonly type: 'lock-taken'; readonly store: string; readonly waitedMs: number }
  | { readonly type: 'history-created'; readonly store: string }
  | {
      readonly type: 'migration-started'
      readonly store: string
      readonly version: string
      readonly file: string
      readonly direction: Direction
      readonly mode: 'whole' | 'steps'
      readonly index: number
      readonly count: number
    }
  | {
      readonly type: 'step-done'
      readonly store: string
      readonly version: string
      readonly step: number
      readonly steps: number
    }
  | {
      readonly type: 'migration-retried'
      readonly store: string
      readonly version: string
      readonly attempt: number
      readonly attempts: number
      readonly reason: string
      readonly blockedBy: readonly string[]
    }
  | { readonly type: 'mode-changed'; readonly store: string; readonly version: string; readonly why: string }
  | { readonly type: 'connection-lost'; readonly store: string; readonly version: string | null }
  | {
      readonly type: 'outcome-found'
      readonly store: string
      readonly version: string
      /** `half-done`: some of its steps are committed. */
      readonly outcome: 'applied' | 'not-applied' | 'half-done'
    }
  | {
      readonly type: 'migration-done'
      readonly store: string
      readonly version: string
      readonly file: string
      readonly direction: Direction
      readonly ms: number
      readonly steps: number
    }
  | {
      readonly type: 'migration-failed'
      readonly store: string
      readonly version: string
      readonly code: string
      readonly message: string
    }
  | {
      readonly type: 'backup-progress'
      readonly store: string
      readonly phase: BackupPhase
      readonly done: number
      readonly total: number
    }
  | {
      readonly type: 'backup-done'
      readonly store: string
      readonly file: string
      readonly reason: BackupReason
      readonly bytes: number
      readonly ms: number
    }
  | {
      readonly type: 'documents-progress'
      readonly store: string
      readonly seen: number
      /** How many there are; `null` where nobody counted. */
      readonly total: number | null
      readonly migrated: number
      readonly refused: number
    }
  | { readonly type: 'notice'; readonly store: string; readonly version: string | null; readonly message: string }
  | { readonly type: 'warning'; readonly store: string | null; readonly message: string }
  | { readonly type: 'store-done'; readonly store: string; readonly ran: number; readonly head: string | null }
  | { readonly type: 'run-finished'; readonly runId: string; readonly ok: boolean; readonly exit: number }

export type Emit = (event: RunEvent) => void

/** A holder as one phrase of a message. */
export function describeHolder(holder: LockHolder | null): string {
  if (holder === null) return 'somebody who does not say who'
  const run = holder.runId === '' ? '' : `, run ${holder.runId}`
  const since = holder.since === null ? '' : `, since ${holder.since}`
  return `${holder.host} (process ${holder.pid}${run}${since})`
}
