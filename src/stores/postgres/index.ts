/** PostgreSQL as a store: one connection for reading, locking and changing, made when it is first needed. */

import type { PostgresAddress } from '../../core/address.ts'
import { assert, isLockstepError, LockstepError } from '../../core/error.ts'
import type { LockHolder } from '../../core/event.ts'
import type { Clock, LockOptions, Session, Store, StoreBackups } from '../../core/ports.ts'
import { PartialHistory } from '../../readers/history-row.ts'
import {
  readPostgresHistory,
  readPostgresLog,
  readPostgresSnapshot,
  type HistoryPlace,
} from '../../readers/postgres.ts'
import { factsOf } from '../sql/facts.ts'
import { makePostgresBackups } from './backup/backup.ts'
import { adapt, connectPostgres, type PgClient, type PostgresClient } from './client.ts'
import { examinePostgres } from './examine.ts'
import { connectionFailure, type About } from './failure.ts'
import { endHolder, holderName, releaseLock, takeLock } from './lock.ts'
import { refusePooler } from './pooler.ts'
import { whileOnServer } from './maintenance.ts'
import { makeSession, type SessionOptions } from './session.ts'
import { readShape } from './shape.ts'
import { makeWatch } from './watch.ts'

export interface PostgresOptions {
  readonly name: string
  /** For people, without a password. */
  readonly place: string
  /** `null` where the application brings its client: then there is no second connection to look with. */
  readonly address: PostgresAddress | null
  readonly history: HistoryPlace
  readonly clock: Clock
  readonly holder: LockHolder
  readonly onNotice?: (message: string) => void
  /** A connected `pg` client of the application's own; it is used as it is and left open. */
  readonly client?: PgClient
}

/** Characters a message may have before it is cut: keeps memory flat for a file of 100 MB. */
const batchCharsMost = 1 << 20
const lockTimeoutMs = 2_000

/**
 * What a session starts with, so that `RESET ALL` comes back to it. The server stops within half a second of our death
 * instead of finishing a statement that nobody will record.
 */
const startSettings = {
  lock_timeout: `${lockTimeoutMs}`,
  idle_in_transaction_session_timeout: '300000',
  client_connection_check_interval: '500',
}

export function openPostgres(options: PostgresOptions): Store {
  const about: About = { store: options.name, place: options.place, database: options.address?.database ?? '' }
  const connection = makeConnection(options, about)
  const read = async <T>(work: (client: PostgresClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await connection.get())
    } catch (error) {
      throw readFailure(error, about)
    }
  }
  return {
    name: options.name,
    kind: 'postgres',
    place: options.place,
    abilities: { transactionalChanges: true, lock: 'session' },
    readHistory: () => read((client) => readPostgresHistory(client, options.history)),
    readLog: () => read((client) => readPostgresLog(client, options.history)),
    readSnapshot: () => read((client) => readPostgresSnapshot(client, options.history)),
    readScript: (source) => factsOf(source, 'postgres'),
    readShape: () => read((client) => readShape(client, options.history)),
    examine: () => read((client) => examinePostgres(client, options.history)),
    endHolder: () => read((client) => endHolder(client, options.history)),
    whileLocked: (lock, work) => whileLocked(connection, { options, about, lock }, work),
    ...(options.address === null ? {} : { backups: backupsOf(connection, { options, about }, options.address) }),
    close: () => connection.close(),
  }
}

function backupsOf(
  connection: Connection,
  { options, about }: Pick<Locking, 'options' | 'about'>,
  address: PostgresAddress,
): StoreBackups {
  const { history, clock, holder } = options
  const { another } = connection
  assert(another !== null, 'where there is an address, there can be a second connection')
  return makePostgresBackups({
    about,
    address,
    history,
    clock,
    connect: another,
    onServer: (work) => whileOnServer(address, holder, work),
    open: (database) => openPostgres({ ...options, address: { ...address, database } }),
    whileAlone: (lock, work) => whileAlone(connection, { options, about, lock }, work),
    mine: () => connection.get(),
    leave: () => connection.close(),
  })
}

