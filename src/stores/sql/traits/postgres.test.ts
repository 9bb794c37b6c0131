import { expect, test } from 'vitest'
import { plainTraits, type Probe, type StatementTraits } from '../../../core/script.ts'
import { splitStatements } from '../split.ts'

function traitsOf(text: string): StatementTraits | undefined {
  const statements = [...splitStatements([text], 'postgres', 'file.sql')]
  expect(statements.map((one) => one.text)).toEqual([text])
  return statements[0]?.traits
}

const indexValid = (schema: string | null, name: string | null, table: string): Probe => ({
  kind: 'index-valid',
  schema,
  name,
  table,
})
const repeatable: Probe = { kind: 'repeatable' }
const gone = (...names: readonly (readonly [string | null, string])[]): Probe => ({
  kind: 'index-gone',
  names: names.map(([schema, name]) => ({ schema, name })),
})

const alone: readonly [string, Probe | null][] = [
  ['create index concurrently a on t (x)', indexValid(null, 'a', 't')],
  ['CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "A;b" ON ONLY "S".T USING btree (x)', indexValid('S', 'A;b', 't')],
  ['create index /* why */ concurrently -- now\n on public.orders (x)', indexValid('public', null, 'orders')],
  ['create index concurrently "a""b" on t (x)', indexValid(null, 'a"b', 't')],
  [`create index concurrently ${'n'.repeat(62)}üü on t (x)`, indexValid(null, 'n'.repeat(62), 't')],
  ['create index concurrently ÄB on t (x)', indexValid(null, 'Äb', 't')],
  ['drop index concurrently a', gone([null, 'a'])],
  ['drop index concurrently if exists app."A", b cascade', gone(['app', 'A'], [null, 'b'])],
  ['reindex index concurrently a', repeatable],
  ['reindex (verbose, concurrently) table a', repeatable],
  ['reindex database app', repeatable],
  ['reindex (verbose) system app', repeatable],
  ['reindex schema app', repeatable],
  ['vacuum', repeatable],
  ['vacuum (analyze) t', repeatable],
  ['cluster', repeatable],
  ['cluster (verbose)', repeatable],
  ["alter system set work_mem = '1GB'", repeatable],
  ['create database "App" template t', { kind: 'database-exists', name: 'App' }],
  ['drop database if exists app with (force)', { kind: 'database-gone', name: 'app' }],
  ["create tablespace fast location '/x'", { kind: 'tablespace-exists', name: 'fast' }],
  ['drop tablespace if exists fast', { kind: 'tablespace-gone', name: 'fast' }],
  ['alter database app set tablespace fast', repeatable],
  ["create subscription s connection 'x' publication p", null],
  ['drop subscription s', null],
  ['alter subscription s refresh publication', repeatable],
  [
    'alter table only app."Orders" detach partition orders_1 concurrently',
    { kind: 'partition-detached', parent: '"app"."Orders"', partition: '"orders_1"' },
  ],
  ["commit prepared 'a'", null],
  ["rollback prepared 'a'", null],
  ['do $$ begin delete from t; commit; end $$', null],
  ["do language 'plpgsql' 'begin if true then rollback; end if; end'", null],
]
for (const [text, probe] of alone) {
  test(`alone: ${text}`, () => {
    const traits = traitsOf(text)
    expect(traits?.alone).toMatch(/ cannot run inside a transaction$/)
    expect(traits?.probe).toEqual(probe)
    expect(traits?.control).toBe('none')
  })
}

const together: readonly string[] = [
  'create index concurrently_used on t (x)',
  'create index "concurrently" on t (x)',
  'create index a on t (concurrently)',
  'refresh materialized view concurrently v',
  'alter table t detach partition p',
  'alter table t detach partition p finalize',
  'reindex table t',
  'cluster t using i',
  'analyze t',
  'alter database app set work_mem = 1',
  'call p()',
  "do $$ begin perform 'x; commit;'; /* ; commit; */ end $$",
  'do $$ declare x int; begin select commit into x from t; end $$',
  'create procedure p() language plpgsql as $$ begin commit; end $$',
  'create function vacuum() returns int return 1',
  'alter subscription s disable',
]
for (const text of together) test(`not alone: ${text}`, () => expect(traitsOf(text)?.alone).toBeNull())

