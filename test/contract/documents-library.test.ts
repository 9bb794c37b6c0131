/** What a running program gets: documents at the latest version, and writes that nobody's change is lost by. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { type OpenedCorpus, add, defineTransform, openCorpus } from '../../src/index.ts'
import { whileSideLocked } from '../../src/stores/side-lock.ts'
import { makeProject, sha256Of, type Json, type Project } from '../examples/manifests-project.ts'
import { makeFolder } from '../support/temporary-folder.ts'

type Manifest = Json & { readonly schema_version: string }

const open = (project: Project, more: object = {}): Promise<OpenedCorpus<Manifest>> =>
  openCorpus<Manifest>({ cwd: project.folder, ...more })

test('the only store of documents is found in the configuration, and tells what the code knows', async () => {
  using project = makeProject()
  const { versions } = await open(project)
  expect(versions.latest).toBe('1.3.0')
  expect(versions.versions).toContainEqual({ version: '1.1.0', contract: true })
  expect(versions.steps).toContainEqual({
    from: '1.2.0',
    to: '1.3.0',
    changes: ['Add priority_level field'],
    down: true,
  })
})

test('what is stored is counted and judged as by status', async () => {
  using project = makeProject()
  const corpus = await open(project)
  expect(await corpus.storedVersions()).toEqual({
    verdict: 'behind',
    latest: '1.3.0',
    documents: 7,
    versions: { '1.0.0': 3, '1.1.0': 3, '1.2.0': 1 },
    needsMigration: 7,
    newer: 0,
    unknown: 0,
    withoutVersion: 0,
    unreadable: 0,
    leftAlone: 1,
  })
  project.add('later', { schema_version: '2.0.0', run_id: 'r1' })
  expect(await corpus.storedVersions()).toMatchObject({ verdict: 'incompatible', newer: 1 })
})

test('old documents are read at the latest version, and no byte is written', async () => {
  using project = makeProject()
  const before = project.hashes()
  const corpus = await open(project)
  const read = await corpus.read(project.manifest('first-drops'))
  expect(read).toMatchObject({
    state: 'migrated',
    storedVersion: '1.0.0',
    writtenBack: null,
    document: { schema_version: '1.3.0', priority_level: 'normal', inputs_hash: null },
  })
  expect(read.stored).toBe(sha256Of(project.text(project.manifest('first-drops'))))
  expect(project.hashes()).toEqual(before)
  expect(existsSync(join(project.folder, 'artifacts/.lockstep'))).toBe(false)
})

test('what a read writes back is what up would have made, with backup, history and a run to take back', async () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const original = project.text(file)
  const corpus = await open(project)
  const read = await corpus.read(file, { writeBack: true })
  expect(read).toMatchObject({ state: 'current', storedVersion: '1.3.0', writtenBack: { state: 'stored' } })
  expect(project.text(`${file}.backup`)).toBe(original)
  expect(project.read(file)['migration_history']).toMatchObject([
    { from_version: '1.0.0', to_version: '1.3.0', checksum_before: sha256Of(original) },
  ])
  expect(project.ask('verify')).toMatchObject({ exit: 0, verified: { good: 7, as_migrated: 1, backups: 1 } })
  expect(project.ask('restore', '--only', file)).toMatchObject({ exit: 0 })
  expect(project.text(file)).toBe(original)
})

test('all that a program writes back is one run, however often it does', async () => {
  using project = makeProject()
  const before = project.hashes()
  const corpus = await open(project)
  const jobs = ['first-drops', 'instagram-copy', 'email-sequence']
  await corpus.read(project.manifest('brand-audit'), { writeBack: true })
  const reads = await Promise.all(jobs.map((job) => corpus.read(project.manifest(job), { writeBack: true })))
  expect(reads.map((one) => one.writtenBack)).toEqual(jobs.map(() => ({ state: 'stored' })))
  const runs = project.ask('history')['runs'] as Json[]
  expect(runs).toMatchObject([{ command: 'up', replaced: 4, unfinished: false }])
  expect(project.ask('restore', '--run', String(runs[0]?.['run']))).toMatchObject({
    exit: 0,
    restored: { restored: 4 },
  })
  const manifests = (all: Readonly<Record<string, string>>) =>
    Object.entries(all).filter(([path]) => path.endsWith('manifest.json'))
  expect(manifests(project.hashes())).toEqual(manifests(before))
})

test('a document that somebody is writing is read, and left as it is', async () => {
  using project = makeProject()
  const file = project.manifest('live-campaign')
  const before = project.text(file)
  const read = await (await open(project)).read(file, { writeBack: true })
  expect(read).toMatchObject({
    state: 'migrated',
    document: { schema_version: '1.3.0' },
    writtenBack: { state: 'left', reason: 'status is "running"' },
  })
  expect(project.text(file)).toBe(before)
})

test('while a migration is at work, reads go on and leave the writing back to it', async () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const before = project.text(file)
  const corpus = await open(project)
  const read = await whileMigrating(project, () => corpus.read(file, { writeBack: true }))
  expect(read).toMatchObject({
    document: { schema_version: '1.3.0' },
    writtenBack: { state: 'left', error: { code: 'lock-held' } },
  })
  expect(project.text(file)).toBe(before)
})

test('a write is stored while a migration is at work: it waits for no run', async () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const corpus = await open(project)
  const { document, stored } = await corpus.read(file)
  await whileMigrating(project, () => corpus.write(file, { ...document, status: 'failed' }, { over: stored }))
  expect(project.read(file)).toMatchObject({ schema_version: '1.3.0', status: 'failed' })
  expect(project.ask('verify')).toMatchObject({ exit: 0, verified: { good: 7, as_migrated: 1 } })
})

test.each([
  [
    'a value that the contract does not have',
    { priority_level: 'urgent' },
    'document-result-invalid',
    '/priority_level must',
  ],
  ['a member of the wrong type', { input_snapshots: [] }, 'document-result-invalid', '/input_snapshots must be object'],
  ['an old version', { schema_version: '1.2.0' }, 'document-result-invalid', 'schema_version is 1.2.0, not 1.3.0'],
  ['another run_id', { run_id: 'HACKED' }, 'document-protected', 'the write would change run_id'],
  ['no JSON', { created: new Date(0) }, 'document-result-invalid', '/created is an object of a class'],
])('a write with %s is refused, with its path, and changes no byte', async (_, change, code, message) => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const before = project.hashes()
  const corpus = await open(project)
  const { document, stored } = await corpus.read(file)
  const write = corpus.write(file, { ...document, ...change }, { over: stored })
  await expect(write).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string })
  expect(project.hashes()).toEqual(before)
})

test('a write over what somebody else has stored meanwhile is refused', async () => {
  using project = makeProject()
  const file = project.manifest('first-drops')
  const corpus = await open(project)
  const { document, stored } = await corpus.read(file)
  appendFileSync(join(project.folder, file), '\n')
  await expect(corpus.write(file, document, { over: stored })).rejects.toMatchObject({
    code: 'document-changed-meanwhile',
  })
  await expect(corpus.write(file, document, { over: null })).rejects.toMatchObject({
    code: 'document-changed-meanwhile',
  })
})

test.each([
  ['1.4.0', 'same-major', 'newer'],
  ['2.0.0', 'same-major', 'document-newer'],
  ['1.4.0', 'refuse', 'document-newer'],
  ['2.0.0', 'any', 'newer'],
] as const)('a document of %s under the rule %s is %s, and never written over', async (version, readNewer, wanted) => {
  using project = makeProject()
  const file = project.add('later', { schema_version: version, run_id: 'r1' })
  const before = project.text(file)
  const corpus = await open(project, { readNewer })
  const read = await corpus.read(file).then(
    ({ state }) => state,
    (error: unknown) => (error as { code: string }).code,
  )
  expect(read).toBe(wanted)
  const { document } = await corpus.read(project.manifest('first-drops'))
  await expect(corpus.write(file, document)).rejects.toMatchObject({ code: 'document-newer' })
  expect(project.text(file)).toBe(before)
})

test.each(['../outside/manifest.json', '/etc/hostname', 'artifacts/.lockstep/lock', 'artifacts/link/r1/manifest.json'])(
  '%s is no document of the corpus: neither read nor written',
  async (named) => {
    using project = makeProject()
    symlinkSync(project.folder, join(project.folder, 'artifacts/link'))
    const corpus = await open(project)
    const { document } = await corpus.read(project.manifest('first-drops'))
    await expect(corpus.read(named)).rejects.toMatchObject({ code: 'document-outside' })
    await expect(corpus.write(named, document)).rejects.toMatchObject({ code: 'document-outside' })
  },
)

test('a document that is not there is told as one, and can be made with its folders', async () => {
  using project = makeProject()
  const corpus = await open(project)
  const file = 'artifacts/new-job/r9/manifest.json'
  await expect(corpus.read(file)).rejects.toMatchObject({ code: 'document-unreadable' })
  const { document } = await corpus.read(project.manifest('monthly-report'))
  const stored = await corpus.write(file, document, { over: null })
  expect(await corpus.read(file)).toMatchObject({ state: 'current', stored })
  expect(readdirSync(join(project.folder, 'artifacts/new-job/r9'))).toEqual(['manifest.json'])
})

const described = {
  files: 'notes/*.json',
  version: 'v',
  protect: ['id'],
  transforms: [defineTransform({ from: '1', to: '2', changes: ['Add tags'], operations: [add('tags', [])] })],
  contracts: { '2': { type: 'object', required: ['tags'], properties: { tags: { type: 'array' } } } },
}

test('a corpus can be described without a configuration, with transforms and contracts at hand', async () => {
  const cwd = makeFolder({ 'notes/a.json': '{"v": 1, "id": "a"}\n' })
  const corpus = await openCorpus<{ v: number; id: string; tags: readonly string[] }>({ cwd, ...described })
  const { document, stored } = await corpus.read('notes/a.json')
  expect(document).toEqual({ v: 2, id: 'a', tags: [] })
  await expect(corpus.write('notes/a.json', { ...document, tags: 'x' as never })).rejects.toThrow('/tags must be array')
  await corpus.write('notes/a.json', { ...document, tags: ['x'] }, { over: stored })
  expect(JSON.parse(readFileSync(join(cwd, 'notes/a.json'), 'utf8'))).toMatchObject({ v: 2, id: 'a', tags: ['x'] })
})

test('two stores of documents: one must be named', async () => {
  const cwd = makeFolder({ 'a/1.json': '{}', 'b/1.json': '{}', 'm/1-2.ts': '' })
  const store = { kind: 'documents', migrations: 'm' } as const
  const config = { stores: { one: { ...store, files: 'a/*.json' }, two: { ...store, files: 'b/*.json' } } }
  await expect(openCorpus({ cwd, config })).rejects.toThrow('say which store: one, two')
  await expect(openCorpus({ cwd, config, store: 'three' })).rejects.toMatchObject({ code: 'unknown-store' })
})

test('many processes over the same documents, with a migration among them: no change is lost, and no file is left over', async () => {
  const names = Array.from({ length: 8 }, (_, i) => `notes/n${i}.json`)
  const cwd = makeFolder(Object.fromEntries(names.map((name, i) => [name, `{"v": 1, "id": "${i}", "count": 0}\n`])))
  mkdirSync(join(cwd, 'migrations'))
  const lockstep = new URL('../../src/index.ts', import.meta.url).href
  writeFileSync(
    join(cwd, 'migrations/1-2.ts'),
    `import { add, defineTransform } from 'lockstep'\nexport default defineTransform({ from: '1', to: '2', operations: [add('tags', [])] })\n`,
  )
  writeFileSync(
    join(cwd, 'lockstep.config.json'),
    JSON.stringify({
      stores: { notes: { kind: 'documents', files: 'notes/*.json', version: 'v', migrations: 'migrations' } },
    }),
  )
  const rounds = 5
  const writer = `
    import { add, defineTransform, openCorpus } from '${lockstep}'
    const transforms = [defineTransform({ from: '1', to: '2', operations: [add('tags', [])] })]
    const corpus = await openCorpus({ cwd: ${JSON.stringify(cwd)}, files: 'notes/*.json', version: 'v', transforms })
    for (let round = 0; round < ${rounds}; round++) for (let i = 0; i < ${names.length}; i++) for (;;) {
      const name = 'notes/n' + i + '.json'
      const { document, stored } = await corpus.read(name, { writeBack: round % 3 === 0 })
      try { await corpus.write(name, { ...document, count: document.count + 1 }, { over: stored }); break }
      catch (error) { if (error.code !== 'document-changed-meanwhile') throw error }
    }`
  const bin = new URL('../../src/cli/bin.ts', import.meta.url).pathname
  const started = [
    ...[1, 2, 3].map(() => spawn(process.execPath, ['--input-type=module', '-e', writer], { cwd, stdio: 'pipe' })),
    spawn(process.execPath, [bin, 'up'], { cwd, stdio: 'pipe' }),
  ]
  const ends = await Promise.all(
    started.map(async (child) => {
      let said = ''
      child.stderr.on('data', (part: Buffer) => (said += part.toString()))
      const [exit] = (await once(child, 'exit')) as [number]
      return { exit, said }
    }),
  )
  expect(ends.slice(0, 3)).toEqual([1, 2, 3].map(() => ({ exit: 0, said: '' })))
  expect([0, 7, 1]).toContain(ends[3]?.exit)
  for (const name of names) {
    expect(JSON.parse(readFileSync(join(cwd, name), 'utf8'))).toMatchObject({ v: 2, count: 3 * rounds, tags: [] })
  }
  expect(readdirSync(join(cwd, 'notes')).sort()).toEqual(['.lockstep', ...names.map((name) => name.slice(6))].sort())
  rmSync(cwd, { recursive: true })
})

/** Holds the lock of the corpus as a run does. */
async function whileMigrating<T>(project: Project, work: () => Promise<T>): Promise<T> {
  const holder = { host: 'here', pid: process.pid, runId: 'another', since: null }
  const signal = new AbortController().signal
  const options = { store: 'manifests', holder, clock: systemClock, signal, waitMs: 0, onWait: () => undefined }
  return await whileSideLocked(join(project.folder, 'artifacts/.lockstep/lock'), options, work)
}
