/** SQLite through node:sqlite: a file with a lock beside it, or a connection that the application brings. */

import { LockstepError } from '../../core/error.ts'
import { describeHolder } from '../../core/event.ts'
import { noHistory, type History } from '../../core/history.ts'
import type { Clock, LockOptions, Session, Store } from '../../core/ports.ts'
import { shapeTable } from '../../readers/snapshot-row.ts'
import {
  readSqliteHistory,
  readSqliteLog,
  readSqliteSnapshot,
  sqliteNamesOf,
  sqliteTablesOf,
} from '../../readers/sqlite.ts'
import { readSideLock, whileSideLocked } from '../side-lock.ts'
import { factsOf } from '../sql/facts.ts'
import { waitForLock, type WaitOptions } from '../wait-for-lock.ts'
import { makeSqliteBackups } from './backup/backup.ts'
import { isWritable, lookAt, openClient, realPathOf, valueOf, type OwnedClient, type SqliteClient } from './client.ts'
import { examine } from './examine.ts'
import { isBusy, readFailure, storeFailure, type About } from './failure.ts'
import { whileReading } from './reader.ts'
import { openSession } from './session.ts'
import { readShape } from './shape.ts'
import { putBackSettings, readSettings } from './unit/settings.ts'
import type { Durability, Uninterrupted } from './transaction.ts'

export type { SqliteClient } from './client.ts'
export type { Uninterrupted } from './transaction.ts'

export interface SqliteSettings {
  readonly name: string
  /** For people: the path as the user wrote it. */
  readonly place: string
  readonly history: { readonly table: string }
  readonly clock: Clock
  /** How long readers and changes of the history wait for others; 2 s unless said. A migration brings its own. */
  readonly busyTimeoutMs?: number
  readonly uninterrupted?: Uninterrupted
  /** `none`: a database that is thrown away; it need not outlive a power cut. `full` unless said. */
  readonly durability?: Durability
  /** What must be said although it makes nothing fail; a warning of the process unless said. */
  readonly onNotice?: (message: string) => void
}

/** A file (`:memory:` is one that lives as long as the store), or an open `DatabaseSync` that stays its owner's. */
export type SqliteOptions = SqliteSettings & ({ readonly path: string } | { readonly client: SqliteClient })

/** Opens nothing yet where a path is given: the first question does, and a missing file is an empty store. */
export async function openSqlite(options: SqliteOptions): Promise<Store> {
  if ('client' in options) return makeStore(options, lentDatabase(options.client, options))
  if (options.path !== ':memory:') return openFile(options)
  const client = openClient(options.path, 'write')
  return makeStore(options, { ...lentDatabase(client, options), close: () => client.close() })
}

function openFile(options: SqliteSettings & { readonly path: string }): Store {
  const { name, place, path, clock, history } = options
  const database = fileDatabase(path, options)
  const backups = makeSqliteBackups({
    about: { store: name, place },
    file: realPathOf(path),
    historyTable: history.table,
    clock,
    open: (other) => openSqlite({ ...options, path: other }),
    whileAlone: (lock, work) => database.locked({ ...lock, store: name, clock }, work),
  })
  return { ...makeStore(options, database), backups }
}

/** Where connections come from, and what keeps migrators apart. */
interface Database {
  /** The file, for the lock beside it; `null` for a database in memory. */
  readonly file: string | null
  /** Lends a connection that changes nothing; `null` where there is no file yet. */
  reading<T>(work: (client: SqliteClient | null) => T): T
  writing<T>(work: (client: SqliteClient) => Promise<T>): Promise<T>
  locked<T>(options: WaitOptions, work: () => Promise<T>): Promise<T>
  close(): void
}

function makeStore(options: SqliteOptions, database: Database): Store {
  const { name, place, clock, history } = options
  const { busyTimeoutMs = 2_000, uninterrupted = (work) => work(), durability = 'full', onNotice = warn } = options
  const about: About = { store: name, place }
  const exclude = [...Object.values(sqliteTablesOf(history.table)), shapeTable]
  const historyOf = (client: SqliteClient | null): History => readHistory(client, database.file, history.table)
  const reading = async <T>(work: (client: SqliteClient | null) => T): Promise<T> => {
    try {
      return database.reading((client) => (client === null ? work(null) : inOneMoment(client, busyTimeoutMs, work)))
    } catch (error) {
      throw heldFailure(error, { name, file: database.file, busyTimeoutMs }) ?? readFailure(error, about)
    }
  }
  const session = async <T>(lock: LockOptions, work: (session: Session) => Promise<T>): Promise<T> =>
    await database.writing(async (client) => {
      const names = sqliteNamesOf(history.table)
      const workplace = { client, about, names, clock, uninterrupted, durability, notice: onNotice }
      const own = { readHistory: historyOf, lockTimeoutMs: busyTimeoutMs, signal: lock.signal }
      return await work(await openSession({ ...workplace, ...own }))
    })
  return {
    name,
    kind: 'sqlite',
    place,
    abilities: { transactionalChanges: true, lock: database.file === null ? 'none' : 'side-database' },
    readHistory: () => reading(historyOf),
    readScript: (source) => factsOf(source, 'sqlite'),
    whileLocked: async (lock, work) =>
      await database.locked({ ...lock, store: name, clock }, () => session(lock, work)),
    readShape: () => reading((client) => readShape(client, exclude)),
    readSnapshot: () => reading((client) => (client === null ? null : readSqliteSnapshot(client))),
    readLog: () => reading((client) => (client === null ? [] : readSqliteLog(client, history.table))),
    endHolder: async () => (database.file === null ? null : refuseEnd(database.file, name)),
    examine: () =>
      examine({ file: database.file, lockFile: database.file === null ? null : lockPath(database.file), reading }),
    close: async () => database.close(),
  }
}

