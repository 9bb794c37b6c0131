/** Rows that a rehearsal makes up for tables that are hard to fill. */

import { expect, test } from 'vitest'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { rehearsed, type Files } from './rehearsed.ts'

/** Tables that are hard to fill; each must have rows in the end, or be told. */
const manyTables = `
create type mood as enum ('sad', 'ok');
create domain code as text check (value ~ '^[a-z]') not null;
create type pair as (a int, b int);
create table nets (id uuid primary key);
create table users (id bigint generated always as identity primary key, net uuid not null references nets, email text not null unique, mood mood not null, code code, tags text[] not null, doc jsonb not null, at timestamptz not null, age int not null check (age between 18 and 130), low text not null generated always as (lower(email)) stored, unique (id, net));
create table posts (id serial primary key, net uuid not null references nets, user_id bigint not null, foreign key (user_id, net) references users (id, net), state varchar(8) not null check (state in ('draft', 'live')), parent_id int not null references posts);
create table a (id int primary key, b_id int);
create table b (id int primary key, a_id int not null references a deferrable initially deferred);
alter table a add foreign key (b_id) references b;
create table events (id int not null, day date not null, primary key (id, day)) partition by range (day);
create table events_2030 partition of events for values from ('2030-01-01') to ('2031-01-01');
create table kinds (kind text not null) partition by list (kind);
create table kinds_x partition of kinds for values in ('x', 'y');
create table rooms (room int not null, during tstzrange not null, exclude using gist (during with &&));
create table odd (p pair, v xml not null, b bytea not null, i inet not null);
create table versions (num text not null check (num ~ '^[0-9]+\\.[0-9]+\\.[0-9]+$'));
create table impossible (x int not null check (x > 5 and x < 3));
`
const rowsOfMany: Files = {
  '1_tables.sql': manyTables,
  '1_tables.down.sql':
    'drop table posts, users, nets, a, b, events, kinds, rooms, odd, versions, impossible cascade; drop type mood, pair; drop domain code',
  ...Object.fromEntries(
    ['users', 'posts', 'a', 'b', 'events', 'kinds', 'rooms', 'odd', 'versions'].flatMap((table, i) => [
      [`${i + 2}_${table}.sql`, `delete from ${table}${table === 'users' || table === 'a' ? ' where false' : ''}`],
      [`${i + 2}_${table}.down.sql`, 'select 1'],
    ]),
  ),
}

describeWithPostgres('PostgreSQL', (databases) => {
  test('generated rows fit keys, checks, types and partitions; what stays empty is told', async () => {
    const { list } = await rehearsed(await databases.create(), rowsOfMany)
    const emptied = ['posts 3', 'b 3', 'events_2030 3', 'kinds_x 3', 'rooms 3', 'odd 3', 'versions 2']
    const lost = list.flatMap((one) => one.lost.map(({ table, rows }) => `${table} ${rows}`))
    expect(lost).toEqual(expect.arrayContaining(emptied.map((table) => `public.${table}`)))
    expect(new Set(list.flatMap((one) => one.notes))).toEqual(
      new Set([
        'not rehearsed on rows: there are none',
        'public.odd.p stays empty: no value is known for public.pair',
        expect.stringMatching(/^no rows for public\.impossible: .*violates check constraint/),
        'exact without rows',
      ]),
    )
  })

  test('tables that a trigger makes for new rows are no difference', async () => {
    const { list } = await rehearsed(await databases.create(), {
      '1_teams.sql': `create table teams (id serial primary key, name text);
        create function make() returns trigger language plpgsql as $$ begin execute format('create table team_%s (id int)', new.id); return new; end $$;
        create trigger made after insert on teams for each row execute function make()`,
      '1_teams.down.sql': 'drop table teams; drop function make()',
      '2_note.sql': 'alter table teams add column note text',
      '2_note.down.sql': 'alter table teams drop column note',
    })
    expect(list.map(({ verdict, data }) => `${verdict} ${data}`)).toEqual(['exact empty', 'exact seeded'])
  })
})
