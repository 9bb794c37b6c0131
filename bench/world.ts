/** What every scenario works with: folders of migrations, databases, and the programs that are compared. */

import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { startPostgres, type TestServer } from '../test/support/postgres.ts'
import { makeFolder, type Dialect } from './folders.ts'
import { measure, type Program } from './measure.ts'

const root = join(import.meta.dirname, '..')

/** The built command line, run by the Node that runs this. */
export const lockstepFile: string = join(root, 'dist/bin.js')

export interface World {
  readonly server: TestServer
  /** For all that a run leaves behind. */
  readonly scratch: string
  /** A folder of `count` migrations in our own form, made once. */
  folder(dialect: Dialect, count: number): string
  /** An empty database, and how it is removed. */
  database(): Promise<{ url: string; drop: () => Promise<void> }>
  /** A database to which `count` migrations are applied, made once. */
  applied(count: number): Promise<string>
  /** The same as a file of SQLite. */
  appliedFile(count: number): Promise<string>
  close(): Promise<void>
}

/** Starts a server as a careful administrator would leave it: fsync on, everything else as it comes. */
export async function openWorld(scratch: string): Promise<World> {
  const server = await startPostgres({ conf: { fsync: 'on', full_page_writes: 'on' } })
  const admin = new Client({ connectionString: server.url() })
  await admin.connect()
  const made = new Map<string, string>()
  const once = async (name: string, make: () => Promise<string>): Promise<string> => {
    const known = made.get(name) ?? (await make())
    made.set(name, known)
    return known
  }
  const folder = (dialect: Dialect, count: number): string => {
    const at = join(scratch, `${dialect}-${count}`)
    if (!existsSync(at)) makeFolder(at, { form: 'lockstep', dialect, count })
    return at
  }
  return {
    server,
    scratch,
    folder,
    database: () => emptyDatabase(server, admin),
    applied: (count) =>
      once(`postgres-${count}`, async () => {
        const url = await server.createDatabase()
        // Only a preparation: nothing is measured while these commits are not waited for.
        const env = { PGOPTIONS: '-c synchronous_commit=off' }
        await measure(
          { ...lockstep('up', { url, folder: folder('postgres', count) }), env: { BENCH_URL: url, ...env } },
          scratch,
        )
        return url
      }),
    appliedFile: (count) =>
      once(`sqlite-${count}`, async () => {
        const file = join(scratch, `applied-${count}.db`)
        await measure(lockstep('up', { url: `sqlite:${file}`, folder: folder('sqlite', count) }), scratch)
        return file
      }),
    close: async () => {
      await admin.end()
      await server.stop()
    },
  }
}

async function emptyDatabase(server: TestServer, admin: Client): Promise<{ url: string; drop: () => Promise<void> }> {
  const url = await server.createDatabase()
  const name = decodeURIComponent(new URL(url).pathname.slice(1))
  // A checkpoint in the middle of the next one's turn would be counted against it.
  const drop = async (): Promise<void> => {
    await admin.query(`drop database ${admin.escapeIdentifier(name)} with (force)`)
    await admin.query('checkpoint')
  }
  return { url, drop }
}

/** One command of ours; the address goes through the environment, as it should. */
export function lockstep(command: 'up' | 'status' | 'plan', { url, folder }: { url: string; folder: string }): Program {
  const args = [lockstepFile, command, '--url', 'env:BENCH_URL', '--migrations', folder]
  return { file: process.execPath, args, env: { BENCH_URL: url }, exits: command === 'up' ? [0] : [0, 3] }
}

/** `up` without looking at the structure afterwards, which no other tool does either. */
export function upWithoutDrift(scratch: string, { url, folder }: { url: string; folder: string }): Program {
  const file = join(scratch, 'lockstep.config.json')
  const app = { kind: 'postgres', url: 'env:BENCH_URL', migrations: folder, policy: { drift: 'off' } }
  writeFileSync(file, JSON.stringify({ stores: { app } }))
  return { file: process.execPath, args: [lockstepFile, 'up', '--config', file], env: { BENCH_URL: url } }
}

/** A program of bench/floors. */
export function floor(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  return { file: process.execPath, args: [join(import.meta.dirname, 'floors', name), ...args], env }
}
