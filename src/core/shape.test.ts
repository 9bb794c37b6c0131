import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { compareShapes, describeDifference } from './shape.ts'
import type { CompareOptions, Facts, Shape, ShapeObject } from './shape.ts'

type Line = readonly [kind: string, name: string, facts?: Facts]

function shape(...lines: readonly Line[]): Shape {
  return { rule: 'test-1', objects: lines.map(([kind, name, facts = {}]) => ({ kind, name, facts })) }
}

function check(
  name: string,
  [expected, found]: readonly [Shape, Shape],
  told: readonly string[],
  options?: CompareOptions,
): void {
  test(name, () => {
    expect(compareShapes(expected, found, options).map(describeDifference)).toEqual(told)
  })
}

const email: Line = ['column', 'public.users.email', { type: 'text', nullable: false }]

check('equal shapes have no differences', [shape(email), shape(email)], [])

check(
  'the order of objects does not count',
  [shape(email, ['table', 'public.users']), shape(['table', 'public.users'], email)],
  [],
)

check(
  'an absent fact is the same as null',
  [shape(['column', 'a.b', { default: null }]), shape(['column', 'a.b', {}])],
  [],
)

check(
  'each fact that changed is told by itself',
  [shape(email), shape(['column', 'public.users.email', { type: 'bytea', nullable: true }])],
  [
    'column public.users.email: nullable was false, found true',
    'column public.users.email: type was text, found bytea',
  ],
)

check(
  'a fact that came or went was nothing',
  [shape(['column', 'a.b', { default: '1', type: 'int' }]), shape(['column', 'a.b', { type: 'int', comment: '' }])],
  ["column a.b: comment was nothing, found ''", 'column a.b: default was 1, found nothing'],
)

check(
  'missing and unexpected objects are told with their definition, where they have one',
  [shape(['index', 'a.t.i', { definition: 'btree (x)' }]), shape(['trigger', 'a.t.g'])],
  ['index a.t.i is missing: btree (x)', 'trigger a.t.g is unexpected'],
)

check(
  'a kind is part of the key',
  [shape(['table', 'a.t']), shape(['view', 'a.t'])],
  ['table a.t is missing', 'view a.t is unexpected'],
)

check(
  'the parts of a missing table are not told again',
  [shape(['table', 'a.t'], ['column', 'a.t.x'], ['column', 'a.t2.x'], ['table', 'a.t2']), shape(['table', 'a.t2'])],
  ['column a.t2.x is missing', 'table a.t is missing'],
)

check(
  'the contents of a missing schema are told',
  [shape(['schema', 'a'], ['table', 'a.t']), shape()],
  ['schema a is missing', 'table a.t is missing'],
)

const check1: Line = ['constraint', 'a.t.t_check', { definition: 'CHECK (x > 1)' }]
const check2: Line = ['constraint', 'a.t.t_check', { definition: 'CHECK (x > 2)' }]
const check3: Line = ['constraint', 'a.t.t_check', { definition: 'CHECK (x > 3)' }]

check(
  'objects that the store numbered are matched by what they are',
  [shape(check1, check2), shape(check2, check1)],
  [],
)

check(
  'one more of them is unexpected, and it is the new one',
  [shape(check2), shape(check1, check2)],
  ['constraint a.t.t_check is unexpected: CHECK (x > 1)'],
)

check(
  'two of them twice is one too many',
  [shape(check1), shape(check1, check1)],
  ['constraint a.t.t_check is unexpected: CHECK (x > 1)'],
)

check(
  'what remains of them is compared',
  [shape(check1, check2), shape(check2, check3)],
  ['constraint a.t.t_check: definition was CHECK (x > 1), found CHECK (x > 3)'],
)

const ordered = (columnOrder: string): Shape => shape(['table', 'a.t', { columnOrder }])

check('the order of columns does not count', [ordered('x, y'), ordered('y, x')], [])

check(
  'the order of columns counts where it is asked for',
  [ordered('x, y'), ordered('y, x')],
  ['table a.t: columnOrder was x, y, found y, x'],
  {
    columnOrder: 'compared',
  },
)

check('another set of columns is no other order', [ordered('x, y'), ordered('y')], [], { columnOrder: 'compared' })

check(
  'a long text is shown where it differs, on one line',
  [
    shape(['function', 'a.f()', { body: `begin\n${'x := 1; '.repeat(30)}return 1; end` }]),
    shape(['function', 'a.f()', { body: `begin\n${'x := 1; '.repeat(30)}return 2; end` }]),
  ],
  ['function a.f(): body was … := 1; x := 1; x := 1; return 1; end, found … := 1; x := 1; x := 1; return 2; end'],
)

test('shapes of two rules are not compared', () => {
  expect(() => compareShapes(shape(), { rule: 'test-2', objects: [] })).toThrow('rule test-1')
})

const anyObject: fc.Arbitrary<ShapeObject> = fc.record({
  kind: fc.constantFrom('table', 'column'),
  name: fc.constantFrom('a', 'a.b', 'a.b.c', 'd'),
  facts: fc.dictionary(fc.constantFrom('type', 'definition'), fc.constantFrom('1', '2', true, null), {
    noNullPrototype: true,
  }),
})
const anyObjects = fc.array(anyObject, { maxLength: 6 })

test('a shape equals itself in any order', () => {
  fc.assert(
    fc.property(
      anyObjects.chain((objects) =>
        fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length })),
      ),
      ([objects, shuffled]) => {
        expect(compareShapes({ rule: 'r', objects }, { rule: 'r', objects: shuffled })).toEqual([])
      },
    ),
  )
})

test('both directions agree whether there is a difference', () => {
  fc.assert(
    fc.property(anyObjects, anyObjects, (a, b) => {
      const there = compareShapes({ rule: 'r', objects: a }, { rule: 'r', objects: b })
      const back = compareShapes({ rule: 'r', objects: b }, { rule: 'r', objects: a })
      expect(there.length).toBe(back.length)
    }),
  )
})
