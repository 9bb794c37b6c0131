/** The configuration as people write it. Names are part of the public surface; rules.ts says what each value may be. */

import type { ColumnType, InputsRule } from '../../core/address.ts'
import type { Policy, PresetName } from '../../core/policy.ts'

/**
 * A value, or where to find it: `env:NAME`, `file:/run/secrets/name`. Whatever holds a password should be such a
 * reference; a literal password works, with a warning.
 */
export type Reference = string

/** `auto`: found from the names of the files. */
export type LayoutName =
  | 'lockstep'
  | 'numbered'
  | 'flyway'
  | 'golang-migrate'
  | 'dbmate'
  | 'goose'
  | 'diesel'
  | 'sqlx'
  | 'prisma'
  | 'drizzle'
  | 'auto'

/** What every kind of store may say. */
export interface AnyStoreConfiguration {
  /** Folder of its migrations; default: `migrations/<store>`, or `migrations` for a store that is the only one. */
  readonly migrations?: string
  /** Which naming convention the files follow; default `lockstep`. */
  readonly layout?: LayoutName
  /** Rules that differ from those of the whole configuration. */
  readonly policy?: Partial<Policy>
  /** A whole policy by name, below `policy`. */
  readonly preset?: PresetName
  /** Values for `${name:ident}` and the like; without any, `${` is plain text. */
  readonly placeholders?: Readonly<Record<string, Reference>>
}

export interface PostgresStore extends AnyStoreConfiguration {
  readonly kind: 'postgres'
  readonly url: Reference
  readonly password?: Reference
  readonly history?: { readonly schema?: string; readonly table?: string }
}

/** Either `path` or `url: 'sqlite:app.db'`. */
export interface SqliteStore extends AnyStoreConfiguration {
  readonly kind: 'sqlite'
  readonly path?: string
  readonly url?: Reference
  readonly history?: { readonly table?: string }
}

/** Either `path` or `url: 'pglite:./data'`. */
export interface PgliteStore extends AnyStoreConfiguration {
  readonly kind: 'pglite'
  readonly path?: string
  readonly url?: Reference
  readonly history?: { readonly schema?: string; readonly table?: string }
}

export interface MysqlStore extends AnyStoreConfiguration {
  readonly kind: 'mysql'
  readonly url: Reference
  readonly password?: Reference
  readonly history?: { readonly table?: string }
}

export interface Neo4jStore extends AnyStoreConfiguration {
  readonly kind: 'neo4j'
  readonly url: Reference
  readonly user?: Reference
  readonly password?: Reference
  readonly database?: Reference
}

export interface DocumentsStore extends AnyStoreConfiguration {
  readonly kind: 'documents'
  /** A glob, relative to the folder of the configuration. */
  readonly files: string
  /** The field that holds a document's version; default `schema_version`. */
  readonly version?: string
  /** The contract of each version, with `{version}` in the path. */
  readonly contracts?: string
  /** Paths that no transform may change. */
  readonly protect?: readonly string[]
  /** How originals are kept; default `links`. */
  readonly backupForm?: 'links' | 'sidecar' | 'pack'
  /** The version of documents that do not say one; without it they are refused. */
  readonly versionWhenMissing?: string
  /** `additive`: a transform within one major version may only add; default `any`. */
  readonly minorSteps?: 'any' | 'additive'
  /** Documents that somebody is still writing; default `{ status: ['running'] }`. */
  readonly leaveAlone?: Readonly<Record<string, readonly string[]>>
  /** The list in each document that tells of its migrations; default `migration_history`, `null` for none. */
  readonly historyField?: string | null
  /** Files with several names: left alone, or replaced under the one that is found; default `refuse`. */
  readonly hardLinks?: 'refuse' | 'allow'
  /** Of one document: bytes (default 64 MiB) and levels of lists and objects (default 200). */
  readonly limits?: { readonly bytesMax?: number; readonly depthMax?: number }
  /** How documents name the files beside them, for `verify --inputs`. */
  readonly inputs?: InputsRule
  /** The table that `lockstep reindex` rebuilds from the documents. */
  readonly index?: IndexConfiguration
}

export interface IndexConfiguration {
  /** Of a SQLite, PGlite or PostgreSQL database; a SQLite file is made where there is none. */
  readonly url: Reference
  /** PostgreSQL and PGlite; default `public`. */
  readonly schema?: string
  readonly table: string
  /** Columns that tell rows apart; default: `document`, the path of the file, which every table has. */
  readonly key?: readonly string[]
  /** `latest`: each document as it would be after `up`; `stored`: as it lies there. Default `latest`. */
  readonly read?: 'latest' | 'stored'
  readonly columns: Readonly<Record<string, IndexColumnConfiguration>>
}

export interface IndexColumnConfiguration {
  /** Path of the value in a document; default: the name of the column. */
  readonly at?: string
  readonly type: ColumnType
  /** NOT NULL: a document without the value cannot be indexed. */
  readonly needed?: boolean
  /** For documents that do not have the path at all: a text, or for other types the JSON text of the value. */
  readonly default?: string
  /** An index on this column. */
  readonly indexed?: boolean
}

export type StoreConfiguration = PostgresStore | SqliteStore | PgliteStore | MysqlStore | Neo4jStore | DocumentsStore

export interface BackupConfiguration {
  /** Default `.lockstep/backups`. */
  readonly path?: string
  /** Default 30. */
  readonly keepDays?: number
  /** So many stay, however old they are; default 5. */
  readonly keepAtLeast?: number
  /** Default `false`. */
  readonly compress?: boolean
}

export interface AlertConfiguration {
  readonly url: Reference
  /** Signs the body with HMAC; `json` only. */
  readonly secret?: Reference
  /** Default `json`. */
  readonly format?: 'json' | 'slack'
  /** Default: all of them. */
  readonly on?: readonly AlertCause[]
}

export type AlertCause = 'failure' | 'drift' | 'stale-backup'

export interface Configuration {
  /** For editors. */
  readonly $schema?: string
  readonly stores: Readonly<Record<string, StoreConfiguration>>
  /** The default of every store. */
  readonly policy?: Partial<Policy>
  readonly preset?: PresetName
  readonly placeholders?: Readonly<Record<string, Reference>>
  readonly backups?: BackupConfiguration
  readonly alerts?: readonly AlertConfiguration[]
  /** The release that runs are recorded under; `--release` goes before it. */
  readonly release?: Reference
}

/** Gives an editor the types of a configuration; changes nothing. */
export function defineConfig(configuration: Configuration): Configuration {
  return configuration
}
