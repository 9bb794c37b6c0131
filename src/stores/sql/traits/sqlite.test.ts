import { expect, test } from 'vitest'
import { plainTraits, type StatementTraits } from '../../../core/script.ts'
import { splitStatements } from '../split.ts'

const repeatable = { kind: 'repeatable' } as const

const cases: readonly [string, Partial<StatementTraits>][] = [
  ['BEGIN', { control: 'begin' }],
  ['begin immediate transaction', { control: 'begin' }],
  ['commit', { control: 'commit' }],
  ['END TRANSACTION', { control: 'commit' }],
  ['rollback', { control: 'rollback' }],
  ['rollback to a', {}],
  ['rollback transaction to savepoint a', {}],
  ['savepoint a', {}],
  ['vacuum', { alone: 'VACUUM cannot run inside a transaction', probe: repeatable }],
  ["vacuum main into '/x.db'", { alone: 'VACUUM cannot run inside a transaction' }],
  ['PRAGMA foreign_keys = OFF', { session: true, outside: true }],
  ['pragma Foreign_Keys(0)', { session: true, outside: true }],
  ['pragma main.journal_mode = wal', { session: true, outside: true }],
  ['pragma "synchronous" = 1', { session: true, outside: true }],
  ['pragma foreign_keys', {}],
  ['pragma defer_foreign_keys = on', { session: true }],
  ['pragma user_version = 3', { session: true }],
  ['pragma foreign_key_check', {}],
  [
    'pragma wal_checkpoint(truncate)',
    { session: true, alone: 'PRAGMA wal_checkpoint fails inside a transaction', probe: repeatable },
  ],
  ["attach 'x.db' as aux", { session: true, outside: true }],
  ['detach aux', { session: true, outside: true }],
  ['create temp table t (a)', { session: true }],
  ['create table temp_t (a)', {}],
  ['insert into t values (1)', { touchesRows: true }],
  ['replace into t values (1)', { touchesRows: true }],
  ['update t set a = 1', { touchesRows: true }],
  ['delete from t', { touchesRows: true }],
  ['drop table t', { touchesRows: true }],
  ['with a as (select 1) insert into t select * from a', { touchesRows: true }],
  ['with a as (select 1) replace into t select * from a', { touchesRows: true }],
  ['with a as (select replace(x, 1, 2) from t) select * from a', {}],
  ['alter table t drop column a', {}],
  ['create trigger a after insert on t begin delete from u; end', {}],
  ['select 1', {}],
]
for (const [text, expected] of cases) {
  test(`${text}: ${JSON.stringify(expected)}`, () => {
    const statements = [...splitStatements([text], 'sqlite', 'file.sql')]
    expect(statements.map(({ text, traits }) => ({ text, traits }))).toEqual([
      { text, traits: { ...plainTraits, ...expected } },
    ])
  })
}
