/**
 * PGlite as a store: PostgreSQL in a folder. It has no lock of its own, and two processes on one folder lose committed
 * rows in silence; so the folder is only ever opened while the side database beside it is held, for reading too.
 */

import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { assert, isLockstepError, LockstepError } from '../../core/error.ts'
import { noHistory } from '../../core/history.ts'
import type { Finding, LockOptions, Session, Store, StoreBackups } from '../../core/ports.ts'
import { PartialHistory } from '../../readers/history-row.ts'
import {
  readPostgresHistory,
  readPostgresLog,
  readPostgresSnapshot,
  type HistoryPlace,
} from '../../readers/postgres.ts'
import type { PostgresClient } from '../postgres/client.ts'
import { makeSession } from '../postgres/session.ts'
import { readShape } from '../postgres/shape.ts'
import { readSideLock, whileSideLocked } from '../side-lock.ts'
import { factsOf } from '../sql/facts.ts'
import type { WaitOptions } from '../wait-for-lock.ts'
import { finishSwap, isHalfSwapped, makePgliteBackups, putBackHalfSwapped } from './backup.ts'
import { adaptPglite, loadPglite, type PgliteConnection, type PgliteLike } from './client.ts'

export interface PgliteOptions {
  readonly name: string
  readonly place: string
  /** `null`: in memory, or brought by the application. */
  readonly folder: string | null
  readonly history: HistoryPlace
  /** Who opens it, and how long it may wait for another process to close the folder. */
  readonly opening: Omit<WaitOptions, 'store'>
  readonly client?: PgliteLike
  readonly onNotice?: (message: string) => void
}

export function openPglite(options: PgliteOptions): Store {
  const { name, place, history } = options
  const database = makeDatabase(options)
  const read = async <T>(work: (client: PostgresClient) => Promise<T>): Promise<T> => {
    try {
      return await work(await database.get(options.opening))
    } catch (error) {
      if (!(error instanceof PartialHistory)) throw error
      throw new LockstepError('store-unreadable', { store: name, place, reason: error.message }, { cause: error })
    }
  }
  return {
    name,
    kind: 'pglite',
    place,
    abilities: { transactionalChanges: true, lock: options.folder === null ? 'none' : 'side-database' },
    readHistory: async () =>
      database.isNew() ? noHistory : await read((client) => readPostgresHistory(client, history)),
    readLog: () => read((client) => readPostgresLog(client, history)),
    readSnapshot: () => read((client) => readPostgresSnapshot(client, history)),
    readScript: (source) => factsOf(source, 'postgres'),
    readShape: () => read((client) => readShape(client, history)),
    examine: () => Promise.resolve(examine(options)),
    endHolder: () => Promise.resolve(refuseEnd(options)),
    whileLocked: async (lock, work) => await work(sessionOf(await database.get(lock), options)),
    ...(options.folder === null ? {} : { backups: backupsOf(database, options, options.folder) }),
    close: () => database.close(),
  }
}

function backupsOf(database: Database, options: PgliteOptions, folder: string): StoreBackups {
  const { name, place, history, opening } = options
  return makePgliteBackups({
    about: { store: name, place },
    folder: resolve(folder),
    history,
    clock: opening.clock,
    isNew: () => database.isNew(),
    get: () => database.get(opening),
    open: (other) => openPglite({ ...options, folder: other }),
    whileAlone: (lock, work) => database.whileAlone(lock, work),
    whileClosed: (work) => database.whileClosed(work),
  })
}

