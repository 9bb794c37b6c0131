import { expect, test } from 'vitest'
import type { ColumnType, IndexColumn } from '../../core/address.ts'
import { parseDocument } from '../json/parse.ts'
import { memberOf, type JsonObject, type JsonValue } from '../json/value.ts'
import { cellOf } from './cells.ts'

/** The value as a document would give it: numbers that a double cannot hold stay exact. */
function read(json: string): JsonValue | undefined {
  const { value } = parseDocument(Buffer.from(`{"v": ${json}}`), 'x.json')
  return memberOf(value as JsonObject, 'v')
}

function column(type: ColumnType, more: Partial<IndexColumn> = {}): IndexColumn {
  return { name: 'v', at: 'v', type, needed: false, default: null, indexed: false, ...more }
}

const cells: readonly (readonly [type: ColumnType, json: string, cell: string | null])[] = [
  ['text', '"it\'s \\"quoted\\" \\\\ é \\ud83d\\ude00"', 'it\'s "quoted" \\ é 😀'],
  ['text', '"\\\\u0000"', '\\u0000'],
  ['text', '""', ''],
  ['text', 'null', null],
  ['integer', '9223372036854775807', '9223372036854775807'],
  ['integer', '-9223372036854775808', '-9223372036854775808'],
  ['integer', '1.0', '1'],
  ['integer', '12e2', '1200'],
  ['integer', '0.0001e4', '1'],
  ['integer', '-0', '0'],
  ['decimal', '12345678901234567890.123456789', '12345678901234567890.123456789'],
  ['decimal', '1e400', '1e400'],
  ['real', '0.1', '0.1'],
  ['boolean', 'true', 'true'],
  ['boolean', 'false', 'false'],
  ['time', '"2026-02-28T10:30:00.123456Z"', '2026-02-28T10:30:00.123456Z'],
  ['time', '"2024-02-29T23:59:59+05:30"', '2024-02-29T23:59:59+05:30'],
  ['json', 'null', 'null'],
  ['json', '[1, {"b": 12345678901234567890.5, "a": "\\\\u0000"}]', '[1,{"b":12345678901234567890.5,"a":"\\\\u0000"}]'],
  ['json', '{"__proto__": 1}', '{"__proto__":1}'],
]

test.each(cells)('%s %s', (type, json, cell) => {
  expect(cellOf(read(json), column(type))).toEqual({ ok: true, cell })
})

const refused: readonly (readonly [type: ColumnType, json: string, reason: string])[] = [
  ['text', '7', 'it is 7, not text'],
  ['text', '["a"]', 'it is ["a"], not text'],
  ['text', '"a\\u0000b"', 'U+0000'],
  ['json', '{"deep": ["a\\u0000b"]}', 'U+0000'],
  ['json', '[1e99999]', '1e99999 is longer than a table can hold'],
  ['integer', '9223372036854775808', 'no whole number of 64 bits'],
  ['integer', '1.5', 'no whole number'],
  ['integer', '1e-3', 'no whole number'],
  ['integer', '1e99999', 'no whole number'],
  ['integer', '"7"', 'not a number'],
  ['decimal', '1e99999', 'longer than a table can hold'],
  ['real', '1e400', 'beyond what a double holds'],
  ['boolean', '1', 'not true or false'],
  ['time', '"2026-02-30T10:30:00Z"', 'no time such as'],
  ['time', '"2026-02-28T10:30:00"', 'no time such as'],
  ['time', '"0000-02-28T10:30:00Z"', 'no time such as'],
  ['time', '"2026-02-28T24:30:00Z"', 'no time such as'],
  ['time', '"yesterday"', 'no time such as'],
  ['time', '1772274600', 'not a time as text'],
]

test.each(refused)('%s %s is no cell', (type, json, reason) => {
  expect(cellOf(read(json), column(type))).toEqual({ ok: false, reason: expect.stringContaining(reason) })
})

test('what is absent takes the default, what is null does not', () => {
  expect(cellOf(undefined, column('integer', { default: '3' }))).toEqual({ ok: true, cell: '3' })
  expect(cellOf(null, column('integer', { default: '3' }))).toEqual({ ok: true, cell: null })
  expect(cellOf(undefined, column('json'))).toEqual({ ok: true, cell: null })
})

test.each([undefined, null])('a column that needs a value refuses %s', (value) => {
  expect(cellOf(value, column('text', { needed: true })).ok).toBe(false)
})
