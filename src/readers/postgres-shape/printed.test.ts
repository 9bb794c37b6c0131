import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { canonicalPrinted } from './printed.ts'

function check(name: string, printed: string, canonical: string): void {
  test(name, () => {
    expect(canonicalPrinted(printed)).toBe(canonical)
  })
}

check('blanks and line ends become one blank', ' SELECT a.x,\n    a.y\n   FROM a;', 'SELECT a.x, a.y FROM a;')
check('blanks inside strings and names stay', `'a  b' || "c  d"`, `'a  b' || "c  d"`)
check('a text cast of a string goes', `'x'::text`, `'x'`)
check('a chain of text casts of a string goes', `(('x'::character varying)::text)::bpchar`, `'x'`)
check('a cast of anything else stays', `(status)::text = now()::text`, '(status)::text = now()::text')
check('a cast to another type stays', `'1'::integer + '1'::numeric`, `'1'::integer + '1'::numeric`)
check('a cast with a length stays', `'abc'::character varying(2)`, `'abc'::character varying(2)`)
check('a cast to an array stays', `'{a}'::text[]`, `'{a}'::text[]`)
check('the argument of a call keeps its brackets', `lower('X'::text)`, `lower('X')`)
check('the argument of a quoted call keeps its brackets', `"F"('X'::text)`, `"F"('X')`)
check(
  'an array of strings loses its cast',
  `x = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])`,
  `x = ANY (ARRAY['a', 'b'])`,
)
check('an array of anything else keeps its cast', `ANY ((ARRAY[a, b])::text[])`, `ANY ((ARRAY[a, b])::text[])`)
check(
  'an array of strings keeps a cast to another type',
  `ANY ((ARRAY['a'::text])::app.mood[])`,
  `ANY ((ARRAY['a'])::app.mood[])`,
)
check('nested ANDs are one chain', `(((a > 1) AND (b > 2)) AND (c > 3))`, `((a > 1) AND (b > 2) AND (c > 3))`)
check('nested ORs are one chain', `((a) OR ((b) OR (c)))`, `((a) OR (b) OR (c))`)
check('an OR inside an AND keeps its brackets', `((a) AND ((b) OR (c)))`, `((a) AND ((b) OR (c)))`)
check(
  'a frame of a window is no chain',
  `(a AND sum(b) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))`,
  `(a AND sum(b) OVER (ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))`,
)
check('a string that holds brackets and quotes is a string', `'it''s ) AND ('::text`, `'it''s ) AND ('`)
check('a backslash is plain in a plain string', `'a\\'::text || 'b'`, `'a\\' || 'b'`)
check('a backslash escapes in an E string', `E'a\\'b'::text`, `E'a\\'b'`)
check('what has no end is left alone', `(a::text`, `(a::text`)

const parts = fc.constantFrom(
  '(',
  ')',
  '[',
  ']',
  'AND',
  'OR',
  'ARRAY',
  `'x'`,
  `'it''s'`,
  '::',
  'text',
  'character',
  'varying',
  'a',
  '"B c"',
  ',',
  '=',
  '1',
  ' ',
)

test('the canonical form of a canonical form is itself, whatever the text', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (texts) => {
      const once = canonicalPrinted(texts.join(' '))
      expect(canonicalPrinted(once)).toBe(once)
    }),
  )
})

test('what is not blank, bracket, connective or text cast is never lost', () => {
  const kept = (text: string): string[] => text.match(/'x'|'it''s'|\ba\b|"B c"|[,=1]/g) ?? []
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (texts) => {
      const text = texts.join(' ')
      expect(kept(canonicalPrinted(text))).toEqual(kept(text))
    }),
  )
})
