import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { parseAddress } from '../../src/settings/address/parse-address.ts'
import { realOutside } from '../../src/settings/address/outside.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import type { Store } from '../../src/core/ports.ts'
import { benchOf, type Bench } from '../support/backups.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { mountSmallDisk } from '../support/small-disk.ts'

const migrations = [
  { version: '0001', up: 'create table people (id serial primary key, name text not null)' },
  { version: '0002', up: "insert into people (name) select 'p' || i from generate_series(1, 500) i" },
]

describeWithPostgres('backups of PostgreSQL', (databases) => {
  async function open(): Promise<{
    store: Store
    sql: (text: string) => Promise<Record<string, unknown>[]>
    url: string
  }> {
    const url = await databases.create()
    const { address } = parseAddress(url, realOutside(process.env, process.cwd()))
    if (address.kind !== 'postgres') throw new Error('not postgres')
    const holder = { host: 'test', pid: process.pid, runId: 'run', since: null }
    const history = { schema: 'public', table: 'lockstep_migrations' }
    const store = openPostgres({ name: 'app', place: 'server/app', address, history, clock: systemClock, holder })
    onTestFinished(() => store.close())
    return { store, url, sql: (text) => ask(url, text) }
  }

  async function made(): Promise<
    Bench & { readonly sql: (text: string) => Promise<Record<string, unknown>[]>; url: string }
  > {
    const { store, sql, url } = await open()
    const bench = benchOf(store, { migrations: migrations.map(registered) })
    expect((await bench.up()).error).toBeNull()
    return { ...bench, sql, url }
  }

  test('a dump is read back, its rows are those of its snapshot, and it restores', async () => {
    const bench = await made()
    const { backups, error } = await bench.create()
    expect(error).toBeNull()
    const [backup] = backups
    expect(backup).toMatchObject({ verified: true, reason: 'asked', version: '0002' })
    const manifest = JSON.parse(readFileSync(join(bench.folder, `${backup?.file}.json`), 'utf8'))
    expect(manifest).toMatchObject({ form: 'pg_dump', rows: { 'public.people': 500 }, format: 1 })
    expect((await bench.verify({ restore: true })).backups).toMatchObject([{ verified: true, fault: null }])
    await bench.sql('delete from people where id > 10; create table stray (a int)')
    // What a killed restore leaves is swept by the next one.
    const name = String((await bench.sql('select current_database() as name'))[0]?.['name'])
    await bench.sql(`create database "${name}_lockstep_restore_deadbeef"`)
    const restored = await bench.restore(backup?.file ?? '')
    expect(restored).toMatchObject({
      error: null,
      version: '0002',
      setAside: null,
      saved: { reason: 'before-restore' },
    })
    expect(restored.lost?.rows).toContainEqual({ table: 'public.people', now: 10, inBackup: 500 })
    expect(await bench.sql('select count(*)::int as n from people')).toEqual([{ n: 500 }])
    expect(await bench.sql("select to_regclass('stray') as stray")).toEqual([{ stray: null }])
    expect(await bench.sql('select event from lockstep_log order by id desc limit 1')).toEqual([{ event: 'restored' }])
    const left = await bench.sql(
      "select datname from pg_database where datname like '%lockstep_restore%' or datname like '%lockstep_before%'",
    )
    expect(left).toEqual([])
    expect(await bench.list()).toHaveLength(2)
    expect((await bench.restore(restored.saved?.file ?? '')).error).toBeNull()
    expect(await bench.sql('select count(*)::int as n from people')).toEqual([{ n: 10 }])
  })

  test('rights, owner and settings of the database come with it', async () => {
    const bench = await made()
    const name = String((await bench.sql('select current_database() as name'))[0]?.['name'])
    await bench.sql(
      `revoke connect on database "${name}" from public; grant connect, temp on database "${name}" to pg_monitor; alter database "${name}" set search_path to "$user", public, other; alter database "${name}" set work_mem to '7MB'`,
    )
    const facts = `select (select array_agg(a::text order by a::text) from unnest(datacl) a) as rights, (select array_agg(c order by c) from pg_db_role_setting s, unnest(setconfig) c where setdatabase = d.oid) as settings, pg_encoding_to_char(encoding), datcollate, datctype, datdba from pg_database d where datname = current_database()`
    const before = await bench.sql(facts)
    const { backups } = await bench.create()
    expect((await bench.restore(backups[0]?.file ?? '')).error).toBeNull()
    expect(await bench.sql(facts)).toEqual(before)
  })

  test('while others are in it nothing is replaced; with --force their sessions end', async () => {
    const bench = await made()
    const { backups } = await bench.create()
    const other = new Client({ connectionString: bench.url, application_name: 'web' })
    other.on('error', () => undefined)
    await other.connect()
    await bench.sql('delete from people')
    const refused = await bench.restore(backups[0]?.file ?? '')
    expect(refused.error).toMatchObject({ code: 'store-in-use', exit: 4 })
    expect(refused.error?.message).toContain('web')
    expect(await bench.sql('select count(*)::int as n from people')).toEqual([{ n: 0 }])
    expect((await bench.restore(backups[0]?.file ?? '', { others: 'end' })).error).toBeNull()
    expect(await bench.sql('select count(*)::int as n from people')).toEqual([{ n: 500 }])
    await other.end().catch(() => undefined)
  })

  test('a changed byte in the middle is refused, and nothing is changed', async () => {
    const bench = await made()
    const { backups } = await bench.create()
    const path = join(bench.folder, backups[0]?.file ?? '')
    const bytes = readFileSync(path)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const refused = await bench.restore(backups[0]?.file ?? '')
    expect(refused.error).toMatchObject({ code: 'backup-unusable' })
    expect(await bench.sql('select count(*)::int as n from people')).toEqual([{ n: 500 }])
    expect(await bench.list()).toHaveLength(1)
    const left = await bench.sql("select datname from pg_database where datname like '%lockstep_restore%'")
    expect(left).toEqual([])
  })

  test('room for a dump is looked for before it begins; a disk that fills up meanwhile leaves nothing', async () => {
    const disk = mountSmallDisk(2 ** 20)
    if (disk === null) return
    const { store, sql } = await open()
    await sql(
      'create table big (b text); insert into big select gen_random_uuid()::text from generate_series(1, 60000)',
    )
    const folder = join(disk.folder, 'backups')
    const bytes = (await store.backups?.measure())?.bytes ?? 0
    expect(bytes).toBeGreaterThan(3e6)
    disk.resize(Math.ceil(bytes * 0.9) + 2 ** 20)
    const refused = await benchOf(store, { backups: { path: folder } }).create()
    expect(refused.error).toMatchObject({ code: 'backup-space', exit: 1, details: { place: folder } })
    const { backups } = store
    if (backups === undefined) throw new Error('PostgreSQL has backups')
    const blind: Store = {
      ...store,
      backups: { ...backups, measure: async () => ({ ...(await backups.measure()), bytes: -(2 ** 20) }) },
    }
    disk.resize(2 ** 18)
    const failed = await benchOf(blind, { backups: { path: folder } }).create()
    expect(failed.error).toMatchObject({ code: 'backup-failed', exit: 1 })
    expect(failed.error?.message).toMatch(/No space left/)
    expect(readdirSync(folder).filter((one) => one.startsWith('app.'))).toEqual([])
  })

  test('compressed by us, it comes back as well', async () => {
    const { store, sql } = await open()
    const bench = benchOf(store, {
      migrations: migrations.map(registered),
      backups: { compress: true },
      policy: { backup: 'migration' },
    })
    expect((await bench.up()).error).toBeNull()
    const listed = await bench.list()
    expect(listed.map((one) => one.reason)).toEqual(['before-migration'])
    expect(listed[0]?.file).toMatch(/\.bak\.zst$/)
    expect((await bench.restore(listed[0]?.file ?? '')).error).toBeNull()
    expect(await sql('select count(*)::int as n from people')).toEqual([{ n: 0 }])
  })
})

function registered(one: { version: string; up: string }): {
  version: string
  description: string
  up: string
} {
  return { ...one, description: one.version }
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const result = (await client.query(text)) as unknown as
      | { rows: Record<string, unknown>[] }
      | { rows: Record<string, unknown>[] }[]
    return Array.isArray(result) ? (result.at(-1)?.rows ?? []) : result.rows
  } finally {
    await client.end()
  }
}
