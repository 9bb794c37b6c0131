import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256Of } from '../json/canonical.ts'
import { parseDocument } from '../json/parse.ts'
import { type JsonObject, type JsonValue, isJsonObject, memberOf, withoutMember } from '../json/value.ts'
import { add } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { type Transform, defineTransform } from '../transforms/transform.ts'
import type { Contracts } from './contracts.ts'
import { asEntry, checksumWithoutOwn, readEntries } from './history-entry.ts'
import {
  type DocumentOutcome,
  type MigrateOptions,
  type MigratedDocument,
  migrateDocument,
} from './migrate-document.ts'
import { type DocumentSettings, rulesOf } from './rules.ts'

const toInputs = defineTransform({
  from: '1.0.0',
  to: '1.1.0',
  operations: [add('input_snapshots', {}), add('inputs_hash', null)],
})
const toChains = defineTransform({
  from: '1.1.0',
  to: '1.2.0',
  operations: [add('chain_metadata', { is_chainable_stage: false, prior_stages: [] })],
})
const manifests = [toInputs, toChains]

interface Case {
  readonly transforms?: readonly Transform[]
  readonly settings?: DocumentSettings
  readonly contracts?: Contracts
  readonly direction?: 'up' | 'down'
  readonly to?: string
  readonly floor?: 'found'
  readonly now?: string
  readonly purity?: 'once' | 'twice'
}

function migrate(source: string | Uint8Array, one: Case = {}): DocumentOutcome {
  const contracts: Contracts = one.contracts ?? new Map()
  const transforms = makeRegistry(one.transforms ?? manifests, [...contracts.keys()])
  const options: MigrateOptions = {
    direction: one.direction ?? 'up',
    to: one.to ?? transforms.graph.latest ?? '',
    transforms,
    contracts,
    rules: rulesOf(one.settings ?? {}),
    ...(one.floor === undefined ? {} : { floor: one.floor }),
    now: one.now ?? '2026-02-28T10:30:00.000Z',
    purity: one.purity ?? 'once',
  }
  return migrateDocument(parseDocument(Buffer.from(source), 'job/run/manifest.json'), options)
}

function migrated(source: string | Uint8Array, one: Case = {}): MigratedDocument {
  const outcome = migrate(source, one)
  if (outcome.state !== 'migrated') throw new Error(JSON.stringify(outcome))
  return outcome
}

function answer(outcome: DocumentOutcome): string {
  if (outcome.state === 'refused') return `${outcome.error.code}: ${outcome.error.message}`
  return outcome.state === 'left-alone' ? `left-alone: ${outcome.reason}` : outcome.state
}

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
const manifest = (more: object): string =>
  `${JSON.stringify({ schema_version: '1.0.0', job_id: 'j', run_id: 'r', ...more }, null, 2)}\n`

test('a document goes through all steps and gets one entry', () => {
  const source = manifest({ caption: 'é' })
  const made = migrated(source)
  expect(made.path).toEqual(['1.0.0', '1.1.0', '1.2.0'])
  expect(Object.keys(made.value)).toEqual([
    'schema_version',
    'job_id',
    'run_id',
    'caption',
    'input_snapshots',
    'inputs_hash',
    'chain_metadata',
    'migration_history',
  ])
  expect(readEntries(made.value, rulesOf({}))).toHaveLength(1)
  expect(asEntry(readEntries(made.value, rulesOf({}))?.[0])).toMatchObject({
    from_version: '1.0.0',
    to_version: '1.2.0',
    applied_at: '2026-02-28T10:30:00.000Z',
    changes: [['Add input_snapshots field', 'Add inputs_hash field'], ['Add chain_metadata field']],
    checksum_before: sha256Of(source),
  })
  expect(text(made.bytes).endsWith('}\n')).toBe(true)
})

const sources: readonly (readonly [string, string])[] = [
  ['indented', manifest({})],
  ['on one line', '{"schema_version": "1.0.0", "price": 1.10, "id": 9007199254740993}'],
  ['with an empty list of migrations', manifest({ migration_history: [] })],
  ['with a list written by hand', '{ "schema_version":"1.0.0",\n "migration_history": [], "10": 1, "2": 1.0 }'],
]

for (const [fact, source] of sources) {
  test(`the checksum after can be recomputed from the file: ${fact}`, () => {
    const parsed = parseDocument(migrated(source).bytes, 'm')
    const entry = asEntry(readEntries(parsed.value, rulesOf({}))?.at(-1))
    expect(entry?.checksum_after).toBe(checksumWithoutOwn(parsed, rulesOf({})))
  })

  test(`up and down give the same bytes: ${fact}`, () => {
    const back = migrated(migrated(source).bytes, { direction: 'down', to: '1.0.0' })
    expect(text(back.bytes)).toBe(source)
    expect(back.exact).toBe(true)
  })
}

test('up twice is up once', () => {
  expect(answer(migrate(migrated(manifest({})).bytes))).toBe('current')
})

