/** Migrations whose downs are known, one by one, rehearsed on each kind of store: the verdicts must agree. */

import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import { openTargets, closeTargets } from '../../src/app/opening/open.ts'
import { rehearse, type RehearsedReport } from '../../src/app/rehearse.ts'
import { readSettings } from '../../src/settings/read-settings.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { contextOf } from '../support/target.ts'
import { all, folderOf, rehearsed, type Files } from './rehearsed.ts'

/** One file a step: its name, its up, its down (`null`: none), and what a rehearsal must say. */
const known: readonly (readonly [name: string, up: string, down: string | null, verdict: string])[] = [
  [
    '01_users',
    "create table users (id integer primary key, email varchar(40) not null unique, kind text not null check (kind in ('a', 'b')), age integer check (age >= 18))",
    'drop table users',
    'exact',
  ],
  [
    '02_posts',
    'create table posts (id integer primary key, user_id integer not null references users(id), title text not null, body text)',
    'drop table posts',
    'exact',
  ],
  ['03_comment_only', 'create index posts_title on posts (title)', '-- nothing to do', 'empty'],
  ['04_select_only', 'create index posts_body on posts (body)', 'select 1', 'empty'],
  ['05_wrong_name', 'alter table users add column nick text', 'alter table users drop column nickname', 'fails'],
  [
    '06_half',
    'create table tags (id integer primary key); create table marks (id integer)',
    'drop table marks',
    'differs',
  ],
  ['07_lossy', 'alter table posts drop column body', 'alter table posts add column body text', 'differs'],
  ['08_lossy', 'alter table users drop column age', 'alter table users add column age integer', 'differs'],
  [
    '09_not_null',
    'alter table posts drop column title',
    "alter table posts add column title text not null default ''",
    'differs',
  ],
  ['10_rows', 'insert into tags (id) values (1), (2)', 'delete from tags', 'loses data'],
  ['11_rows', 'insert into tags (id) values (11), (12)', 'delete from tags where id in (11, 12)', 'exact'],
  ['12_left_over', 'insert into tags (id) values (21), (22)', 'delete from tags where id = 21', 'differs'],
  ['13_drop', 'alter table tags add column spare text', 'alter table tags drop column spare', 'exact'],
  ['14_gone', 'alter table tags drop column spare', 'alter table tags add column spare text', 'loses data'],
  ['15_no_down', 'create table final (id integer primary key)', null, 'none'],
  ['16_bad_up', 'create table broken (id integer primary key', 'drop table broken', 'fails'],
]

/** SQLite refuses to drop a column that an index or a check needs, so some files fail where PostgreSQL goes on. */
const onSqlite: Readonly<Record<string, string>> = {
  '07_lossy': 'fails',
  '09_not_null': 'fails',
}

function knownFiles(): Files {
  return Object.fromEntries(
    known.flatMap(([name, up, down]) => [[`${name}.sql`, up], ...(down === null ? [] : [[`${name}.down.sql`, down]])]),
  ) as Files
}

function verdictsOf(list: readonly RehearsedReport[]): Record<string, string> {
  return Object.fromEntries(list.map((one) => [one.file.replace(/^.*\/|\.sql$/g, ''), one.verdict]))
}

const expected = Object.fromEntries(known.map(([name, , , verdict]) => [name, verdict]))

