/** What the engine and the use cases ask of the outside. Declared where they are used; kept as small as the asking. */

import type { BackupForm, Contents, CopyChecks, Measure, OnBytes } from './backup.ts'
import type { LockHolder } from './event.ts'
import type { History, HistoryChange, LogRow, Meta } from './history.ts'
import type { Body, Migration } from './migration.ts'
import type { ProbeAnswer, ScriptFacts, Statement, Unit } from './script.ts'
import type { Shape, ShapeSnapshot } from './shape.ts'

export type StoreKind = 'postgres' | 'pglite' | 'sqlite' | 'mysql' | 'neo4j' | 'documents' | 'memory'

/** Facts about a kind of store that change what may be promised. Each `false` is a named exception in the contract suite. */
export interface Abilities {
  /** Changes of structure commit together with their record. */
  readonly transactionalChanges: boolean
  /** `session`: dies with the connection. `side-database`: dies with the process. `none`: one process only. */
  readonly lock: 'session' | 'side-database' | 'none'
}

/** Told when to stop. Node's and the web's `AbortSignal` fit; the core knows neither. */
export interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Time and chance come from here, so that every run can be replayed. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: Signal): Promise<void>
  /** Between 0 and 1, for jitter only. */
  random(): number
}

/** Everything a store can be asked without its lock. Asking changes nothing. */
export interface HistoryReader {
  readHistory(): Promise<History>
}

/** An open target. */
export interface Store extends HistoryReader {
  readonly name: string
  readonly kind: StoreKind
  /** Where it is, for people; never a secret. */
  readonly place: string
  readonly abilities: Abilities
  /** Reads a script without running it; throws `script-refused` for what no server understands. */
  readScript(source: ScriptSource): ScriptFacts
  /** Runs `work` as the only migrator of this target. The lock ends with the callback, however it ends. */
  whileLocked<T>(options: LockOptions, work: (session: Session) => Promise<T>): Promise<T>
  readShape(): Promise<Shape>
  /** The shape after the last run, `null` before the first that wrote one; absent where none is kept. */
  readonly readSnapshot?: () => Promise<ShapeSnapshot | null>
  readLog(): Promise<readonly LogRow[]>
  /** Ends whoever holds the lock, where that is in our hands; `null` when nobody does. */
  endHolder(): Promise<LockHolder | null>
  /** Facts for `doctor`; each is one line of its report. */
  examine(): Promise<readonly Finding[]>
  /** Copies of the whole target; absent where the kind has none, or its place is not known. */
  readonly backups?: StoreBackups
  close(): Promise<void>
}

export interface LockOptions {
  readonly holder: LockHolder
  readonly waitMs: number
  readonly onWait: (holder: LockHolder | null, waitedMs: number) => void
  readonly signal: Signal
}

/** A store under its lock. Every method is one transaction, or says that it is none. */
export interface Session extends HistoryReader {
  createHistory(meta: Meta, first: readonly LogRow[]): Promise<void>
  write(changes: readonly HistoryChange[]): Promise<void>
  /** All of `unit` and its history changes in one transaction: everything or nothing. */
  runTogether(unit: TogetherUnit): Promise<void>
  /** A statement outside any transaction. */
  runAlone(unit: Unit, settings: UnitSettings): Promise<void>
  /** Did an `alone` unit take effect? May clean up what a failed attempt left (an invalid index). */
  probe(unit: Unit): Promise<ProbeAnswer>
  /** The statements of a script, one after the other: a file of 100 MB is never whole in memory. */
  readStatements(source: ScriptSource): Iterable<Statement>
  /** The units in which a journalled script runs. */
  readUnits(source: ScriptSource): Iterable<Unit>
  /** A journalled script goes on after `proven`: what these only set up in the session is set up again. */
  resume(proven: readonly Unit[]): Promise<void>
  /** Puts the session back as it was opened, after a journalled script. */
  settle(): Promise<void>
  /** Sessions that kept the last statement from its lock, for people. */
  readBlockers(): Promise<readonly string[]>
  /**
   * Runs `work` inside one transaction that is taken back afterwards, whatever became of it; absent where that cannot
   * be. What must be alone fails there, and constraints are proven at the end of each unit.
   */
  readonly tryOut?: <T>(work: (trial: Trial) => Promise<T>) => Promise<T>
}

/** A session whose changes nobody else ever sees. */
export interface Trial {
  readonly session: Session
  /** With these changes. */
  readonly readShape: () => Promise<Shape>
}

