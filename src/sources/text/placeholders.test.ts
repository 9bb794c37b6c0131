import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { fillPlaceholders, type Dialect } from './placeholders.ts'

const values = { schema: 'my"app', who: "O'Brien", path: 'C:\\new', tail: '${who:raw}', tick: 'a`b' }

function fill(chunks: readonly string[], dialect: Dialect = 'postgres', some: Record<string, string> = values): string {
  try {
    return [...fillPlaceholders(chunks, { values: some, dialect, file: 'm/1.sql' })].join('')
  } catch (error) {
    return `error: ${(error as Error).message}`
  }
}

const cases: readonly (readonly [fact: string, dialect: Dialect, text: string, wanted: string])[] = [
  ['an identifier', 'postgres', '${schema:ident}.t', '"my""app".t'],
  ['an identifier of MySQL', 'mysql', '${tick:ident}', '`a``b`'],
  ['an identifier of Cypher', 'cypher', '${tick:ident}', '`a``b`'],
  ['a literal', 'postgres', '= ${who:literal}', "= 'O''Brien'"],
  ['a literal with a backslash, whatever the server is set to', 'postgres', '=${path:literal}', "= E'C:\\\\new'"],
  ['a backslash is a letter to SQLite', 'sqlite', '=${path:literal}', "='C:\\new'"],
  ['a backslash is none to MySQL', 'mysql', '=${path:literal}', "='C:\\\\new'"],
  ['a quote of Cypher', 'cypher', '${who:literal}', "'O\\'Brien'"],
  ['text as it is', 'postgres', '-- ${who:raw}', "-- O'Brien"],
  ['several', 'postgres', '${who:raw}${who:raw}', "O'BrienO'Brien"],
  ['a value is not looked through again', 'postgres', '${tail:raw}', '${who:raw}'],
  ['what no name follows is plain text', 'postgres', '$${"a": 1}$$ ${}', '$${"a": 1}$$ ${}'],
  ['a dollar at the end', 'postgres', 'a$', 'a$'],
  ['a brace at the end', 'postgres', 'a${', 'a${'],
]

test.each(cases)('placeholders: %s', (_fact, dialect, text, wanted) => {
  expect(fill([text], dialect)).toBe(wanted)
})

test('with none declared it is plain text', () => {
  expect(fill(['${schema:ident} ${'], 'postgres', {})).toBe('${schema:ident} ${')
})

const unknown: readonly (readonly [fact: string, text: string, wanted: string])[] = [
  ['an unknown name', 'a\nb ${shcema:ident}', 'm/1.sql:2: ${shcema:ident} is not declared'],
  ['a missing form', '${schema}', 'm/1.sql:1: ${schema} is not declared'],
  ['an unknown form', '${schema:idnet}', 'm/1.sql:1: ${schema:idnet} is not declared'],
  ['blanks', '${ schema:ident }', 'm/1.sql:1: ${ schema:ident } is not declared'],
  ['a name that every object has', '${toString:raw}', 'm/1.sql:1: ${toString:raw} is not declared'],
  ['a missing brace', '\n${schema:ident\n}', 'm/1.sql:2: ${schema:ident} is not declared'],
  ['a missing brace at the end', '${schema:ident', 'm/1.sql:1: ${schema:ident} is not declared'],
]

test.each(unknown)('refused: %s', (_fact, text, wanted) => {
  expect(fill([text])).toBe(`error: ${wanted}`)
  expect(fill(text.split(''))).toBe(`error: ${wanted}`)
})

test('where the chunks are cut makes no difference', () => {
  const parts = fc.constantFrom('${who:literal}', '${schema:ident}', '$', '{', '}', '\n', 'a', '${', '${who:', "'", 'é')
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 12 }), fc.array(fc.nat(80), { maxLength: 6 }), (some, places) => {
      const text = some.join('')
      const cuts = [0, ...places.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length]
      expect(fill(cuts.slice(1).map((end, i) => text.slice(cuts[i], end)))).toBe(fill([text]))
    }),
  )
})

test('a long text without a closing brace is not held back', () => {
  const chunks = Array.from({ length: 50 }, () => 'x'.repeat(10_000))
  expect(fill(['${', ...chunks, '\n'])).toContain('error: ')
  expect(fill(['$', '{"', ...chunks])).toBe(`\${"${chunks.join('')}`)
})
