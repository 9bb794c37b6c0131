import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { LockstepError } from '../../core/error.ts'
import { parseDirectives } from './directives.ts'
import { readHead } from './head.ts'

const cases: readonly (readonly [text: string, rest: string, lines: readonly number[]])[] = [
  ['', '', []],
  ['select 1', 'select 1', []],
  ['\n\n -- a\n--b\nselect', 'select', [3, 4]],
  ['/* a\n b */ -- c\nselect', 'select', [2]],
  ['/* a', '', []],
  ['/* /* */ */', '*/', []],
  ['--', '', [1]],
  ['-- a\r\nselect', 'select', [1]],
  ['- - a', '- - a', []],
]

test.each(cases)('the head of %j', (text, rest, lines) => {
  const { comments, end } = readHead(text, 'sql')
  expect(text.slice(end)).toBe(rest)
  expect(comments.map((one) => one.line)).toEqual(lines)
})

/** Texts that nearly are heads. */
const texts = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '-- lockstep: ',
        '--',
        '/*',
        '*/',
        '\n',
        '\r\n',
        ' ',
        ',',
        '/',
        'requires',
        'lock-timeout',
        '2s',
        'allow x y',
      ),
      fc.string({ maxLength: 5 }),
    ),
    { maxLength: 25 },
  )
  .map((parts) => parts.join(''))

test('whatever a file holds, its head is read or refused with the line', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(readHead(text, 'sql').end).toBeLessThanOrEqual(text.length)
      try {
        parseDirectives(text, 'm/1.sql')
      } catch (error) {
        if (!(error instanceof LockstepError)) throw error
        expect(error.code).toBe('directive-invalid')
        const { line } = error.details as { line: number }
        expect(text.split('\n')[line - 1]).toContain('lockstep')
      }
    }),
    { numRuns: 2_000 },
  )
})