interface Database {
  get(lock: Omit<LockOptions, 'onWait'> & Partial<Pick<LockOptions, 'onWait'>>): Promise<PgliteConnection>
  /** Nothing there yet: reading must not make a database. */
  isNew(): boolean
  /** Under the lock of the folder, whether its database can be opened or not. */
  whileAlone<T>(lock: LockOptions, work: () => Promise<T>): Promise<T>
  whileClosed(work: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

/** Opened at its first use and held, with the lock of its folder, until the store is closed. */
function makeDatabase(options: PgliteOptions): Database {
  const { folder, opening, name } = options
  let held: Held | null = null
  const isNew = (): boolean => held === null && folder !== null && !isThere(folder)
  const get: Database['get'] = async (lock) => {
    if (held === null) {
      held = await hold(options, { ...opening, ...lock, store: name })
      if (options.onNotice !== undefined) held.client().onNotice(options.onNotice)
    }
    return held.client()
  }
  return {
    isNew,
    get,
    whileAlone: async (lock, work) => {
      const wait = { ...opening, ...lock, store: name }
      if (folder !== null && isNew()) return await whileSideLocked(lockPath(folder), wait, work)
      try {
        await get(lock)
      } catch (error) {
        // What cannot be opened can still be replaced, by whoever has the lock.
        if (isLockstepError(error) || folder === null) throw error
        return await whileSideLocked(lockPath(folder), wait, async () => {
          await putBackHalfSwapped(resolve(folder))
          return await work()
        })
      }
      return await work()
    },
    whileClosed: async (work) => await (held === null ? work() : held.whileClosed(work)),
    close: async () => {
      const last = held
      held = null
      await last?.release()
    },
  }
}

/** A folder with something in it, or one that a killed restore has left under another name. */
function isThere(folder: string): boolean {
  if (!existsSync(folder)) return isHalfSwapped(resolve(folder))
  return readdirSync(folder).length > 0
}

interface Held {
  client(): PgliteConnection
  whileClosed(work: () => Promise<void>): Promise<void>
  release(): Promise<void>
}

async function hold({ folder, client }: PgliteOptions, wait: WaitOptions): Promise<Held> {
  if (client !== undefined) return lent(adaptPglite(client), () => Promise.resolve())
  if (folder === null) {
    const database = adaptPglite(await loadPglite(null))
    return lent(database, () => database.close())
  }
  const opened = Promise.withResolvers<void>()
  const closing = Promise.withResolvers<void>()
  let database: PgliteConnection | null = null
  // The lock is a callback; it stays open until `release` lets the callback end.
  const locked = whileSideLocked(lockPath(folder), wait, async () => {
    await finishSwap(resolve(folder), wait.clock)
    database = adaptPglite(await loadPglite(folder))
    opened.resolve()
    await closing.promise
    await database.close()
  })
  locked.catch(opened.reject)
  await opened.promise
  const current = (): PgliteConnection => {
    assert(database !== null, 'a database that is held is open')
    return database
  }
  return {
    client: current,
    whileClosed: async (work) => {
      await current().close()
      try {
        await work()
      } finally {
        // Whatever became of the work: the folder is whole, before or after.
        await putBackHalfSwapped(resolve(folder))
        database = adaptPglite(await loadPglite(folder))
      }
    },
    release: async () => {
      closing.resolve()
      await locked
    },
  }
}

/** A database in memory, or one that the application brings, cannot be replaced under it. */
function lent(database: PgliteConnection, release: () => Promise<void>): Held {
  const whileClosed = (): never => {
    throw new LockstepError('internal', { message: 'a database without a folder cannot be replaced' })
  }
  return { client: () => database, whileClosed, release }
}

/** Beside the folder, not in it: PostgreSQL owns what is inside. */
function lockPath(folder: string): string {
  const whole = resolve(folder)
  return join(dirname(whole), `${basename(whole)}.lockstep-lock`)
}

function sessionOf(client: PostgresClient, { name, place, history }: PgliteOptions): Session {
  return makeSession(client, {
    about: { store: name, place, database: place },
    place: history,
    // Each statement by itself: no network between, and the failing one is known.
    batchChars: 0,
    watch: null,
    reset: 'reset session authorization;\nreset all;\ndiscard temp;\ndeallocate all',
    defaultLockTimeoutMs: 2_000,
  })
}

function examine({ folder }: PgliteOptions): Finding[] {
  if (folder === null) return [{ grade: 'fact', what: 'PGlite in memory', help: null }]
  const { holder } = readSideLock(lockPath(folder))
  return [
    { grade: 'fact', what: `PGlite in ${folder}`, help: null },
    holder === null || holder.pid === process.pid
      ? { grade: 'good', what: 'no other process has it open', help: null }
      : {
          grade: 'attention',
          what: `process ${holder.pid} on ${holder.host} has it open`,
          help: 'wait for it or end it',
        },
  ]
}

function refuseEnd({ folder, name }: PgliteOptions): null {
  const holder = folder === null ? null : readSideLock(lockPath(folder)).holder
  if (holder === null) return null
  const reason = `the lock belongs to the operating system and ends with process ${holder.pid} on ${holder.host}`
  throw new LockstepError('nothing-to-repair', { store: name, version: 'lock', reason })
}
