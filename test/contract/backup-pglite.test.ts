import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import type { Store } from '../../src/core/ports.ts'
import { openPglite } from '../../src/stores/pglite/index.ts'
import { benchOf, type Bench } from '../support/backups.ts'

const migrations = [
  { version: '0001', description: 'people', up: 'create table people (id serial primary key, name text)' },
  {
    version: '0002',
    description: 'rows',
    up: "insert into people (name) select 'p' || i from generate_series(1, 50) i",
  },
]

async function open(folder: string): Promise<Store> {
  const holder = { host: 'test', pid: process.pid, runId: 'run', since: null }
  const opening = {
    holder,
    clock: systemClock,
    signal: new AbortController().signal,
    waitMs: 1000,
    onWait: () => undefined,
  }
  const history = { schema: 'public', table: 'lockstep_migrations' }
  return await Promise.resolve(openPglite({ name: 'local', place: folder, folder, history, opening }))
}

async function made(): Promise<{ bench: Bench; data: string; root: string; store: Store }> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-pglite-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const data = join(root, 'data')
  const store = await open(data)
  onTestFinished(() => store.close())
  const bench = benchOf(store, { migrations, policy: { backup: 'migration' } })
  expect((await bench.up()).error).toBeNull()
  return { bench, data, root, store }
}

test('a dump of the folder is loaded before it counts, restores, and leaves nothing beside', async () => {
  const { bench, root } = await made()
  const [before] = await bench.list()
  expect(before).toMatchObject({ reason: 'before-migration', version: '0001', verified: true })
  expect((await bench.verify({ restore: true })).backups).toMatchObject([{ verified: true }])
  const restored = await bench.restore(before?.file ?? '')
  expect(restored).toMatchObject({ error: null, version: '0001', saved: { version: '0002' } })
  expect(restored.lost).toMatchObject({ versions: ['0002'] })
  expect(readdirSync(root).filter((name) => !name.startsWith('data.lockstep-lock'))).toEqual(['data'])
  expect((await bench.restore(restored.saved?.file ?? '')).version).toBe('0002')
})

test('killed between the two renamings of a restore, the old state is there again', async () => {
  const { bench, data, store } = await made()
  await store.close()
  renameSync(data, `${data}.lockstep-before`)
  const again = await open(data)
  onTestFinished(() => again.close())
  const history = await again.readHistory()
  expect(history.records.map((one) => one.version)).toEqual(['0001', '0002'])
  expect(existsSync(`${data}.lockstep-before`)).toBe(false)
  expect(await bench.list()).toHaveLength(1)
})

test('killed between the two renamings, and another folder was made there since: nothing is thrown away', async () => {
  const { data, root, store } = await made()
  await store.close()
  renameSync(data, `${data}.lockstep-before`)
  mkdirSync(`${data}.lockstep-restore`)
  // As an application does that opens its folder without looking.
  const other = new PGlite(data)
  await other.exec('create table theirs (a int)')
  await other.close()
  const again = await open(data)
  onTestFinished(() => again.close())
  expect((await again.readHistory()).meta).toBeNull()
  const aside = readdirSync(root).find((name) => name.startsWith('data.before-restore-')) ?? ''
  const kept = await open(join(root, aside))
  onTestFinished(() => kept.close())
  expect((await kept.readHistory()).records.map((one) => one.version)).toEqual(['0001', '0002'])
})
