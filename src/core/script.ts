/** A migration's text, cut into statements; and the units in which it runs. */

/** One statement as it stands in its file. `text` has no trailing terminator. */
export interface Statement {
  readonly text: string
  /** From 1, of the first character of `text`. */
  readonly line: number
  readonly column: number
  readonly traits: StatementTraits
}

/** What the store must know of a statement before it runs it. Found by reading, never by running. */
export interface StatementTraits {
  /** Author's own transaction control, or a statement that runs anywhere, or one that must be alone. */
  readonly control: 'none' | 'begin' | 'commit' | 'rollback'
  /** Cannot run inside a transaction (CREATE INDEX CONCURRENTLY, VACUUM, ...): why, in words. */
  readonly alone: string | null
  /** How it is found out afterwards whether an `alone` statement took effect. */
  readonly probe: Probe | null
  /** Changes session state that must be put back after the file (SET, PREPARE, TEMP tables, PRAGMA). */
  readonly session: boolean
  /** Runs before BEGIN or after COMMIT although the file runs as a whole (SQLite's PRAGMA foreign_keys). */
  readonly outside: boolean
  /** Changes rows that were there before (INSERT, UPDATE, DELETE, DROP TABLE, ...). */
  readonly touchesRows: boolean
}

export const plainTraits: StatementTraits = {
  control: 'none',
  alone: null,
  probe: null,
  session: false,
  outside: false,
  touchesRows: false,
}

/** A question to the catalogue that decides whether a statement took effect. Names are as the server keeps them: folded, unquoted. */
export type Probe =
  | {
      readonly kind: 'index-valid'
      readonly schema: string | null
      readonly name: string | null
      readonly table: string | null
    }
  | {
      readonly kind: 'index-gone'
      readonly names: readonly { readonly schema: string | null; readonly name: string }[]
    }
  /** Names as SQL (`"app"."orders"`), fit for `to_regclass`. */
  | { readonly kind: 'partition-detached'; readonly parent: string; readonly partition: string }
  | {
      readonly kind: 'database-exists' | 'database-gone' | 'tablespace-exists' | 'tablespace-gone'
      readonly name: string
    }
  /** Running it twice does the same as once (VACUUM, REINDEX, ALTER SYSTEM, author's ROLLBACK block). */
  | { readonly kind: 'repeatable' }

/** What a probe found. `unknown` stops the run: only a person can decide. */
export type ProbeAnswer = 'done' | 'not-done' | 'unknown'

/** Statements that take effect together, or one that must be alone. */
export interface Unit {
  /** From 0, in the order of the file. */
  readonly index: number
  readonly statements: readonly Statement[]
  /** The author's own BEGIN, word for word; `null` where the transaction is ours or there is none. */
  readonly begin: string | null
  readonly alone: boolean
}

/** Why a migration does not run as one transaction. */
export interface StepsReason {
  readonly line: number
  readonly why: string
}

/** Facts of a whole script, without its text: what a plan needs. */
export interface ScriptFacts {
  /** `whole`: one transaction with its record. `steps`: unit by unit, journalled. */
  readonly mode: 'whole' | 'steps'
  readonly reasons: readonly StepsReason[]
  readonly statements: number
  readonly units: number
  readonly warnings: readonly string[]
}
