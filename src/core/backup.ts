/** What a copy of a store holds, and how two of them are compared. */

import { fingerprintOf } from './fingerprint.ts'
import type { History } from './history.ts'
import type { Sha256 } from './log-chain.ts'
import type { Shape } from './shape.ts'

/** The form of a copy: one that the store's own tools open. */
export type BackupForm = 'sqlite' | 'pg_dump' | 'pglite-tar' | 'documents-tar'

export type BackupReason = 'asked' | 'before-run' | 'before-migration' | 'before-down' | 'before-restore'

/** Everything by which a copy is compared with what it was made from, all of one moment. */
export interface Contents {
  /** Rows by table, the history's too. */
  readonly rows: Readonly<Record<string, number>>
  readonly history: History
  readonly shape: Shape
  /** Rows that broke a foreign key already; `null` where the store never lets any. */
  readonly brokenKeys: number | null
  readonly serverVersion: string
}

/** Contents as a manifest keeps them: small enough to read, exact enough to compare. */
export interface Summary {
  readonly rows: Readonly<Record<string, number>>
  readonly history: {
    /** Hash of the head of the log; `null` where there was no log. */
    readonly head: string | null
    readonly fingerprint: string
    /** Applied versions in the order of application. */
    readonly versions: readonly string[]
  }
  readonly shape: { readonly rule: string; readonly fingerprint: string }
  readonly brokenKeys: number | null
  readonly serverVersion: string
}

export function summaryOf({ rows, history, shape, ...rest }: Contents, sha256: Sha256): Summary {
  const applied = history.records.filter((one) => one.state === 'applied').sort((a, b) => a.position - b.position)
  return {
    rows,
    history: {
      head: history.head?.hash ?? null,
      fingerprint: fingerprintOf(history, sha256),
      versions: applied.map((one) => one.version),
    },
    shape: { rule: shape.rule, fingerprint: sha256(JSON.stringify(shape.objects)) },
    ...rest,
  }
}

/** In words, what `found` has other than `expected`; empty where they hold the same. */
export function compareSummaries(expected: Summary, found: Summary): string[] {
  const tables = [...new Set([...Object.keys(expected.rows), ...Object.keys(found.rows)])].sort()
  const rows = tables
    .filter((table) => expected.rows[table] !== found.rows[table])
    .map((table) => `${table} holds ${found.rows[table] ?? 'no'} rows instead of ${expected.rows[table] ?? 'none'}`)
  const sameRule = expected.shape.rule === found.shape.rule
  return [
    ...rows,
    ...(expected.history.fingerprint === found.history.fingerprint ? [] : ['its history is another one']),
    // Another rule is another fingerprint, not another structure.
    ...(sameRule && expected.shape.fingerprint !== found.shape.fingerprint ? ['its structure is another one'] : []),
    ...(expected.brokenKeys === found.brokenKeys
      ? []
      : [`${found.brokenKeys ?? 0} rows break foreign keys instead of ${expected.brokenKeys ?? 0}`]),
  ]
}

/** `nothing`: no table at all, or no database. `history`: only the tables of Lockstep. */
export interface Measure {
  readonly holds: 'nothing' | 'history' | 'tables'
  /** What a copy will hardly be larger than. */
  readonly bytes: number
}

export type OnBytes = (done: number, total: number) => void

export interface CopyChecks {
  /** What was looked at and found good. */
  readonly checks: readonly string[]
  /** What was found and is as it is in the store itself. */
  readonly remarks: readonly string[]
  /** What the copy holds, where that can be read without restoring it. */
  readonly contents: Contents | null
}
