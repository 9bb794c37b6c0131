import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdCompressSync } from 'node:zlib'
import { createHash } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { frameBytes } from '../../src/backup/files/pack.ts'
import type { Clock } from '../../src/core/ports.ts'
import { openSqlite } from '../../src/stores/sqlite/index.ts'
import { benchOf, type Bench, type BenchOptions } from '../support/backups.ts'

const migrations = [
  {
    version: '0001',
    description: 'people',
    up: 'create table people (id integer primary key, name text)',
    down: 'drop table people',
  },
  {
    version: '0002',
    description: 'rows',
    up: "insert into people (name) values ('a'), ('b'), ('c')",
    down: 'delete from people',
  },
]

interface Made {
  readonly bench: Bench
  readonly path: string
  readonly root: string
}

async function make(options: BenchOptions = {}): Promise<Made> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-sqlite-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const path = join(root, 'app.db')
  const history = { table: 'lockstep_migrations' }
  const store = await openSqlite({ name: 'app', place: 'sqlite:app.db', path, history, clock: systemClock })
  return { bench: benchOf(store, { migrations, ...options }), path, root }
}

/** With both migrations applied and one backup. */
async function madeAndBackedUp(options: BenchOptions = {}): Promise<Made & { readonly file: string }> {
  const made = await make(options)
  expect((await made.bench.up()).error).toBeNull()
  const { backups, error } = await made.bench.create()
  expect(error).toBeNull()
  return { ...made, file: backups[0]?.file ?? '' }
}

function ask(path: string, text: string): unknown[] {
  const database = new DatabaseSync(path)
  try {
    return database
      .prepare(text)
      .all()
      .map((row) => Object.values(row)[0])
  } finally {
    database.close()
  }
}

function exec(path: string, text: string): void {
  const database = new DatabaseSync(path)
  database.exec(text)
  database.close()
}

const countOf = (path: string): unknown => ask(path, 'select count(*) from people')[0]

test('a policy of runs: nothing is backed up while there is no table, and one backup before the next run', async () => {
  const { bench } = await make({ policy: { backup: 'run' } })
  expect((await bench.up()).ran).toHaveLength(2)
  expect(await bench.list()).toEqual([])
  const more = benchOf(bench.target.store, {
    migrations: [...migrations, { version: '0003', description: 'more', up: 'create table more (a)' }],
    policy: { backup: 'run' },
    backups: { path: bench.folder },
  })
  expect((await more.up()).ran).toHaveLength(1)
  expect(await more.list()).toMatchObject([{ reason: 'before-run', version: '0002', verified: true }])
  const log = await bench.target.store.readLog()
  expect(log.find((row) => row.event === 'backed-up')?.detail).toContain('.bak sha256:')
  expect((await more.up()).ran).toEqual([])
  expect(await more.list()).toHaveLength(1)
})

test('a policy of migrations: one backup before each, named by store and time, private', async () => {
  const { bench } = await make({ policy: { backup: 'migration' } })
  await bench.up()
  const [only, ...others] = await bench.list()
  expect(others).toEqual([])
  expect(only?.file).toMatch(/^app\.\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.bak$/)
  expect(statSync(join(bench.folder, only?.file ?? '')).mode & 0o777).toBe(0o600)
  expect(statSync(join(bench.folder, `${only?.file ?? ''}.json`)).mode & 0o777).toBe(0o600)
})

test('in one second the second has its own name, and nothing is overwritten', async () => {
  const clock: Clock = { ...systemClock, now: () => Date.UTC(2026, 0, 15, 14, 30, 45) }
  const { bench, path } = await madeAndBackedUp({ clock })
  exec(path, "insert into people (name) values ('d')")
  const { backups } = await bench.create()
  expect(backups[0]?.file).toBe('app.2026-01-15_14-30-45-2.bak')
  expect(readdirSync(bench.folder).filter((one) => one.endsWith('.bak'))).toEqual([
    'app.2026-01-15_14-30-45-2.bak',
    'app.2026-01-15_14-30-45.bak',
  ])
  expect(countOf(join(bench.folder, 'app.2026-01-15_14-30-45.bak'))).toBe(3)
  expect(countOf(join(bench.folder, 'app.2026-01-15_14-30-45-2.bak'))).toBe(4)
})