test('a document beyond the goal is left as it is', () => {
  expect(answer(migrate(manifest({ schema_version: '1.2.0' }), { to: '1.1.0' }))).toBe('current')
  expect(answer(migrate(manifest({}), { to: '1.1.0', direction: 'down' }))).toBe('current')
})

test('a down half way shortens the entry that leads further', () => {
  const half = migrated(migrated(manifest({})).bytes, { direction: 'down', to: '1.1.0' })
  const entry = asEntry(readEntries(half.value, rulesOf({}))?.[0])
  expect(entry).toMatchObject({ from_version: '1.0.0', to_version: '1.1.0', changes: [toInputs.changes] })
  expect(entry?.checksum_after).toBe(checksumWithoutOwn(parseDocument(half.bytes, 'm'), rulesOf({})))
  expect(text(half.bytes)).toBe(text(migrated(manifest({}), { to: '1.1.0' }).bytes))
  expect(text(migrated(half.bytes, { direction: 'down', to: '1.0.0' }).bytes)).toBe(manifest({}))
})

test.each(['1.0.0', '1.1.0'])('all taken back is no more than what was done: %s', (version) => {
  const source = manifest({ schema_version: version })
  const back = { direction: 'down', to: '1.0.0', floor: 'found' } as const
  expect(text(migrated(migrated(source).bytes, back).bytes)).toBe(source)
  expect(answer(migrate(source, back))).toBe('current')
})

test('two runs leave two entries, and both go with one down', () => {
  const twice = migrated(migrated(manifest({}), { to: '1.1.0' }).bytes)
  expect(readEntries(twice.value, rulesOf({}))).toHaveLength(2)
  expect(text(migrated(twice.bytes, { direction: 'down', to: '1.0.0' }).bytes)).toBe(manifest({}))
})

test('what is there is never overwritten by a default', () => {
  const chain = { is_chainable_stage: true, prior_stages: ['a'] }
  const made = migrated(manifest({ inputs_hash: 'abc', input_snapshots: { a: 1 }, chain_metadata: chain }))
  expect(made.value).toMatchObject({ inputs_hash: 'abc', input_snapshots: { a: 1 }, chain_metadata: chain })
})

const step = (up: (doc: JsonObject) => object): Transform =>
  defineTransform({ from: '1.0.0', to: '1.1.0', changes: ['x'], up })
const next = (doc: JsonObject): JsonObject => ({ ...doc, schema_version: '1.1.0' })
let counter = 0

