import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { searchMarkers, type Marker } from './markers.ts'

function search(chunks: readonly string[], language: 'sql' | 'module' = 'sql'): readonly Marker[] {
  const found = searchMarkers(language)
  for (const chunk of chunks) found.add(chunk)
  return found.finish()
}

const cases: readonly (readonly [text: string, wanted: readonly (readonly [string, string, number])[]])[] = [
  ['', []],
  ['-- migrate:up', [['dbmate', '-- migrate:up', 0]]],
  ['a\n  --migrate:down x\r\nb', [['dbmate', '--migrate:down x', 2]]],
  [
    '-- +goose Up\n-- +goose StatementBegin\n',
    [
      ['goose', '-- +goose Up', 0],
      ['goose', '-- +goose StatementBegin', 13],
    ],
  ],
  ['-- +migrate Up notransaction', [['sql-migrate', '-- +migrate Up notransaction', 0]]],
  ['-- no-transaction\n', [['sqlx', '-- no-transaction', 0]]],
  ['-- no-transaction\r\n', [['sqlx', '-- no-transaction', 0]]],
  ['-- no-transaction here\n', []],
  ['x;--> statement-breakpoint\n', [['drizzle', '--> statement-breakpoint', 2]]],
  ['-- lockstep : breaking', [['lockstep', '-- lockstep : breaking', 0]]],
  ['select 1; -- migrate:up', []],
  ['-- migrate:upward\n-- +goosebumps\n-- lockstep is here\n-- Migrate:up', []],
]

test.each(cases)('the markers of %j', (text, wanted) => {
  expect(search([text]).map(({ family, text, start }) => [family, text, start])).toEqual(wanted)
})

test('in modules only our own directives are markers', () => {
  expect(search(['// lockstep: breaking\n// migrate:up\n-- migrate:up'], 'module')).toHaveLength(1)
})

test('where the chunks are cut makes no difference', () => {
  const parts = fc.constantFrom(
    '-- migrate:up',
    '-- +goose Down',
    '--> statement-breakpoint',
    '\n',
    '\n',
    '\r\n',
    ' ',
    'a',
    '--',
    'é😀',
  )
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 15 }), fc.array(fc.nat(120), { maxLength: 8 }), (some, places) => {
      const text = some.join('')
      const cuts = [0, ...places.map((at) => Math.min(at, text.length)).sort((a, b) => a - b), text.length]
      expect(search(cuts.slice(1).map((end, i) => text.slice(cuts[i], end)))).toEqual(search([text]))
    }),
  )
})

test('places are right behind lines that are too long to keep', () => {
  const long = 'x'.repeat(200_000)
  const text = `${long}\n-- migrate:up\n${long}${long}\n\n-- migrate:down\n${long}`
  const chunks = Array.from({ length: Math.ceil(text.length / 65_536) }, (_, i) =>
    text.slice(i * 65_536, (i + 1) * 65_536),
  )
  const wanted = ['-- migrate:up', '-- migrate:down'].map((marker) => [marker, text.indexOf(marker)])
  expect(search(chunks).map(({ text, start }) => [text, start])).toEqual(wanted)
})
