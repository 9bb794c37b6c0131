import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareText } from '../../core/version.ts'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { corpusAt } from '../files/corpus.ts'
import { scanCorpus } from '../files/scan.ts'
import { rulesOf } from '../migrate/rules.ts'
import { add, rename } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { defineTransform } from '../transforms/transform.ts'
import { migrateCorpus } from './migrate-corpus.ts'
import type { OpenCorpus } from './open-corpus.ts'

const transforms = makeRegistry([
  defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs', {}), rename('name', 'title')] }),
])
const names = ['b/1/manifest.json', 'a/2/manifest.json', 'a/10/manifest.json', 'a-b/1/manifest.json', 'manifest.json']
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }

function openWith(order: readonly string[]): OpenCorpus & { readonly all: () => ReadonlyMap<string, string> } {
  const files = makeCrashFiles()
  for (const name of order) files.put(`/data/x/${name}`, JSON.stringify({ schema_version: '1.0.0', name }))
  const corpus = corpusAt('x/**/manifest.json', '/data')
  return { files, corpus, transforms, contracts: new Map(), rules: rulesOf({}), all: () => files.all() }
}

async function upped(order: readonly string[], batchDocuments: number): Promise<[string, string][]> {
  const open = openWith(order)
  const now = '2026-02-28T10:30:00.000Z'
  const head = { run: 'r', at: now, by: 'me@here', tool: '0', form: 'links' } as const
  const goal = { direction: 'up', to: '1.1.0', only: null, limit: null, now } as const
  await migrateCorpus(open, goal, { head, signal, onProgress: () => undefined, batchDocuments })
  const paths = [...open.all()].filter(([path]) => !path.includes('batch-'))
  return paths
    .map(([path, text]): [string, string] => [path.replace(/backup\/\d+/, 'backup'), text])
    .sort(([a], [b]) => compareText(a, b))
}

test('any order of files, and any size of batch, gives the same bytes', async () => {
  const wanted = await upped(names, 1)
  expect(wanted.filter(([, text]) => text.includes('"title"'))).toHaveLength(names.length)
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(names, { minLength: names.length }),
      fc.integer({ min: 1, max: 6 }),
      async (order, size) => {
        expect(await upped(order, size)).toEqual(wanted)
      },
    ),
    { numRuns: 50 },
  )
})

test('any order of files is found in one order', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(names, { minLength: names.length }), (order) => {
      const open = openWith(order)
      expect([...scanCorpus(open.files, open.corpus)].map((found) => found.document)).toEqual([
        'manifest.json',
        'a/10/manifest.json',
        'a/2/manifest.json',
        'a-b/1/manifest.json',
        'b/1/manifest.json',
      ])
    }),
  )
})
