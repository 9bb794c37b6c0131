import { expect, test } from 'vitest'
import { positionIn, shortened } from './place.ts'

const statement = { text: 'select a,\r\n  b\nfrom t', line: 7, column: 5 }

const places: readonly [number, number, number, string | null][] = [
  [0, 7, 5, '    select a,'],
  [7, 7, 12, '    select a,'],
  [11, 8, 1, '  b'],
  [13, 8, 3, '  b'],
  [15, 9, 1, 'from t'],
  [21, 9, 7, 'from t'],
  [999, 9, 7, 'from t'],
  [-1, 7, 5, '    select a,'],
]
for (const [offset, line, column, excerpt] of places) {
  test(`offset ${offset} is line ${line}, column ${column}`, () => {
    expect(positionIn(statement, offset, 'file.sql')).toEqual({ file: 'file.sql', line, column, excerpt })
  })
}

test('a very long line is not shown', () => {
  const long = { text: `select 1\n${'x'.repeat(10_000)}`, line: 1, column: 1 }
  expect(positionIn(long, 5000, 'file.sql')).toMatchObject({ line: 2, column: 4992, excerpt: null })
})

const short: readonly [string, string, string][] = [
  ['line breaks become blanks', 'select\r\n  1,\n\t2', 'select 1, 2'],
  ['120 characters fit', 'x'.repeat(120), 'x'.repeat(120)],
  ['121 do not', 'x'.repeat(121), `${'x'.repeat(117)}...`],
  ['no half characters', `${'x'.repeat(116)}𝄞${'x'.repeat(10)}`, `${'x'.repeat(116)}...`],
  [
    'a password is not shown',
    "create role a login password 'se''cret' valid",
    "create role a login password '********' valid",
  ],
  ['nor one in an address', "connection 'host=a password=secret user=b'", "connection 'host=a password=****** user=b'"],
  ['nor one in a URL', "connection 'postgres://a:secret@b/c'", "connection 'postgres://a:******@b/c'"],
]
for (const [name, text, expected] of short) test(name, () => expect(shortened({ text })).toBe(expected))
