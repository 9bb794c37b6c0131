import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import type { ScriptSource } from '../../core/ports.ts'
import type { SqlDialect } from './dialect.ts'
import { statementsOf, unitsOf } from './units.ts'

function sourceOf(text: string): ScriptSource {
  return { file: 'file.sql', noTransaction: false, read: () => [text] }
}

/** Units in short: `BEGIN { a; b }`, `alone a`, `a`. */
function stepsOf(dialect: SqlDialect, text: string): string[] {
  return [...unitsOf(sourceOf(text), dialect, 'steps')].map((unit) => {
    const texts = unit.statements.map((one) => one.text).join('; ')
    return unit.begin === null ? `${unit.alone ? 'alone ' : ''}${texts}` : `${unit.begin} { ${texts} }`
  })
}

function refusalOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'script-refused') throw error
    return `${error.place?.line}:${error.place?.column} ${error.message}`
  }
  return 'accepted'
}

const steps: readonly [string, SqlDialect, string, readonly string[]][] = [
  ['single statements', 'postgres', 'select 1; vacuum; select 2', ['select 1', 'alone vacuum', 'select 2']],
  [
    'a block of the author',
    'postgres',
    'a; begin isolation level serializable; b; c; end; d',
    ['a', 'begin isolation level serializable { b; c }', 'd'],
  ],
  ['a block that is rolled back', 'postgres', 'begin; a; rollback; b', ['alone begin; a; rollback', 'b']],
  ['an empty block is none', 'postgres', 'begin; commit; a', ['a']],
  [
    'savepoints in a block',
    'postgres',
    'begin; savepoint a; b; rollback to a; release a; commit',
    ['begin { savepoint a; b; rollback to a; release a }'],
  ],
  [
    'settings around a block',
    'sqlite',
    'pragma foreign_keys=0; begin; a; commit; pragma foreign_keys=1',
    ['alone pragma foreign_keys=0', 'begin { a }', 'alone pragma foreign_keys=1'],
  ],
  ['settings in the middle', 'sqlite', 'a; pragma journal_mode=wal; b', ['a', 'alone pragma journal_mode=wal', 'b']],
]
for (const [name, dialect, text, expected] of steps) {
  test(`steps: ${name}`, () => expect(stepsOf(dialect, text)).toEqual(expected))
}

test('steps are numbered without gaps', () => {
  const units = [...unitsOf(sourceOf('a; begin; commit; b; begin; c; commit'), 'postgres', 'steps')]
  expect(units.map(({ index }) => index)).toEqual([0, 1, 2])
})

test('what the author rolls back is repeatable, a setting of SQLite too', () => {
  const [rolledBack] = unitsOf(sourceOf('begin; a; rollback'), 'postgres', 'steps')
  const [setting] = unitsOf(sourceOf('pragma foreign_keys = 0'), 'sqlite', 'steps')
  for (const unit of [rolledBack, setting]) {
    expect(unit?.statements[0]?.traits.alone).not.toBeNull()
    expect(unit?.statements[0]?.traits.probe).toEqual({ kind: 'repeatable' })
  }
})

const refused: readonly [string, SqlDialect, string][] = [
  [
    'a;\nbegin; b',
    'postgres',
    '2:1 file.sql: this BEGIN has no COMMIT: when the session ends, all after it would be rolled back',
  ],
  ['a; commit', 'postgres', '1:4 file.sql: COMMIT without BEGIN: there is nothing that it could end'],
  ['rollback', 'sqlite', '1:1 file.sql: ROLLBACK without BEGIN: there is nothing that it could end'],
  [
    'begin; begin; a; commit',
    'postgres',
    '1:8 file.sql: BEGIN inside BEGIN: transactions do not nest, the first COMMIT ends both',
  ],
  ['begin; vacuum; commit', 'sqlite', '1:8 file.sql: VACUUM cannot run inside a transaction, and here is one'],
  ['begin; pragma synchronous=0; commit', 'sqlite', '1:8 file.sql: this has no effect inside BEGIN ... COMMIT'],
  [
    'begin; pragma foreign_keys=1; drop table a; commit',
    'sqlite',
    '1:8 file.sql: this has no effect inside BEGIN ... COMMIT',
  ],
  [
    'pragma foreign_keys=1; begin; pragma foreign_keys=0; drop table a; commit',
    'sqlite',
    '1:31 file.sql: this has no effect inside BEGIN ... COMMIT',
  ],
  [
    'savepoint a; b; release a',
    'sqlite',
    '1:1 file.sql: a savepoint outside BEGIN ... COMMIT, in a file that runs step by step: each step is a transaction',
  ],
]
for (const [text, dialect, expected] of refused) {
  test(`steps: ${text.replace('\n', ' ')} is refused`, () => {
    expect(refusalOf(() => stepsOf(dialect, text))).toBe(expected)
  })
}