describe('SQLite', () => {
  test('the verdicts agree with what is known of each file', async () => {
    const { exit, list } = await rehearsed('sqlite:app.db', knownFiles())
    expect(verdictsOf(list)).toEqual({ ...expected, ...onSqlite })
    expect(exit).toBe(3)
  })

  test('a failure is told with its place', async () => {
    const { list } = await rehearsed('sqlite:app.db', knownFiles())
    const wrong = list.find((one) => one.version === '05')
    expect(wrong).toMatchObject({ leg: 'down', error: { line: 1, code: 'migration-failed' } })
    expect(wrong?.error?.file).toContain('05_wrong_name.down.sql')
  })

  const accepted: readonly (readonly [fact: string, files: Files, verdict: string, exit: number])[] = [
    ['exact', { '1_a.sql': 'create table a (id int)', '1_a.down.sql': 'drop table a' }, 'exact', 0],
    ['no down', { '1_a.sql': 'create table a (id int)' }, 'none', 0],
    ['irreversible', { '1_a.sql': '-- lockstep: irreversible no way\ncreate table a (id int)' }, 'none', 0],
    ['empty', { '1_a.sql': 'create table a (id int)', '1_a.down.sql': '' }, 'empty', 3],
    [
      'declared',
      { '1_a.sql': '-- lockstep: allow empty on purpose\ncreate table a (id int)', '1_a.down.sql': '-- no' },
      'empty',
      0,
    ],
    [
      'declared by the down itself',
      { '1_a.sql': 'create table a (id int)', '1_a.down.sql': '-- lockstep: allow empty on purpose' },
      'empty',
      0,
    ],
  ]

  test.each(accepted)('exit: %s', async (_fact, files, verdict, exit) => {
    const found = await rehearsed('sqlite:app.db', files)
    expect({ verdict: found.list[0]?.verdict, exit: found.exit }).toEqual({ verdict, exit })
  })

  test('another file is not opened, and what comes after still finds its tables', async () => {
    const { list } = await rehearsed('sqlite:app.db', {
      '1_a.sql': "create table a (id int);\nattach 'other.db' as o;\ndetach o",
      '1_a.down.sql': 'drop table a',
      '2_b.sql': 'create index i on a (id)',
      '2_b.down.sql': 'drop index i',
    })
    expect(list.map((one) => one.verdict)).toEqual(['refused', 'exact'])
    expect(list[0]?.reason).toContain('line 2')
  })

  const idempotent: readonly (readonly [fact: string, up: string, verdict: string])[] = [
    ['runs twice and changes nothing', 'create table if not exists a (id int)', 'exact'],
    ['stops at its own table', 'create table a (id int)', 'fails'],
    ['puts its rows in twice', 'create table if not exists a (id int); insert into a values (1)', 'differs'],
  ]

  test.each(idempotent)('policy idempotent: an up that %s', async (_fact, up, verdict) => {
    const files = { '1_a.sql': up, '1_a.down.sql': 'drop table a' }
    const { list } = await rehearsed('sqlite:app.db', files, { policy: { idempotent: true } })
    expect(list).toMatchObject([{ verdict, leg: verdict === 'exact' ? null : 'up twice' }])
  })

  test('rows of the user, where generated ones would not meet the check', async () => {
    const files = {
      '1_a.sql': "create table a (code text check (code glob 'X-[0-9]*'), note text)",
      '1_a.down.sql': 'drop table a',
      '2_b.sql': 'alter table a drop column note',
      '2_b.down.sql': 'alter table a add column note text',
    }
    const seeds = { file: 'seeds.sql', text: "insert into a values ('X-1', 'kept'); insert into missing values (1)" }
    const { list } = await rehearsed('sqlite:app.db', files, { options: { ...all, seeds } })
    expect(list.map((one) => one.verdict)).toEqual(['exact', 'loses data'])
    expect(list[1]).toMatchObject({ lost: [{ table: 'a', rows: 1, lost: 1 }], data: 'seeded' })
    expect(list[1]?.notes[0]).toContain('1 of 2 statements of seeds.sql do not fit')
  })

  test('references that share a column find the same row', async () => {
    const { list } = await rehearsed('sqlite:app.db', {
      '1_a.sql': `create table nets (id text primary key); insert into nets values ('n');
        create table clients (id text not null, net text not null references nets (id), primary key (id, net));
        create table codes (code text primary key, net text not null references nets (id), client text not null,
          foreign key (client, net) references clients (id, net))`,
      '1_a.down.sql': 'drop table codes; drop table clients; drop table nets',
      '2_b.sql': 'delete from codes',
      '2_b.down.sql': 'select 1',
    })
    expect(list[1]).toMatchObject({ verdict: 'empty', data: 'seeded' })
    expect(list[1]?.notes).toEqual(['exact without rows'])
  })

  test('rows of the user that do not fit together are taken back, and told', async () => {
    const files = {
      '1_a.sql': 'create table a (id integer primary key); create table b (a_id integer references a)',
      '1_a.down.sql': 'drop table b; drop table a',
      '2_c.sql': 'create index b_a on b (a_id)',
      '2_c.down.sql': 'drop index b_a',
    }
    const seeds = { file: 'seeds.sql', text: 'insert into b values (9)' }
    const { list } = await rehearsed('sqlite:app.db', files, { options: { ...all, seeds } })
    expect(list[1]).toMatchObject({ verdict: 'exact', data: 'empty' })
    expect(list[1]?.notes[0]).toContain('no rows at all')
  })

  test('column order counts where it is asked for', async () => {
    const files = {
      '1_a.sql': 'create table a (x int, y int)',
      '1_a.down.sql': 'drop table a',
      '2_b.sql': 'alter table a drop column x',
      '2_b.down.sql': 'alter table a add column x int',
    }
    const { list } = await rehearsed('sqlite:app.db', files, { options: { ...all, columnOrder: 'compared' } })
    expect(list[1]).toMatchObject({ verdict: 'differs', differences: [{ kind: 'table', fact: 'columnOrder' }] })
  })
})

