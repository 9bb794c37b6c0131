/** A project with one store, driven through the command line, and what can be seen of its database from outside. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { Client } from 'pg'
import { makeFolder } from '../../support/temporary-folder.ts'
import { lockstep, startLockstep, type Ended, type Running } from './process.ts'

export interface World {
  /** Holds `migrations/`; every command runs here. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  run(...args: readonly string[]): Promise<Ended>
  start(...args: readonly string[]): Running
  /** First column of the rows, as text. */
  ask(sql: string): Promise<readonly string[]>
  write(file: string, text: string): void
}

export interface Kind {
  readonly name: 'sqlite' | 'postgres' | 'pglite'
  /** A store of this kind, as a configuration in the folder of a world has it. */
  readonly settings: Readonly<Record<string, string>>
  /** Names of the tables that are not ours, in order. */
  readonly tables: string
  open(files: Files): Promise<World>
  /** A statement that takes seconds, into the table `slow`. */
  readonly slow: string
  /** A statement that takes seconds, and whose rows do not fit into the memory of a connection. */
  readonly spilling: string
  /** A statement that takes about as long as a small migration does. */
  readonly brief: string
}

/** File names below `migrations/`, and their texts. */
export type Files = Readonly<Record<string, string>>

export const applied = 'select version from lockstep_migrations order by 1'

export function folderOf(files: Files): string {
  return makeFolder(Object.fromEntries(Object.entries(files).map(([name, text]) => [`migrations/${name}`, text])))
}

export const sqlite: Kind = {
  name: 'sqlite',
  settings: { kind: 'sqlite', path: 'app.db' },
  tables: `select name from sqlite_master where type = 'table' and name not like 'lockstep%' order by 1`,
  slow: `insert into slow select count(*) from (${counting(80_000_000)})`,
  spilling: `insert into brief ${counting(20_000_000)}`,
  brief: `insert into brief ${counting(20_000)}`,
  open: (files) => {
    const folder = folderOf(files)
    const ask: World['ask'] = async (sql) => {
      const database = new DatabaseSync(join(folder, 'app.db'))
      try {
        const rows = database.prepare(sql).all()
        return await Promise.resolve(rows.map((row) => String(Object.values(row)[0])))
      } finally {
        database.close()
      }
    }
    return Promise.resolve(worldOf(folder, 'sqlite:app.db', ask))
  },
}

const postgresWords = {
  tables: `select tablename from pg_tables where schemaname = 'public' and tablename not like 'lockstep%' order by 1`,
  slow: 'insert into slow select 1 from pg_sleep(6)',
  spilling: 'insert into brief select generate_series(1, 20000000)',
  brief: 'insert into brief select 1 from pg_sleep(0.01)',
}

export const pglite: Kind = {
  name: 'pglite',
  settings: { kind: 'pglite', path: 'data' },
  ...postgresWords,
  open: (files) => {
    const folder = folderOf(files)
    return Promise.resolve(worldOf(folder, 'pglite:data', (sql) => askPglite(join(folder, 'data'), sql)))
  },
}

/** Opened by itself: a test asks only when no command is under way, or was killed. */
async function askPglite(folder: string, sql: string): Promise<readonly string[]> {
  const database = new PGlite(folder)
  try {
    const { rows } = await database.query<Record<string, unknown>>(sql)
    return rows.map((row) => String(Object.values(row)[0]))
  } finally {
    await database.close()
  }
}

/** `create` gives the URL of a new database. */
export function postgres(create: () => Promise<string>): Kind {
  return {
    name: 'postgres',
    settings: { kind: 'postgres', url: 'env:STORE_URL' },
    ...postgresWords,
    open: async (files) => {
      const url = await create()
      return worldOf(folderOf(files), url, (sql) => askPostgres(url, sql))
    },
  }
}

async function askPostgres(url: string, sql: string): Promise<readonly string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows.map((row) => String(Object.values(row)[0]))
  } finally {
    await client.end()
  }
}

function counting(rows: number): string {
  return `with recursive n(x) as (select 1 union all select x + 1 from n where x < ${rows}) select x from n`
}

function worldOf(folder: string, url: string, ask: World['ask']): World {
  const env = { STORE_URL: url }
  const argsOf = (args: readonly string[]): string[] => [...args, '--url', 'env:STORE_URL']
  return {
    folder,
    env,
    ask,
    run: (...args) => lockstep(argsOf(args), { cwd: folder, env }),
    start: (...args) => startLockstep(argsOf(args), { cwd: folder, env }),
    write: (file, text) => writeFileSync(join(folder, 'migrations', file), text),
  }
}
