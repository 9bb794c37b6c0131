/** Backups of a whole corpus: what a pack promises, and what becomes of one that somebody has changed. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { sha256Of } from '../../src/documents/json/canonical.ts'
import { tarChunks, tarEnd } from '../../src/documents/keep/tar.ts'
import { type Lockstep, lockstep } from '../../src/library/lockstep.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const transform = `import { add, defineTransform } from '${join(import.meta.dirname, '../../src/index.ts')}'
export default defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('priority', 'normal')] })
`

const documents = {
  'a/manifest.json': '{"schema_version": "1.0.0", "n": 1.10}',
  'b/c/manifest.json': '{ "schema_version": "1.1.0" }\n',
  'damaged/manifest.json': '{"schema_version": "1.0.0", ',
  [`é ${'long'.repeat(50)}/manifest.json`]: '{"schema_version": "1.0.0"}',
}

interface Corpus {
  readonly folder: string
  read(): Record<string, string>
  write(document: string, text: string): void
  open<T>(work: (opened: Lockstep) => Promise<T>, more?: Readonly<Record<string, unknown>>): Promise<T>
}

function makeCorpus(): Corpus {
  const files = Object.fromEntries(Object.entries(documents).map(([name, text]) => [`artifacts/${name}`, text]))
  const folder = makeFolder({ 'migrations/manifests/1.0.0-1.1.0.ts': transform, ...files })
  const read = (): Record<string, string> => {
    const names = readdirSync(join(folder, 'artifacts'), { recursive: true, withFileTypes: true })
    const found = names.filter((one) => one.name === 'manifest.json' && !one.parentPath.includes('.lockstep'))
    const paths = found.map((one) => join(one.parentPath, one.name)).sort()
    return Object.fromEntries(paths.map((path) => [path.slice(folder.length + 11), readFileSync(path, 'utf8')]))
  }
  return {
    folder,
    read,
    write: (document, text) => {
      mkdirSync(dirname(join(folder, 'artifacts', document)), { recursive: true })
      writeFileSync(join(folder, 'artifacts', document), text)
    },
    open: async (work, more = {}) => {
      const store = { kind: 'documents', files: 'artifacts/**/manifest.json', ...more } as const
      await using opened = await lockstep({ cwd: folder, config: { stores: { manifests: store } } })
      return await work(opened)
    },
  }
}

async function createPack({ folder, open }: Corpus): Promise<{ readonly file: string; readonly path: string }> {
  const answer = await open((opened) => opened.backup.create())
  const file = answer.stores[0]?.backups[0]?.file ?? ''
  return { file, path: join(folder, '.lockstep/backups', file) }
}

test('a pack holds every document as it is, and every tar opens it', async () => {
  const corpus = makeCorpus()
  const { path } = await createPack(corpus)
  const out = makeFolder({})
  const { status, stderr } = spawnSync('tar', ['--zstd', '-xf', path, '-C', out], { encoding: 'utf8' })
  expect([status, stderr]).toEqual([0, ''])
  for (const [name, text] of Object.entries(documents)) expect(readFileSync(join(out, name), 'utf8')).toBe(text)
  expect(JSON.parse(readFileSync(`${path}.json`, 'utf8'))).toMatchObject({
    kind: 'documents',
    rows: { '1.0.0': 2, '1.1.0': 1, '(no version)': 1 },
  })
})

test('the same documents make the same pack, whenever they were written', async () => {
  const [one, other] = [makeCorpus(), makeCorpus()]
  utimesSync(join(other.folder, 'artifacts/a/manifest.json'), 0, 0)
  const packs = [await createPack(one), await createPack(other)].map(({ path }) => readFileSync(path))
  expect(packs[0]?.equals(packs[1] ?? Buffer.alloc(0))).toBe(true)
})

test('a restore puts all of them back, leaves what is not in it, and can be taken back', async () => {
  const corpus = makeCorpus()
  const before = corpus.read()
  const { file } = await createPack(corpus)
  await corpus.open((opened) => opened.up())
  rmSync(join(corpus.folder, 'artifacts/b'), { recursive: true })
  corpus.write('new/manifest.json', '{"schema_version": "1.1.0"}')
  const changed = corpus.read()
  const answer = await corpus.open((opened) => opened.restore('manifests', { backup: file }))
  expect(answer).toMatchObject({
    ok: true,
    stores: [{ documents: { restored: { restored: 3, asBefore: 1, refused: 0 } } }],
  })
  expect(corpus.read()).toEqual({ ...before, 'new/manifest.json': '{"schema_version": "1.1.0"}' })
  const run = answer.stores[0]?.documents?.restored?.run ?? ''
  expect((await corpus.open((opened) => opened.restore('manifests', { run }))).ok).toBe(true)
  expect(corpus.read()).toEqual({ ...changed, 'b/c/manifest.json': before['b/c/manifest.json'] })
})

