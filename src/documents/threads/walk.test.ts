import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { corpusAt } from '../files/corpus.ts'
import { rulesOf } from '../migrate/rules.ts'
import type { CorpusGoal, OpenCorpus } from '../runs/open-corpus.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { type Chunk, walkAhead } from './walk.ts'

function openWith(names: readonly string[]): OpenCorpus {
  const files = makeCrashFiles()
  files.put('/data/x/no document', '')
  for (const name of names) files.put(`/data/x/${name}`, '{}')
  const corpus = corpusAt('x/**/*.json', '/data')
  return { files, corpus, transforms: makeRegistry([]), contracts: new Map(), rules: rulesOf({}) }
}

const goal = (only: readonly string[] | null): CorpusGoal => ({ direction: 'up', to: '1', only, limit: null, now: '' })

async function walked(
  names: readonly string[],
  { chunkDocuments, only = null }: { readonly chunkDocuments: number; readonly only?: readonly string[] | null },
): Promise<{ chunks: readonly Chunk[]; leftovers: readonly string[]; found: unknown }> {
  const leftovers: string[] = []
  const onLeftover = (document: string): void => void leftovers.push(document)
  const walk = walkAhead(openWith(names), goal(only), { chunkDocuments, onLeftover })
  const chunks: Chunk[] = []
  for (let chunk = await walk.next(); chunk !== null; chunk = await walk.next()) chunks.push(chunk)
  return { chunks, leftovers, found: walk.found() }
}

const cases: readonly (readonly [fact: string, names: readonly string[], sizes: readonly number[]])[] = [
  ['no documents make no chunk', [], []],
  ['fewer than a chunk holds are one', ['a.json', 'b.json'], [2]],
  ['as many as a chunk holds are one', ['a.json', 'b.json', 'c.json'], [3]],
  ['one more begins the next', ['a.json', 'b.json', 'c.json', 'd/e.json'], [3, 1]],
]

test.each(cases)('%s', async (_, names, sizes) => {
  const { chunks, found } = await walked(names, { chunkDocuments: 3 })
  expect(chunks.map((chunk) => chunk.documents.length)).toEqual(sizes)
  expect(chunks.flatMap((chunk) => chunk.documents)).toEqual(names)
  expect(found).toEqual({ documents: names.length, all: true })
})

test('names come out as they went in, whatever is in them', async () => {
  const names = ['\n.json', 'a\u0001b.json', 'ü €.json', '\u{1f600}/%2F.json']
  const { chunks } = await walked(names, { chunkDocuments: 2 })
  expect(chunks.flatMap((chunk) => chunk.documents).sort()).toEqual([...names].sort())
})

test('many more documents than one turn walks are all found, in the order of the scan', async () => {
  const names = Array.from({ length: 300 }, (_, i) => `${String(i).padStart(3, '0')}.json`)
  const { chunks, found } = await walked(names, { chunkDocuments: 7 })
  expect(chunks.flatMap((chunk) => chunk.documents)).toEqual(names)
  expect(found).toEqual({ documents: 300, all: true })
})

test('documents that are named are walked, and no others', async () => {
  const { chunks } = await walked(['a.json', 'b.json', 'c.json'], { chunkDocuments: 5, only: ['c.json', 'a.json'] })
  expect(chunks).toEqual([{ documents: ['a.json', 'c.json'], refused: [], links: 0 }])
})

test('what a dead run left is told and is no document', async () => {
  const { chunks, leftovers } = await walked(['a.json', '.a.json.run.lockstep-tmp'], { chunkDocuments: 5 })
  expect(leftovers).toEqual(['.a.json.run.lockstep-tmp'])
  expect(chunks.flatMap((chunk) => chunk.documents)).toEqual(['a.json'])
})

test('a folder that is not there is told where its place in the list is', async () => {
  const walk = walkAhead({ ...openWith([]), corpus: corpusAt('gone/**/*.json', '/data') }, goal(null), {
    chunkDocuments: 5,
    onLeftover: () => undefined,
  })
  const chunk = await walk.next()
  expect(chunk?.refused.map(({ error, after }) => [error.code, after])).toEqual([['document-unreadable', 0]])
  expect(await walk.next()).toBeNull()
})
