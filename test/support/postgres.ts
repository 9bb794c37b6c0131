/** Starts real PostgreSQL servers for tests, each in a fresh folder on a free port of the loopback interface. */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { Client } from 'pg'

import { isReachable, postgresAvailable, prepareBinaries, serverUser } from './postgres-binaries.ts'
import type { Binaries, Prepared, ServerUser } from './postgres-binaries.ts'

export { postgresAvailable } from './postgres-binaries.ts'

/** Everything that goes wrong in a URL that is not encoded. */
export const hostilePassword = 'p@ss/w:ord%#?&'

export interface TestServer {
  /** Of the superuser, with its password; of the database `postgres` unless named. */
  url(database?: string): string
  readonly port: number
  /** Of the postmaster; another one after `restart`. */
  readonly pid: number
  readonly major: number
  /** A new database, and its URL; the name is unique unless given. */
  createDatabase(name?: string): Promise<string>
  /** Ends the server and removes its files. */
  stop(): Promise<void>
  /** Kills the postmaster as the kernel would; its backends notice and end themselves. */
  kill9(): Promise<void>
  /** Starts it again on the same port and files, after `kill9` with a recovery. */
  restart(): Promise<void>
}

/**
 * fsync off: a killed process loses nothing that it has written, only a crashed machine does. But commits must have
 * been written, so `synchronous_commit` stays on.
 */
const settings: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  max_connections: '200',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  lc_messages: 'C',
}

const attemptsMax = 5
const restartMs = 30_000
const logCharsMax = 10_000

interface Workshop {
  readonly folder: string
  readonly user: ServerUser | undefined
  readonly binaries: Binaries & Prepared
  /** An initialised data folder that servers copy; initdb runs once a process. */
  readonly template: Promise<string>
}

let workshop: Workshop | null = null

/** A running server; `conf` are settings as in postgresql.conf. Throws where `postgresAvailable` says there is none. */
export async function startPostgres(options: { conf?: Readonly<Record<string, string>> } = {}): Promise<TestServer> {
  workshop ??= openWorkshop()
  const shop = workshop
  const data = join(shop.folder, `data-${randomUUID()}`)
  await run('cp', ['-R', '-p', await shop.template, data], shop)
  const conf = { ...settings, ...options.conf }
  for (let attempt = 1; ; attempt++) {
    const place = { shop, data, conf, port: await freePort() }
    try {
      return makeServer(place, await startPostmaster(place))
    } catch (error) {
      // Somebody else may take the port between the look and the start.
      if (attempt === attemptsMax || !String(error).includes('Address already in use')) throw error
    }
  }
}

interface Place {
  readonly shop: Workshop
  readonly data: string
  readonly conf: Readonly<Record<string, string>>
  readonly port: number
}

function makeServer(place: Place, first: ChildProcess): TestServer {
  const { port, data, shop } = place
  let child = first
  const url = (database = 'postgres'): string =>
    `postgres://postgres:${encodeURIComponent(hostilePassword)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
  return {
    url,
    port,
    major: shop.binaries.major,
    get pid() {
      return child.pid ?? 0
    },
    createDatabase: (name) => createDatabase(url(), name),
    async stop() {
      await end(child, 'SIGINT')
      rmSync(data, { recursive: true, force: true })
    },
    kill9: () => end(child, 'SIGKILL'),
    async restart() {
      await end(child, 'SIGINT')
      child = await startAgain(place)
    },
  }
}

/** Makes a database on the server at `url` and gives its URL. */
export async function createDatabase(url: string, name = `test_${randomUUID().replaceAll('-', '')}`): Promise<string> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE template1`)
  } finally {
    await client.end()
  }
  const made = new URL(url)
  made.pathname = `/${encodeURIComponent(name)}`
  return made.href
}

function openWorkshop(): Workshop {
  const found = postgresAvailable()
  if (!found.available) throw new Error(found.reason)
  const user = serverUser()
  const base = user === undefined || isReachable(tmpdir()) ? tmpdir() : '/tmp'
  const folder = mkdtempSync(join(base, 'lockstep-postgres-'))
  watch(folder)
  const binaries = prepareBinaries(found.binaries, folder, user)
  if (user !== undefined) chownSync(folder, user.uid, user.gid)
  const shop = { folder, user, binaries }
  return { ...shop, template: initialise(shop) }
}

/**
 * Ends the servers below `folder` and removes it when this process ends, in whatever way: the pipe to the watcher
 * closes then. The watcher finds the process ids in the servers' own files.
 */
function watch(folder: string): void {
  const script = `cat
    for file in "$0"/*/postmaster.pid; do [ -f "$file" ] && kill -QUIT "$(head -n 1 "$file")"; done
    sleep 1; rm -rf "$0"`
  const watcher = spawn('sh', ['-c', script, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  watcher.unref()
  ;(watcher.stdin as unknown as { unref(): void }).unref()
}

async function initialise(shop: Omit<Workshop, 'template'>): Promise<string> {
  const data = join(shop.folder, 'template')
  const password = join(shop.folder, 'password')
  writeFileSync(password, hostilePassword)
  const args = ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${password}`]
  await run(join(shop.binaries.folder, 'initdb'), [...args, '--no-sync', '--encoding=UTF8', '--locale=C'], shop)
  return data
}

async function run(program: string, args: readonly string[], shop: Omit<Workshop, 'template'>): Promise<void> {
  await promisify(execFile)(program, args, { ...shop.user, env: shop.binaries.env, cwd: shop.folder })
}

/** Resolves once the server answers, which after a crash is when its recovery is done. */
async function startPostmaster({ shop, data, conf, port }: Place): Promise<ChildProcess> {
  const options = Object.entries({ ...conf, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(shop.binaries.folder, 'postgres'), ['-D', data, ...options], {
    ...shop.user,
    env: shop.binaries.env,
    cwd: shop.folder,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let log = ''
  const ready = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}:\n${log}`)))
    child.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-logCharsMax)
      if (log.includes('database system is ready to accept connections')) resolve()
    })
  })
  await ready
  child.removeAllListeners('exit')
  child.unref()
  ;(child.stderr as unknown as { unref(): void }).unref()
  return child
}

/** The backends of a killed postmaster hold its shared memory until they have noticed. */
async function startAgain(place: Place): Promise<ChildProcess> {
  const last = Date.now() + restartMs
  for (;;) {
    try {
      return await startPostmaster(place)
    } catch (error) {
      if (Date.now() > last || !/shared memory block|Address already in use/.test(String(error))) throw error
    }
  }
}

async function end(child: ChildProcess, signal: 'SIGINT' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.ref()
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

async function freePort(): Promise<number> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
