import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { LockstepError } from '../../core/error.ts'
import { corpusAt } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import { rulesOf } from '../migrate/rules.ts'
import { add } from '../transforms/operations.ts'
import { makeRegistry } from '../transforms/registry.ts'
import { defineTransform } from '../transforms/transform.ts'
import { migrateCorpus } from './migrate-corpus.ts'
import type { OpenCorpus } from './open-corpus.ts'
import { restoreRun } from './restore.ts'

const now = '2026-02-28T10:30:00.000Z'
const goal = { direction: 'up', to: '2', only: null, limit: null, now } as const
const headOf = (run: string) => ({ run, at: now, by: 'me@here', tool: '0', form: 'links' }) as const
const transforms = makeRegistry([defineTransform({ from: '1', to: '2', operations: [add('tags', [])] })])

function openWith(count: number, changed: (files: FileSystem) => Partial<FileSystem> = () => ({})) {
  const files = makeCrashFiles()
  for (let i = 0; i < count; i++) files.put(`/data/x/n${i}.json`, JSON.stringify({ schema_version: '1', i }))
  const open: OpenCorpus = {
    files: { ...files, ...changed(files) },
    corpus: corpusAt('x/*.json', '/data'),
    transforms,
    contracts: new Map(),
    rules: rulesOf({}),
  }
  const migrated = (): number =>
    [...files.all()].filter(([path, text]) => /x\/n\d+\.json$/.test(path) && text.includes('"tags"')).length
  return { open, migrated }
}

test('a disk that is full after some batches: the error says what is done, and how it is taken back', async () => {
  let written = 0
  const { open, migrated } = openWith(6, (files) => ({
    writeNew: (path, bytes, like) => {
      if (path.endsWith('.lockstep-tmp') && ++written > 5) {
        throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
      }
      files.writeNew(path, bytes, like)
    },
  }))
  const signal = new AbortController().signal
  const run = migrateCorpus(open, goal, { head: headOf('r'), signal, onProgress: () => undefined, batchDocuments: 2 })
  await expect(run).rejects.toMatchObject({
    code: 'disk-full',
    state: expect.stringContaining('restore --run r') as string,
  })
  await expect(run).rejects.toMatchObject({
    state: expect.stringMatching(new RegExp(`^${migrated()} documents are done`)) as string,
  })
  expect(migrated()).toBeGreaterThan(0)
})

test('a disk that is full before the first batch: nothing was changed, and that is what is said', async () => {
  const { open, migrated } = openWith(2, () => ({
    writeNew: () => {
      throw Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' })
    },
  }))
  const signal = new AbortController().signal
  const run = migrateCorpus(open, goal, { head: headOf('r'), signal, onProgress: () => undefined })
  await expect(run).rejects.toThrow()
  expect(migrated()).toBe(0)
})

test('somebody who keeps the lock in the middle of a batch: what stands in place by then is told, and the next run does the rest', async () => {
  let alone = 0
  const { open, migrated } = openWith(600, (files) => ({
    alone: (path, work) => {
      if (++alone === 2) throw new LockstepError('lock-held', { store: path, holder: 'another process', waitedMs: 1 })
      return files.alone(path, work)
    },
  }))
  const options = { signal: new AbortController().signal, onProgress: () => undefined }
  const run = migrateCorpus(open, goal, { ...options, head: headOf('r') })
  await expect(run).rejects.toMatchObject({
    code: 'lock-held',
    state: expect.stringMatching(/^250 documents are done/) as string,
  })
  expect(migrated()).toBe(250)
  // What was prepared is on disk, so it is finished rather than done again.
  const { recovered, ...answer } = await migrateCorpus(open, goal, { ...options, head: headOf('s') })
  expect(recovered).toMatchObject([{ run: 'r', takenBack: [], changed: [] }])
  expect(recovered[0]?.finished).toHaveLength(600)
  expect(answer).toMatchObject({ migrated: 0, current: 600, refused: 0 })
  expect(migrated()).toBe(600)
})

test('others get their turn between the parts of a batch', async () => {
  const turns: string[] = []
  const { open } = openWith(600, (files) => ({
    alone: (path, work) => {
      turns.push('renaming')
      setImmediate(() => turns.push('others'))
      return files.alone(path, work)
    },
  }))
  const options = { signal: new AbortController().signal, onProgress: () => undefined }
  await migrateCorpus(open, goal, { ...options, head: headOf('r') })
  expect(turns).toEqual(['renaming', 'others', 'renaming', 'others', 'renaming', 'others'])
})

test('a restore that is stopped says that it was, and goes on where it is asked again', async () => {
  const { open, migrated } = openWith(4)
  const stop = new AbortController()
  const options = { signal: stop.signal, onProgress: () => undefined }
  await migrateCorpus(open, goal, { ...options, head: headOf('r') })
  expect(migrated()).toBe(4)
  const back = { run: 'r', only: null, changedSince: 'leave', now } as const
  stop.abort({ signal: 'SIGTERM' })
  expect(await restoreRun(open, back, { ...options, head: headOf('s') })).toMatchObject({
    restored: 0,
    stoppedBy: 'signal',
  })
  const signal = new AbortController().signal
  expect(await restoreRun(open, back, { ...options, signal, head: headOf('t') })).toMatchObject({
    restored: 4,
    stoppedBy: null,
  })
  expect(migrated()).toBe(0)
})
