/** What a corpus answers beside what every store does. Plain data, as all reports. */

import type { LockstepError } from '../../core/error.ts'

/** A document that was left as it is, and why. */
export interface RefusedDocument {
  /** As the user would name it. */
  readonly file: string
  readonly error: LockstepError
}

/** What a plan would do or a run did. */
export interface MovedDocuments {
  readonly direction: 'up' | 'down'
  readonly to: string
  /** The name of the run, for `restore --run`; `null` for a plan, and for a run that had nothing to do. */
  readonly run: string | null
  readonly seen: number
  readonly migrated: number
  /** At the goal, or beyond it. */
  readonly current: number
  readonly leftAlone: number
  readonly refused: number
  /** `1.0.0 -> 1.2.0` and how many documents go that way. */
  readonly ways: readonly { readonly way: string; readonly documents: number }[]
  /** Downs that did not give the bytes from before the up. */
  readonly inexact: number
  readonly bytes: number
  readonly ms: number
  readonly stoppedBy: 'limit' | 'signal' | null
  readonly backups: 'links' | 'sidecar'
  /** The folder of all runs, as the user would name it. */
  readonly runsFolder: string
  /** The pack of all documents that was made before the run; `null` where none was wanted. */
  readonly pack: string | null
  /** Documents that somebody is still writing, the first of all. */
  readonly leftAloneShown: readonly { readonly file: string; readonly reason: string }[]
  readonly recovered: readonly EndedRun[]
}

/** A run that had died; the one that tells of it finished or took back what it left. */
export interface EndedRun {
  readonly run: string
  readonly finished: number
  readonly takenBack: number
}

export interface RestoredDocuments {
  /** The run that was taken back, or the backup that the documents came from. */
  readonly taken: string
  readonly from: 'run' | 'backup'
  readonly run: string
  readonly restored: number
  readonly asBefore: number
  readonly refused: number
  readonly recovered: readonly EndedRun[]
}

export interface VerifiedDocuments {
  /** Readable, of a known version, and keeping their contract. */
  readonly good: number
  readonly refused: number
  readonly asMigrated: number
  /** Changed since their last migration, as programs do: no fault. */
  readonly changedSince: number
  readonly backups: number
  /** Backups beside documents that are gone too: no fault. */
  readonly goneToo: number
  readonly damaged: number
  /** `null` where they were not asked for. */
  readonly inputs: {
    readonly checked: number
    readonly snapshots: number
    readonly findings: readonly { readonly file: string; readonly at: string; readonly what: string }[]
  } | null
}

export interface DocumentsRun {
  readonly run: string
  readonly command: 'up' | 'down' | 'restore' | 'adopt'
  readonly at: string
  readonly by: string
  readonly tool: string
  readonly replaced: number
  /** It did not come to its end; the next run finishes or sweeps it. */
  readonly unfinished: boolean
}

/** One transform as it was tried on real documents. */
export interface RehearsedTransform {
  readonly step: string
  readonly file: string
  readonly verdict: 'exact' | 'differs' | 'one-way' | 'fails' | 'untried'
  readonly documents: number
  readonly findings: readonly { readonly file: string; readonly what: string }[]
  readonly loses: readonly string[]
}

/** What became of the table that is built from the documents, or how it differs from them. */
export interface IndexedDocuments {
  readonly table: string
  /** Where it is, for people. */
  readonly place: string
  readonly work: 'rebuilt' | 'compared' | 'left'
  readonly seen: number
  /** Rows of the new table, or rows that are as their documents say. */
  readonly rows: number
  /** Documents that have no row, because they cannot be read or do not fit. */
  readonly refused: number
  readonly missing: number
  readonly differing: number
  readonly extra: number
  /** How the columns of the table differ from the configuration; its rows are not compared then. */
  readonly columns: readonly string[]
  /** The first of all differences. */
  readonly differences: readonly {
    readonly file: string
    readonly what: 'missing' | 'differing' | 'extra'
    readonly columns: readonly string[]
  }[]
  readonly ms: number
}

/** What runs that had died have left, and what became of it. */
export interface MendedDocuments {
  readonly runs: readonly string[]
  readonly finished: number
  readonly takenBack: number
  /** Changed by somebody else since: left as they are. */
  readonly changed: number
  readonly leftovers: number
}

/** Backups of another tool that can be put back by `restore --run` now. */
export interface AdoptedDocuments {
  /** `null` where there was nothing to write down. */
  readonly run: string | null
  readonly backups: number
  readonly ways: readonly { readonly way: string; readonly documents: number }[]
  /** Backups that runs of ours have made. */
  readonly known: number
  /** Those that cannot be what they look like. */
  readonly refused: number
  readonly refusedShown: readonly { readonly file: string; readonly reason: string }[]
}

/** The documents' part of a report. Counts of the distribution come from after the command. */
export interface DocumentsReport {
  readonly seen: number
  /** Documents by version, oldest first. */
  readonly versions: Readonly<Record<string, number>>
  readonly latest: string | null
  readonly needsMigration: number
  readonly newer: number
  /** Of a version that no transform and no contract knows. */
  readonly unknown: number
  readonly withoutVersion: number
  readonly unreadable: number
  /** Not keeping the contract of their own version; `null` where contracts were not looked at. */
  readonly invalid: number | null
  readonly leftAlone: number
  /** Symbolic links, which are not followed. */
  readonly links: number
  /** Runs that a crash has ended. */
  readonly unfinished: readonly string[]
  /** The first of all documents that the command refused. */
  readonly refusals: readonly RefusedDocument[]
  readonly moved?: MovedDocuments
  readonly restored?: RestoredDocuments
  readonly verified?: VerifiedDocuments
  readonly indexed?: IndexedDocuments
  readonly mended?: MendedDocuments
  readonly adoptedBackups?: AdoptedDocuments
  /** Newest first. */
  readonly runs?: readonly DocumentsRun[]
  readonly transforms?: readonly RehearsedTransform[]
}
