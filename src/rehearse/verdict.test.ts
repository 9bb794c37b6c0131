import { expect, test } from 'vitest'
import type { Shape } from '../core/shape.ts'
import { isAcceptable, judgeRound, type Leg, type Moment, type Round, type RehearsalVerdict } from './verdict.ts'

/** `a b` has the tables a and b; `b:2` has two rows in b, `b:x` one of that content. */
function moment(text: string): Moment {
  const tables = text
    .split(' ')
    .filter((one) => one !== '')
    .map((one) => one.split(':') as [string, string?])
  const shape: Shape = { rule: 'test-1', objects: tables.map(([name]) => ({ kind: 'table', name, facts: {} })) }
  const rowsOf = (said = ''): ReadonlyMap<string, number> =>
    /^\d+$/.test(said) ? new Map([['row', Number(said)]]) : new Map(said.split('').map((row) => [row, 1]))
  return { shape, rows: new Map(tables.map(([name, rows]) => [name, rowsOf(rows)])) }
}

/** `!` is a leg that failed. */
function leg(text: string): Leg<string> {
  return text === '!' ? { kind: 'failed', failure: 'no' } : { kind: 'passed', moment: moment(text) }
}

interface Said {
  readonly before?: string
  readonly up: string
  readonly twice?: string
  readonly down?: string
  readonly again?: string
  readonly blank?: 'down' | 'both'
}

function round({ before = 'a', up, twice, down, again, blank }: Said): Round<string> {
  const maybe = (text: string | undefined): Leg<string> | null => (text === undefined ? null : leg(text))
  const said = { twice: maybe(twice), down: maybe(down), again: maybe(again) }
  return { before: moment(before), up: leg(up), ...said, upIsBlank: blank === 'both', downIsBlank: blank !== undefined }
}

const rounds: readonly (readonly [fact: string, said: Said, verdict: RehearsalVerdict, leg: string | null])[] = [
  ['what comes back and runs again is exact', { up: 'a b', down: 'a', again: 'a b' }, 'exact', null],
  ['rows that come back are exact', { before: 'a:xy', up: 'a:xy b', down: 'a:yx', again: 'a:xy b' }, 'exact', null],
  ['an up that fails', { up: '!' }, 'fails', 'up'],
  ['a down that fails', { up: 'a b', down: '!' }, 'fails', 'down'],
  ['an up that does not run again', { up: 'a b', down: 'a', again: '!' }, 'fails', 'up again'],
  ['a table is left over', { up: 'a b c', down: 'a c', again: 'a b c' }, 'differs', 'down'],
  ['a table is gone', { up: 'a b', down: '' }, 'differs', 'down'],
  ['a down that changes nothing is empty', { up: 'a b', down: 'a b' }, 'empty', 'down'],
  ['a down without a statement is empty', { up: 'a b', blank: 'down' }, 'empty', 'down'],
  ['rows are put in and stay', { up: 'a:3', down: 'a:3' }, 'empty', 'down'],
  ['two blank scripts take back what they did', { up: 'a', down: 'a', again: 'a', blank: 'both' }, 'exact', null],
  ['a second up that makes something else', { up: 'a b', down: 'a', again: 'a c' }, 'differs', 'up again'],
  ['a second up with other values is none', { up: 'a:xy', down: 'a', again: 'a:zv' }, 'exact', null],
  ['a second up with more rows', { up: 'a:1', down: 'a', again: 'a:2' }, 'differs', 'up again'],
  ['rows are gone', { before: 'a:xyz', up: 'a:xyz b', down: 'a:xy' }, 'loses data', 'down'],
  ['rows are others', { before: 'a:xy', up: 'a:xy b', down: 'a:xz' }, 'loses data', 'down'],
  ['rows are left over', { before: 'a:x', up: 'a:xyz b', down: 'a:xy' }, 'differs', 'down'],
  ['structure is worse than rows', { before: 'a:xyz', up: 'a:xyz b', down: 'a:x b' }, 'differs', 'down'],
  ['no down', { up: 'a b' }, 'none', null],
  ['twice the same is exact', { up: 'a b', twice: 'a b', down: 'a', again: 'a b' }, 'exact', null],
  ['twice fails', { up: 'a b', twice: '!', down: 'a', again: 'a b' }, 'fails', 'up twice'],
  ['twice changes something', { up: 'a:1', twice: 'a:2', down: 'a', again: 'a:1' }, 'differs', 'up twice'],
]

test.each(rounds)('%s', (_fact, said, verdict, at) => {
  expect(judgeRound(round(said))).toMatchObject({ verdict, leg: at })
})

test('lost rows are counted by table', () => {
  const judged = judgeRound(round({ before: 'a:xyz b:uv', up: 'a b', down: 'a:x b:uv' }))
  expect(judged.lost).toEqual([{ table: 'a', rows: 3, lost: 2 }])
})

test('what is left over is told', () => {
  expect(judgeRound(round({ up: 'a b c', down: 'a c' })).differences).toMatchObject([
    { kind: 'table', name: 'c', what: 'unexpected' },
  ])
})

const none = { irreversible: null, allowed: [], direction: 'any' } as const

const accepted: readonly (readonly [fact: string, verdict: RehearsalVerdict, declared: object, acceptable: boolean])[] =
  [
    ['exact is', 'exact', {}, true],
    ['what fails is not, whatever is said', 'fails', { irreversible: 'x', allowed: ['fails'] }, false],
    ['no down is', 'none', {}, true],
    ['no down is not where all must be reversible', 'none', { direction: 'reversible' }, false],
    ['no down is with a reason', 'none', { direction: 'reversible', irreversible: 'x' }, true],
    ['an empty down is not', 'empty', {}, false],
    ['an empty down of what is irreversible is', 'empty', { irreversible: 'x' }, true],
    ['lost rows are not', 'loses data', {}, false],
    ['lost rows are where it is declared', 'loses data', { allowed: ['loses-data'] }, true],
    ['lost rows of what is irreversible are', 'loses data', { irreversible: 'x' }, true],
    ['a difference is not because of that', 'differs', { irreversible: 'x' }, false],
    ['a difference is where it is declared', 'differs', { allowed: ['differs'] }, true],
    ['what was not run is not', 'refused', {}, false],
  ]

test.each(accepted)('acceptable: %s', (_fact, verdict, declared, acceptable) => {
  expect(isAcceptable(verdict, { ...none, ...declared })).toBe(acceptable)
})
