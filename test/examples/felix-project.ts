/** A copy of the example `felix` in a temporary folder, the real command line on it, and what its databases hold. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Shape } from '../../src/core/shape.ts'
import { readSqliteShape } from '../../src/readers/sqlite-shape.ts'

const root = join(import.meta.dirname, '../..')
const example = join(root, 'examples/felix')

export const databases = [
  'felix_knowledge',
  'felix_memory',
  'felix_task_memory',
  'felix_workflow_history',
  'felix_command_history',
] as const

/** Tables of the history. */
const ours: readonly string[] = ['schema_version', 'lockstep_log', 'lockstep_meta', 'lockstep_shape']

export type Database = (typeof databases)[number]

export interface Ran {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project {
  readonly folder: string
  lockstep(...args: string[]): Ran
  /** Runs a program of the example, which imports `lockstep`. */
  node(...args: string[]): Ran
  /** Runs `lockstep ... --json` and gives what it printed. */
  ask(...args: string[]): Asked
  /** Puts files of the example into the migrations, by the beginnings of their names. */
  add(database: Database, versions: readonly string[]): void
  remove(database: Database, version: string): void
  /** `--store` of each database that has migrations: a folder without any is an error. */
  stores(): string[]
  /** Runs a script as the application would. */
  write(database: Database, text: string): void
  rows(database: Database, text: string): Record<string, unknown>[]
  shape(database: Database): Shape
  /** Rows of each table, the history's left out. */
  counts(database: Database): Readonly<Record<string, number>>
  /** SHA-256 of every file in the folder, by name. */
  hashes(): Readonly<Record<string, string>>
  backups(): string[]
}

export interface Asked {
  readonly exit: number | null
  readonly answer: {
    readonly ok: boolean
    readonly stores: readonly {
      readonly store: string
      readonly verdict: string
      readonly version: string | null
      readonly pending: readonly { readonly version: string }[]
      readonly problems: readonly { readonly code: string; readonly version: string }[]
      readonly ran?: readonly { readonly version: string; readonly state: string }[]
      readonly error?: { readonly code: string; readonly message: string } | null
    }[]
  }
}

/** Without migrations, unless `whole`. */
export function copyExample(which: 'empty' | 'whole'): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-felix-')))
  const isWanted = (path: string): boolean => which === 'whole' || !/migrations\/\w+\/\w+/.test(path)
  cpSync(example, folder, { recursive: true, filter: isWanted })
  return openProject(folder)
}

export function removeProject({ folder }: Project): void {
  rmSync(folder, { recursive: true, force: true })
}

function openProject(folder: string): Project {
  const node = (...args: string[]): Ran => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, NO_COLOR: '1' }
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
    return { exit: status, stdout, stderr }
  }
  const lockstep = (...args: string[]): Ran => node(join(root, 'src/cli/bin.ts'), ...args)
  const from = (database: Database): string => join(example, 'migrations', database)
  const to = (database: Database): string => join(folder, 'migrations', database)
  return {
    folder,
    lockstep,
    node: (...args) => node('--import', join(import.meta.dirname, 'own-lockstep.ts'), ...args),
    ask: (...args) => {
      const { exit, stdout, stderr } = lockstep(...args, '--json')
      if (stdout === '') throw new Error(`lockstep ${args.join(' ')} said nothing but: ${stderr}`)
      return { exit, answer: JSON.parse(stdout) as Asked['answer'] }
    },
    add: (database, versions) => {
      const files = readdirSync(from(database)).filter((file) => versions.some((one) => file.startsWith(`${one}_`)))
      for (const file of files) cpSync(join(from(database), file), join(to(database), file))
    },
    remove: (database, version) => {
      for (const file of readdirSync(to(database))) if (file.startsWith(`${version}_`)) rmSync(join(to(database), file))
    },
    stores: () => databases.filter((one) => readdirSync(to(one)).length > 0).flatMap((one) => ['--store', one]),
    write: (database, text) => withDatabase(folder, database, (client) => client.exec(text)),
    rows: (database, text) => withDatabase(folder, database, (client) => rowsOf(client, text)),
    shape: (database) => withDatabase(folder, database, (client) => readSqliteShape(client, { exclude: ours })),
    counts: (database) => withDatabase(folder, database, countRows),
    hashes: () => {
      const files = readdirSync(folder, { withFileTypes: true }).filter((one) => one.isFile())
      return Object.fromEntries(files.map(({ name }) => [name, hashOf(join(folder, name))]))
    },
    // Of two in one second the second has a number, and would stand before the first.
    backups: () =>
      readdirSync(join(folder, 'backups')).toSorted((a, b) => (a.replace('.bak', '') < b.replace('.bak', '') ? -1 : 1)),
  }
}

function withDatabase<T>(folder: string, database: Database, work: (client: DatabaseSync) => T): T {
  const client = new DatabaseSync(join(folder, `${database}.db`), { enableForeignKeyConstraints: true })
  try {
    return work(client)
  } finally {
    client.close()
  }
}

function rowsOf(client: DatabaseSync, text: string): Record<string, unknown>[] {
  return client
    .prepare(text)
    .all()
    .map((row) => ({ ...row }))
}

function countRows(client: DatabaseSync): Readonly<Record<string, number>> {
  const tables = rowsOf(
    client,
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
     AND name NOT LIKE 'sqlite%' ORDER BY name`,
  ).map((row) => String(row['name']))
  const counts = tables
    .filter((name) => !ours.includes(name))
    .map((name) => [name, Number(rowsOf(client, `SELECT count(*) AS n FROM "${name}"`)[0]?.['n'])])
  return Object.fromEntries(counts) as Readonly<Record<string, number>>
}

/** Nobody has the file open: closing it would drop SQLite's locks. */
function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