test('PGlite: the verdicts of a few files agree', async () => {
  const few = Object.fromEntries(Object.entries(knownFiles()).filter(([name]) => /^(?:01|03|05|06)_/.test(name)))
  const files = { ...few, '03_comment_only.sql': 'create index users_kind on users (kind)' }
  const { list } = await rehearsed('pglite:data', files)
  const wanted = { '01_users': 'exact', '03_comment_only': 'empty', '05_wrong_name': 'fails', '06_half': 'differs' }
  expect(verdictsOf(list)).toEqual(wanted)
})

const pgliteExtensions = [
  'pg_trgm',
  'uuid-ossp',
  'hstore',
  'citext',
  'ltree',
  'btree_gin',
  'btree_gist',
  'pgcrypto',
  'unaccent',
  'cube',
]

test('PGlite: extensions that a migration asks for are loaded; what is not installed is told', async () => {
  const create = pgliteExtensions.map((one) => `create extension if not exists "${one}";`).join('\n')
  const { list } = await rehearsed('pglite:data', {
    '1_extensions.sql': `${create}\ncreate table t (id uuid primary key default uuid_generate_v4(), path ltree not null, name citext, more hstore);
      create index on t using gist (path); create index on t using gin (name gin_trgm_ops)`,
    '1_extensions.down.sql': `drop table t;\n${pgliteExtensions.map((one) => `drop extension "${one}" cascade;`).join('\n')}`,
    '2_column.sql': 'alter table t add column note text',
    '2_column.down.sql': 'alter table t drop column note',
    '3_postgis.sql': 'create extension postgis',
    '3_postgis.down.sql': 'drop extension postgis',
  })
  expect(list.map((one) => one.verdict)).toEqual(['exact', 'exact', 'fails'])
  expect(list[1]).toMatchObject({ data: 'seeded', notes: [] })
  expect(list[2]?.notes).toEqual(['the extension postgis is not here: a server that has the extension postgis'])
})

const onServer: Files = {
  '1_role.sql': 'create table a (id int primary key);\ndo $$ begin create role lockstep_rehearsed; end $$',
  '1_role.down.sql': 'drop table a; drop role lockstep_rehearsed',
  '2_steps.sql': 'create table b (a_id int references a, at timestamptz); create index concurrently b_at on b (at)',
  '2_steps.down.sql': 'drop index concurrently b_at; drop table b',
  '3_type.sql': "create type mood as enum ('sad', 'ok'); create table c (id serial primary key, mood mood not null)",
  '3_type.down.sql': 'drop table c; drop type mood',
  '4_forgotten.sql': "create type size as enum ('s'); create table d (size size)",
  '4_forgotten.down.sql': 'drop table d',
}

