import { expect, test } from 'vitest'
import { migration, record, sum } from '../../test/support/histories.ts'
import { arrange, type Arrangement, type Part } from './arrange.ts'
import type { Migration } from './migration.ts'

/** `2 <- auth/1` requires it; `1!` is applied already; `R__x` is a repeatable. */
function part(store: string, lines: readonly string[], scheme: Part['scheme'] = 'numeric'): Part {
  const parsed = lines.map((line) => {
    const [head = '', needs = ''] = line.split(' <- ')
    const requires = needs.split(', ').filter((one) => one !== '')
    return { applied: head.endsWith('!'), file: migration(head.replace('!', ''), { requires }) }
  })
  return {
    store,
    scheme,
    files: parsed.map((one) => one.file),
    pending: parsed.filter((one) => !one.applied).map((one) => ({ migration: one.file, record: null })),
    recorded: parsed.filter((one) => one.applied).map((one) => one.file.version),
  }
}

const orderOf = ({ order }: Arrangement): string =>
  order.map((one) => `${one.store}/${one.pending.migration.version}`).join(' ')

const orders: readonly (readonly [fact: string, parts: readonly Part[], order: string])[] = [
  ['nothing', [], ''],
  ['versions of a store keep their order', [part('a', ['1', '2', '10'])], 'a/1 a/2 a/10'],
  ['stores come by name, each as a whole', [part('b', ['1', '2']), part('a', ['1', '2'])], 'a/1 a/2 b/1 b/2'],
  ['what is required of another store comes first', [part('a', ['1 <- b/1']), part('b', ['1'])], 'b/1 a/1'],
  [
    'a store is left only when it must be',
    [part('a', ['1', '2 <- b/1', '3']), part('b', ['1', '2'])],
    'a/1 b/1 b/2 a/2 a/3',
  ],
  [
    'stores may wait for each other in turn',
    [part('a', ['1', '2 <- b/2']), part('b', ['1 <- a/1', '2'])],
    'a/1 b/1 b/2 a/2',
  ],
  ['three in a row', [part('a', ['1 <- b/1']), part('b', ['1 <- c/1']), part('c', ['1'])], 'c/1 b/1 a/1'],
  ['what is applied already is no need', [part('a', ['1 <- b/1']), part('b', ['1!', '2'])], 'a/1 b/2'],
  ['another spelling is the same need', [part('a', ['1 <- b/0001']), part('b', ['1'])], 'b/1 a/1'],
  ['a need of the same store is met by the order', [part('a', ['1', '2 <- 1', '3 <- a/2'])], 'a/1 a/2 a/3'],
  [
    'repeatables come last in their store',
    [part('a', ['R__views', '1', '2']), part('b', ['1'])],
    'a/1 a/2 a/R__views b/1',
  ],
  [
    'repeatables wait for what their store waits for',
    [part('a', ['1 <- b/1', 'R__views']), part('b', ['1'])],
    'b/1 a/1 a/R__views',
  ],
  [
    'a repeatable may be required',
    [part('a', ['1 <- b/R__views']), part('b', ['1', 'R__views'])],
    'b/1 b/R__views a/1',
  ],
  ['a repeatable may require another store', [part('a', ['R__views <- b/1']), part('b', ['1'])], 'b/1 a/R__views'],
  [
    'categories come by name',
    [part('a', ['task1', 'task2', 'knowledge1'], 'category')],
    'a/knowledge1 a/task1 a/task2',
  ],
  [
    'a category may require another',
    [part('a', ['knowledge1 <- task2', 'task1', 'task2'], 'category')],
    'a/task1 a/task2 a/knowledge1',
  ],
]

test.each(orders)('order: %s', (_fact, parts, order) => {
  const arranged = arrange(parts)
  expect(arranged.problems).toEqual([])
  expect(orderOf(arranged)).toBe(order)
})

