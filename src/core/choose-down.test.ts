import { expect, test } from 'vitest'
import { body, migration, record, records } from '../../test/support/histories.ts'
import { chooseDown, type DownTarget } from './choose-down.ts'
import type { HistoryRecord } from './history.ts'
import { noDirectives, type Migration } from './migration.ts'
import type { VersionScheme } from './version.ts'

interface Given {
  readonly records: readonly HistoryRecord[]
  readonly files?: readonly Migration[]
  readonly scheme?: VersionScheme
}

const choose = (target: DownTarget, given: Given) =>
  chooseDown(target, {
    files: given.records.map((one) => migration(one.version)),
    scheme: 'numeric',
    ...given,
  })

const steps = (count: number): DownTarget => ({ kind: 'steps', steps: count })
const to = (version: string): DownTarget => ({ kind: 'to', version })
const release = (name: string): DownTarget => ({ kind: 'release', release: name })

const three = records('1', '2', '3')
/** 2 was let in late, after 3. */
const late = [record('1', 1), record('3', 2), record('2', 3)]
const released = [
  record('1', 1, { release: 'v1' }),
  record('2', 2, { release: 'v1' }),
  record('3', 3, { release: 'v2' }),
  record('4', 4),
]

const chosen: readonly (readonly [fact: string, target: DownTarget, given: Given, versions: string])[] = [
  ['one step is the newest', steps(1), { records: three }, '3'],
  ['several steps, newest first', steps(2), { records: three }, '3 2'],
  ['more steps than there are', steps(9), { records: three }, '3 2 1'],
  ['all', { kind: 'all' }, { records: three }, '3 2 1'],
  ['all of nothing', { kind: 'all' }, { records: [] }, ''],
  ['no step', steps(0), { records: three }, ''],
  ['to a version, which stays', to('1'), { records: three }, '3 2'],
  ['to the newest is nothing', to('3'), { records: three }, ''],
  ['to a version in another spelling', to('0001'), { records: three }, '3 2'],
  ['newest is by application, not by version', steps(1), { records: late }, '2'],
  ['to a version leaves what was applied before it', to('3'), { records: late }, '2'],
  ['to a release leaves its last one', release('v1'), { records: released }, '4 3'],
  ['to the newest release leaves what has none', release('v2'), { records: released }, '4'],
  ['repeatables are not taken back', steps(1), { records: [...three, record('R__views', 4)] }, '3'],
  ['the rows may come in any order', steps(2), { records: [...three].reverse() }, '3 2'],
  [
    'a half-finished down goes on first',
    steps(1),
    { records: [...records('1', '2'), record('3', 3, { state: 'failed', direction: 'down' })] },
    '3',
  ],
  [
    'files may be written otherwise than records',
    steps(1),
    { records: records('1'), files: [migration('0001', { down: body('m/1.down.sql') })] },
    '1',
  ],
  [
    'categories in their order of application',
    steps(2),
    { records: records('task1', 'knowledge1'), scheme: 'category' },
    'knowledge1 task1',
  ],
]

test.each(chosen)('chosen: %s', (_fact, target, given, versions) => {
  const choice = choose(target, given)
  const steps = choice.kind === 'chosen' ? choice.steps.map((step) => step.record.version).join(' ') : choice
  expect(steps).toBe(versions)
})

test('each step has the body of its down', () => {
  const file = migration('1', { down: body('elsewhere/1.down.sql') })
  const choice = choose(steps(1), { records: records('1'), files: [file] })
  expect(choice).toEqual({
    kind: 'chosen',
    steps: [{ record: record('1', 1), migration: file, down: body('elsewhere/1.down.sql') }],
  })
})

const unknown: readonly (readonly [fact: string, target: DownTarget, wanted: string])[] = [
  ['a version that is not applied', to('7'), '7'],
  ['a release that is not recorded', release('v9'), 'v9'],
  ['a repeatable', to('R__views'), 'R__views'],
]

test.each(unknown)('unknown: %s', (_fact, target, wanted) => {
  const choice = choose(target, { records: [...three, record('R__views', 4)] })
  expect(choice).toEqual({ kind: 'unknown-target', wanted, known: ['1', '2', '3'] })
})

const oneWay: readonly (readonly [fact: string, file: Migration | null, reason: string | null])[] = [
  ['without a down', migration('2', { down: null }), null],
  [
    'with a reason',
    migration('2', { down: null, directives: { ...noDirectives, irreversible: 'drops the letters' } }),
    'drops the letters',
  ],
  [
    'with a reason, although it has a down',
    migration('2', { directives: { ...noDirectives, irreversible: 'drops the letters' } }),
    'drops the letters',
  ],
  ['without its file', null, 'its file is gone'],
]

test.each(oneWay)('irreversible: %s, and nothing is chosen of what comes before', (_fact, file, reason) => {
  const files = [migration('1'), ...(file === null ? [] : [file]), migration('3')]
  const choice = choose({ kind: 'all' }, { records: three, files })
  expect(choice).toEqual({ kind: 'irreversible', record: record('2', 2), file: 'm/2.sql', reason })
})

test('what is not asked for may be irreversible', () => {
  const files = [migration('1', { down: null }), migration('2'), migration('3')]
  expect(choose(to('1'), { records: three, files })).toMatchObject({ kind: 'chosen' })
})
