/**
 * What is met in the histories of public projects, in files of our own: each history is applied by Lockstep and, file by
 * file, by the database's own client. Both must leave the same shape; and going down and up again must change nothing.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { compareShapes, describeDifference, type Shape } from '../../src/core/shape.ts'
import { readPostgresShape } from '../../src/readers/postgres-shape.ts'
import { readSqliteShape } from '../../src/readers/sqlite-shape.ts'
import { lockstep } from '../crash/cli/process.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { makeFolder } from '../support/temporary-folder.ts'

interface History {
  readonly fact: string
  readonly layout: string
  /** In the order in which they must run; each file as its statements. */
  readonly files: readonly (readonly [file: string, ...statements: readonly string[]])[]
  readonly downs?: Readonly<Record<string, string>>
}

const forPostgres: readonly History[] = [
  {
    fact: 'diesel: a date without a time, a version of eighteen digits',
    layout: 'diesel',
    files: [
      [
        '00000000000000_setup/up.sql',
        'create function touch() returns trigger as $$ begin new.at := now(); return new; end; $$ language plpgsql',
      ],
      ['2024-03-06-170000_users/up.sql', 'create table users (id serial primary key, at timestamptz)'],
      ['2024-03-13_170000_names/up.sql', "alter table users add column name text not null default $$it's; me$$"],
      [
        '2024-06-05-131359_touch/up.sql',
        'create trigger touched before update on users for each row execute function touch()',
      ],
      [
        '2024-06-05-131359-0001_index/up.sql',
        'create index concurrently if not exists users_name on users (name)',
        'create index concurrently users_at on users (at)',
      ],
    ],
    downs: {
      '2024-03-13_170000_names/down.sql': 'alter table users drop column name;',
      '2024-06-05-131359_touch/down.sql': 'drop trigger touched on users;',
      '2024-06-05-131359-0001_index/down.sql': 'drop index concurrently users_name;\ndrop index concurrently users_at;',
    },
  },
  {
    fact: 'golang-migrate: twenty digits, BEGIN and COMMIT of its own, settings of the session',
    layout: 'golang-migrate',
    files: [
      [
        '20191100000001000000_a.up.sql',
        'begin',
        'create schema app',
        'set search_path to app',
        'create table a (id bigint primary key)',
        'commit',
      ],
      ['20191100000002000000_b.up.sql', 'create table b (id bigint references app.a (id))'],
      [
        '20191100000010000000_kinds.up.sql',
        "create type kind as enum ('x')",
        "alter type kind add value 'y'",
        "create table k (k kind default 'y')",
      ],
      ['20191100000011000000_do.up.sql', 'do $body$ begin execute $q$create table made (x int)$q$; end $body$'],
    ],
    downs: {
      '20191100000010000000_kinds.down.sql': 'drop table k; drop type kind;',
      '20191100000011000000_do.down.sql': 'drop table made;',
    },
  },
  {
    fact: 'prisma: two folders of one second',
    layout: 'prisma',
    files: [
      ['0_init/migration.sql', 'create table "User" ("id" text not null, constraint "User_pkey" primary key ("id"))'],
      ['20240304123642_view/migration.sql', 'create view "V" as select "id" from "User"'],
      ['20240304123642_view_more/migration.sql', 'create or replace view "V" as select "id", 1 as "n" from "User"'],
    ],
  },
]

const rebuild = (name: string, columns: string): readonly string[] => [
  `create table new_${name} (${columns})`,
  `insert into new_${name} (id) select id from ${name}`,
  `drop table ${name}`,
  `alter table new_${name} rename to ${name}`,
]

