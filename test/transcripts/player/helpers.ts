/** What a person does between two commands of ours: writes and edits files, looks into a database, holds a lock. */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import type { Surroundings } from './start-cli.ts'
import { writeInside } from './write-inside.ts'

export interface HelperCall {
  readonly name: string
  readonly args: readonly string[]
  /** The whole line, for those whose last argument is a text of its own. */
  readonly line: string
  readonly content: string
}

type Helper = (call: HelperCall, around: Surroundings) => readonly string[] | Promise<readonly string[]>

const helpers: Readonly<Record<string, Helper>> = {
  write: quietly(({ args: [path = ''], content }, { folder }) => writeInside(folder, path, content)),
  bytes: quietly(({ args: [path = '', hex = ''] }, { folder }) => writeInside(folder, path, Buffer.from(hex, 'hex'))),
  edit,
  rm: quietly(({ args: [path = ''] }, { folder }) => rmSync(join(folder, path), { recursive: true })),
  mv: quietly(({ args: [from = '', to = ''] }, { folder }) => renameSync(join(folder, from), join(folder, to))),
  ln: quietly(({ args: [, to = '', path = ''] }, { folder }) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(to, join(folder, path))
  }),
  cat: ({ args: [path = ''] }, { folder }) => readFileSync(join(folder, path), 'utf8').replace(/\n$/, '').split('\n'),
  ls: ({ args: [path = '.'] }, { folder }) => list(join(folder, path)),
  sql: ({ line }, { folder }) => runSqlite(line, folder),
  psql: ({ line }, around) => runPostgres(line, around),
  hold: ({ args: [path = ''] }, { folder }) => hold(join(folder, path)),
  release: ({ args: [path = ''] }, { folder }) => release(join(folder, path)),
  until: ({ args: [path = ''] }, { folder }) => waitFor(join(folder, path)),
}

export async function runHelper(call: HelperCall, around: Surroundings): Promise<readonly string[]> {
  const helper = helpers[call.name]
  if (helper === undefined) throw new Error(`no such command in a transcript: ${call.name}`)
  return (await helper(call, around)).map(around.shown)
}

/** For those that print nothing. */
function quietly(work: (call: HelperCall, around: Surroundings) => void): Helper {
  return (call, around) => {
    work(call, around)
    return []
  }
}

/** `edit path s/a/b/`: the first `a` as it stands; `\n` is a line break. It must be there. */
function edit({ line }: HelperCall, { folder }: Surroundings): readonly string[] {
  const [, path = '', before = '', after = ''] = /^edit (\S+)\s+s\/(.*)\/(.*)\/$/.exec(line) ?? []
  const plain = (text: string): string => text.replaceAll(String.raw`\n`, '\n')
  const text = readFileSync(join(folder, path), 'utf8')
  if (path === '' || !text.includes(plain(before))) throw new Error(`nothing to edit: ${line}`)
  writeInside(folder, path, text.replace(plain(before), () => plain(after)))
  return []
}

function list(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => (statSync(join(folder, name)).isDirectory() ? `${name}/` : name))
}

/** `sql app.db select ...` prints the rows; anything else runs and prints nothing. */
function runSqlite(line: string, folder: string): string[] {
  const [, path = '', text = ''] = /^sql (\S+) (.*)$/.exec(line) ?? []
  const database = new DatabaseSync(join(folder, path))
  try {
    if (/^(?:select|pragma)\b/i.test(text)) return database.prepare(text).all().map(rowLine)
    database.exec(text)
    return []
  } catch (error) {
    return [`! ${error instanceof Error ? error.message : String(error)}`]
  } finally {
    database.close()
  }
}

async function runPostgres(line: string, { server }: Surroundings): Promise<string[]> {
  const [, database = '', text = ''] = /^psql (\S+) (.*)$/.exec(line) ?? []
  if (server === null) throw new Error('this transcript does not say that it needs PostgreSQL')
  const client = new Client({ connectionString: server.url(database) })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(text)
    return rows.map(rowLine)
  } finally {
    await client.end()
  }
}

function rowLine(row: Readonly<Record<string, unknown>>): string {
  return Object.values(row)
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join(' | ')
}

const held = new Map<string, DatabaseSync>()

/** An application that is in the middle of a long transaction. */
function hold(path: string): readonly string[] {
  const database = new DatabaseSync(path)
  database.exec('BEGIN IMMEDIATE')
  held.set(path, database)
  return []
}

function release(path: string): readonly string[] {
  held.get(path)?.close()
  held.delete(path)
  return []
}

async function waitFor(path: string): Promise<readonly string[]> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (existsSync(path)) return []
    await sleep(20)
  }
  throw new Error(`nobody has made ${path}`)
}
