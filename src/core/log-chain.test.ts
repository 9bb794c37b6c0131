import { expect, test } from 'vitest'
import { sha256 } from '../../test/support/histories.ts'
import type { LogEntry, LogRow } from './history.ts'
import { chainRow, findChainFault } from './log-chain.ts'

const entry = (detail: string): LogEntry => ({
  event: 'applied',
  version: '1',
  at: '2026-01-02T03:04:05.678Z',
  by: 'ada@desk',
  runId: 'run-1',
  toolVersion: '0.1.0',
  detail,
})

/** A log of these details, from the first row on. */
function logOf(...details: readonly string[]): LogRow[] {
  const rows: LogRow[] = []
  for (const detail of details) rows.push(chainRow(rows.at(-1) ?? null, entry(detail), sha256))
  return rows
}

const log = logOf('one', 'two', 'three')

test('rows are numbered from 1, and equal entries have different hashes', () => {
  const rows = logOf('same', 'same')
  expect(rows.map((row) => row.id)).toEqual([1, 2])
  expect(rows[0]?.hash).not.toBe(rows[1]?.hash)
})

test('the hash of a known row never changes', () => {
  // A log that was written must be told from a rewritten one by every later version of this code.
  expect(chainRow(null, entry('m/1.sql'), sha256).hash).toBe(
    sha256('\n[1,"applied","1","2026-01-02T03:04:05.678Z","ada@desk","run-1","0.1.0","m/1.sql"]'),
  )
  expect(chainRow({ id: 7, hash: 'abc' }, { ...entry('x'), version: null }, sha256)).toMatchObject({
    id: 8,
    hash: sha256('abc\n[8,"applied",null,"2026-01-02T03:04:05.678Z","ada@desk","run-1","0.1.0","x"]'),
  })
})

/** One row replaced. */
const withRow = (id: number, more: Partial<LogRow>): LogRow[] =>
  log.map((row) => (row.id === id ? { ...row, ...more } : row))

const faults: readonly (readonly [
  fact: string,
  rows: readonly LogRow[],
  fault: { row: number; reason: string } | null,
])[] = [
  ['an empty log holds', [], null],
  ['a log as it was written holds', log, null],
  ['its beginning holds by itself: a cut end is found by its head', log.slice(0, 2), null],
  ['a changed detail', withRow(2, { detail: 'other' }), { row: 2, reason: 'its text does not fit its hash' }],
  [
    'a changed time',
    withRow(1, { at: '2026-01-02T03:04:05.679Z' }),
    { row: 1, reason: 'its text does not fit its hash' },
  ],
  ['a changed author', withRow(3, { by: 'eve@desk' }), { row: 3, reason: 'its text does not fit its hash' }],
  ['a changed version', withRow(2, { version: null }), { row: 2, reason: 'its text does not fit its hash' }],
  ['a changed event', withRow(2, { event: 'failed' }), { row: 2, reason: 'its text does not fit its hash' }],
  ['a changed hash', withRow(1, { hash: log[1]?.hash ?? '' }), { row: 1, reason: 'its text does not fit its hash' }],
  ['a row that was cut out', [...log.slice(0, 1), ...log.slice(2)], { row: 3, reason: 'row 2 is missing' }],
  ['a first row that was cut off', log.slice(1), { row: 2, reason: 'row 1 is missing' }],
  [
    'two rows changed over',
    [log[1], log[0], log[2]].filter((row) => row !== undefined),
    { row: 2, reason: 'row 1 is missing' },
  ],
  ['a row that is there twice', [...log.slice(0, 1), ...log], { row: 1, reason: 'row 2 is missing' }],
  [
    'a row that was made anew, without what followed',
    [...log.slice(0, 1), chainRow(log[0] ?? null, entry('other'), sha256), ...log.slice(2)],
    { row: 3, reason: 'its text does not fit its hash' },
  ],
]

test.each(faults)('%s', (_fact, rows, fault) => {
  expect(findChainFault(rows, sha256)).toEqual(fault)
})
