import { expect, test } from 'vitest'
import type { Part } from '../files/prepare.ts'
import { makeBatches } from './batches.ts'

interface Gathered {
  readonly documents: number
  /** What is known of the documents to come: nothing before so many were seen. */
  readonly knownFrom: number
  readonly partBytes?: number
}

/** The sizes of the batches that parts of 250 documents become. */
async function sizesOf({ documents, knownFrom, partBytes = 1 }: Gathered): Promise<number[]> {
  const sizes: number[] = []
  const commit = (parts: readonly Part[]) => {
    sizes.push(parts.reduce((sum, part) => sum + part.documents, 0))
    return Promise.resolve()
  }
  let seen = 0
  const ahead = (): number | null => (seen < knownFrom ? null : documents - seen)
  const batches = makeBatches({ commit }, { documentsMax: 10_000, bytesMax: 1000, ahead }, () => undefined)
  while (seen < documents) {
    const part = { documents: Math.min(250, documents - seen), read: () => [] }
    seen += part.documents
    await batches.add(part, partBytes)
  }
  await batches.finish()
  return sizes.filter((size) => size > 0)
}

const cases: readonly (readonly [fact: string, gathered: Gathered, sizes: readonly number[]])[] = [
  ['what is little is one batch', { documents: 900, knownFrom: 0 }, [900]],
  [
    'each holds half of what is left, and none less than a thousand',
    { documents: 8000, knownFrom: 0 },
    [4000, 2000, 1000, 1000],
  ],
  [
    'none holds more than is allowed',
    { documents: 30_000, knownFrom: 0 },
    [10_000, 10_000, 5000, 2500, 1250, 1000, 250],
  ],
  [
    'while nobody knows how many come, only the most counts',
    { documents: 21_000, knownFrom: 20_500 },
    [10_000, 10_000, 1000],
  ],
  ['large texts end a batch early', { documents: 1000, knownFrom: 1000, partBytes: 600 }, [500, 500]],
]

test.each(cases)('%s', async (_, gathered, sizes) => {
  expect(await sizesOf(gathered)).toEqual(sizes)
})