interface Connection {
  /** The connection, made anew where the last one was lost. */
  get(): Promise<PostgresClient>
  /** `null` where there can be no second one. */
  readonly another: (() => Promise<PostgresClient>) | null
  close(): Promise<void>
}

function makeConnection(options: PostgresOptions, about: About): Connection {
  const { address } = options
  const connect = async (): Promise<PostgresClient> => {
    const { store, place } = about
    if (address === null)
      throw new LockstepError('connection-lost', { store, place, reason: 'the given client is closed' })
    try {
      return await connectPostgres(address, {
        applicationName: holderName(options.holder),
        settings: startSettings,
      })
    } catch (error) {
      throw connectionFailure(error, about) ?? error
    }
  }
  let current = options.client === undefined ? null : adapt(options.client)
  return {
    get: async () => {
      if (current !== null && !current.lost) return current
      current = await connect()
      if (options.onNotice !== undefined) current.onNotice(options.onNotice)
      return current
    },
    another: address === null ? null : connect,
    close: async () => {
      if (options.client === undefined && current !== null && !current.lost) await current.close()
      current = null
    },
  }
}

interface Locking {
  readonly options: PostgresOptions
  readonly about: About
  readonly lock: LockOptions
}

async function whileLocked<T>(
  connection: Connection,
  { options, about, lock }: Locking,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  return await whileHeld(connection, { options, about, lock }, (client) =>
    work(makeSession(client, sessionOptions(connection, { options, about, client }))),
  )
}

/** Without a session: the store may be replaced as a whole. A database that is not there excludes nobody. */
async function whileAlone<T>(connection: Connection, locking: Locking, work: () => Promise<T>): Promise<T> {
  const isThere = await connection.get().then(
    () => true,
    (error: unknown) => {
      if (isLockstepError(error) && error.code === 'database-missing') return false
      throw error
    },
  )
  return isThere ? await whileHeld(connection, locking, work) : await work()
}

async function whileHeld<T>(
  connection: Connection,
  { options, about, lock }: Locking,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const client = await connection.get()
  const { another } = connection
  if (another !== null) await guarded(about, () => refusePooler(client, { about, another }))
  const taking = { store: options.name, place: options.history, clock: options.clock, options: lock }
  await guarded(about, () => takeLock(client, taking))
  try {
    return await work(client)
  } finally {
    // A lost connection has let go of the lock by itself.
    if (!client.lost) await guarded(about, () => releaseLock(client, options.history)).catch(() => undefined)
  }
}

function sessionOptions(
  connection: Connection,
  { options, about, client }: { options: PostgresOptions; about: About; client: PostgresClient },
): SessionOptions {
  return {
    about,
    place: options.history,
    batchChars: batchCharsMost,
    watch:
      connection.another === null ? null : makeWatch(client, { another: connection.another, clock: options.clock }),
    reset: `reset session authorization;\nreset all;\ndiscard temp;\ndeallocate all;\nunlisten *`,
    defaultLockTimeoutMs: lockTimeoutMs,
  }
}

async function guarded<T>(about: About, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw connectionFailure(error, about) ?? error
  }
}

function readFailure(error: unknown, about: About): unknown {
  const known = connectionFailure(error, about)
  if (known !== null) return known
  const { code } = error as { code?: unknown }
  const { store, place } = about
  const reason = error instanceof Error ? error.message : String(error)
  if (code === '42501') return new LockstepError('privilege-missing', { store, place, reason }, { cause: error })
  // 42703, 42883, ...: a table of that name that is not ours, or a part of ours that is gone.
  if (error instanceof PartialHistory || (typeof code === 'string' && /^(42|22)/.test(code))) {
    return new LockstepError('store-unreadable', { store, place, reason }, { cause: error })
  }
  return error
}
