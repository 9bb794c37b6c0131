import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { corpusAt } from '../files/corpus.ts'
import { type JsonObject, isJsonObject, memberOf, withMember } from '../json/value.ts'
import type { Contracts } from '../migrate/contracts.ts'
import { rulesOf } from '../migrate/rules.ts'
import { add } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { defineTransform } from '../transforms/transform.ts'
import { openLive } from './live-corpus.ts'

const path = '/data/artifacts/a/manifest.json'
const old = '{"schema_version": "1.0.0", "price": 1.10, "status": "running"}'
const contracts: Contracts = new Map([
  ['1.1.0', (value) => (isJsonObject(value) && memberOf(value, 'price') === -1 ? ['/price must be positive'] : [])],
])

function open(text: string = old) {
  const files = makeCrashFiles()
  files.put(path, text)
  const transforms = makeRegistry([defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs', {})] })])
  const corpus = corpusAt('artifacts/**/manifest.json', '/data')
  let tokens = 0
  const options = { now: () => '2026-02-28T10:30:00.000Z', token: () => String(++tokens) }
  return { files, live: openLive({ files, corpus, transforms, contracts, rules: rulesOf({}) }, options) }
}

test('a read gives the latest version and leaves the file as it is', () => {
  const { files, live } = open()
  const read = live.read('a/manifest.json')
  expect(read).toMatchObject({ storedVersion: '1.0.0', value: { schema_version: '1.1.0', price: 1.1, inputs: {} } })
  expect([...files.all()]).toEqual([[path, old]])
})

test('a write keeps the format of what stood there', () => {
  const { files, live } = open()
  const { value, stored } = live.read('a/manifest.json')
  const next = live.write('a/manifest.json', withMember(value as JsonObject, 'status', 'done'), stored)
  expect([...files.all()]).toEqual([
    [path, '{"schema_version": "1.1.0", "price": 1.10, "status": "done", "inputs": {}}'],
  ])
  expect(live.read('a/manifest.json')).toMatchObject({ storedVersion: '1.1.0', stored: next })
})

const refusals: readonly (readonly [string, (value: JsonObject) => JsonObject, string])[] = [
  ['breaks the contract', (value) => withMember(value, 'price', -1), '/price must be positive'],
  ['has an old version', (value) => withMember(value, 'schema_version', '1.0.0'), 'schema_version is 1.0.0, not 1.1.0'],
  ['is no JSON', (value) => withMember(value, 'price', Number.NaN), '/price: NaN'],
]

test.each(refusals)('a write is refused when the value %s', (_, change, wanted) => {
  const { files, live } = open()
  const { value, stored } = live.read('a/manifest.json')
  expect(() => live.write('a/manifest.json', change(value as JsonObject), stored)).toThrow(wanted)
  expect([...files.all()]).toEqual([[path, old]])
})

test('a write over what somebody else wrote in between is refused', () => {
  const { files, live } = open()
  const first = live.read('a/manifest.json')
  live.write('a/manifest.json', first.value, first.stored)
  expect(() => live.write('a/manifest.json', first.value, first.stored)).toThrow('changed by somebody else')
  expect([...files.all().keys()]).toEqual([path])
})

test('a new document is written once, and never over another one', () => {
  const { files, live } = open()
  const { value } = live.read('a/manifest.json')
  expect(() => live.write('a/manifest.json', value, null)).toThrow('changed by somebody else')
  files.makeFolder('/data/artifacts/b')
  live.write('b/manifest.json', value, null)
  expect(files.all().get('/data/artifacts/b/manifest.json')).toContain('  "schema_version": "1.1.0",\n')
})

test('what cannot be migrated cannot be read', () => {
  expect(() => open('{"schema_version":"2.0.0"}').live.read('a/manifest.json')).toThrow(
    'the latest one known here is 1.1.0',
  )
})
