import { expect, test } from 'vitest'
import { parseDocument } from '../json/parse.ts'
import { rulesOf } from '../migrate/rules.ts'
import { add, map, remove } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { type Transform, defineTransform } from '../transforms/transform.ts'
import { rehearseTransforms } from './rehearse.ts'

const sources = [
  '{"schema_version":"1","a":1.0}',
  '{"schema_version":"1","a":2,"status":"running"}',
  '{"schema_version":"2"}',
  '[]',
]

function rehearse(...transforms: readonly Transform[]): string[] {
  const documents = sources.map((source, i) => parseDocument(Buffer.from(source), `${i}.json`))
  const open = { transforms: makeRegistry(transforms), contracts: new Map(), rules: rulesOf({}) }
  return rehearseTransforms(open, documents, { now: '2026-02-28T10:30:00.000Z', documentsPerStep: 100 }).map(
    ({ step, verdict, documents, findings }) =>
      `${step} ${verdict} ${documents} ${findings.map((one) => one.what).join()}`.trim(),
  )
}

const second = defineTransform({ from: '2', to: '3', operations: [add('c', 1)] })
const cases: readonly (readonly [string, Transform, string])[] = [
  ['exact', defineTransform({ from: '1', to: '2', operations: [add('b', 1)] }), '1-2 exact 1'],
  [
    'lossy',
    defineTransform({ from: '1', to: '2', operations: [remove('a')] }),
    '1-2 differs 1 up and down do not give the same bytes',
  ],
  [
    'one way',
    defineTransform({ from: '1', to: '2', changes: ['x'], up: (doc) => ({ ...doc, schema_version: '2' }) }),
    '1-2 one-way 1',
  ],
  [
    'failing on the way back',
    defineTransform({
      from: '1',
      to: '2',
      operations: [
        map('a', {
          up: (a) => a,
          down: () => {
            throw new Error('no')
          },
        }),
      ],
    }),
    '1-2 fails 1 down: 0.json: the transform 2-1 stopped: no',
  ],
]

test.each(cases)('a transform that is %s is told so', (_, transform, wanted) => {
  expect(rehearse(transform, second)[0]).toBe(wanted)
})

test('a transform that looks at the clock fails', () => {
  const clock = defineTransform({
    from: '1',
    to: '2',
    changes: ['x'],
    up: (doc) => ({ ...doc, schema_version: '2', at: Date.now() }),
  })
  expect(rehearse(clock, second)[0]).toContain('1-2 fails 1 the transform 1-2 is not pure')
})

test('what comes out of one step goes into the next', () => {
  const [, next] = rehearse(defineTransform({ from: '1', to: '2', operations: [add('b', 1)] }), second)
  expect(next).toBe('2-3 exact 2')
})

test('a step that no document has come to is untried', () => {
  const first = defineTransform({ from: '0', to: '1', operations: [add('b', 1)] })
  const [untried] = rehearse(first, defineTransform({ from: '1', to: '3', operations: [] }), second)
  expect(untried).toBe('0-1 untried 0')
})