const control: readonly [string, StatementTraits['control']][] = [
  ['BEGIN', 'begin'],
  ['begin isolation level serializable', 'begin'],
  ['start transaction read only', 'begin'],
  ['commit', 'commit'],
  ['end work', 'commit'],
  ['commit and no chain', 'commit'],
  ['rollback', 'rollback'],
  ['abort transaction', 'rollback'],
  ['savepoint a', 'none'],
  ['release a', 'none'],
  ['rollback to a', 'none'],
  ['rollback work to savepoint a', 'none'],
]
for (const [text, expected] of control) {
  test(`control: ${text}`, () => expect(traitsOf(text)).toEqual({ ...plainTraits, control: expected }))
}

const session: readonly [string, boolean][] = [
  ['set search_path = app', true],
  ['set session authorization bob', true],
  ['SET ROLE bob', true],
  ['set local lock_timeout = 1', false],
  ['set constraints all deferred', false],
  ['set transaction read only', false],
  ['set session characteristics as transaction read only', true],
  ['reset all', true],
  ["select a, pg_catalog.set_config('search_path', '', false)", true],
  ["select 'set_config('", false],
  ['prepare p as select 1', true],
  ['listen a', true],
  ['declare c cursor with hold for select 1', true],
  ['declare c cursor for select 1', false],
  ['create temp table a (x int)', true],
  ['create local temporary view v as select 1', true],
  ['create or replace temp view v as select 1', true],
  ['select 1 as a into temp t', true],
  ["load 'auto_explain'", true],
  ['discard plans', true],
  ['select pg_advisory_lock(1)', true],
  ['create function f() returns int language sql set search_path = app as $$ select 1 $$', false],
  ['create table temp (x int)', false],
]
for (const [text, expected] of session) {
  test(`${expected ? 'leaves' : 'leaves no'} session state: ${text}`, () =>
    expect(traitsOf(text)?.session).toBe(expected))
}

const rows: readonly [string, boolean][] = [
  ['insert into t values (1)', true],
  ['UPDATE t set a = 1', true],
  ['delete from t', true],
  ['merge into t using u on true when matched then delete', true],
  ['truncate t', true],
  ['with a as (select 1), b as (delete from t returning *) select * from b', true],
  ['with a as (select 1) select * from a', false],
  ["with a as (select 'delete') select * from a", false],
  ['explain analyze update t set a = 1', true],
  ["copy t (a) from '/x'", true],
  ["copy t (a) to '/x'", false],
  ['drop table if exists t', true],
  ['drop schema app cascade', true],
  ['drop index i', false],
  ['alter table t drop column a', true],
  ['alter table t drop a', true],
  ['alter table t alter a type bigint', true],
  ['alter table t add column a int default 1', true],
  ['alter table t add column a int', false],
  ['alter table t drop constraint c', false],
  ['alter table t alter a drop not null', false],
  ['alter table t rename to u', false],
  ['call p()', true],
  ['do $$ begin update t set a = 1; end $$', true],
  ["do $$ begin perform 'update'; end $$", false],
  ['create table t (a int)', false],
  ['create function f() returns int language sql as $$ delete from t returning 1 $$', false],
  ['select 1', false],
]
for (const [text, expected] of rows) {
  test(`${expected ? 'touches' : 'touches no'} rows: ${text}`, () => expect(traitsOf(text)?.touchesRows).toBe(expected))
}

test('what stands after the head of a long statement is still seen', () => {
  const columns = Array.from({ length: 300 }, (_, i) => `c${i}`).join(', ')
  expect(traitsOf(`copy t (${columns}) from '/x'`)?.touchesRows).toBe(true)
  expect(traitsOf(`with a as (select ${columns} from u) insert into t select * from a`)?.touchesRows).toBe(true)
  expect(traitsOf(`create index concurrently on t (${columns})`)?.probe).toEqual(indexValid(null, null, 't'))
})
