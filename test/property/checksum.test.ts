import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalText, checksumOf } from '../../src/core/checksum.ts'

const sum = (chunks: readonly string[]) => checksumOf(chunks, createHash('sha256'))

/** Texts in which line ends, blanks and marks are as frequent as letters. */
const texts = fc
  .array(fc.constantFrom('a', 'b;', ' ', '\t', '\r', '\n', '\r\n', '\uFEFF', 'ü', '😀'), { maxLength: 40 })
  .map((parts) => parts.join(''))

/** What rule v1 says, written another way. */
const rule = (text: string) => text.replace(/^\uFEFF/, '').replace(/[ \t\r]+(?=\n|$)/g, '')

test('the canonical text is what the rule says', () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(canonicalText(text)).toBe(rule(text))
    }),
  )
})

test('the canonical text of a canonical text is itself, but for a mark behind the mark', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const once = canonicalText(text)
      fc.pre(!once.startsWith('\uFEFF'))
      expect(canonicalText(once)).toBe(once)
    }),
  )
})

test('where the chunks are cut makes no difference', () => {
  fc.assert(
    fc.property(texts, fc.array(fc.nat(60), { maxLength: 8 }), (text, places) => {
      const cuts = [0, ...places.map((place) => Math.min(place, text.length)).sort((a, b) => a - b), text.length]
      const chunks = cuts.slice(1).map((end, i) => text.slice(cuts[i], end))
      expect(sum(chunks)).toBe(sum([text]))
    }),
  )
})

test('a byte-order mark, Windows line ends and blanks at line ends do not count', () => {
  const lines = fc.array(fc.constantFrom('a', 'b  c', '', 'ü;'), { maxLength: 10 })
  const blanks = fc.array(fc.constantFrom('', ' ', '\t', ' \r'), { minLength: 10, maxLength: 10 })
  fc.assert(
    fc.property(lines, blanks, (text, ends) => {
      const edited = text.map((line, i) => `${line}${ends[i] ?? ''}`).join('\r\n')
      expect(sum([`\uFEFF${edited}`])).toBe(sum([text.join('\n')]))
    }),
  )
})

test('any other change counts', () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(sum([a]) === sum([b])).toBe(rule(a) === rule(b))
    }),
  )
})