export interface UnitSettings {
  /** As the user would name it, for what goes wrong. */
  readonly file: string
  readonly lockTimeoutMs: number
  /** 0: none. */
  readonly statementTimeoutMs: number
  readonly signal: Signal
}

export interface TogetherUnit extends UnitSettings {
  /** `reset`: the session is put back afterwards; `kept`: the next unit of the same script goes on in it. */
  readonly sessionAfter: 'reset' | 'kept'
  readonly before: readonly HistoryChange[]
  /** In this order; one, but for `--atomic`. */
  readonly works: readonly Work[]
  readonly after: readonly HistoryChange[]
}

export type Work =
  | {
      readonly kind: 'statements'
      readonly statements: Iterable<Statement>
      readonly begin: string | null
      readonly file: string
    }
  | { readonly kind: 'code'; readonly run: (api: MigrationApi) => Promise<void>; readonly file: string }

/** What a migration in TypeScript is given. Functions, not methods: migrations take them apart. */
export interface MigrationApi {
  /** One statement with parameters; rows as objects. */
  readonly query: <Row extends Record<string, unknown> = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ) => Promise<Row[]>
  /** One or more statements, no result. */
  readonly exec: (text: string) => Promise<void>
  readonly signal: Signal
  readonly log: (message: string) => void
}

/** The text of one direction of one migration, to be read as often as needed. */
export interface ScriptSource {
  readonly file: string
  readonly noTransaction: boolean
  /** Chunks of the text, without a byte-order mark, placeholders filled in. */
  read(): Iterable<string>
}

/** Turns a body into its text or its code; given by the use case, so that the engine reads no files. */
export interface BodyReader {
  script(migration: Migration, body: Body): ScriptSource
  code(migration: Migration, body: Body): Promise<CodeMigration>
}

export interface CodeMigration {
  /** What it does, in words. Listings have the name of the file for that, and this where the name is only a version. */
  readonly description?: string
  readonly transaction?: boolean
  up(api: MigrationApi): Promise<void> | void
  down?(api: MigrationApi): Promise<void> | void
}

/** One line of `doctor`. */
export interface Finding {
  readonly grade: 'good' | 'attention' | 'bad' | 'fact'
  readonly what: string
  readonly help: string | null
}

export interface CopyWork {
  /** It is compressed afterwards, so its own form need not be. */
  readonly packed: boolean
  readonly signal: Signal
  readonly onBytes: OnBytes
}

/** How one kind of store is copied, and a copy checked. */
export interface StoreCopies {
  readonly form: BackupForm
  measure(): Promise<Measure>
  /** Writes one moment of the store to `file`, which must not exist, and tells what it held. */
  copy(file: string, work: CopyWork): Promise<Contents>
  /** Reads a fresh copy to its end; throws `backup-unusable`. */
  check(file: string, expected: Contents): Promise<CopyChecks>
}

/** How one kind of store is copied and put back, where a copy takes the place of the whole. */
export interface StoreBackups extends StoreCopies {
  readContents(): Promise<Contents>
  /** Puts a copy into a place of its own; throws `backup-space` where it would not fit there. */
  unpack(content: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<Unpacked>
  /** What killed restores have left beside the store, by name. */
  readLeftovers(): Promise<readonly string[]>
  /** Takes it away; under the migration lock. */
  removeLeftovers(): Promise<void>
  /** Runs `work` under the migration lock, even where the store itself cannot be read any more. */
  whileAlone<T>(lock: LockOptions, work: () => Promise<T>): Promise<T>
}

export interface UnpackOptions {
  /** `target`: one from which it can take the target's place. */
  readonly place: 'scratch' | 'target'
  /** Of the whole content. */
  readonly bytes: number
}

/** A copy that was put into a place of its own, as a store like any other. */
export interface Unpacked {
  readonly store: Store
  /** Whether it is whole, as its own store says; throws `backup-unusable`. */
  check(): Promise<CopyChecks>
  /** Takes the target's place: all or nothing. Answers where the former state was put, if it was kept. */
  replaceTarget(options: ReplaceOptions): Promise<string | null>
  drop(): Promise<void>
}

export interface ReplaceOptions {
  /** `set-aside`: the present state could not be saved as a backup, so it is kept as it is, under another name. */
  readonly present: 'saved' | 'set-aside'
  /** `end`: sessions of others are ended; `refuse`: they are left alone, and nothing is replaced. */
  readonly others: 'refuse' | 'end'
  readonly signal: Signal
  readonly waitMs: number
}
