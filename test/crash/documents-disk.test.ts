/** The file protocol on a real disk: links, strangers' writes, two names, kill -9. */

import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileSystem } from '../../src/documents/files/file-system.ts'
import * as documents from '../../src/documents/index.ts'
import { add } from '../../src/documents/transforms/operations.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const now = '2026-02-28T10:30:00.000Z'
const manifest = (more: object = {}): string =>
  `${JSON.stringify({ schema_version: '1.0.0', run_id: 'r', ...more }, null, 2)}\n`
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }

function openAt(folder: string, files: FileSystem = documents.disk): documents.OpenCorpus {
  const transforms = [documents.defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] })]
  return {
    files,
    corpus: documents.corpusAt('artifacts/**/manifest.json', folder),
    transforms: documents.makeRegistry(transforms),
    contracts: new Map(),
    rules: documents.rulesOf({ protect: ['run_id'] }),
  }
}

const options = (run: string, form: documents.BackupForm): documents.RunOptions => ({
  head: { run, at: now, by: 'me@here', tool: '0', form },
  signal,
  onProgress: () => undefined,
})

interface Wanted {
  readonly run?: string
  readonly form?: documents.BackupForm
  readonly direction?: 'up' | 'down'
  readonly limit?: number
}

async function migrate(open: documents.OpenCorpus, wanted: Wanted = {}): Promise<documents.CorpusAnswer> {
  const direction = wanted.direction ?? 'up'
  const goal = { direction, to: direction === 'up' ? '1.1.0' : '1.0.0', only: null, limit: wanted.limit ?? null, now }
  return documents.migrateCorpus(open, goal, options(wanted.run ?? 'first', wanted.form ?? 'links'))
}

/** Every file below a folder, by path. */
function filesIn(folder: string): Map<string, string> {
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(paths.sort().map((path) => [path.slice(folder.length + 1), fs.readFileSync(path, 'utf8')]))
}

const documentsIn = (folder: string): Map<string, string> =>
  new Map([...filesIn(folder)].filter(([path]) => path.endsWith('manifest.json') && !path.includes('.lockstep')))

test('up keeps the original as a second name, and down and restore bring the bytes back', async () => {
  const folder = makeFolder({ 'artifacts/j/r/manifest.json': manifest(), 'artifacts/j/r/inputs/brief.yaml': 'x' })
  const before = documentsIn(folder)
  const inode = fs.statSync(join(folder, 'artifacts/j/r/manifest.json')).ino
  const open = openAt(folder)
  expect(await migrate(open)).toMatchObject({ seen: 1, migrated: 1, refused: 0 })
  const backup = join(folder, 'artifacts/.lockstep/runs/first/backup/000001/j%2Fr%2Fmanifest.json')
  expect(fs.statSync(backup).ino).toBe(inode)
  expect(fs.readFileSync(backup, 'utf8')).toBe(manifest())
  expect(await documents.verifyCorpus(open)).toMatchObject({
    good: 1,
    asMigrated: 1,
    changedSince: 0,
    backups: 1,
    damaged: [],
  })
  expect(await migrate(open, { run: 'second' })).toMatchObject({ migrated: 0, current: 1 })
  expect(await migrate(open, { run: 'third', direction: 'down' })).toMatchObject({ migrated: 1, inexact: 0 })
  expect(documentsIn(folder)).toEqual(before)
  await migrate(open, { run: 'fourth' })
  const goal = { run: 'fourth', only: null, changedSince: 'leave', now } as const
  expect(await documents.restoreRun(open, goal, options('fifth', 'links'))).toMatchObject({ restored: 1, refused: 0 })
  expect(documentsIn(folder)).toEqual(before)
  expect(documents.listRuns(open.files, open.corpus)).toEqual(['fifth', 'first', 'fourth', 'third'])
})

test('sidecars are numbered and none is overwritten', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest() })
  const open = openAt(folder)
  await migrate(open, { run: 'one', form: 'sidecar' })
  const upped = fs.readFileSync(join(folder, 'artifacts/a/manifest.json'), 'utf8')
  await migrate(open, { run: 'two', form: 'sidecar', direction: 'down' })
  await migrate(open, { run: 'three', form: 'sidecar' })
  const texts = ['', '.2', '.3'].map((end) =>
    fs.readFileSync(join(folder, `artifacts/a/manifest.json.backup${end}`), 'utf8'),
  )
  expect(texts).toEqual([manifest(), upped, manifest()])
})