test('the whole is one unit, even of nothing', () => {
  for (const [text, count] of [
    ['a; b; c', 3],
    ['-- nothing', 0],
  ] as const) {
    const units = [...unitsOf(sourceOf(text), 'postgres', 'whole')]
    expect(units).toMatchObject([{ index: 0, begin: null, alone: false }])
    expect(units[0]?.statements).toHaveLength(count)
  }
})

/** Statements of the whole, those outside of the transaction in brackets. */
function wholeOf(text: string): string[] {
  return [...statementsOf(sourceOf(text), 'sqlite')].map((one) => (one.traits.outside ? `[${one.text}]` : one.text))
}

const whole: readonly [string, string, readonly string[]][] = [
  [
    'settings at both ends are outside',
    'pragma foreign_keys=0; a; b; pragma foreign_keys=1',
    ['[pragma foreign_keys=0]', 'a', 'b', '[pragma foreign_keys=1]'],
  ],
  [
    'other settings do not stand in the way',
    'pragma user_version=1; pragma foreign_keys=0; a; pragma foreign_keys=1; pragma user_version=2',
    ['[pragma foreign_keys=0]', 'pragma user_version=1', 'a', 'pragma user_version=2', '[pragma foreign_keys=1]'],
  ],
  [
    'order is kept among those outside',
    "attach 'x' as y; pragma y.page_size=512; a; pragma synchronous=1; detach y",
    ["[attach 'x' as y]", '[pragma y.page_size=512]', 'a', '[pragma synchronous=1]', '[detach y]'],
  ],
  ['nothing but settings', 'pragma journal_mode=wal', ['[pragma journal_mode=wal]']],
  ['ATTACH works inside', "a; attach 'x' as y; b", ['a', "attach 'x' as y", 'b']],
  [
    'foreign keys that are off already may be turned off anywhere',
    'a; pragma foreign_keys=0; drop table b; c',
    ['a', 'pragma foreign_keys=0', 'drop table b', 'c'],
  ],
  [
    'foreign keys may be turned on where nothing that follows would notice',
    'pragma foreign_keys=off; drop table a; pragma foreign_keys=on; create index b on c (d); insert into c values (1)',
    [
      '[pragma foreign_keys=off]',
      'drop table a',
      'pragma foreign_keys=on',
      'create index b on c (d)',
      'insert into c values (1)',
    ],
  ],
  [
    'foreign keys may be turned on between two rebuilds',
    'pragma foreign_keys=0; drop table a; pragma foreign_keys=1; pragma foreign_keys=0; drop table b; pragma foreign_keys=1',
    [
      '[pragma foreign_keys=0]',
      'drop table a',
      'pragma foreign_keys=1',
      'pragma foreign_keys=0',
      'drop table b',
      '[pragma foreign_keys=1]',
    ],
  ],
  ['a question is no setting', 'a; pragma foreign_keys; b', ['a', 'pragma foreign_keys', 'b']],
]
for (const [name, text, expected] of whole) test(`whole: ${name}`, () => expect(wholeOf(text)).toEqual(expected))

test('steps: foreign keys may be turned off and on inside BEGIN, where it makes no difference', () => {
  const text = 'pragma foreign_keys=0; begin; pragma foreign_keys=0; drop table a; pragma foreign_keys=1; commit'
  expect(() => stepsOf('sqlite', text)).not.toThrow()
})

const misplaced: readonly [string, string][] = [
  ['a;\n pragma journal_mode=wal;\nb', '2:2'],
  ['a;\n pragma foreign_keys=1;\ndrop table b', '2:2'],
  ['a;\n pragma foreign_keys=1;\ninsert or replace into b values (1)', '2:2'],
  ['a;\n pragma foreign_keys=1;\ninsert into b values (1) on conflict do update set c = 1', '2:2'],
  ['pragma foreign_keys=1; a;\n pragma foreign_keys=0;\ninsert into b values (1)', '2:2'],
]
for (const [text, at] of misplaced) {
  test(`whole: ${text.replaceAll('\n', ' ')} is refused: the setting would do nothing`, () => {
    expect(refusalOf(() => wholeOf(text))).toBe(
      `${at} file.sql: this has no effect inside the transaction of the migration`,
    )
  })
}
