import { expect, test } from 'vitest'
import { extensionsIn, reachesBeyond, reachingRoutine, runsMadeText } from './beyond.ts'

const beyond: readonly string[] = [
  'create role app',
  'CREATE USER app WITH PASSWORD $$x$$',
  'alter role app set search_path = x',
  'drop user if exists app',
  'create /* a comment */ group g',
  '-- a comment\ncreate role app',
  'create database other',
  "alter database app set timezone = 'UTC'",
  "create tablespace fast location '/mnt'",
  'alter system set work_mem = 1',
  "create subscription s connection 'host=x' publication p",
  'grant admins to ada',
  'revoke admins from ada',
  'grant connect on database app to web',
  'comment on role app is null',
  "copy t from program 'curl x'",
  "copy t to '/tmp/t.csv'",
  "select pg_create_physical_replication_slot('s')",
  "select pg_create_logical_replication_slot('s', 'pgoutput')",
  "select * from dblink('dbname=x', 'select 1') as t(a int)",
  'select pg_reload_conf()',
  'do $$ begin if true then create role app; end if; end $$',
  "do $$ begin execute 'create role app'; end $$",
  'reassign owned by a to b',
  "load 'auto_explain'",
  'create/**/role/* x */app',
  '/* /* nested */ */ create role app',
  '"pg_catalog" . "pg_reload_conf" ( )',
  "select E'\\'', pg_reload_conf(), 'x'",
  'select $a$ it\'s $a$, "pg_terminate_backend"(1)',
  'copy t from $$/etc/passwd$$',
  'copy t to program $$sh$$',
  "COPY(select 1)TO'/tmp/x'",
  "do language plpgsql 'begin create role app; end'",
  "do $$ begin /* x */ execute E'create role app'; end $$",
  "do $$ -- it's a comment\nbegin create role app; end $$",
  "do $$ begin perform dblink_exec('', ''); end $$",
  'import foreign schema public from server s into public',
  "create foreign table f (a text) server s options (program 'id')",
  "prepare transaction 'x'",
]

test.each(beyond)('reaches beyond its database: %s', (text) => {
  expect(reachesBeyond({ text }, { dialect: 'postgres' })).not.toBeNull()
})

const within: readonly string[] = [
  'create table roles (id int)',
  "insert into docs values ('create role app')",
  "insert into docs values ('dblink(')",
  'create user mapping for app server s',
  'grant select on table t to app',
  'grant usage on schema s to app',
  'copy t from stdin',
  'create function f() returns void language sql as $$ select dblink($$x$$) $$',
  'alter table t owner to app',
  'create extension dblink',
  'alter default privileges grant select on tables to app',
  'do $$ begin perform 1; end $$',
  'set role app',
  "create table t (a text default 'it''s') -- create role app",
  '/* /* create role app */ create role app */ select 1',
  "select E'\\' create role app', 1",
  'select $tag$; create role app; $tag$',
  'select 1 as "create role app"',
  "do $$ begin raise exception 'cannot create user %', x; end $$",
  "do $$ begin raise 'create role by hand'; end $$",
  'create table load (a int)',
  'do $$ begin /* create role app */ perform 1; -- create role app\nend $$',
]

test.each(within)('stays within its database: %s', (text) => {
  expect(reachesBeyond({ text }, { dialect: 'postgres' })).toBeNull()
})

const sqlite: readonly (readonly [text: string, reaches: boolean])[] = [
  ["attach 'other.db' as o", true],
  ["attach database 'other.db' as o", true],
  ["attach ':memory:' as m", false],
  ["vacuum main into 'copy.db'", true],
  ['vacuum', false],
  ["select load_extension('x')", true],
  ['select "load_extension" (\'x\')', true],
  ["select [load_extension]('x')", true],
  ["insert into t values ('load_extension(')", false],
  ["attach/**/'x.db' as x", true],
  ['create table attachments (id int)', false],
]

test.each(sqlite)('SQLite: %s', (text, reaches) => {
  expect(reachesBeyond({ text }, { dialect: 'sqlite' }) !== null).toBe(reaches)
})

test('a function that reaches beyond: not where it is defined, but where it is called', () => {
  const sql = { dialect: 'postgres' } as const
  const define =
    'create or replace function app."Make"() returns void language plpgsql as $$ begin create role x; end $$'
  expect(reachesBeyond({ text: define }, sql)).toBeNull()
  const name = reachingRoutine({ text: define }, sql)
  expect(name).toBe('"make"')
  const seen = { reaching: new Set(name === null ? [] : [name]) }
  const callers = [
    'select app."Make"()',
    'do $$ begin perform app."Make"(); end $$',
    'create trigger t after insert on a execute function "Make"()',
  ]
  for (const text of callers) expect(reachesBeyond({ text }, sql, seen), text).toContain('reach beyond')
  expect(reachesBeyond({ text: 'select makes()' }, sql, seen)).toBeNull()
  const telling =
    "create function g() returns trigger language plpgsql as $$ begin raise exception 'cannot create user'; end $$"
  expect(reachingRoutine({ text: telling }, sql)).toBeNull()
  expect(reachingRoutine({ text: 'create function f() returns int language sql as $$ select 1 $$' }, sql)).toBeNull()
})

const made: readonly (readonly [text: string, isMade: boolean])[] = [
  ["do $$ begin execute 'create ' || 'role app'; end $$", true],
  ["do $$ begin execute format('drop %s x', kind); end $$", true],
  ["do $$ begin execute 'select 1'; end $$", false],
  ["do $$ begin execute 'select $1' using 1; end $$", false],
  ['create trigger t after insert on a execute function f()', false],
]

test.each(made)('text that is made as it runs: %s', (text, isMade) => {
  expect(runsMadeText({ text }, { dialect: 'postgres' })).toBe(isMade)
})

const extensions: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['create extension vector', ['vector']],
  ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public', ['uuid-ossp']],
  ['drop extension vector', []],
]

test.each(extensions)('extensions: %s', (text, names) => {
  expect(extensionsIn({ text })).toEqual(names)
})