function readHistory(client: SqliteClient | null, file: string | null, table: string): History {
  const found = client === null ? noHistory : readSqliteHistory(client, table)
  return { ...found, readOnly: file !== null && !isWritable(file) }
}

/** Several reads of one moment: a transaction around them, unless the owner of the connection has one open. */
function inOneMoment<T>(client: SqliteClient, busyTimeoutMs: number, work: (client: SqliteClient) => T): T {
  if (client.isTransaction) return work(client)
  const timeout = valueOf(client, 'PRAGMA busy_timeout')
  client.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; BEGIN`)
  try {
    return work(client)
  } finally {
    if (client.isTransaction) client.exec('COMMIT')
    client.exec(`PRAGMA busy_timeout = ${String(timeout)}`)
  }
}

/** With a rollback journal a migrator keeps readers out: that is no broken file, and one may wait for it. */
function heldFailure(
  error: unknown,
  { name, file, busyTimeoutMs }: { name: string; file: string | null; busyTimeoutMs: number },
): LockstepError | null {
  if (file === null || !isBusy(error)) return null
  const { held, holder } = readSideLock(lockPath(file))
  if (!held) return null
  return new LockstepError('lock-held', { store: name, holder: describeHolder(holder), waitedMs: busyTimeoutMs })
}

function warn(message: string): void {
  process.emitWarning(message)
}

/** Nobody can take the lock away from a living process; with it, it ends. */
function refuseEnd(file: string, store: string): null {
  const { held, holder } = readSideLock(lockPath(file))
  if (!held) return null
  const who = holder === null ? 'the process that holds it' : `process ${holder.pid} on ${holder.host}`
  const reason = `the lock belongs to the operating system and ends with ${who}`
  throw new LockstepError('nothing-to-repair', { store, version: 'lock', reason })
}

function lockPath(file: string): string {
  return `${file}.lockstep-lock`
}

function fileDatabase(path: string, { name, place }: SqliteSettings): Database {
  const about: About = { store: name, place }
  const file = realPathOf(path)
  return {
    file,
    reading: (work) => {
      if (lookAt(file, about) === 'missing') return work(null)
      return whileReading(file, work)
    },
    writing: async (work) => {
      let client: OwnedClient
      try {
        client = openClient(file, 'write')
      } catch (error) {
        throw storeFailure(error, about) ?? error
      }
      try {
        return await work(client)
      } finally {
        client.close()
      }
    },
    locked: (options, work) => {
      lookAt(file, about)
      return whileSideLocked(lockPath(file), options, work)
    },
    close: () => undefined,
  }
}

/** How long the application's connection may wait for others while it is put back. */
const putBackMostMs = 10_000

/** Connections in memory that are being migrated: nobody else can reach them, but the same process could try twice. */
const lockedClients = new WeakMap<SqliteClient, WaitOptions>()

function lentDatabase(client: SqliteClient, { name, place }: SqliteSettings): Database {
  const found = valueOf(client, "SELECT file FROM pragma_database_list WHERE name = 'main'")
  const file = typeof found === 'string' && found !== '' ? found : null
  return {
    file,
    reading: (work) => work(client),
    writing: async (work) => {
      if (client.isTransaction) {
        const reason = 'the connection that was handed over is inside a transaction'
        throw new LockstepError('store-unreadable', { store: name, place, reason })
      }
      const before = readSettings(client)
      try {
        return await work(client)
      } finally {
        client.exec(`PRAGMA busy_timeout = ${putBackMostMs}`)
        putBackSettings(client, before)
      }
    },
    locked: (options, work) =>
      file === null ? whileClientLocked(client, options, work) : whileSideLocked(lockPath(file), options, work),
    close: () => undefined,
  }
}

async function whileClientLocked<T>(client: SqliteClient, options: WaitOptions, work: () => Promise<T>): Promise<T> {
  const take = (): boolean => {
    if (lockedClients.has(client)) return false
    lockedClients.set(client, options)
    return true
  }
  await waitForLock({ take, holder: () => lockedClients.get(client)?.holder ?? null }, options)
  try {
    return await work()
  } finally {
    lockedClients.delete(client)
  }
}
