import { expect, test } from 'vitest'
import { parseDocument } from '../json/parse.ts'
import { printDocument } from '../json/print.ts'
import type { JsonObject } from '../json/value.ts'
import { type Operation, add, map, move, remove, rename, wrap, wrapInList } from './operations.ts'
import { defineTransform } from './transform.ts'

function run(operation: Operation, direction: 'up' | 'down', source: string): string {
  const transform = defineTransform({ from: '1', to: '2', operations: [operation] })
  const document = parseDocument(Buffer.from(source), 'm')
  const step = direction === 'up' ? transform.up : transform.down
  const context = { document: 'm', from: '1', to: '2', now: '' }
  return Buffer.from(printDocument(step?.(document.value as JsonObject, context) as JsonObject, document)).toString()
}

const operations: readonly (readonly [string, Operation, string, string])[] = [
  ['add', add('b', {}), '{"a":1}', '{"a":1,"b":{}}'],
  ['add below', add('a.b', 1), '{"a":{}}', '{"a":{"b":1}}'],
  ['add to each', add('list.*.b', 1), '{"list":[{},{"b":2}]}', '{"list":[{"b":1},{"b":2}]}'],
  ['add a key with dots', add('/a.b', 1), '{}', '{"a.b":1}'],
  ['rename keeps the place', rename('a', 'z'), '{"a":1.0,"b":2}', '{"z":1.0,"b":2}'],
  ['rename of each', rename('list.*.a', 'z'), '{"list":[{"a":1}]}', '{"list":[{"z":1}]}'],
  ['remove with a way back', remove('a', 'none'), '{"b":1,"a":"none"}', '{"b":1}'],
  ['move', move('a', 'b.c'), '{"x":1,"a":1.0}', '{"x":1,"b":{"c":1.0}}'],
  ['map by table', map('p', { low: 'LOW' }), '{"p":"low"}', '{"p":"LOW"}'],
  ['map of each', map('*.p', { low: 'LOW' }), '{"a":{"p":"low"},"b":{"p":"x"}}', '{"a":{"p":"LOW"},"b":{"p":"x"}}'],
  ['wrap', wrap('tag', 'name'), '{"tag":"x"}', '{"tag":{"name":"x"}}'],
  ['wrap in a list', wrapInList('tag'), '{"tag":1.0}', '{"tag":[1.0]}'],
  ['nothing to do', rename('q', 'z'), '{"a":1}', '{"a":1}'],
]

for (const [fact, operation, before, after] of operations) {
  test(`both directions: ${fact}`, () => {
    expect(run(operation, 'up', before)).toBe(after)
    expect(run(operation, 'down', after)).toBe(before)
  })
}

test('what was added and filled since stays on the way down', () => {
  expect(run(add('hash', null), 'down', '{"hash":"abc"}')).toBe('{"hash":"abc"}')
})

const clashes: readonly (readonly [string, Operation, 'up' | 'down', string, string])[] = [
  ['rename onto a key that is there', rename('a', 'b'), 'up', '{"a":1,"b":2}', 'both a and b are there'],
  ['move onto a place that is taken', move('a', 'b'), 'up', '{"a":1,"b":2}', 'both a and b are there'],
  ['move into what is no object', move('a', 'b.c'), 'up', '{"a":1,"b":2}', 'there is no object to hold c'],
  ['unwrap what holds more', wrap('a', 'x'), 'down', '{"a":{"x":1,"y":2}}', 'a holds more than x'],
  ['unlist two values', wrapInList('a'), 'down', '{"a":[1,2]}', 'a holds not exactly one value'],
]

for (const [fact, operation, direction, source, wanted] of clashes) {
  test(`refused rather than losing data: ${fact}`, () => {
    expect(() => run(operation, direction, source)).toThrow(wanted)
  })
}

test('a table that leads from two values to one is refused', () => {
  expect(() => map('p', { a: 'x', b: 'x' })).toThrow('cannot be taken back')
})