const writer = `
const { DatabaseSync } = require('node:sqlite')
const db = new DatabaseSync(process.argv[1], { timeout: 5000 })
db.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0')
db.exec("insert into people (name) with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) select 'w' from n")
process.stdout.write('ready')
setInterval(() => db.exec("insert into people (name) values ('busy')"), 5)
`

test('a WAL database with rows that only the WAL has, beside a busy writer: the backup ends, and is whole', async () => {
  const { bench, path } = await make()
  await bench.up()
  const child = spawn(process.execPath, ['-e', writer, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  const { backups, error } = await bench.create()
  expect(error).toBeNull()
  const copy = join(bench.folder, backups[0]?.file ?? '')
  const rows = Number(countOf(copy))
  expect(rows).toBeGreaterThanOrEqual(1003)
  const manifest = JSON.parse(readFileSync(`${copy}.json`, 'utf8'))
  expect(manifest.rows.people).toBe(rows)
  // Whoever has it open sees the restored rows, and goes on in the same file.
  const restored = await bench.restore(backups[0]?.file ?? '')
  expect(restored.error).toBeNull()
  expect(restored.saved?.reason).toBe('before-restore')
  expect(Number(countOf(join(bench.folder, restored.saved?.file ?? '')))).toBeGreaterThanOrEqual(rows)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(ask(path, 'pragma integrity_check')).toEqual(['ok'])
  expect(ask(path, 'pragma journal_mode')).toEqual(['wal'])
  expect(ask(path, "select count(*) from lockstep_log where event = 'restored'")).toEqual([1])
})

const damages: readonly (readonly [string, (path: string) => void, RegExp])[] = [
  ['one bit', (path) => flip(path, 0.6), /SHA-256/],
  ['one bit of the header', (path) => flip(path, 0), /SHA-256/],
  ['its last byte missing', (path) => truncateSync(path, statSync(path).size - 1), /bytes instead of/],
  ['half of it missing', (path) => truncateSync(path, statSync(path).size >> 1), /bytes instead of/],
  ['a byte too many', (path) => writeFileSync(path, 'x', { flag: 'a' }), /bytes instead of/],
  ['nothing in it', (path) => truncateSync(path, 0), /empty/],
  ['foreign bytes of the same length', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 7)), /SHA-256/],
  ['a symbolic link', (path) => linked(path), /symbolic link/],
  ['a folder', (path) => (rmSync(path), mkdirSync(path)), /folder/],
  ['no manifest', (path) => rmSync(`${path}.json`), /no manifest/],
  ['a manifest that is a link', (path) => linked(`${path}.json`), /manifest: it is a symbolic link/],
  ['a manifest that is no JSON', (path) => writeFileSync(`${path}.json`, '{'), /not JSON/],
  ['a manifest of a newer format', (path) => edit(path, { format: 2 }), /format 2/],
  ['a manifest without a digest', (path) => edit(path, { sha256: 'x' }), /digest/],
  ['the manifest of another kind', (path) => edit(path, { kind: 'postgres' }), /kind postgres/],
  [
    'a manifest that promises other rows',
    (path) => edit(path, { rows: { people: 4 } }),
    /people holds 3 rows instead of 4/,
  ],
]

test.each(damages)('refused, and nothing is changed: %s', async (_what, damage, reason) => {
  const { bench, path, file } = await madeAndBackedUp()
  exec(path, "insert into people (name) values ('since')")
  damage(join(bench.folder, file))
  const before = readFileSync(path)
  const files = readdirSync(bench.folder).sort()
  const { error, saved } = await bench.restore(file)
  expect(error).toMatchObject({ code: 'backup-unusable', exit: 4 })
  expect(error?.message).toMatch(reason)
  expect(saved).toBeNull()
  expect(readFileSync(path).equals(before)).toBe(true)
  expect(readdirSync(bench.folder).sort()).toEqual(files)
  if (!/rows instead/.test(reason.source)) expect((await bench.verify()).backups[0]).toMatchObject({ verified: false })
  else expect((await bench.verify({ restore: true })).backups[0]).toMatchObject({ verified: false })
})

