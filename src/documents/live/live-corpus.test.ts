import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { corpusAt } from '../files/corpus.ts'
import { sha256Of } from '../json/canonical.ts'
import { type JsonObject, isJsonObject, memberOf, withMember, withoutMember } from '../json/value.ts'
import type { Contracts } from '../migrate/contracts.ts'
import { rulesOf } from '../migrate/rules.ts'
import { verifyCorpus } from '../runs/verify.ts'
import { add } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { defineTransform } from '../transforms/transform.ts'
import { type LiveCorpus, type ReadNewer, openLive } from './live-corpus.ts'

const path = '/data/artifacts/a/manifest.json'
const old = '{"schema_version": "1.0.0", "run_id": "r1", "price": 1.10, "status": "running"}'
const current = '{"schema_version": "1.1.0", "run_id": "r1", "price": 1.10, "inputs": {}}'
const contracts: Contracts = new Map([
  ['1.1.0', (value) => (isJsonObject(value) && memberOf(value, 'price') === -1 ? ['/price must be positive'] : [])],
])

function open(text: string = old, readNewer: ReadNewer = 'same-major') {
  const files = makeCrashFiles()
  files.put(path, text)
  const transforms = makeRegistry([
    defineTransform({ from: '1.0.0', to: '1.1.0', changes: ['Add inputs'], operations: [add('inputs', {})] }),
  ])
  const corpus = corpusAt('artifacts/**/manifest.json', '/data')
  let tokens = 0
  const now = () => '2026-02-28T10:30:00.000Z'
  const options = { now, token: () => String(++tokens), readNewer }
  const whole = { files, corpus, transforms, contracts, rules: rulesOf({ protect: ['run_id'] }) }
  return { files, whole, live: openLive(whole, options) }
}

/** Reads, changes, and writes over what was read. */
function rewrite(live: LiveCorpus, change: (value: JsonObject) => JsonObject): string {
  const { value, stored } = live.read('a/manifest.json')
  return live.write('a/manifest.json', change(value as JsonObject), stored)
}

test('a read gives the latest version and leaves the file as it is', () => {
  const { files, live } = open()
  const read = live.read('a/manifest.json')
  expect(read).toMatchObject({
    state: 'migrated',
    storedVersion: '1.0.0',
    value: { schema_version: '1.1.0', price: 1.1, inputs: {} },
  })
  expect([...files.all()]).toEqual([[path, old]])
})

test('a write keeps the format of what stood there', () => {
  const { files, live } = open(current)
  const next = rewrite(live, (value) => withMember(value, 'status', 'done'))
  expect(files.all().get(path)).toBe(current.replace('}}', '}, "status": "done"}'))
  expect(live.read('a/manifest.json')).toMatchObject({ state: 'current', storedVersion: '1.1.0', stored: next })
})

test('a write over an older version is told in the history, as an up would be', async () => {
  const { files, live, whole } = open()
  rewrite(live, (value) => withMember(value, 'status', 'done'))
  const written = JSON.parse(files.all().get(path) ?? '') as Record<string, unknown>
  expect(written['migration_history']).toMatchObject([
    { from_version: '1.0.0', to_version: '1.1.0', changes: [['Add inputs']], checksum_before: sha256Of(old) },
  ])
  expect(files.all().get(path)).toContain('"price": 1.10, "status": "done"')
  expect(await verifyCorpus(whole)).toMatchObject({ good: 1, asMigrated: 1, changedSince: 0 })
})

const refusals: readonly (readonly [string, (value: JsonObject) => JsonObject, string])[] = [
  ['breaks the contract', (value) => withMember(value, 'price', -1), '- /price must be positive'],
  ['has an old version', (value) => withMember(value, 'schema_version', '1.0.0'), 'schema_version is 1.0.0, not 1.1.0'],
  ['has no version', (value) => withoutMember(value, 'schema_version'), 'schema_version is not there, not 1.1.0'],
  ['is no JSON', (value) => withMember(value, 'price', Number.NaN), '/price is NaN'],
  ['changes a protected path', (value) => withMember(value, 'run_id', 'r2'), 'the write would change run_id'],
  ['takes a protected path away', (value) => withoutMember(value, 'run_id'), 'the write would remove run_id'],
]

test.each(refusals)('a write is refused when the value %s', (_, change, wanted) => {
  const { files, live } = open()
  expect(() => rewrite(live, change)).toThrow(wanted)
  expect([...files.all()]).toEqual([[path, old]])
})

test('a write that forgets the history of a document is refused', () => {
  const { live } = open()
  rewrite(live, (value) => value)
  expect(() => rewrite(live, (value) => withMember(value, 'migration_history', []))).toThrow(
    'the write would change migration_history',
  )
})

test('a write over what somebody else wrote in between is refused', () => {
  const { files, live } = open()
  const first = live.read('a/manifest.json')
  live.write('a/manifest.json', first.value, first.stored)
  expect(() => live.write('a/manifest.json', first.value, first.stored)).toThrow(
    'changed by somebody else since it was read',
  )
  expect([...files.all().keys()]).toEqual([path])
})

test('a new document is written once, and never over another one', () => {
  const { files, live } = open()
  const { value } = live.read('a/manifest.json')
  expect(() => live.write('a/manifest.json', value, null)).toThrow('changed by somebody else')
  live.write('b/c/manifest.json', value, null)
  expect(files.all().get('/data/artifacts/b/c/manifest.json')).toContain('  "schema_version": "1.1.0",\n')
  expect(() => live.write('gone/manifest.json', value, sha256Of('x'))).toThrow('changed by somebody else')
})

test('a write may take whatever stands there, if it is asked to', () => {
  const { files, live } = open(current)
  live.write('a/manifest.json', { schema_version: '1.1.0', run_id: 'r1', price: 2 }, undefined)
  expect(files.all().get(path)).toBe('{"schema_version": "1.1.0", "run_id": "r1", "price": 2}')
})

const newer: readonly (readonly [ReadNewer, string, boolean])[] = [
  ['refuse', '1.2.0', false],
  ['same-major', '1.2.0', true],
  ['same-major', '2.0.0', false],
  ['any', '2.0.0', true],
]

test.each(newer)('where newer versions are read by the rule %s, one of %s: %s', (rule, version, readable) => {
  const text = JSON.stringify({ schema_version: version, run_id: 'r1', more: 1 })
  const { live } = open(text, rule)
  if (!readable) expect(() => live.read('a/manifest.json')).toThrow('the latest one known here is 1.1.0')
  else
    expect(live.read('a/manifest.json')).toMatchObject({ state: 'newer', storedVersion: version, value: { more: 1 } })
})

test.each(['1.2.0', '2.0.0'])('a newer document (%s) is never written over', (version) => {
  const text = JSON.stringify({ schema_version: version, run_id: 'r1', more: 1 })
  const { files, live } = open(text, 'any')
  const { stored } = live.read('a/manifest.json')
  const mine = { schema_version: '1.1.0', run_id: 'r1' }
  expect(() => live.write('a/manifest.json', mine, stored)).toThrow('the latest one known here is 1.1.0')
  expect(() => live.write('a/manifest.json', mine, undefined)).toThrow('the latest one known here is 1.1.0')
  expect([...files.all()]).toEqual([[path, text]])
})