describeWithPostgres('PostgreSQL', (databases) => {
  const ask = async (text: string): Promise<unknown[]> => {
    const client = new Client(databases.adminUrl())
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }

  test('the verdicts agree with what is known of each file', async () => {
    const { exit, list } = await rehearsed(await databases.create(), knownFiles())
    expect(verdictsOf(list)).toEqual(expected)
    expect(exit).toBe(3)
  })

  test('what reaches beyond is refused, journalled scripts run, and no database is left behind', async () => {
    const { list } = await rehearsed(await databases.create(), onServer)
    expect(list.map((one) => one.verdict)).toEqual(['refused', 'exact', 'exact', 'differs'])
    expect(list[3]?.differences).toMatchObject([{ kind: 'type', name: 'public.size', what: 'unexpected' }])
    expect(await ask("select rolname from pg_roles where rolname = 'lockstep_rehearsed'")).toEqual([])
    expect(await ask("select datname from pg_database where datname like 'lockstep_scratch_%'")).toEqual([])
  })

  const trials: readonly (readonly [fact: string, files: Files, verdicts: readonly string[]])[] = [
    [
      'numbers that a sequence gave out are there for what comes after',
      {
        '1_roles.sql':
          'create table roles (id serial primary key, name text); create table grants (role_id int references roles)',
        '1_roles.down.sql': 'drop table grants; drop table roles',
        '2_note.sql': 'alter table roles add column note text',
        '2_note.down.sql': 'alter table roles drop column note',
        '3_admin.sql': "insert into roles (name) values ('admin'); insert into grants values (1)",
      },
      ['exact', 'exact', 'none'],
    ],
    [
      'what is refused at COMMIT only',
      {
        '1_tables.sql':
          'create table p (id int primary key); create table c (p_id int references p deferrable initially deferred)',
        '1_tables.down.sql': 'drop table c; drop table p',
        '2_rows.sql': 'insert into c values (1); insert into p values (1)',
        '2_rows.down.sql': 'delete from p where id = 1',
        '3_orphan.sql': 'insert into c values (9)',
        '3_orphan.down.sql': 'delete from c where p_id = 9',
      },
      ['exact', 'fails', 'fails'],
    ],
    [
      'settings that end with their transaction',
      {
        '1_local.sql':
          "create schema s; do $$ begin perform set_config('search_path', 's', true); end $$; create table t (id int)",
        '1_local.down.sql': 'drop table t; drop schema s',
        '2_own.sql': 'create table u (id int)',
        '2_own.down.sql': 'drop table public.u',
      },
      ['fails', 'exact'],
    ],
    [
      'a label that is used once it is committed, settings of a session, a table of a transaction',
      {
        '1_mood.sql':
          "create type mood as enum ('sad'); create table m (id serial primary key, mood mood not null default 'sad')",
        '1_mood.down.sql': 'drop table m; drop type mood',
        '2_ok.sql': "alter type mood add value 'ok'",
        '2_ok.down.sql':
          "alter table m alter mood drop default; alter type mood rename to old; create type mood as enum ('sad'); alter table m alter mood type mood using mood::text::mood; alter table m alter mood set default 'sad'; drop type old",
        '3_path.sql': 'create schema s; set search_path = s; create table t (id int); set role none',
        '3_path.down.sql': 'create temp table gone on commit drop as select 1; drop schema s cascade',
        '4_after.sql': 'create table t (id int)',
        '4_after.down.sql': 'drop table public.t',
      },
      ['exact', 'exact', 'exact', 'exact'],
    ],
  ]

  test.each(trials)('the verdicts agree with what happens in earnest: %s', async (_fact, files, verdicts) => {
    const { list } = await rehearsed(await databases.create(), files)
    expect(list.map((one) => one.verdict)).toEqual(verdicts)
  })

  test('a role without CREATEDB is told what to do', async () => {
    const url = new URL(await databases.create())
    await ask("create role rehearser login password 'x'")
    url.username = 'rehearser'
    url.password = 'x'
    const cwd = folderOf(onServer)
    const context = contextOf()
    const flags = { url: url.href, migrations: 'migrations' }
    const settings = await readSettings({ cwd, env: {}, flags, command: 'rehearse' })
    const targets = await openTargets(settings.stores, { lockWaitMs: 0 }, context)
    const answer = await rehearse(targets, all, context)
    await closeTargets(targets)
    expect(answer.stores[0]?.error).toMatchObject({ code: 'scratch-impossible' })
    expect(answer.exit).toBe(1)
  })
})