test('a bomb is refused before it is unpacked, and while it is', async () => {
  const { bench, path, file } = await madeAndBackedUp({ backups: { compress: true } })
  expect(file).toMatch(/\.bak\.zst$/)
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000))
  const at = join(bench.folder, file)
  writeFileSync(at, bomb)
  const sha256 = createHash('sha256').update(bomb).digest('hex')
  const before = readFileSync(path)
  edit(at, { bytes: bomb.length, sha256, content: { bytes: 50_000_000, sha256 } })
  expect((await bench.restore(file)).error?.message).toMatch(/more than 1000 times/)
  edit(at, { content: { bytes: 1000, sha256 } })
  expect((await bench.restore(file)).error?.message).toMatch(/unpacks to more than the 1000 bytes/)
  expect(readFileSync(path).equals(before)).toBe(true)
})

test.each([true, false])(
  'restored, the state before is among the backups, and comes back as well (compressed: %s)',
  async (compress) => {
    const { bench, path, file } = await madeAndBackedUp({ backups: { compress } })
    exec(path, "insert into people (name) values ('since'); create table stray (a)")
    expect((await bench.verify({ restore: true })).backups).toMatchObject([{ verified: true }])
    const restored = await bench.restore(file)
    expect(restored).toMatchObject({ error: null, verdict: 'current', version: '0002', setAside: null })
    expect(restored.lost?.rows).toContainEqual({ table: 'people', now: 4, inBackup: 3 })
    expect(restored.lost?.rows).toContainEqual({ table: 'stray', now: 0, inBackup: null })
    expect(countOf(path)).toBe(3)
    const log = await bench.target.store.readLog()
    expect(log.at(-1)).toMatchObject({ event: 'restored' })
    expect(log.at(-1)?.detail).toContain(restored.saved?.file)
    expect((await bench.restore(restored.saved?.file ?? '')).error).toBeNull()
    expect(countOf(path)).toBe(4)
    expect(readdirSync(join(path, '..')).sort()).toEqual(['app.db', 'app.db.lockstep-lock'])
  },
)

test('one that is compressed in several frames comes back whole, and zstd opens it', async () => {
  const { bench, path } = await make({ backups: { compress: true } })
  await bench.up()
  const more = 'with recursive n(i) as (select 1 union all select i + 1 from n where i < 60000)'
  exec(path, `insert into people (name) ${more} select i || hex(randomblob(80)) from n`)
  const file = (await bench.create()).backups[0]?.file ?? ''
  const at = join(bench.folder, file)
  const { content } = JSON.parse(readFileSync(`${at}.json`, 'utf8')) as { content: { bytes: number; sha256: string } }
  expect(content.bytes).toBeGreaterThan(2 * frameBytes)
  exec(path, 'delete from people')
  expect((await bench.verify({ restore: true })).backups).toMatchObject([{ verified: true }])
  expect((await bench.restore(file)).error).toBeNull()
  expect(countOf(path)).toBe(60_003)
  flip(at, 0.9)
  expect((await bench.restore(file)).error).toMatchObject({ code: 'backup-unusable' })
  flip(at, 0.9)
  if (spawnSync('zstd', ['--version']).error !== undefined) {
    if (process.env['CI'] === 'true') throw new Error('zstd is not installed')
    console.warn('SKIPPED: zstd is not installed')
    return
  }
  const opened = execFileSync('zstd', ['-dc', at], { maxBuffer: 1e8 })
  expect(createHash('sha256').update(opened).digest('hex')).toBe(content.sha256)
})