test('what is no plain document inside the root is refused or passed over, and stays as it is', async () => {
  const outside = makeFolder({ 'manifest.json': manifest() })
  const folder = makeFolder({
    'artifacts/good/manifest.json': manifest(),
    'artifacts/twice/manifest.json': manifest(),
    'artifacts/.hidden/manifest.json': manifest(),
    'artifacts/folder/manifest.json/x': '',
    'artifacts/link/x': '',
  })
  fs.linkSync(join(folder, 'artifacts/twice/manifest.json'), join(folder, 'other-name.json'))
  fs.symlinkSync(join(outside, 'manifest.json'), join(folder, 'artifacts/link/manifest.json'))
  fs.symlinkSync(outside, join(folder, 'artifacts/latest'))
  execFileSync('mkfifo', [join(folder, 'artifacts/good/pipe.json'), join(folder, 'artifacts/link/manifest.json.fifo')])
  const answer = await migrate(openAt(folder))
  expect(answer).toMatchObject({ seen: 3, migrated: 1, refused: 2, links: 1 })
  expect(answer.refusals.map(({ document, error }) => `${document}: ${error.code}`)).toEqual([
    'link/manifest.json: document-not-plain',
    'twice/manifest.json: document-not-plain',
  ])
  expect(fs.readFileSync(join(outside, 'manifest.json'), 'utf8')).toBe(manifest())
  expect(fs.readFileSync(join(folder, 'other-name.json'), 'utf8')).toBe(manifest())
})

const outsiders: readonly string[] = [
  '../manifest.json',
  '/etc/passwd',
  'link/manifest.json',
  '.hidden/manifest.json',
  'gone/manifest.json',
  'a/other.json',
]

test.each(outsiders)('a document named %s is none of the corpus', async (named) => {
  const folder = makeFolder({
    'manifest.json': manifest(),
    'artifacts/a/manifest.json': manifest(),
    'artifacts/.hidden/manifest.json': manifest(),
    'elsewhere/manifest.json': manifest(),
  })
  fs.symlinkSync(join(folder, 'elsewhere'), join(folder, 'artifacts/link'))
  const open = openAt(folder)
  const at = (one: string) => documents.documentNamed(open.files, open.corpus, { named: one, workingFolder: folder })
  expect(at('artifacts/a/manifest.json')).toBe('a/manifest.json')
  expect(at('a/manifest.json')).toBe('a/manifest.json')
  expect(() => at(named)).toThrow('is no document of the corpus')
})

/** The real disk, with something that happens at the sync of the batch: after everything is prepared, before anything is replaced. */
function withStranger(happens: () => void): FileSystem {
  let done = 0
  return {
    ...documents.disk,
    async syncMeanwhile(folder, written) {
      if (++done === 1) happens()
      await documents.disk.syncMeanwhile(folder, written)
    },
  }
}

const strangers: readonly (readonly [string, (path: string) => void, string | null])[] = [
  ['rewrites it in place', (path) => fs.writeFileSync(path, manifest({ status: 'x' })), manifest({ status: 'x' })],
  [
    'rewrites it in place, as long as before',
    (path) => fs.writeFileSync(path, manifest().replace('"r"', '"q"')),
    manifest().replace('"r"', '"q"'),
  ],
  [
    'puts another file in its place',
    (path) => {
      fs.writeFileSync(`${path}.new`, manifest({ a: 1 }))
      fs.renameSync(`${path}.new`, path)
    },
    manifest({ a: 1 }),
  ],
  ['takes it away', (path) => fs.rmSync(path), null],
]

test.each(strangers)('a document is left alone when somebody %s during the run', async (_, happens, wanted) => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest(), 'artifacts/b/manifest.json': manifest() })
  const path = join(folder, 'artifacts/a/manifest.json')
  const open = openAt(
    folder,
    withStranger(() => happens(path)),
  )
  const answer = await migrate(open, { form: 'sidecar' })
  expect(answer).toMatchObject({ seen: 2, migrated: 1, refused: 1 })
  expect(answer.refusals[0]?.error.code).toBe('document-changed-meanwhile')
  expect(fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : null).toBe(wanted)
  const strays = [...filesIn(folder).keys()].filter((one) => one.includes('/a/') && one !== 'artifacts/a/manifest.json')
  // Where the document is gone, its backup is the last copy, and stays.
  expect(strays).toEqual(wanted === null ? ['artifacts/a/manifest.json.backup'] : [])
})

test('a full disk stops the run and leaves every document as it was', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest(), 'artifacts/b/manifest.json': manifest() })
  const before = filesIn(folder)
  let writes = 0
  const full: FileSystem = {
    ...documents.disk,
    writeNew(path, bytes, like) {
      if (path.includes('/b/') && ++writes > 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
      documents.disk.writeNew(path, bytes, like)
    },
  }
  await expect(migrate(openAt(folder, full))).rejects.toThrow('no space left')
  expect(documentsIn(folder)).toEqual(before)
  expect(await migrate(openAt(folder), { run: 'second' })).toMatchObject({ migrated: 2, refused: 0 })
})

