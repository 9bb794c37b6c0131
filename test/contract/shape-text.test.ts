/** A shape that is written as SQL and run on an empty database gives the same shape. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { printShape } from '../../src/app/shape-text/print-shape.ts'
import { compareShapes, describeDifference, type Shape } from '../../src/core/shape.ts'
import { readPostgresShape } from '../../src/readers/postgres-shape.ts'
import { readSqliteShape } from '../../src/readers/sqlite-shape.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'

const texts = ['shape-everything.sql', 'shape-printed.sql'] as const
const textOf = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')

/** What was not written out is not expected to come back. */
function lostBetween(before: Shape, after: Shape): string[] {
  const unprinted = new Set(printShape(before)?.unprinted)
  return compareShapes(before, after, { columnOrder: 'compared' })
    .filter(({ kind, name }) => !unprinted.has(`${kind} ${name}`))
    .map(describeDifference)
}

function scriptOf(shape: Shape): string {
  return (printShape(shape)?.statements ?? []).map((one) => `${one};`).join('\n')
}

const small: readonly (readonly [fact: string, text: string])[] = [
  [
    'keys, checks, defaults, sequences',
    `create table a (id serial primary key, "Order" text not null default 'x''y', n numeric(6,2) check (n > 0), unique ("Order", n));
     create table b (id bigint generated always as identity (start 5) primary key, a_id int references a on delete cascade, at timestamptz not null default now());
     create index on b (a_id) where a_id is not null; create index on b (at desc, a_id)`,
  ],
  [
    'names that are words of the language, in schemas of their own',
    `create schema "select"; create table "select"."user" ("group" int primary key, "Mixed.Dot" text);
     create view "select"."table" as select "group" from "select"."user"`,
  ],
  [
    'views on views and functions on types, whatever their names',
    `create type z as enum ('a', 'b'); create domain y as text check (value <> ''); create table t (id int primary key, z z not null default 'a', y y);
     create function f(t) returns z language sql as $$ select $1.z $$;
     create view b as select id, f(t) as z from t; create view a as select * from b`,
  ],
  [
    'triggers, policies, comments',
    `create table t (id int primary key); create function g() returns trigger language plpgsql set search_path = public, pg_temp as $$ begin return new; end $$;
     create trigger h before insert on t for each row execute function g(); alter table t enable row level security;
     create policy p on t for select using (id > 0); comment on table t is 'it''s'; comment on column t.id is 'key'`,
  ],
  [
    'what is said beside objects, and names that the server has numbered',
    `create type ct as (x int, y text); create table typed of ct; create type sh;
     create table t (a int check (a > 0) check (a < 100), b int unique unique); create index on t (a); create index on t (a, b); create index on t (a);
     create statistics on a, b from t; create statistics st on a, b from t; comment on statistics st is 's'; alter statistics st set statistics 50;
     create function ev() returns event_trigger language plpgsql as $$ begin end $$;
     create event trigger et on ddl_command_end execute function ev(); alter event trigger et disable; comment on event trigger et is 'e';
     create publication pub for table t with (publish = 'insert'); comment on publication pub is 'p'`,
  ],
  [
    'partitions and children',
    `create table p (id int not null, at date not null, check (id > 0), primary key (id, at)) partition by range (at);
     create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01'); create table rest partition of p default;
     create index on p (at)`,
  ],
]

test.each(small)('PGlite: %s', async (_fact, text) => {
  const before = await PGlite.create()
  const after = await PGlite.create()
  try {
    await before.exec(text)
    const shape = await readPostgresShape(before, { texts: true })
    await after.exec(scriptOf(shape))
    expect(printShape(shape)?.unprinted).toEqual([])
    expect(lostBetween(shape, await readPostgresShape(after))).toEqual([])
  } finally {
    await before.close()
    await after.close()
  }
})

describeWithPostgres('PostgreSQL', (databases) => {
  const clients: Client[] = []
  const connect = async (): Promise<Client> => {
    const client = new Client(await databases.create())
    await client.connect()
    clients.push(client)
    return client
  }
  afterAll(() => Promise.all(clients.map((one) => one.end())))

  test.each(texts)('%s comes back', async (name) => {
    const before = await connect()
    await before.query(textOf(name))
    const shape = await readPostgresShape(before, { texts: true })
    const after = await connect()
    await after.query(scriptOf(shape))
    expect(lostBetween(shape, await readPostgresShape(after))).toEqual([])
    expect(scriptOf(await readPostgresShape(after, { texts: true })).split('\n').length).toBeGreaterThan(10)
  })
})

test('PGlite: what is not written is told, object by object', async () => {
  const client = await PGlite.create()
  try {
    await client.exec(`create table t (a int); create view v as select a from t; comment on column v.a is 'x'; alter view v alter a set default 3;
      create function add3(int, int) returns int language sql immutable as 'select $1 + $2'; create aggregate sum3(int) (sfunc = add3, stype = int);
      create operator === (leftarg = int, rightarg = int, function = int4eq); create collation coll from "C"`)
    const shape = await readPostgresShape(client, { texts: true })
    expect(printShape(shape)?.unprinted).toEqual([
      'aggregate public.sum3(integer)',
      'collation public.coll',
      'operator public.===(integer,integer)',
      'comments on columns of view public.v',
      'defaults of columns of view public.v',
    ])
  } finally {
    await client.close()
  }
})

const sqlite = `create table users (id integer primary key autoincrement, "Name" text not null collate nocase, kind text check (kind in ('a', 'b')));
create table posts (id integer primary key, user_id integer references users(id) on delete cascade, body text) strict;
create virtual table search using fts5(body, content='posts', content_rowid='id');
create unique index users_name on users ("Name") where kind = 'a';
create view names as select "Name" from users;
create trigger filled after insert on posts begin insert into search(rowid, body) values (new.id, new.body); end;`

test('SQLite: tables, indexes, views, triggers and a full-text table come back', () => {
  const before = new DatabaseSync(':memory:')
  const after = new DatabaseSync(':memory:')
  before.exec(sqlite)
  const shape = readSqliteShape(before, { texts: true })
  after.exec(scriptOf(shape))
  expect(compareShapes(shape, readSqliteShape(after, { texts: true }), { columnOrder: 'compared' })).toEqual([])
  expect(scriptOf(readSqliteShape(after, { texts: true }))).toBe(scriptOf(shape))
  before.close()
  after.close()
})