const refused: readonly (readonly [string, string, Case, string])[] = [
  [
    'no version',
    '{"a":1}',
    {},
    'document-version-missing: job/run/manifest.json does not say its version: schema_version is not there',
  ],
  ['a list', '[]', {}, 'document-version-missing'],
  ['a version that is an object', '{"schema_version":{}}', {}, 'document-version-missing'],
  [
    'a newer one',
    manifest({ schema_version: '1.10.0' }),
    {},
    'document-newer: job/run/manifest.json has version 1.10.0; the latest one known here is 1.2.0',
  ],
  ['an unknown one', manifest({ schema_version: '1.1.5' }), {}, 'document-version-unknown'],
  [
    'a path that is missing',
    manifest({ schema_version: '1.2.0' }),
    { direction: 'down', to: '1.0.0', transforms: [toInputs, { ...toChains, down: null }] },
    'document-no-way',
  ],
  ['running', manifest({ status: 'running' }), {}, 'left-alone: status is "running"'],
  [
    'a changed run_id',
    manifest({}),
    { transforms: [step((doc) => ({ ...next(doc), run_id: 'HACKED' }))], settings: { protect: ['run_id', 'job_id'] } },
    'document-protected: job/run/manifest.json: the transform 1.0.0-1.1.0 would change run_id',
  ],
  [
    'a removed job_id',
    manifest({}),
    { transforms: [step((doc) => next(withoutMember(doc, 'job_id')))], settings: { protect: ['job_id'] } },
    'would remove job_id',
  ],
  [
    'a changed protected part below',
    manifest({ doctrine: { list: [{ hash: 'a' }] } }),
    {
      transforms: [step((doc) => ({ ...next(doc), doctrine: { list: [{ hash: 'b' }] } }))],
      settings: { protect: ['doctrine.*.*.hash'] },
    },
    'would change doctrine.list.0.hash',
  ],
  [
    'history rewritten',
    manifest({ migration_history: [{ a: 1 }] }),
    { transforms: [step((doc) => ({ ...next(doc), migration_history: [] }))] },
    'would change migration_history',
  ],
  [
    'a default over data in an additive step',
    manifest({ chain_metadata: { a: 1 } }),
    { transforms: [step((doc) => ({ ...next(doc), chain_metadata: {} }))], settings: { minorSteps: 'additive' } },
    'would remove chain_metadata.a',
  ],
  [
    'the same version again',
    manifest({}),
    { transforms: [step((doc) => ({ ...doc }))] },
    'its version is 1.0.0, not 1.1.0',
  ],
  [
    'no object',
    manifest({}),
    { transforms: [step(() => [])] },
    'transform-result: job/run/manifest.json: the transform 1.0.0-1.1.0 gave no document of its version: it is no object',
  ],
  [
    'a date',
    manifest({}),
    { transforms: [step((doc) => ({ ...next(doc), at: new Date(0) }))] },
    'at /at there is an object of a class',
  ],
  [
    'NaN',
    manifest({}),
    { transforms: [step((doc) => ({ ...next(doc), a: { b: Number.NaN } }))] },
    'at /a/b there is NaN',
  ],
  [
    'undefined',
    manifest({}),
    { transforms: [step((doc) => ({ ...next(doc), a: undefined }))] },
    'at /a there is undefined',
  ],
  ['a promise', manifest({}), { transforms: [step((doc) => Promise.resolve(next(doc)))] }, 'transform-impure'],
  [
    'changing what it is given',
    manifest({ a: {} }),
    { transforms: [step((doc) => Object.assign(doc, next(doc)))] },
    'transform-impure: the transform 1.0.0-1.1.0 is not pure (job/run/manifest.json): it changes the document',
  ],
  [
    'a throw',
    manifest({}),
    {
      transforms: [
        step(() => {
          throw new Error('no such thing')
        }),
      ],
    },
    'transform-failed: job/run/manifest.json: the transform 1.0.0-1.1.0 stopped: no such thing',
  ],
  [
    'a clock',
    manifest({}),
    { purity: 'twice', transforms: [step((doc) => ({ ...next(doc), at: new Date().toISOString() }))] },
    'transform-impure',
  ],
  [
    'dice',
    manifest({}),
    { purity: 'twice', transforms: [step((doc) => ({ ...next(doc), id: crypto.randomUUID(), n: Math.random() }))] },
    'transform-impure',
  ],
  [
    'a counter outside',
    manifest({}),
    { purity: 'twice', transforms: [step((doc) => ({ ...next(doc), n: counter++ }))] },
    'transform-impure',
  ],
  [
    'a broken own contract',
    manifest({}),
    { contracts: new Map([['1.0.0', () => ['/size is missing']]]) },
    'document-invalid: job/run/manifest.json does not keep the contract of its own version 1.0.0:\n  - /size is missing',
  ],
  [
    'a broken contract in between',
    manifest({}),
    { contracts: new Map([['1.1.0', () => ['/x is wrong']]]) },
    'document-result-invalid: job/run/manifest.json would not keep the contract of version 1.1.0',
  ],
  [
    'a broken contract after',
    manifest({}),
    {
      contracts: new Map([
        [
          '1.2.0',
          (value: JsonValue) =>
            isJsonObject(value) && memberOf(value, 'migration_history') === undefined
              ? []
              : ['/migration_history is too much'],
        ],
      ]),
    },
    'document-result-invalid',
  ],
  [
    'its own check before',
    manifest({}),
    { transforms: [{ ...toInputs, validateBefore: () => ['job_ref is missing'] }] },
    'document-invalid',
  ],
  [
    'its own check after',
    manifest({}),
    { transforms: [{ ...toInputs, validateAfter: () => ['inputs_hash is empty'] }] },
    'document-result-invalid',
  ],
]

for (const [fact, source, one, wanted] of refused) {
  test(`not migrated: ${fact}`, () => {
    expect(answer(migrate(source, one))).toContain(wanted)
  })
}

test('a pure transform passes where the clock is strange', () => {
  expect(answer(migrate(manifest({}), { purity: 'twice' }))).toBe('migrated')
})

test('a version that is a number stays one', () => {
  const transforms = [defineTransform({ from: '4', to: '5', operations: [add('x', 1)] })]
  const made = migrated('{"nbformat":4}', { transforms, settings: { version: 'nbformat', history: false } })
  expect(text(made.bytes)).toBe('{"nbformat":5,"x":1}')
})

test('any document: up then down is the same bytes, up twice is up once, checksums can be recomputed', () => {
  const document = fc.tuple(
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.constantFrom(undefined, 1, 2, '\t'),
    fc.boolean(),
  )
  fc.assert(
    fc.property(document, ([body, indent, newline]) => {
      const {
        status: _,
        input_snapshots: _a,
        inputs_hash: _b,
        chain_metadata: _c,
        migration_history: _d,
        ...rest
      } = body
      const source = JSON.stringify({ ...rest, schema_version: '1.0.0' }, null, indent) + (newline ? '\n' : '')
      const up = migrated(source)
      expect(answer(migrate(up.bytes))).toBe('current')
      const parsed = parseDocument(up.bytes, 'm')
      expect(asEntry(readEntries(parsed.value, rulesOf({}))?.at(-1))?.checksum_after).toBe(
        checksumWithoutOwn(parsed, rulesOf({})),
      )
      expect(text(migrated(up.bytes, { direction: 'down', to: '1.0.0' }).bytes)).toBe(source)
    }),
    { numRuns: 300 },
  )
})
