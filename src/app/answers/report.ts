/** What the use cases answer: plain data, the same for the terminal, `--json` and the library. */

import type { BackupReason } from '../../core/backup.ts'
import type { RunEvent } from '../../core/event.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { HistoryRecord, LogRow } from '../../core/history.ts'
import type { LockstepError } from '../../core/error.ts'
import type { Plan } from '../../core/plan.ts'
import type { Finding, StoreKind } from '../../core/ports.ts'
import type { Problem } from '../../core/problem.ts'
import type { Difference } from '../../core/shape.ts'
import type { DocumentsReport } from '../corpus/report.ts'

export type * from '../corpus/report.ts'

export type Verdict = 'current' | 'behind' | 'ahead' | 'incompatible' | 'blocked'

export interface PendingReport {
  readonly version: string
  readonly description: string
  readonly file: string
  /** A repeatable whose text changed. */
  readonly repeatable: boolean
  /** Journalled steps that are proven already; `null` for a fresh one. */
  readonly resumesAt: { readonly done: number; readonly total: number } | null
  /** Why the last attempt failed, from the log; `null` where there was none. */
  readonly lastFailure: string | null
}

/** One store's line of `status`, and the base of every other answer about a store. */
export interface StoreReport {
  readonly store: string
  readonly kind: StoreKind
  readonly place: string
  readonly verdict: Verdict
  /** The newest applied version; `null` before the first. */
  readonly version: string | null
  readonly applied: number
  readonly pending: readonly PendingReport[]
  /** Recorded versions that no file here has, above the newest file. */
  readonly ahead: readonly string[]
  readonly problems: readonly Problem[]
  /** Of a store of documents, and only of one; `null` where nothing could be found out. */
  readonly documents?: DocumentsReport | null
  /** What stopped this store; `null` where nothing did. */
  readonly error: LockstepError | null
}

export interface RanReport {
  readonly version: string
  readonly file: string
  readonly direction: 'up' | 'down'
  readonly state: 'applied' | 'reverted' | 'failed'
  readonly ms: number
  readonly steps: number
}

export interface RunReport extends StoreReport {
  readonly ran: readonly RanReport[]
  /** Hash of the head of the log after the run: `verify --head` finds a log that was rewritten since. */
  readonly head: string | null
}

export interface PlanReport extends StoreReport {
  readonly plan: Plan | null
}

export interface HistoryReport extends StoreReport {
  readonly records: readonly HistoryRecord[]
  readonly log: readonly LogRow[]
}

export interface VerifyReport extends StoreReport {
  readonly logRows: number
  readonly head: string | null
  /** Whether the structure is as the last run left it; where that is not known, why. Documents have none. */
  readonly structure?: string
  readonly differences: readonly Difference[]
  /** Statements that would bring it back; printed, never run. */
  readonly remedies?: readonly string[]
  /** Differences for which no statement is known, in words. */
  readonly unmended?: readonly string[]
}

export interface AdoptReport extends StoreReport {
  readonly adopted: readonly string[]
  /** `compared`: shapes were compared; otherwise why they could not be. */
  readonly comparison: string
  readonly differences: readonly Difference[]
}

export interface BackupInfo {
  readonly file: string
  /** ISO 8601, UTC; `null` where nothing tells. */
  readonly takenAt: string | null
  readonly bytes: number
  /** `null` where nothing tells. */
  readonly sha256: string | null
  /** It was read back and checked when it was made, and nothing speaks against it; after `verify`: it was read again. */
  readonly verified: boolean
  readonly reason: BackupReason | null
  /** The newest version in it; `null` before the first. */
  readonly version: string | null
  /** Why it cannot be used; `null` where it can. */
  readonly fault: string | null
}

export interface BackupReport extends StoreReport {
  /** Newest first. */
  readonly backups: readonly BackupInfo[]
  /** Files that were taken away. */
  readonly removed: readonly string[]
}

/** What the present state has and the backup has not. */
export interface RestoreLoss {
  /** Migrations applied since, in the order of application. */
  readonly versions: readonly string[]
  /** Migrations that were taken back since and would be there again. */
  readonly returning: readonly string[]
  /** Tables whose number of rows differs; `null`: there is no such table. */
  readonly rows: readonly { readonly table: string; readonly now: number | null; readonly inBackup: number | null }[]
  /** Why the present state cannot be told; `null` where it can. */
  readonly unreadable: string | null
}

export interface RestoreReport extends StoreReport {
  readonly restored: BackupInfo | null
  readonly lost: RestoreLoss | null
  /** The backup of the state before; `null` where there was nothing to save. */
  readonly saved: BackupInfo | null
  /** Where a state was put that could not be saved as a backup. */
  readonly setAside: string | null
  readonly head: string | null
}

export interface DoctorReport extends StoreReport {
  readonly findings: readonly Finding[]
}

/** The answer of any command over stores. */
export interface Answer<Report extends StoreReport = StoreReport> {
  readonly command: string
  readonly ok: boolean
  readonly exit: ExitCode
  readonly stores: readonly Report[]
  /** What stopped the command as a whole, before or beside the stores. */
  readonly error: LockstepError | null
}

/** The events of one run, for those who want them as a stream. */
export type EventListener = (event: RunEvent) => void
