import { expect, test } from 'vitest'
import { extensionsIn, reachesBeyond } from './beyond.ts'

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
  ['create table attachments (id int)', false],
]

test.each(sqlite)('SQLite: %s', (text, reaches) => {
  expect(reachesBeyond({ text }, { dialect: 'sqlite' }) !== null).toBe(reaches)
})

const extensions: readonly (readonly [text: string, names: readonly string[]])[] = [
  ['create extension vector', ['vector']],
  ['CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public', ['uuid-ossp']],
  ['drop extension vector', []],
]

test.each(extensions)('extensions: %s', (text, names) => {
  expect(extensionsIn({ text })).toEqual(names)
})