test('too little space is noticed before anything is written', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest() })
  const open = openAt(folder, { ...documents.disk, freeBytes: () => 4096 })
  await expect(migrate(open)).rejects.toThrow('MiB free')
  expect([...filesIn(folder).keys()]).toEqual(['artifacts/a/manifest.json'])
})

test('a folder that cannot be written stops its own document only', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest(), 'artifacts/b/manifest.json': manifest() })
  const refusing: FileSystem = {
    ...documents.disk,
    writeNew(path, bytes, like) {
      if (path.includes('/a/')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      documents.disk.writeNew(path, bytes, like)
    },
  }
  expect(await migrate(openAt(folder, refusing))).toMatchObject({ seen: 2, migrated: 1, refused: 1 })
})

test('a plan writes nothing and tells what an up then does', async () => {
  const folder = makeFolder({
    'artifacts/a/manifest.json': manifest(),
    'artifacts/b/manifest.json': manifest({ status: 'running' }),
    'artifacts/c/manifest.json': '[]',
  })
  const before = filesIn(folder)
  const plan = await documents.planCorpus(
    openAt(folder),
    { direction: 'up', to: '1.1.0', only: null, limit: null, now },
    { signal, onProgress: () => undefined },
  )
  expect(filesIn(folder)).toEqual(before)
  expect(plan).toMatchObject({ seen: 3, migrated: 1, leftAlone: 1, refused: 1, ways: new Map([['1.0.0 -> 1.1.0', 1]]) })
  const { seen, migrated, leftAlone, refused, newBytes } = await migrate(openAt(folder))
  expect({ seen, migrated, leftAlone, refused, newBytes }).toEqual({
    seen: 3,
    migrated: 1,
    leftAlone: 1,
    refused: 1,
    newBytes: plan.newBytes,
  })
})

test('a limit stops after as many documents, in the order of their names', async () => {
  const folder = makeFolder(
    Object.fromEntries(['c', 'a', 'b'].map((name) => [`artifacts/${name}/manifest.json`, manifest()])),
  )
  expect(await migrate(openAt(folder), { limit: 2 })).toMatchObject({ migrated: 2, stoppedBy: 'limit' })
  const upped = [...documentsIn(folder)].filter(([, text]) => text.includes('1.1.0')).map(([path]) => path)
  expect(upped).toEqual(['artifacts/a/manifest.json', 'artifacts/b/manifest.json'])
})

test('a document changed since a run is restored only on demand', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest() })
  const path = join(folder, 'artifacts/a/manifest.json')
  const open = openAt(folder)
  await migrate(open)
  fs.writeFileSync(path, fs.readFileSync(path, 'utf8').replace('null', '"new"'))
  const goal = { run: 'first', only: ['a/manifest.json'], now } as const
  expect(documents.planRestore(open, { ...goal, changedSince: 'leave' })).toMatchObject({ restored: 0, refused: 1 })
  expect(
    await documents.restoreRun(open, { ...goal, changedSince: 'replace' }, options('second', 'links')),
  ).toMatchObject({
    restored: 1,
  })
  expect(fs.readFileSync(path, 'utf8')).toBe(manifest())
  expect(filesIn(folder).get('artifacts/.lockstep/runs/second/backup/000001/a%2Fmanifest.json')).toContain('"new"')
})

test('a document that was taken away comes back from its backup', async () => {
  const folder = makeFolder({ 'artifacts/a/b/manifest.json': manifest() })
  const open = openAt(folder)
  await migrate(open)
  fs.rmSync(join(folder, 'artifacts/a'), { recursive: true })
  const goal = { run: 'first', only: null, changedSince: 'leave', now } as const
  expect(await documents.restoreRun(open, goal, options('second', 'links'))).toMatchObject({ restored: 1, refused: 0 })
  expect(documentsIn(folder)).toEqual(new Map([['artifacts/a/b/manifest.json', manifest()]]))
  expect(documents.lastRunOf(open, 'a/b/manifest.json')).toBe('first')
})

