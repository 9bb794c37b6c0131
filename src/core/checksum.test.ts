import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { canonicalText, checksumOf, parseChecksum, startChecksum } from './checksum.ts'

const sum = (...chunks: string[]) => checksumOf(chunks, createHash('sha256'))

const canonical: readonly (readonly [fact: string, text: string, wanted: string])[] = [
  ['an empty text stays empty', '', ''],
  ['plain text stays as it is', 'a;\n  b;\n', 'a;\n  b;\n'],
  ['a byte-order mark at the start does not count', '\uFEFFa', 'a'],
  ['a byte-order mark elsewhere counts', 'a\uFEFF', 'a\uFEFF'],
  ['only one byte-order mark is taken away', '\uFEFF\uFEFFa', '\uFEFFa'],
  ['CRLF is LF', 'a\r\nb\r\n', 'a\nb\n'],
  ['blanks at the end of a line do not count', 'a \t\nb\t \n', 'a\nb\n'],
  ['blanks and carriage returns may alternate', 'a \r \r\nb', 'a\nb'],
  ['blanks at the very end do not count', 'a\n \t', 'a\n'],
  ['a carriage return at the very end does not count', 'a\r', 'a'],
  ['blanks inside a line count', 'a  b', 'a  b'],
  ['blanks at the start of a line count', '  a\n\tb', '  a\n\tb'],
  ['a carriage return inside a line counts', 'a\rb', 'a\rb'],
  ['a last line feed counts', 'a\n', 'a\n'],
  ['empty lines count', 'a\n\n\nb', 'a\n\n\nb'],
  ['a line of blanks is an empty line', 'a\n \t \nb', 'a\n\nb'],
  ['only blanks is nothing', ' \t\r ', ''],
  ['blanks of other alphabets count', 'a\u00A0\n', 'a\u00A0\n'],
]

test.each(canonical)('canonical text: %s', (_fact, text, wanted) => {
  expect(canonicalText(text)).toBe(wanted)
  expect(sum(text)).toBe(`v1:sha256:${createHash('sha256').update(wanted).digest('hex')}`)
})

test('the value of a known text never changes', () => {
  expect(sum('create table users (id integer);\n')).toBe(
    'v1:sha256:968a887aca174ac5ff7677ad6717511dff395f1c528856c0c34d6e0cb08e4a9a',
  )
})

const cuts: readonly (readonly [fact: string, chunks: readonly string[]])[] = [
  ['between CR and LF', ['a\r', '\nb']],
  ['inside trailing blanks', ['a ', ' ', '\t', '\nb']],
  ['inside blanks that count', ['a ', ' ', ' b']],
  ['after the byte-order mark', ['\uFEFF', 'a']],
  ['before anything', ['', '', '\uFEFFa']],
  ['inside a character beyond 16 bits', ['a\uD83D', '\uDE00b']],
  ['after a first half that blanks follow', ['\uD83D', '\uDE00 ', '\n']],
  ['in front of a line feed', ['a', '\n', '\n', ' ', 'b']],
]

test.each(cuts)('a cut %s makes no difference', (_fact, chunks) => {
  expect(sum(...chunks)).toBe(sum(chunks.join('')))
})

test('a byte-order mark at the start of a later chunk counts', () => {
  expect(sum('a', '\uFEFFb')).not.toBe(sum('ab'))
})

test('a long run of blanks in many chunks is read in linear time', () => {
  const chunk = ' '.repeat(65_536)
  const running = startChecksum(createHash('sha256'))
  running.add('a')
  // Looking at the whole run again for each chunk would be 200 GB of characters.
  for (let i = 0; i < 2_500; i++) running.add(chunk)
  running.add('\n')
  expect(running.finish()).toBe(sum('a\n'))
})

const stored: readonly (readonly [fact: string, value: string, known: boolean])[] = [
  ['rule v1', sum('x'), true],
  ['another rule', sum('x').replace('v1', 'v2'), false],
  ['another hash', sum('x').replace('sha256', 'sha512'), false],
  ['upper case', sum('x').toUpperCase(), false],
  ['too short', sum('x').slice(0, -1), false],
  ['with a line feed', `${sum('x')}\n`, false],
  ['nothing', '', false],
]

test.each(stored)('a stored value is known or not: %s', (_fact, value, known) => {
  expect(parseChecksum(value)).toBe(known ? value : null)
})
