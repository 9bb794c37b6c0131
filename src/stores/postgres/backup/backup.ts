/** Copies of a PostgreSQL database by pg_dump, and their way back by pg_restore into a database of its own. */

import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { PostgresAddress } from '../../../core/address.ts'
import type { Contents, CopyChecks } from '../../../core/backup.ts'
import { LockstepError } from '../../../core/error.ts'
import type { Clock, CopyWork, LockOptions, StoreBackups, Store, Unpacked, UnpackOptions } from '../../../core/ports.ts'
import { quoteName, type HistoryPlace } from '../../../readers/postgres.ts'
import type { PostgresClient } from '../client.ts'
import { connectionFailure, type About } from '../failure.ts'
import { dumpName } from '../lock.ts'
import { measure, readContents } from './contents.ts'
import { createLike, dropLeftovers, findLeftovers, makeDatabaseName } from './database.ts'
import { replaceDatabase } from './replace.ts'
import { complaintOf, findTools, runTool, type Tools } from './tools.ts'

export interface PostgresBackupOptions {
  readonly about: About
  readonly address: PostgresAddress
  readonly history: HistoryPlace
  readonly clock: Clock
  /** A connection of its own: the one with the lock must stay out of long transactions. */
  readonly connect: () => Promise<PostgresClient>
  /** In a database of the server that is always there. */
  readonly onServer: <T>(work: (client: PostgresClient) => Promise<T>) => Promise<T>
  readonly open: (database: string) => Store
  readonly whileAlone: <T>(lock: LockOptions, work: () => Promise<T>) => Promise<T>
  /** Our own connection to the target, which holds the lock. */
  readonly mine: () => Promise<PostgresClient>
  /** Closes it, and lets go of the lock with it. */
  readonly leave: () => Promise<void>
}

export function makePostgresBackups(options: PostgresBackupOptions): StoreBackups {
  const { history } = options
  return {
    form: 'pg_dump',
    measure: () => connected(options, (client) => measure(client, history)),
    readContents: () => inOneMoment(options, (client) => readContents(client, history)),
    copy: (file, work) => copy(options, file, work),
    check: (file, expected) => check(options, file, expected),
    unpack: (content, where) => unpack(options, content, where),
    readLeftovers: () => onServerOf(options, (client) => findLeftovers(client, options.address.database)),
    removeLeftovers: () => onServerOf(options, (client) => dropLeftovers(client, options.address.database)),
    whileAlone: options.whileAlone,
  }
}

async function onServerOf<T>(
  { about, onServer }: PostgresBackupOptions,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  return await guarded(about, () => onServer(work))
}

async function connected<T>(
  { about, connect }: PostgresBackupOptions,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  try {
    const client = await connect()
    try {
      return await work(client)
    } finally {
      if (!client.lost) await client.close()
    }
  } catch (error) {
    throw connectionFailure(error, about) ?? error
  }
}

/** A snapshot that lasts as long as `work`; nobody ends it because it seems to do nothing. */
async function inOneMoment<T>(
  options: PostgresBackupOptions,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  return await connected(options, async (client) => {
    await client.run(
      'begin isolation level repeatable read read only; set local idle_in_transaction_session_timeout = 0; set local statement_timeout = 0',
    )
    return await work(client)
  })
}

const progressEveryMs = 250

/** What is counted and what is dumped is the same snapshot. */
async function copy(options: PostgresBackupOptions, file: string, work: CopyWork): Promise<Contents> {
  const { about, address, history } = options
  return await inOneMoment(options, async (client) => {
    const tools = await toolsFor(options, client)
    const { bytes } = await measure(client, history)
    const [exported] = await client.run('select pg_catalog.pg_export_snapshot() as snapshot')
    const snapshot = String(exported?.[0]?.['snapshot'])
    // Made by us, so that nobody else may read it at any moment.
    closeSync(openSync(file, 'wx', 0o600))
    const watch = setInterval(() => {
      const done = statSync(file, { throwIfNoEntry: false })?.size ?? 0
      work.onBytes(done, Math.max(done, bytes))
    }, progressEveryMs)
    try {
      const args = ['--format=custom', `--compress=${work.packed ? 0 : 1}`, '--no-password', `--snapshot=${snapshot}`]
      const dumping = runTool(tools.dump, {
        args: [...args, `--file=${file}`],
        address,
        signal: work.signal,
        name: dumpName(history),
      })
      // Counting goes on beside; if it fails, the dump's own failure must not go unheard.
      const [ended, contents] = await Promise.all([dumping, readContents(client, history)])
      if (ended.code !== 0) throw failed(about.store, `pg_dump: ${complaintOf(ended)}`)
      return contents
    } finally {
      clearInterval(watch)
    }
  })
}

