import { expect, test } from 'vitest'
import type { ScriptFacts } from '../../core/script.ts'
import type { SqlDialect } from './dialect.ts'
import { factsOf } from './facts.ts'
import { unitsOf } from './units.ts'

function check(name: string, dialect: SqlDialect, { text, facts }: { text: string; facts: Partial<ScriptFacts> }) {
  test(`${dialect}: ${name}`, () => {
    const source = { file: 'file.sql', noTransaction: false, read: () => [text] }
    const found = factsOf(source, dialect)
    expect(found).toMatchObject(facts)
    expect(found.units).toBe([...unitsOf(source, dialect, found.mode)].length)
  })
}

const whole = { mode: 'whole', reasons: [], units: 1 } as const

check('plain statements run as a whole', 'postgres', {
  text: 'create table a (x int); insert into a values (1)',
  facts: { ...whole, statements: 2, warnings: [] },
})
check('an empty script is a warning', 'postgres', {
  text: '-- nothing yet',
  facts: { ...whole, statements: 0, warnings: ['there is no statement in this file'] },
})
check('a statement that must be alone', 'postgres', {
  text: 'create table a (x int);\ncreate index concurrently i on a (x);',
  facts: {
    mode: 'steps',
    reasons: [{ line: 2, why: 'CREATE INDEX CONCURRENTLY cannot run inside a transaction' }],
    statements: 2,
    units: 2,
    warnings: [],
  },
})
check('IF NOT EXISTS with CONCURRENTLY is warned of', 'postgres', {
  text: 'create unique index concurrently if not exists i on a (x)',
  facts: {
    mode: 'steps',
    warnings: [
      'line 1: IF NOT EXISTS is content with an index that a failed attempt left invalid; whether it is valid is looked up afterwards',
    ],
  },
})
check('transaction control of the author', 'postgres', {
  text: 'select 0;\nbegin;\nselect 1; select 2;\ncommit;\nbegin; commit; begin; select 3; rollback;',
  facts: {
    mode: 'steps',
    reasons: [{ line: 2, why: 'the file has its own BEGIN and COMMIT' }],
    statements: 10,
    units: 3,
    warnings: [
      'line 2: the file has its own BEGIN and COMMIT; it runs as its author wrote it, journalled block by block',
    ],
  },
})
check('an enum value used after it was added (55P04)', 'postgres', {
  text: "alter type mood add value if not exists 'sad' before 'happy';\nselect 1;\nselect 'sad'::mood;",
  facts: {
    mode: 'steps',
    reasons: [{ line: 3, why: "the enum value 'sad', added in line 1, can be used only after a COMMIT" }],
    units: 3,
  },
})
check('enum values that are only added', 'postgres', {
  text: "alter type mood add value 'sad'; alter type mood add value 'mad' after 'sad'; select 'glad'",
  facts: whole,
})
check('a temporary table in a journalled file', 'postgres', {
  text: 'create temp table a (x int);\nvacuum;',
  facts: {
    mode: 'steps',
    warnings: ['line 1: a temporary object is gone with its session: a run that was interrupted cannot go on after it'],
  },
})
check('a temporary table in a whole file', 'postgres', {
  text: 'create temp table a (x int)',
  facts: { ...whole, warnings: [] },
})
check('settings at both ends leave the file whole', 'sqlite', {
  text: 'pragma foreign_keys=0; drop table a; pragma foreign_keys=1',
  facts: { ...whole, statements: 3 },
})
check('a setting in the middle of a file that runs in steps', 'sqlite', {
  text: 'select 1; pragma journal_mode=wal; select 2; vacuum',
  facts: { mode: 'steps', reasons: [{ line: 1, why: 'VACUUM cannot run inside a transaction' }], units: 4 },
})

test('the directive no-transaction is reason enough, and lets settings stand in the middle', () => {
  const source = { file: 'file.sql', noTransaction: true, read: () => ['select 1; pragma journal_mode=wal; select 2'] }
  expect(factsOf(source, 'sqlite')).toEqual({
    mode: 'steps',
    reasons: [{ line: 1, why: 'the file asks for it: -- lockstep: no-transaction' }],
    statements: 3,
    units: 3,
    warnings: [],
  })
})

const refused: readonly [SqlDialect, string][] = [
  ['sqlite', 'select 1; pragma journal_mode=wal; select 2'],
  ['sqlite', 'select 1; detach a; select 2'],
  ['postgres', 'begin; select 1'],
  ['postgres', 'select 1; commit'],
  ['postgres', 'begin; create index concurrently i on a (x); commit'],
]
for (const [dialect, text] of refused) {
  test(`${dialect}: ${text} is refused before anything runs`, () => {
    const source = { file: 'file.sql', noTransaction: false, read: () => [text] }
    expect(() => factsOf(source, dialect)).toThrow(expect.objectContaining({ code: 'script-refused' }))
  })
}

test('reasons have a bound', () => {
  const source = { file: 'file.sql', noTransaction: false, read: () => ['vacuum;'.repeat(1000)] }
  const facts = factsOf(source, 'postgres')
  expect([facts.reasons.length, facts.units]).toEqual([20, 1000])
})