const forSqlite: readonly History[] = [
  {
    fact: 'golang-migrate: foreign keys turned off and on in the middle of a file',
    layout: 'golang-migrate',
    files: [
      [
        '1_a.up.sql',
        'create table users (id integer primary key)',
        'create table posts (id integer primary key, user integer references users (id) on delete cascade)',
      ],
      ['2_rows.up.sql', 'insert into users values (1)', 'insert into posts values (1, 1)'],
      [
        '10_rebuild.up.sql',
        'create table tags (id integer)',
        'pragma foreign_keys=OFF',
        ...rebuild('users', 'id integer primary key, name text'),
        'pragma foreign_keys=ON',
        'create index users_name on users (name)',
      ],
    ],
    downs: { '10_rebuild.down.sql': 'drop index users_name; alter table users drop column name; drop table tags;' },
  },
  {
    fact: 'prisma: settings around each rebuild',
    layout: 'prisma',
    files: [
      [
        '20240101000000_init/migration.sql',
        'create table "User" ("id" integer primary key)',
        'create table "Post" ("id" integer primary key, "user" integer references "User" ("id"))',
      ],
      [
        '20240102000000_more/migration.sql',
        'pragma foreign_keys=off',
        'drop table "Post"',
        'pragma foreign_keys=on',
        'pragma defer_foreign_keys=ON',
        'pragma foreign_keys=OFF',
        ...rebuild('"User"', '"id" integer primary key, "name" text').map((one) =>
          one.replaceAll('new_"User"', '"new_User"'),
        ),
        'pragma foreign_keys=ON',
        'pragma defer_foreign_keys=OFF',
        'create unique index "User_name" on "User" ("name")',
      ],
    ],
  },
  {
    fact: 'diesel: triggers, full-text search, a transaction of its own',
    layout: 'diesel',
    files: [
      [
        '2020-01-01-000000_notes/up.sql',
        'create table notes (id integer primary key, body text)',
        "create virtual table notes_text using fts5 (body, content='notes', content_rowid='id')",
        'create trigger notes_added after insert on notes begin insert into notes_text (rowid, body) values (new.id, new.body); end',
      ],
      [
        '2020-01-02-000000_own/up.sql',
        'pragma foreign_keys=off',
        'begin',
        ...rebuild('notes', "id integer primary key, body text, case_of text default (case when 1 then 'a;b' end)"),
        'commit',
        'pragma foreign_keys=on',
      ],
    ],
  },
]

function folderOf({ files, downs = {} }: History): string {
  const folder = makeFolder({ 'migrations/': '' })
  const all = [
    ...files.map(([file, ...statements]) => [file, `${statements.join(';\n')};\n`] as const),
    ...Object.entries(downs),
  ]
  for (const [file, text] of all) {
    mkdirSync(dirname(join(folder, 'migrations', file)), { recursive: true })
    writeFileSync(join(folder, 'migrations', file), text)
  }
  return folder
}

interface Place {
  readonly url: string
  shape(): Promise<Shape>
  /** Each file in a session of its own, as psql or the SQLite library alone would run it. */
  runAlone(history: History): Promise<void>
}

async function check(history: History, mine: Place, other: Place): Promise<void> {
  const cwd = folderOf(history)
  const run = (...args: readonly string[]): ReturnType<typeof lockstep> =>
    lockstep([...args, '--url', 'env:STORE_URL', '--layout', history.layout], { cwd, env: { STORE_URL: mine.url } })
  expect(await run('up')).toMatchObject({ code: 0 })
  await other.runAlone(history)
  const expected = await other.shape()
  const differences = async (): Promise<string[]> => compareShapes(expected, await mine.shape()).map(describeDifference)
  expect(await differences()).toEqual([])
  const ways = Object.keys(history.downs ?? {}).length
  for (let step = 0; step < ways; step++) expect(await run('down', '--yes')).toMatchObject({ code: 0 })
  if (ways > 0) expect(await differences()).not.toEqual([])
  expect(await run('up')).toMatchObject({ code: 0 })
  expect(await differences()).toEqual([])
  expect(await run('verify')).toMatchObject({ code: 0 })
}

function sqlitePlace(): Place {
  const path = join(makeFolder({}), 'app.db')
  const withDatabase = async <T>(work: (database: DatabaseSync) => T): Promise<T> => {
    const database = new DatabaseSync(path, { enableForeignKeyConstraints: false })
    try {
      return await Promise.resolve(work(database))
    } finally {
      database.close()
    }
  }
  return {
    url: `sqlite:${path}`,
    // The reader asks for less than the driver's types say.
    shape: () => withDatabase((database) => readSqliteShape(database as never)),
    runAlone: async ({ files }) => {
      for (const [, ...statements] of files)
        await withDatabase((database) => database.exec(`${statements.join(';\n')};`))
    },
  }
}

function postgresPlace(url: string): Place {
  const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end()
    }
  }
  return {
    url,
    shape: () => withClient((client) => readPostgresShape(client)),
    runAlone: async ({ files }) => {
      for (const [, ...statements] of files) {
        await withClient(async (client) => {
          for (const statement of statements) await client.query(statement)
        })
      }
    },
  }
}

describe('sqlite', () => {
  test.each(forSqlite)('$fact', (history) => check(history, sqlitePlace(), sqlitePlace()))
})

describeWithPostgres('postgres', (databases) => {
  test.each(forPostgres)('$fact', async (history) => {
    await check(history, postgresPlace(await databases.create()), postgresPlace(await databases.create()))
  })
})