test('one document comes back alone, under the name that the pattern or the folder gives it', async () => {
  const corpus = makeCorpus()
  const before = corpus.read()
  const { file } = await createPack(corpus)
  for (const only of ['a/manifest.json', 'artifacts/a/manifest.json']) {
    rmSync(join(corpus.folder, 'artifacts/a'), { recursive: true })
    corpus.write('b/c/manifest.json', '{"schema_version": "1.1.0", "later": 1}')
    const restored = await corpus.open((opened) => opened.restore('manifests', { backup: file, only: [only] }))
    expect(restored.ok).toBe(true)
    expect(corpus.read()).toEqual({ ...before, 'b/c/manifest.json': '{"schema_version": "1.1.0", "later": 1}' })
  }
  const none = await corpus.open((opened) => opened.restore('manifests', { backup: file, only: ['x/manifest.json'] }))
  expect(none.stores[0]?.error?.message).toContain('x/manifest.json is not in it')
})

/** A pack of these entries with a manifest that fits it, as somebody would make who wants it to be believed. */
function forge(path: string, entries: readonly (readonly [path: string, text: string])[], type = '0'): void {
  const chunks = entries.flatMap(([name, text]) => {
    const bytes = Buffer.from(text)
    const made = tarChunks({ path: name, bytes, sha256: sha256Of(bytes), mode: 0o644 })
    const head = Buffer.from(made[2] ?? [])
    head.write(type, 156)
    head.fill(' ', 148, 156)
    head.write(
      `${head
        .reduce((all, one) => all + one, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
      'latin1',
    )
    return [made[0] ?? Buffer.alloc(0), made[1] ?? Buffer.alloc(0), head, made[3] ?? Buffer.alloc(0)]
  })
  writePack(path, Buffer.concat([...chunks, tarEnd()]))
}

function writePack(path: string, content: Buffer, contentBytes = content.length): void {
  const packed = zstdCompressSync(content)
  writeFileSync(path, packed)
  const digest = (bytes: Buffer): object => ({
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  })
  const manifest = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as object
  const said = { ...digest(content), bytes: contentBytes }
  writeFileSync(`${path}.json`, JSON.stringify({ ...manifest, ...digest(packed), content: said }))
}

type Change = (path: string, corpus: Corpus) => void

const noDocument = /is no document of this corpus/
const one = [['a/manifest.json', '{}']] as const

const changes: readonly (readonly [what: string, change: Change, reason: RegExp])[] = [
  ['one bit is another', (path) => writeFileSync(path, flipped(readFileSync(path))), /SHA-256|corrupt|checksum|Data/i],
  ['it is shorter', (path) => truncateSync(path, 40), /it has 40 bytes/],
  ['it is empty', (path) => truncateSync(path, 0), /it is empty/],
  ['it is no pack', (path) => writeFileSync(path, 'something else'), /it has 14 bytes/],
  ['its manifest is gone', (path) => rmSync(`${path}.json`), /no manifest beside it/],
  ['it unpacks to more than it says', (path) => writePack(path, Buffer.alloc(50_000, 'ab'), 2048), /unpack/],
  ['it says that it unpacks to gigabytes', (path) => writePack(path, Buffer.alloc(9_000), 2 ** 33), /1000 times/],
  ['a document is in it twice', (path) => forge(path, [...one, ['a/manifest.json', '{"x":1}']]), /in it twice/],
  ['a path leads out of the root', (path) => forge(path, [['../manifest.json', '{}']]), noDocument],
  ['a path leads out of it later', (path) => forge(path, [['a/../../manifest.json', '{}']]), noDocument],
  ['a path is absolute', (path, { folder }) => forge(path, [[`${folder}/x/manifest.json`, '{}']]), noDocument],
  ['a path leads into a dot folder', (path) => forge(path, [['.lockstep/manifest.json', '{}']]), noDocument],
  ['a path is no document', (path) => forge(path, [['a/other.json', '{}']]), noDocument],
  ['an entry is a symbolic link', (path) => forge(path, one, '2'), /is a symbolic link/],
  ['an entry is a folder', (path) => forge(path, one, '5'), /is a folder/],
  ['it holds other documents than its manifest says', (path) => forge(path, one), /instead of 2/],
]

test.each(changes)('where %s, nothing is put back and nothing is changed', async (_, change, reason) => {
  const corpus = makeCorpus()
  const { file, path } = await createPack(corpus)
  await corpus.open((opened) => opened.up())
  change(path, corpus)
  const before = corpus.read()
  const answer = await corpus.open((opened) => opened.restore('manifests', { backup: file }))
  expect(answer).toMatchObject({ ok: false, stores: [{ error: { code: 'backup-unusable' } }] })
  expect(answer.stores[0]?.error?.message).toMatch(reason)
  expect(corpus.read()).toEqual(before)
  expect(existsSync(join(corpus.folder, 'manifest.json'))).toBe(false)
  expect(await corpus.open((opened) => opened.backup.verify())).toMatchObject({ ok: false, exit: 3 })
})

function flipped(bytes: Buffer): Buffer {
  const at = bytes.length >> 1
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

test('a transform that cannot be loaded keeps nobody from a backup', async () => {
  const corpus = makeCorpus()
  writeFileSync(join(corpus.folder, 'migrations/manifests/1.1.0-1.2.0.ts'), 'export default 7')
  const { path } = await createPack(corpus)
  expect(existsSync(path)).toBe(true)
  expect(await corpus.open((opened) => opened.backup.verify())).toMatchObject({
    ok: true,
    stores: [{ verdict: 'blocked' }],
  })
})

test('a folder that became a link is not followed', async () => {
  const corpus = makeCorpus()
  const { file } = await createPack(corpus)
  rmSync(join(corpus.folder, 'artifacts/a'), { recursive: true })
  mkdirSync(join(corpus.folder, 'elsewhere'))
  symlinkSync('../elsewhere', join(corpus.folder, 'artifacts/a'))
  const answer = await corpus.open((opened) => opened.restore('manifests', { backup: file }))
  expect(answer.stores[0]?.documents?.refusals).toMatchObject([{ error: { code: 'document-not-plain' } }])
  expect(readdirSync(join(corpus.folder, 'elsewhere'))).toEqual([])
})

test("backupForm 'pack': a run that changes something makes one first, and only then", async () => {
  const corpus = makeCorpus()
  const before = corpus.read()
  const more = { backupForm: 'pack' }
  const first = await corpus.open((opened) => opened.up(), more)
  const pack = first.stores[0]?.documents?.moved?.pack ?? ''
  expect(pack).toMatch(/^manifests\..*\.bak\.zst$/)
  expect((await corpus.open((opened) => opened.up(), more)).stores[0]?.documents?.moved?.pack).toBeNull()
  const listed = await corpus.open((opened) => opened.backup.list(), more)
  expect(listed.stores[0]?.backups).toMatchObject([{ file: pack, reason: 'before-run', version: '1.1.0' }])
  await corpus.open((opened) => opened.restore('manifests', { backup: pack }), more)
  expect(corpus.read()).toEqual(before)
  const off = await corpus.open((opened) => opened.up(), { ...more, policy: { backup: 'off' } })
  expect(off.stores[0]?.documents?.moved).toMatchObject({ migrated: 2, pack: null })
})

/** Runs that have ended long ago, as far as their journals tell; the first first. */
function makeOld(folder: string): string[] {
  const runs = join(folder, 'artifacts/.lockstep/runs')
  const read = (path: string): { at: string } => JSON.parse(readFileSync(path, 'utf8')) as { at: string }
  const begun = (name: string): string => read(join(runs, name, 'run.json')).at
  const names = readdirSync(runs).sort((a, b) => (begun(a) < begun(b) ? -1 : 1))
  for (const [i, name] of names.entries()) {
    const path = join(runs, name, 'ended.json')
    writeFileSync(path, JSON.stringify({ ...read(path), at: `2020-01-0${i + 1}T00:00:00.000Z` }))
  }
  return names
}

test.each(['links', 'sidecar'])(
  'originals of old runs go, five runs stay, and nothing of a document: %s',
  async (form) => {
    const corpus = makeCorpus()
    const more = { backupForm: form }
    for (let i = 0; i < 4; i++) {
      await corpus.open((opened) => opened.up(), more)
      await corpus.open((opened) => opened.down({ target: { kind: 'steps', steps: 1 } }), more)
    }
    const sidecars = (): string[] =>
      readdirSync(join(corpus.folder, 'artifacts/a')).filter((one) => one !== 'manifest.json')
    const names = makeOld(corpus.folder)
    expect([names.length, sidecars().length]).toEqual([8, form === 'sidecar' ? 8 : 0])
    if (form === 'sidecar') writeFileSync(join(corpus.folder, 'artifacts/a/manifest.json.backup.2'), 'mine now')
    const before = corpus.read()
    const pruned = await corpus.open((opened) => opened.backup.prune(), more)
    expect(pruned.stores[0]?.removed.map((one) => one.replace('run ', ''))).toHaveLength(3)
    expect(readdirSync(join(corpus.folder, 'artifacts/.lockstep/runs'))).toHaveLength(5)
    // Three went, but one of theirs holds other bytes by now.
    expect(sidecars()).toHaveLength(form === 'sidecar' ? 6 : 0)
    expect(corpus.read()).toEqual(before)
    expect((await corpus.open((opened) => opened.verify(), more)).stores[0]?.documents?.verified).toMatchObject({
      damaged: 0,
    })
  },
)

test('a run that did not come to its end is never removed, and a prune that was killed is finished', async () => {
  const corpus = makeCorpus()
  for (let i = 0; i < 4; i++) {
    await corpus.open((opened) => opened.up())
    await corpus.open((opened) => opened.down({ target: { kind: 'steps', steps: 1 } }))
  }
  const runs = join(corpus.folder, 'artifacts/.lockstep/runs')
  const [first = '', second = ''] = makeOld(corpus.folder)
  rmSync(join(runs, first, 'ended.json'))
  spawnSync('mv', [join(runs, second), join(runs, `${second}.leaving`)])
  const pruned = await corpus.open((opened) => opened.backup.prune())
  expect(pruned.stores[0]?.removed).toHaveLength(1)
  expect(readdirSync(runs)).toContain(first)
  expect(readdirSync(runs).filter((one) => one.includes('leaving'))).toEqual([])
})
