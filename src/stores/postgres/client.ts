/** One PostgreSQL connection, through `pg`: texts of several statements, the count of what was done, cancelling. */

import { Client, type QueryResult } from 'pg'
import type { PostgresAddress } from '../../core/address.ts'
import type { Row } from '../../readers/history-row.ts'
import type { TextClient } from '../../readers/postgres.ts'
import { cancelThrough } from './connection/cancel.ts'
import { sslChoices } from './connection/tls.ts'

export interface PostgresClient extends TextClient {
  /** One statement with parameters. */
  query(text: string, values: readonly unknown[]): Promise<readonly Row[]>
  /** The backend's process id, as the server told it; 0 where there is none. */
  readonly pid: number
  /** `I` idle, `T` in a transaction, `E` in a failed one. */
  readonly transaction: 'I' | 'T' | 'E'
  /** Whether the connection is known to be gone. */
  readonly lost: boolean
  /** Our end of the connection; `null` on a socket file. */
  readonly localPort: number | null
  onNotice(listener: (message: string) => void): void
  /** Asks the server, over a second connection, to stop what this one is doing. */
  cancel(): Promise<void>
  close(): Promise<void>
}

/** What a failed text tells besides the server's words: how many of its commands were completed. */
export type RunFailure = Error & { readonly completed: number }

export interface ConnectOptions {
  readonly applicationName: string
  /** Settings that `RESET ALL` falls back to; a pooler may refuse them, see `connectPostgres`. */
  readonly settings: Readonly<Record<string, string>>
}

/**
 * Connects as libpq would: hosts in their order, TLS as `sslmode` says. A server that does not know one of our settings
 * (PostgreSQL before 14) or a pooler that refuses start-up options is connected to without them.
 */
export async function connectPostgres(address: PostgresAddress, options: ConnectOptions): Promise<PostgresClient> {
  try {
    return await connectOnce(address, options)
  } catch (error) {
    if (!isRenamedMeanwhile(error)) throw error
    return await connectOnce(address, options)
  }
}

async function connectOnce(address: PostgresAddress, options: ConnectOptions): Promise<PostgresClient> {
  let failure: unknown
  for (const { host, port } of address.hosts) {
    for (const ssl of sslChoices(address.ssl, host)) {
      for (const settings of [options.settings, {}]) {
        const client = makeClient(address, { host, port, ssl, settings, applicationName: options.applicationName })
        try {
          await client.connect()
          if (await fits(client, address.targetSessionAttrs)) return adapt(client)
          await client.end()
          failure = new Error(`${host}:${port} is not ${address.targetSessionAttrs}`)
          break
        } catch (error) {
          failure = error
          await client.end().catch(() => undefined) // it never was a connection
          if (!isRefusedSetting(error)) break
        }
      }
      if (!isRefusedTls(failure)) break
    }
  }
  throw failure
}

/** libpq's `target_session_attrs`. */
async function fits(client: Client, wanted: PostgresAddress['targetSessionAttrs']): Promise<boolean> {
  if (wanted === 'any' || wanted === 'prefer-standby') return true
  const { rows } = await client.query<{ standby: boolean; read_only: boolean }>(
    `select pg_catalog.pg_is_in_recovery() as standby, pg_catalog.current_setting('transaction_read_only') = 'on' as read_only`,
  )
  const { standby = false, read_only: readOnly = false } = rows[0] ?? {}
  switch (wanted) {
    case 'read-write':
      return !readOnly
    case 'read-only':
      return readOnly
    case 'primary':
      return !standby
    case 'standby':
      return standby
  }
}

interface One {
  readonly host: string
  readonly port: number
  readonly ssl: object | false
  readonly settings: Readonly<Record<string, string>>
  readonly applicationName: string
}

function makeClient(address: PostgresAddress, { host, port, ssl, settings, applicationName }: One): Client {
  const options = [...Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`), address.options]
  return new Client({
    host,
    port,
    user: address.user,
    // Without a password `pg` would ask PGPASSWORD and .pgpass by itself; the address has done so already.
    password: () => address.password?.reveal() ?? refuseWithoutPassword(),
    database: address.database,
    ssl: ssl === false ? false : ssl,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: address.connectTimeoutMs,
    options: options.join(' ').trim(),
  })
}

/** Only a server that asks for a password gets here; the code is the one it would give for a wrong one. */
function refuseWithoutPassword(): never {
  throw Object.assign(new Error('the server asks for a password, and none was given'), { code: '28P01' })
}

/** 42704, 22023: a setting this server does not know. 08P01: a pooler refuses start-up options. */
function isRefusedSetting(error: unknown): boolean {
  const code = codeOf(error)
  return code === '42704' || code === '22023' || (code === '08P01' && /startup parameter/i.test(String(error)))
}

/** It was there when we knocked: a restore has put another in its place. One that never was is told without a detail. */
function isRenamedMeanwhile(error: unknown): boolean {
  return codeOf(error) === '3D000' && typeof (error as { detail?: unknown }).detail === 'string'
}

function isRefusedTls(error: unknown): boolean {
  return /does not support SSL|SSL|TLS/i.test(String(error)) || codeOf(error) === '28000'
}

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : null
}

/** The parts of `pg`'s connection that its types leave out. */
interface Wire {
  readonly stream: { readonly localPort?: number }
  on(event: 'commandComplete' | 'emptyQuery', listener: () => void): void
  on(event: 'readyForQuery', listener: (message: { status: 'I' | 'T' | 'E' }) => void): void
}

/** A connected client of `pg`, as an application brings it. */
export type PgClient = Client

/** Wraps a connected client of `pg`; also used for one that the application brings. */
export function adapt(client: Client): PostgresClient {
  const state = { completed: 0, transaction: 'I' as 'I' | 'T' | 'E', lost: false, idle: Promise.withResolvers<void>() }
  const inner = client as unknown as { connection: Wire; processID?: number; secretKey?: number }
  inner.connection.on('commandComplete', () => state.completed++)
  inner.connection.on('emptyQuery', () => state.completed++)
  inner.connection.on('readyForQuery', (message) => {
    state.transaction = message.status
    state.idle.resolve()
  })
  const lose = (): void => {
    state.lost = true
    state.idle.resolve()
  }
  client.on('error', lose)
  client.on('end', lose)
  return {
    get pid() {
      return inner.processID ?? 0
    },
    get transaction() {
      return state.transaction
    },
    get lost() {
      return state.lost
    },
    localPort: inner.connection.stream.localPort ?? null,
    onNotice: (listener) => void client.on('notice', (notice) => listener(notice.message ?? '')),
    run: async (text) => {
      const before = state.completed
      state.idle = Promise.withResolvers()
      try {
        const results = (await client.query(text)) as unknown as QueryResult<Row> | QueryResult<Row>[]
        return Array.isArray(results) ? results.map((one) => one.rows) : [results.rows]
      } catch (error) {
        // `pg` tells of the error before the server has told in what state the transaction is.
        if (isFromServer(error)) await state.idle.promise
        throw Object.assign(error as Error, { completed: state.completed - before })
      }
    },
    query: async (text, values) => {
      state.idle = Promise.withResolvers()
      try {
        return (await client.query<Row>(text, [...values])).rows
      } catch (error) {
        if (isFromServer(error)) await state.idle.promise
        throw error
      }
    },
    cancel: () => cancelThrough(client),
    close: () => client.end(),
  }
}

/** An answer of the server has a severity; what the network or `pg` itself says has none. */
function isFromServer(error: unknown): boolean {
  return typeof (error as { severity?: unknown } | null)?.severity === 'string'
}
