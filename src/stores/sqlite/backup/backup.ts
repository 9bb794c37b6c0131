/**
 * Copies of a SQLite file by SQLite's own online backup. It runs inside a read transaction: beside a busy writer it
 * would begin again and again, and never end. The file itself is never opened with `fs`.
 */

import { closeSync, existsSync, openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import type { Contents, Measure } from '../../../core/backup.ts'
import type { Clock, CopyWork, LockOptions, Store, StoreBackups, UnpackOptions, Unpacked } from '../../../core/ports.ts'
import { LockstepError } from '../../../core/error.ts'
import { expectRoom, writeStaged } from '../../staged-file.ts'
import { lookAt, openClient, valueOf, type OwnedClient } from '../client.ts'
import { readFailure, storeFailure, type About } from '../failure.ts'
import { openReader, whileReading, type Reader } from '../reader.ts'
import { checkCopy } from './check-copy.ts'
import { measure, readContents } from './contents.ts'
import { asDatabase, replaceFile } from './replace.ts'

export interface SqliteBackupOptions {
  readonly about: About
  /** The file itself, links followed. */
  readonly file: string
  readonly historyTable: string
  readonly clock: Clock
  readonly open: (path: string) => Promise<Store>
  readonly whileAlone: <T>(lock: LockOptions, work: () => Promise<T>) => Promise<T>
}

const busyTimeoutMs = 10_000
/** Between two steps the copy tells how far it is. */
const pagesAStep = 2048

export function makeSqliteBackups(options: SqliteBackupOptions): StoreBackups {
  const { about, historyTable } = options
  return {
    form: 'sqlite',
    measure: () => Promise.resolve(reading(options, (client) => measure(client, historyTable)) ?? nothing),
    readContents: () => {
      const found = reading(options, (client) => readContents(client, historyTable))
      if (found === null) throw new LockstepError('store-unreadable', { ...about, reason: 'there is no file' })
      return Promise.resolve(found)
    },
    copy: (to, work) => copy(options, to, work),
    check: (path) => checkCopy({ path, store: about.store, historyTable }),
    unpack: (content, where) => unpack(options, content, where),
    readLeftovers: () => Promise.resolve(stagedThere(options)),
    removeLeftovers: async () => {
      for (const staged of stagedThere(options)) await removeStaged(staged)
    },
    whileAlone: options.whileAlone,
  }
}

const nothing: Measure = { holds: 'nothing', bytes: 0 }

/** All of `work` at one moment; `null` where there is no file. */
function reading<T>({ file, about }: SqliteBackupOptions, work: (client: OwnedClient) => T): T | null {
  try {
    if (lookAt(file, about) === 'missing') return null
    return whileReading(file, (client) => {
      client.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; BEGIN`)
      return work(client)
    })
  } catch (error) {
    throw readFailure(error, about)
  }
}

async function copy(
  options: SqliteBackupOptions,
  to: string,
  { packed, signal, onBytes }: CopyWork,
): Promise<Contents> {
  const { file, about, historyTable } = options
  let reader: Reader | null = null
  let unsynced: OwnedClient | null = null
  try {
    // Made by us, so that nobody else may read it at any moment.
    closeSync(openSync(to, 'wx', 0o600))
    reader = openReader(file)
    const { client } = reader
    client.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}; BEGIN`)
    const contents = readContents(client, historyTable)
    const pageBytes = Number(valueOf(client, 'PRAGMA page_size'))
    const shared = `${pathToFileURL(to).href}?cache=shared`
    if (packed) unsynced = openUnsynced(shared)
    await backup(asDatabase(client), packed ? shared : to, {
      rate: pagesAStep,
      progress: ({ totalPages, remainingPages }) => {
        if (signal.aborted) throw signal.reason
        onBytes((totalPages - remainingPages) * pageBytes, totalPages * pageBytes)
      },
    })
    return contents
  } catch (error) {
    throw storeFailure(error, about) ?? error
  } finally {
    unsynced?.close()
    reader?.close()
  }
}

/**
 * What is compressed and then removed need not reach the disk. The backup opens its target by itself and would wait for
 * it; through SQLite's shared cache it works with the setting of whoever was there before.
 */
function openUnsynced(shared: string): OwnedClient {
  const client = openClient(shared, 'write')
  client.exec('PRAGMA synchronous = OFF')
  return client
}

/** Beside the target: on the disk that must hold it anyway, and from where it can take its place by its name. */
async function unpack(
  options: SqliteBackupOptions,
  content: AsyncIterable<Uint8Array>,
  { place, bytes }: UnpackOptions,
): Promise<Unpacked> {
  const { about, file, historyTable } = options
  const staged = stagedName(file, place)
  const drop = (): Promise<void> => removeStaged(staged)
  // What a killed restore left; the migration lock or the lock of the backups keeps others away.
  await drop()
  // The copy, and what SQLite writes down of the old pages while they are replaced.
  await expectRoom(about, dirname(file), place === 'target' ? 2 * bytes : bytes)
  try {
    await writeStaged(staged, content)
  } catch (error) {
    await drop()
    throw storeFailure(error, { store: about.store, place: staged }) ?? error
  }
  const store = await options.open(staged)
  return {
    store,
    check: () => checkCopy({ path: staged, store: about.store, historyTable }),
    replaceTarget: async (replacing) => {
      await store.close()
      const aside = await replaceFile({ staged, target: file, about, clock: options.clock }, replacing)
      await drop()
      return aside
    },
    drop: async () => {
      await store.close()
      await drop()
    },
  }
}

const places = ['target', 'scratch'] as const

function stagedName(file: string, place: (typeof places)[number]): string {
  return `${file}.lockstep-${place === 'target' ? 'restore' : 'scratch'}`
}

function stagedThere({ file }: SqliteBackupOptions): string[] {
  return places.map((place) => stagedName(file, place)).filter((one) => existsSync(one))
}

async function removeStaged(staged: string): Promise<void> {
  for (const ending of endings) await rm(staged + ending, { force: true })
}

const endings = ['', '-wal', '-shm', '-journal', '.lockstep-lock', '.lockstep-lock-journal', '.lockstep-lock.holder']