test('what is damaged itself is kept under another name, and replaced', async () => {
  const { bench, path, file, root } = await madeAndBackedUp()
  writeFileSync(path, 'this is no database, but somebody may want its bytes'.repeat(50))
  const restored = await bench.restore(file)
  expect(restored).toMatchObject({ error: null, version: '0002', saved: null })
  expect(countOf(path)).toBe(3)
  expect(readFileSync(restored.setAside ?? '', 'utf8')).toMatch(/^this is no database/)
  expect(restored.lost?.unreadable).not.toBeNull()
  expect(readdirSync(root).filter((one) => one.includes('restore-'))).toHaveLength(1)
})

test('what is gone comes back', async () => {
  const { bench, path, file } = await madeAndBackedUp()
  rmSync(path)
  expect(await bench.restore(file)).toMatchObject({ error: null, version: '0002', saved: null, setAside: null })
  expect(countOf(path)).toBe(3)
})

test('while a writer holds a transaction nothing is replaced', async () => {
  const { bench, path, file } = await madeAndBackedUp()
  const other = new DatabaseSync(path)
  other.exec("begin immediate; insert into people (name) values ('open')")
  expect((await bench.restore(file)).error).toMatchObject({ code: 'store-in-use' })
  other.exec('commit')
  other.close()
  expect(countOf(path)).toBe(4)
})

test('protection and label of a store outlive a backup that is older than they are', async () => {
  const { bench, file } = await madeAndBackedUp()
  const { store } = bench.target
  const lock = {
    holder: { host: 'h', pid: 1, runId: 'r', since: null },
    waitMs: 0,
    onWait: () => undefined,
    signal: new AbortController().signal,
  }
  await store.whileLocked(lock, async (session) => {
    const { meta } = await session.readHistory()
    if (meta !== null)
      await session.write([{ kind: 'meta', meta: { ...meta, identity: 'production', protected: true } }])
  })
  expect((await bench.restore(file)).error).toMatchObject({ code: 'confirmation-needed' })
})

test('a stale full-text index is told, and is no reason to refuse a faithful copy', async () => {
  const { bench, path } = await make()
  await bench.up()
  exec(
    path,
    "create virtual table search using fts5(name, content='people', content_rowid='id'); insert into search(search) values ('rebuild'); insert into people (name) values ('unheard')",
  )
  const { backups, error } = await bench.create()
  expect(error).toBeNull()
  expect(backups).toMatchObject([{ verified: true }])
  expect(bench.events).toContainEqual(
    expect.objectContaining({ type: 'warning', message: expect.stringContaining('search') }),
  )
})

test('what is too old goes, but never the last ones, and never those of another place', async () => {
  let now = Date.UTC(2026, 0, 1)
  const clock: Clock = { ...systemClock, now: () => now }
  const { bench, file } = await madeAndBackedUp({ clock, backups: { keepAtLeast: 2, keepDays: 30 } })
  copyFileSync(join(bench.folder, file), join(bench.folder, 'app.2025-01-01_00-00-00.bak'))
  copyFileSync(join(bench.folder, `${file}.json`), join(bench.folder, 'app.2025-01-01_00-00-00.bak.json'))
  edit(join(bench.folder, 'app.2025-01-01_00-00-00.bak'), {
    place: 'sqlite:other.db',
    taken_at: '2025-01-01T00:00:00Z',
  })
  for (const day of [10, 20, 60]) {
    now = Date.UTC(2026, 0, 1 + day)
    await bench.create()
  }
  const left = (await bench.list()).map((one) => one.takenAt?.slice(0, 10))
  expect(left).toEqual(['2026-03-02', '2026-01-21', '2025-01-01'])
})

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  const index = Math.floor(bytes.length * at)
  bytes[index] = (bytes[index] ?? 0) ^ 1
  writeFileSync(path, bytes)
}

function linked(path: string): void {
  copyFileSync(path, `${path}.elsewhere`)
  rmSync(path)
  symlinkSync(`${path}.elsewhere`, path)
}

function edit(path: string, changes: object): void {
  const manifest = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as object
  writeFileSync(`${path}.json`, JSON.stringify({ ...manifest, ...changes }))
}