const refused: readonly (readonly [fact: string, parts: readonly Part[], problem: string])[] = [
  ['a need that nobody has', [part('a', ['1 <- 7'])], 'a: requires-unknown 1, wanted 7'],
  [
    'a need of another store that it has not',
    [part('a', ['1 <- b/7']), part('b', ['1'])],
    'a: requires-unknown 1, wanted b/7',
  ],
  [
    'a need that exists, but that nobody has applied or will',
    [part('a', ['1 <- b/1']), { ...part('b', ['1']), pending: [] }],
    'a: requires-pending 1, wanted b/1',
  ],
  ['a store that is not there', [part('a', ['1 <- zoo/1'])], 'a: requires-unknown 1, wanted zoo/1'],
  ['a later version of the same store', [part('a', ['1 <- 2', '2'])], 'a: requires-later 1, wanted 2'],
  ['itself', [part('a', ['1 <- 1'])], 'a: requires-later 1, wanted 1'],
  ['itself, by the name of the store', [part('a', ['1 <- a/1'])], 'a: requires-later 1, wanted a/1'],
  ['a circle of two', [part('a', ['1 <- b/1']), part('b', ['1 <- a/1'])], 'a: requires-circle 1, a/1 -> b/1 -> a/1'],
  [
    'a circle through the order of a store',
    [part('a', ['1 <- b/2', '2']), part('b', ['1 <- a/2', '2'])],
    'a: requires-circle 1, a/1 -> b/1 -> a/1',
  ],
  [
    'a circle of three',
    [part('a', ['1 <- b/1']), part('b', ['1 <- c/1']), part('c', ['1 <- a/1'])],
    'a: requires-circle 1, a/1 -> b/1 -> c/1 -> a/1',
  ],
  [
    'a repeatable of its own store, which comes last',
    [part('a', ['1 <- R__views', 'R__views'])],
    'a: requires-later 1, wanted R__views',
  ],
]

test.each(refused)('refused: %s', (_fact, parts, wanted) => {
  const { problems } = arrange(parts)
  const told = problems.map(({ store, problem }) => {
    const { details } = problem
    const about =
      'wanted' in details ? `wanted ${details.wanted}` : 'circle' in details ? details.circle.join(' -> ') : ''
    return `${store}: ${problem.code} ${problem.version}, ${about}`
  })
  expect(told).toEqual([wanted])
})

test('what stands beside a circle is ordered all the same, and what waits for it is not', () => {
  const parts = [part('a', ['1 <- b/1']), part('b', ['1 <- a/1']), part('c', ['1', '2 <- a/1'])]
  expect(orderOf(arrange(parts))).toBe('c/1')
})

test('all unknown needs are told at once, and nothing is ordered then', () => {
  const { problems, order } = arrange([part('a', ['1 <- 7', '2 <- zoo/1, 8']), part('b', ['1'])])
  expect(problems).toHaveLength(3)
  expect(order).toEqual([])
})

test('needs of what is applied are not looked at: it has run', () => {
  expect(arrange([part('a', ['1! <- zoo/1', '2'])]).problems).toEqual([])
})

test('a need may be recorded although its file is gone', () => {
  const b: Part = { ...part('b', ['2']), recorded: ['1'] }
  expect(orderOf(arrange([part('a', ['1 <- b/1']), b]))).toBe('a/1 b/2')
})

test('a circle names the file and says in which store', () => {
  const [found] = arrange([part('b', ['1 <- a/1']), part('a', ['1 <- b/1'])]).problems
  expect(found).toMatchObject({ store: 'a', problem: { version: '1', file: 'm/1.sql' } })
})

test('what is pending keeps the record of its former run', () => {
  const former = record('1', 1, { state: 'failed', checksum: sum('1') })
  const file: Migration = migration('1')
  const a: Part = { ...part('a', []), files: [file], pending: [{ migration: file, record: former }], recorded: ['1'] }
  expect(arrange([a]).order).toEqual([{ store: 'a', pending: { migration: file, record: former } }])
})
