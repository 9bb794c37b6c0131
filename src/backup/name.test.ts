import { expect, test } from 'vitest'
import { compareNewest, freeBackupName, parseBackupName } from './name.ts'

const at = Date.UTC(2026, 0, 15, 14, 30, 45, 999)

test.each([
  ['the first of a second', [], 'auth.2026-01-15_14-30-45.bak'],
  ['the second', ['auth.2026-01-15_14-30-45.bak'], 'auth.2026-01-15_14-30-45-2.bak'],
  ['beside one that is compressed', ['auth.2026-01-15_14-30-45.bak.zst'], 'auth.2026-01-15_14-30-45-2.bak'],
  ['beside one under way', ['auth.2026-01-15_14-30-45.bak.partial'], 'auth.2026-01-15_14-30-45-2.bak'],
  ['beside a manifest alone', ['auth.2026-01-15_14-30-45.bak.json'], 'auth.2026-01-15_14-30-45-2.bak'],
  ['of another store', ['app.2026-01-15_14-30-45.bak'], 'auth.2026-01-15_14-30-45.bak'],
])('a name nobody has: %s', (_fact, taken, expected) => {
  expect(freeBackupName('auth', at, (file) => taken.includes(file))).toBe(expected)
})

test.each([
  ['app.2026-01-15_14-30-45.bak', { store: 'app', stamp: '2026-01-15_14-30-45', number: 1, packed: false }],
  ['a.b.2026-01-15_14-30-45-12.bak.zst', { store: 'a.b', stamp: '2026-01-15_14-30-45', number: 12, packed: true }],
  ['app.2026-01-15_14-30-45.bak.partial', null],
  ['app.2026-01-15_14-30-45.bak.json', null],
  ['app.bak', null],
  ['.app.lockstep-lock', null],
])('%s is read', (file, expected) => {
  expect(parseBackupName(file)).toEqual(expected)
})

test('the newest is first, within a second too', () => {
  const files = [
    'a.2026-01-15_14-30-45.bak',
    'a.2026-01-15_14-30-45-10.bak',
    'a.2026-02-01_00-00-00.bak',
    'a.2026-01-15_14-30-45-2.bak',
  ]
  const names = files.map((file) => parseBackupName(file)).filter((one) => one !== null)
  expect(names.sort(compareNewest).map((one) => `${one.stamp} ${one.number}`)).toEqual([
    '2026-02-01_00-00-00 1',
    '2026-01-15_14-30-45 10',
    '2026-01-15_14-30-45 2',
    '2026-01-15_14-30-45 1',
  ])
})