test('what comes back is counted only where it does: not over a new document, not into a folder that cannot be written', async () => {
  const folder = makeFolder(
    Object.fromEntries(['a', 'b', 'c'].map((name) => [`artifacts/${name}/manifest.json`, manifest()])),
  )
  await migrate(openAt(folder))
  const gone = ['a', 'b', 'c'].map((name) => join(folder, `artifacts/${name}/manifest.json`))
  for (const path of gone) fs.rmSync(path)
  const files: FileSystem = {
    ...documents.disk,
    writeNew(path, bytes, like) {
      if (path.includes('/b/')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
      documents.disk.writeNew(path, bytes, like)
    },
    alone: (path, work) => {
      if (!fs.existsSync(gone[0] ?? '')) fs.writeFileSync(gone[0] ?? '', 'somebody else')
      return documents.disk.alone(path, work)
    },
  }
  const goal = { run: 'first', only: null, changedSince: 'leave', now } as const
  const answer = await documents.restoreRun(openAt(folder, files), goal, options('second', 'links'))
  expect(answer).toMatchObject({ restored: 1, refused: 2 })
  expect(new Map(answer.refusals.map((one) => [one.document, one.error.code]))).toEqual(
    new Map([
      ['a/manifest.json', 'document-changed-meanwhile'],
      ['b/manifest.json', 'document-unreadable'],
    ]),
  )
  expect(gone.map((path) => fs.existsSync(path) && fs.readFileSync(path, 'utf8'))).toEqual([
    'somebody else',
    false,
    manifest(),
  ])
  expect([...filesIn(folder).keys()].filter((path) => path.endsWith('.lockstep-tmp'))).toEqual([])
})

test('a backup that was changed is never put back', async () => {
  const folder = makeFolder({ 'artifacts/a/manifest.json': manifest() })
  const open = openAt(folder)
  await migrate(open)
  fs.appendFileSync(join(folder, 'artifacts/.lockstep/runs/first/backup/000001/a%2Fmanifest.json'), ' ')
  const goal = { run: 'first', only: null, changedSince: 'replace', now } as const
  const answer = await documents.restoreRun(open, goal, options('second', 'links'))
  expect(answer.refusals.map((one) => one.error.code)).toEqual(['backup-damaged'])
  expect((await documents.verifyCorpus(open)).damaged).toHaveLength(1)
  expect(() => documents.planRestore(open, { ...goal, run: 'none' })).toThrow('there is no run "none"')
})

test('a survey counts each document once, and knows what is newer, unknown, unreadable, invalid', async () => {
  const text = (version: unknown): string => JSON.stringify({ schema_version: version })
  const folder = makeFolder({
    'artifacts/1/manifest.json': text('1.0.0'),
    'artifacts/2/manifest.json': text('1.1.0'),
    'artifacts/3/manifest.json': text('1.10.0'),
    'artifacts/4/manifest.json': text('1.0.5'),
    'artifacts/5/manifest.json': '{"schema_version": "1.0.0"',
    'artifacts/6/manifest.json': '[]',
    'artifacts/7/manifest.json': `\ufeff${text('1.0.0')}`,
    'artifacts/8/manifest.json': Buffer.from([0xff]),
  })
  const contracts = new Map([['1.0.0', () => ['/job_id is missing']]])
  const open = { ...openAt(folder), contracts }
  const counts = { seen: 8, needsMigration: 2, newer: 1, unknown: 1, unreadable: 2, withoutVersion: 1 }
  expect(await documents.surveyCorpus(open, { depth: 'versions' })).toMatchObject({ ...counts, invalid: 0 })
  const full = await documents.surveyCorpus(open, { depth: 'contracts' })
  expect(full).toMatchObject({ ...counts, invalid: 2 })
  expect([...full.versions]).toEqual([
    ['1.0.0', 2],
    ['1.0.5', 1],
    ['1.1.0', 1],
    ['1.10.0', 1],
  ])
})

test('killed again and again, a run ends with every document migrated once and every original kept', async () => {
  const names = Array.from({ length: 3000 }, (_, i) => `artifacts/j${i % 7}/r${i}/manifest.json`)
  const folder = makeFolder(Object.fromEntries(names.map((name, i) => [name, manifest({ n: i })])))
  const before = documentsIn(folder)
  const script = new URL('../support/documents-run.ts', import.meta.url).pathname
  let kills = 0
  // Before threads have started, while they work, and in between.
  for (const waitMs of [250, 400, 560, 750, 950]) {
    const child = spawn(process.execPath, [script, folder, `run-${waitMs}`], { stdio: 'ignore' })
    const ended = once(child, 'exit')
    const timer = setTimeout(() => child.kill('SIGKILL'), waitMs)
    await ended
    clearTimeout(timer)
    if (child.signalCode === 'SIGKILL') kills++
  }
  expect(kills).toBeGreaterThan(0)
  const open = openAt(folder)
  await migrate(open, { run: 'last' })
  const verified = await documents.verifyCorpus(open)
  expect(verified).toMatchObject({
    seen: names.length,
    good: names.length,
    asMigrated: names.length,
    backups: names.length,
    damaged: [],
    unfinished: [],
  })
  expect([...filesIn(folder).keys()].filter((path) => path.endsWith('.lockstep-tmp'))).toEqual([])
  expect(await migrate(open, { run: 'down', direction: 'down' })).toMatchObject({ migrated: names.length, inexact: 0 })
  expect(documentsIn(folder)).toEqual(before)
})
