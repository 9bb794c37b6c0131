/** Where a store is, read from what the user wrote. Stores open these; nobody else parses an address. */

import type { Secret } from './secret.ts'

export type Address = PostgresAddress | SqliteAddress | PgliteAddress | MysqlAddress | Neo4jAddress | DocumentsAddress

export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full'

export interface HostPort {
  /** A name, an IP address, or a folder of Unix sockets (begins with `/`). */
  readonly host: string
  readonly port: number
}

/** What libpq would connect to with the same words and the same environment. */
export interface PostgresAddress {
  readonly kind: 'postgres'
  /** In the order in which they are tried. */
  readonly hosts: readonly HostPort[]
  readonly user: string
  readonly password: Secret | null
  readonly database: string
  readonly ssl: PostgresSsl
  /** 0: no limit. */
  readonly connectTimeoutMs: number
  /** Settings of the session, as `-c name=value`; empty for none. */
  readonly options: string
  readonly targetSessionAttrs: 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby'
}

export interface PostgresSsl {
  /** `require` with a root certificate has become `verify-ca` already. Unix sockets never use TLS. */
  readonly mode: SslMode
  /** A file that exists; `null`: the authorities that Node knows (`sslrootcert=system`), where any are asked for. */
  readonly rootCert: string | null
  readonly cert: string | null
  readonly key: string | null
}

export interface SqliteAddress {
  readonly kind: 'sqlite'
  /** Absolute; `null`: in memory. */
  readonly path: string | null
}

export interface PgliteAddress {
  readonly kind: 'pglite'
  /** Absolute; `null`: in memory. */
  readonly path: string | null
}

export interface MysqlAddress {
  readonly kind: 'mysql'
  readonly host: string
  readonly port: number
  /** A Unix socket that is used instead of host and port. */
  readonly socket: string | null
  readonly user: string
  readonly password: Secret | null
  readonly database: string
  readonly ssl: { readonly mode: SslMode; readonly rootCert: string | null }
  /** 0: no limit. */
  readonly connectTimeoutMs: number
}

export interface Neo4jAddress {
  readonly kind: 'neo4j'
  /** As the driver wants it: without user, password and database. */
  readonly url: string
  readonly user: string | null
  readonly password: Secret | null
  /** `null`: the server's default database. */
  readonly database: string | null
}

export interface DocumentsAddress {
  readonly kind: 'documents'
  /** Absolute; relative patterns start here. */
  readonly folder: string
  /** A glob, as the user wrote it. */
  readonly files: string
  /** The field that holds a document's version. */
  readonly version: string
  /** Pattern of the contract files with `{version}` in it; `null` where there are none. */
  readonly contracts: string | null
  /** Paths that no transform may change. */
  readonly protect: readonly string[]
  readonly backupForm: 'links' | 'sidecar' | 'pack'
  /** The version of documents that do not say one; `null` refuses them. */
  readonly versionWhenMissing: string | null
  /** `additive`: a step within one major version may only add. */
  readonly minorSteps: 'any' | 'additive'
  /** Documents that somebody is still writing, by path and values; `null`: the engine's own rule. */
  readonly leaveAlone: Readonly<Record<string, readonly string[]>> | null
  /** The key of the list that gets an entry a migration; `null` for none. */
  readonly historyField: string | null
  /** `refuse`: a file with several names is left alone, since the others would keep the old text. */
  readonly hardLinks: 'refuse' | 'allow'
  /** Of one document; the engine's own where nothing is said. */
  readonly limits: { readonly bytesMax?: number; readonly depthMax?: number }
  /** How documents name the files beside them; `null` where they name none. */
  readonly inputs: InputsRule | null
  /** The table that `reindex` rebuilds from them; `null` where there is none. */
  readonly index: IndexRule | null
}

/** A table that holds one row a document, so that they can be asked in SQL. The files stay the truth. */
export interface IndexRule {
  /** `null`: it is to be found in a variable that is not set, which stops `reindex` and nothing else. */
  readonly address: PostgresAddress | SqliteAddress | PgliteAddress | null
  /** What the configuration says instead of an address: `env:NAME`. */
  readonly reference: string
  /** Where it is, for people; never a secret. */
  readonly place: string
  /** `null` for kinds that have none. */
  readonly schema: string | null
  readonly table: string
  /** Names of the columns that tell rows apart. */
  readonly key: readonly string[]
  /** `latest`: each document as it would be after `up`; `stored`: as it lies there. */
  readonly read: 'latest' | 'stored'
  readonly columns: readonly IndexColumn[]
}

/** `decimal` and `json` keep every digit, also where the store has no type for that; `real` is the nearest double. */
export type ColumnType = 'text' | 'integer' | 'decimal' | 'real' | 'boolean' | 'time' | 'json'

export interface IndexColumn {
  readonly name: string
  /** Path of the value in a document. */
  readonly at: string
  readonly type: ColumnType
  /** A document without the value, or with `null` there, has no row. */
  readonly needed: boolean
  /** For documents that do not have the path at all, as text; `null` for none. */
  readonly default: string | null
  readonly indexed: boolean
}

/** What `verify --inputs` recomputes. */
export interface InputsRule {
  /** Path of an object: name to `{ path, sha256, bytes? }`. */
  readonly snapshots: string
  /** Path of the hash over all of them. */
  readonly hash?: string
  /** Path of the id that is made of that hash, and of how many of its digits. */
  readonly id?: { readonly at: string; readonly digits: number }
}
