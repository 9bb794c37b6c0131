import { expect, test } from 'vitest'
import { noDirectives, type Body, type Directives } from '../../core/migration.ts'
import { parseDirectives } from './directives.ts'

/** The error's text, or the directives. */
function read(text: string, language: Body['language'] = 'sql'): Directives | string {
  try {
    return parseDirectives(text, 'm/1.sql', language)
  } catch (error) {
    return (error as Error).message
  }
}

const good: readonly (readonly [fact: string, text: string, wanted: Partial<Directives>])[] = [
  ['none', 'select 1;', {}],
  ['an empty file', '', {}],
  [
    'needs, with and without a store, in one line',
    '-- lockstep: requires auth/0003, 0002\n',
    {
      requires: [
        { store: 'auth', version: '0003' },
        { store: null, version: '0002' },
      ],
    },
  ],
  [
    'needs in two lines',
    '-- lockstep: requires a/1\n-- lockstep: requires b/2',
    {
      requires: [
        { store: 'a', version: '1' },
        { store: 'b', version: '2' },
      ],
    },
  ],
  ['a word that stands alone', '-- lockstep: no-transaction', { noTransaction: true }],
  ['no blanks', '--lockstep:breaking', { breaking: true }],
  [
    'Windows line ends',
    '-- lockstep: breaking\r\n-- lockstep: no-transaction\r\n',
    { breaking: true, noTransaction: true },
  ],
  ['a reason', '-- lockstep: irreversible rows are gone', { irreversible: 'rows are gone' }],
  ['milliseconds', '-- lockstep: lock-timeout 500ms', { lockTimeoutMs: 500 }],
  ['seconds', '-- lockstep: lock-timeout 2s', { lockTimeoutMs: 2_000 }],
  ['minutes', '-- lockstep: statement-timeout 10m', { statementTimeoutMs: 600_000 }],
  ['hours', '-- lockstep: statement-timeout 1h', { statementTimeoutMs: 3_600_000 }],
  ['no time limit for a statement', '-- lockstep: statement-timeout 0s', { statementTimeoutMs: 0 }],
  [
    'two allowances',
    '-- lockstep: allow drop-column it is empty\n-- lockstep: allow rename nobody reads it',
    {
      allow: [
        { rule: 'drop-column', why: 'it is empty' },
        { rule: 'rename', why: 'nobody reads it' },
      ],
    },
  ],
  [
    'behind blanks, prose and block comments',
    '\n/* (c)\n*/ -- prose\n\n  -- lockstep: breaking\nselect 1',
    { breaking: true },
  ],
  ['what stands in a block comment is prose', '/*\n-- lockstep: breaking\n*/', {}],
  ['what stands behind the first token is not read', 'select 1;\n-- lockstep: breaking', {}],
  ['prose about the tool', '-- lockstep runs this\n-- see lockstep: breaking', {}],
  ['MySQL comments end the head', '# x\n-- lockstep: breaking', {}],
]

test.each(good)('directives: %s', (_fact, text, wanted) => {
  expect(read(text)).toEqual({ ...noDirectives, ...wanted })
})

test('modules and Cypher have their own comments', () => {
  const wanted = { ...noDirectives, breaking: true }
  expect(read('// lockstep: breaking\nimport x', 'module')).toEqual(wanted)
  expect(read('// lockstep: breaking\nMATCH (n)', 'cypher')).toEqual(wanted)
  expect(read('-- lockstep: breaking\n', 'cypher')).toEqual(noDirectives)
  expect(read('// lockstep: breaking\n', 'sql')).toEqual(noDirectives)
})

const bad: readonly (readonly [text: string, wanted: string])[] = [
  ['-- lockstep:', '1: a directive is missing after "lockstep:"'],
  ['\n\n-- lockstep: no-transactoin', '3: there is no directive "no-transactoin"; did you mean "no-transaction"?'],
  [
    '/*\n*/\n-- lockstep: breaking\n-- lockstep: brakeing',
    '4: there is no directive "brakeing"; did you mean "breaking"?',
  ],
  ['-- lockstep: toString', '1: there is no directive "toString"; there are: requires, no-transaction, irreversible'],
  ['-- lockstep: breaking change', '1: "breaking" stands alone; "change" is too much'],
  ['-- lockstep: breaking\n-- lockstep: breaking', '2: "breaking" is said twice'],
  ['-- lockstep: irreversible', '1: the reason is missing: irreversible <why>'],
  ['-- lockstep: allow drop-column', '1: write: allow <rule> <why>'],
  ['-- lockstep: requires', '1: write: requires <store>/<version>'],
  ['-- lockstep: requires a/b/c', '1: "a/b/c" is neither'],
  ['-- lockstep: requires /1', '1: "/1" is neither'],
  ['-- lockstep: requires a/', '1: "a/" is neither'],
  ['-- lockstep: lock-timeout 2', '1: "2" is no duration'],
  ['-- lockstep: lock-timeout -2s', '1: "-2s" is no duration'],
  ['-- lockstep: lock-timeout 2 s', '1: "2 s" is no duration'],
  ['-- lockstep: lock-timeout 0s', '1: a wait for locks must have an end'],
  ['-- lockstep: statement-timeout 9999999999h', '1: "9999999999h" is longer than 24 days'],
]

test.each(bad)('%j is refused', (text, wanted) => {
  expect(read(text)).toContain(`m/1.sql:${wanted}`)
})
