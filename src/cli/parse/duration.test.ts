import { expect, test } from 'vitest'
import { formatDuration, parseDuration } from './duration.ts'

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['0s', 0],
  ['5', null],
  ['s', null],
  ['-5s', null],
  ['5 s', null],
  ['5d', null],
  ['', null],
])('%s is read as %s ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected)
})

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999, '999 ms'],
  [3400, '3.4 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [125_000, '2 min 5 s'],
  [3_720_000, '1 h 2 min'],
])('%s ms is written as %s', (ms, expected) => {
  expect(formatDuration(ms)).toBe(expected)
})
