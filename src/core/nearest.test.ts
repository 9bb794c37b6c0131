import { expect, test } from 'vitest'
import { nearestWord } from './nearest.ts'

const verbs = ['up', 'down', 'plan', 'status', 'history', 'repair']

test.each([
  ['a letter missing', 'staus', 'status'],
  ['two neighbours swapped', 'paln', 'plan'],
  ['a letter too much', 'downn', 'down'],
  ['another case', 'Status', 'status'],
  ['two edits', 'histroies', null],
  ['short words allow one edit', 'uo', 'up'],
  ['short words allow no more', 'xyz', null],
  ['something else', 'kubernetes', null],
])('%s: %s', (_, word, expected) => {
  expect(nearestWord(word, verbs)).toBe(expected)
})

test('the first of two equally near words is taken', () => {
  expect(nearestWord('bat', ['cat', 'hat'])).toBe('cat')
})
