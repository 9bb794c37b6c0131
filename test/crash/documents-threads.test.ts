/** Threads do the same work as one process, with the same rules, and may fail without harm. */

import * as fs from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { FileSystem } from '../../src/documents/files/file-system.ts'
import * as documents from '../../src/documents/index.ts'
import { openForWorker } from '../support/documents-worker-module.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const now = '2026-02-28T10:30:00.000Z'
const manifest = (more: object = {}): string =>
  `${JSON.stringify({ schema_version: '1.0.0', run_id: 'r', ...more }, null, 2)}\n`
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }

const options = (run: string): documents.RunOptions => ({
  head: { run, at: now, by: 'me@here', tool: '0', form: 'links' },
  signal,
  onProgress: () => undefined,
})

function filesIn(folder: string): Map<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.sort().map((path) => [path.slice(folder.length + 1), fs.readFileSync(path, 'utf8')]))
}

const documentsIn = (folder: string): Map<string, string> =>
  new Map([...filesIn(folder)].filter(([path]) => path.endsWith('manifest.json') && !path.includes('.lockstep')))

/** As many that threads are ready before this process has done them all, at `slowMs` each. */
const enough = Array.from({ length: 3000 }, (_, i) => `artifacts/j${i % 7}/r${i}/manifest.json`)

const slowMs = 4

/** What this process is slow to read, so that threads come to do their part however late they start. */
const slowly: FileSystem['read'] = (path, bytesMax) => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, slowMs)
  return documents.disk.read(path, bytesMax)
}

const inThreads = (folder: string, entry = '../support/documents-thread.ts'): documents.Threads => ({
  count: 2,
  fromDocuments: 1,
  entry: new URL(entry, import.meta.url),
  corpus: folder,
  onStart: () => undefined,
  onFailure: (error) => expect.unreachable(String(error)),
})

test('threads give the same bytes as one process, and refuse the same documents for the same reasons', async () => {
  const texts = Object.fromEntries(
    enough.map((name, i) => [name, i % 500 === 0 ? '{"a":1,"a":2}' : manifest({ n: i })]),
  )
  const [alone, together] = [makeFolder(texts), makeFolder(texts)]
  const goal = { direction: 'up', to: '1.2.0', only: null, limit: null, now } as const
  const wanted = await documents.migrateCorpus(openForWorker(alone), goal, options('first'))
  let readHere = 0
  const read: FileSystem['read'] = (path, bytesMax) => {
    readHere++
    return slowly(path, bytesMax)
  }
  const open = { ...openForWorker(together), files: { ...documents.disk, read } }
  const threads = inThreads(together)
  const answer = await documents.migrateCorpus(open, goal, { ...options('first'), threads })
  expect(readHere).toBeLessThan(enough.length)
  expect(documentsIn(together)).toEqual(documentsIn(alone))
  const plain = ({ refusals, survey, ...counts }: documents.CorpusAnswer): unknown => ({
    ...counts,
    refusals: refusals.map(({ document, error }) => [document, error.code, error.message]),
    survey: { ...survey, refusals: survey?.refusals.length },
  })
  expect(plain(answer)).toEqual(plain(wanted))
  expect(new Set(answer.refusals.map((one) => one.error.code))).toEqual(
    new Set(['document-duplicate-key', 'transform-failed', 'transform-impure', 'document-protected']),
  )
  expect(answer.survey).toEqual({
    ...(await documents.surveyCorpus(openForWorker(together), { depth: 'contracts' })),
    refusals: answer.refusals,
  })
})

test('where threads cannot open the corpus the work is done here, and somebody is told', async () => {
  const folder = makeFolder(Object.fromEntries(enough.slice(0, 600).map((name) => [name, manifest()])))
  const goal = { direction: 'up', to: '1.1.0', only: null, limit: null, now } as const
  const told: unknown[] = []
  const threads = {
    ...inThreads(folder, '../support/no-such-thread.ts'),
    onFailure: (error: unknown) => told.push(error),
  }
  // Slow enough for the answer of the threads to come before the end.
  const wait = async (): Promise<void> => {
    while (told.length === 0) await setImmediate()
  }
  const files: FileSystem = {
    ...documents.disk,
    syncMeanwhile: async (...args) => {
      await wait()
      await documents.disk.syncMeanwhile(...args)
    },
  }
  const answer = await documents.migrateCorpus({ ...openForWorker(folder), files }, goal, {
    ...options('first'),
    threads,
  })
  expect(answer).toMatchObject({ seen: 600, migrated: 600, refused: 0 })
  expect(told.map(String)).toEqual([expect.stringContaining('no-such-thread')])
})

test('a thread that ends stops the run, and what was not put in place is taken back', async () => {
  const folder = makeFolder(Object.fromEntries(enough.map((name, i) => [name, manifest({ n: i })])))
  const goal = { direction: 'up', to: '1.1.0', only: null, limit: null, now } as const
  const threads = inThreads(folder, '../support/documents-thread-that-ends.ts')
  const open = { ...openForWorker(folder), files: { ...documents.disk, read: slowly } }
  const run = documents.migrateCorpus(open, goal, { ...options('first'), threads })
  await expect(run).rejects.toThrow('a thread ended with code 7 before it had answered')
  const entries = [...documents.replacedBy(documents.disk, openForWorker(folder).corpus, 'first')].map(
    (one) => one.document,
  )
  const migrated = [...documentsIn(folder)].filter(([, text]) => text.includes('"1.1.0"')).map(([path]) => path)
  expect(migrated.length).toBe(entries.length)
  expect(await documents.migrateCorpus(openForWorker(folder), goal, options('second'))).toMatchObject({
    migrated: enough.length - entries.length,
  })
  expect([...filesIn(folder).keys()].filter((path) => path.endsWith('.lockstep-tmp'))).toEqual([])
  expect(await documents.verifyCorpus(openForWorker(folder))).toMatchObject({
    good: enough.length,
    backups: enough.length,
    damaged: [],
  })
})