async function check({ about, address }: PostgresBackupOptions, file: string, expected: Contents): Promise<CopyChecks> {
  const { store } = about
  const tools = findTools(store, majorOf(expected.serverVersion))
  const refuse = (reason: string): never => {
    throw new LockstepError('backup-unusable', { store, file, reason })
  }
  if (!isArchive(file)) refuse('pg_dump wrote no archive')
  const signal = new AbortController().signal
  const list = await runTool(tools.restore, { args: ['--list', file], address, signal })
  if (list.code !== 0) refuse(`pg_restore --list: ${complaintOf(list)}`)
  const tables = list.stdout.split('\n').filter((line) => /^\d+; \d+ \d+ TABLE DATA /.test(line)).length
  const wanted = Object.keys(expected.rows).length
  if (tables < wanted) refuse(`it holds the rows of ${tables} tables instead of ${wanted}`)
  const whole = await runTool(tools.restore, { args: ['--file=/dev/null', file], address, signal })
  if (whole.code !== 0) refuse(`pg_restore: ${complaintOf(whole)}`)
  return { checks: ['pg_restore --list', 'pg_restore to the end'], remarks: [], contents: null }
}

function isArchive(file: string): boolean {
  const opened = openSync(file, 'r')
  try {
    const head = Buffer.alloc(5)
    return readSync(opened, head, 0, 5, 0) === 5 && head.toString('latin1') === 'PGDMP'
  } finally {
    closeSync(opened)
  }
}

/** Into a database of its own on the same server, with the same encoding, locale, owner, rights and settings. */
async function unpack(
  options: PostgresBackupOptions,
  content: AsyncIterable<Uint8Array>,
  { place }: UnpackOptions,
): Promise<Unpacked> {
  const { about, address } = options
  const target = address.database
  const name = makeDatabaseName(target, place === 'target' ? 'restore' : 'scratch')
  const tools = await onServerOf(options, (client) => toolsFor(options, client))
  await onServerOf(options, (client) => dropLeftovers(client, target))
  await onServerOf(options, (client) => createLike(client, name, target))
  const drop = (): Promise<void> =>
    onServerOf(options, async (client) => {
      await client.run(`drop database if exists ${quoteName(name)} with (force)`)
    })
  try {
    await restoreInto({ ...address, database: name }, { content, tools, about })
  } catch (error) {
    await drop()
    throw error
  }
  const store = options.open(name)
  return {
    store,
    check: () => Promise.resolve({ checks: ['pg_restore'], remarks: [], contents: null }),
    replaceTarget: async (replacing) => {
      await store.close()
      return await guarded(about, () => replaceDatabase({ ...options, target, fresh: name }, replacing))
    },
    drop: async () => {
      await store.close()
      await drop()
    },
  }
}

interface Restoring {
  readonly content: AsyncIterable<Uint8Array>
  readonly tools: Tools & { readonly serverMajor: number }
  readonly about: About
}

/** A newer pg_restore sets what an older server does not know; that alone is no fault of the backup. */
const harmless = /unrecognized configuration parameter "transaction_timeout"/

async function restoreInto(address: PostgresAddress, { content, tools, about }: Restoring): Promise<void> {
  const name = address.database.replaceAll(/['\\]/g, String.raw`\$&`)
  const strict = tools.major === tools.serverMajor ? ['--exit-on-error'] : []
  const args = [...strict, '--no-password', `--dbname=dbname='${name}'`]
  const signal = new AbortController().signal
  const ended = await runTool(tools.restore, { args, address, signal, stdin: content })
  const errors = ended.stderr.split('\n').filter((line) => line.includes('error:'))
  const faults = errors.filter((line) => !harmless.test(line))
  if (ended.code === 0 || (strict.length === 0 && errors.length > 0 && faults.length === 0)) return
  const reason = `pg_restore: ${faults.length === 0 ? complaintOf(ended) : faults.slice(0, 3).join('; ')}`
  throw new LockstepError('restore-failed', { store: about.store, file: 'the backup', reason })
}

async function toolsFor(
  { about }: PostgresBackupOptions,
  client: PostgresClient,
): Promise<Tools & { readonly serverMajor: number }> {
  const [rows] = await client.run('show server_version_num')
  const serverMajor = Math.floor(Number(rows?.[0]?.['server_version_num']) / 10_000)
  return { ...findTools(about.store, serverMajor), serverMajor }
}

function majorOf(serverVersion: string): number {
  return Number(/\d+/.exec(serverVersion)?.[0] ?? 0)
}

function failed(store: string, reason: string): LockstepError {
  return new LockstepError('backup-failed', { store, reason })
}

async function guarded<T>(about: About, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const known = connectionFailure(error, about)
    if (known !== null) throw known
    const { code, message } = error as { code?: unknown; message?: string }
    if (code !== '42501') throw error
    const reason = `${message ?? 'permission denied'}; a restore makes a database and renames it`
    throw new LockstepError('privilege-missing', { store: about.store, place: about.place, reason }, { cause: error })
  }
}
