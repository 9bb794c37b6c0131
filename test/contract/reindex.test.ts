/** What `reindex` promises, for every kind of database that a table can be in. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { Client } from 'pg'
import { describe, expect, test } from 'vitest'
import type { Answer, IndexedDocuments } from '../../src/app/answers/report.ts'
import { lockstep } from '../../src/library/lockstep.ts'
import type { ReindexOptions } from '../../src/app/verbs.ts'
import type { MigrationApi } from '../../src/core/ports.ts'
import { openTarget } from '../../src/app/opening/open.ts'
import { readSettings } from '../../src/settings/read-settings.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { contextOf } from '../support/target.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')

const transform = `import { add, defineTransform } from '${join(root, 'src/index.ts')}'
export default defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('priority', 'normal')] })
`

const columns = {
  run_id: { type: 'text' },
  name: { type: 'text', at: 'about.name' },
  amount: { type: 'decimal' },
  count: { type: 'integer', default: '0', indexed: true },
  ratio: { type: 'real' },
  ok: { type: 'boolean' },
  begun: { type: 'time' },
  tags: { type: 'json' },
  priority: { type: 'text', needed: true },
} as const

type Json = Record<string, unknown>

const hostile = `it's "quoted" \\ é 😀 ; DROP TABLE manifests; --`

type Documents = Readonly<Record<string, Json | string>>

async function projectWith(freshUrl: (folder: string) => Promise<string>, documents: Documents) {
  const folder = makeFolder({ 'migrations/manifests/1.0.0-1.1.0.ts': transform, 'artifacts/': '' })
  const url = await freshUrl(folder)
  const index = { url, table: 'manifests', key: ['run_id'], columns }
  const config = { stores: { manifests: { kind: 'documents', files: 'artifacts/**/manifest.json', index } } } as const
  const write = (name: string, document: Json | string): void => {
    const file = join(folder, 'artifacts', name, 'manifest.json')
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document))
  }
  for (const [name, document] of Object.entries(documents)) write(name, document)
  const reindex = async (options: Partial<ReindexOptions> = {}): Promise<Answer> => {
    await using opened = await lockstep({ cwd: folder, config })
    return await opened.reindex(options)
  }
  const inside = async <T>(work: (api: MigrationApi) => Promise<T>): Promise<T> =>
    await insideDatabase(folder, url, work)
  const watch = async (work: () => Promise<unknown>): Promise<Set<number>> => await countsDuring(folder, url, work)
  const rows = (): Promise<Json[]> => inside(({ query }) => query('SELECT * FROM manifests ORDER BY document'))
  return { folder, config, write, reindex, inside, rows, watch }
}

function describeReindex(kind: string, freshUrl: (folder: string) => Promise<string>): void {
  const project = (documents: Documents) => projectWith(freshUrl, documents)

  describe(kind, () => {
    test('each document is a row, read as the latest version, every digit and letter of it', async () => {
      const { reindex, rows, folder, inside } = await project({
        a: {
          schema_version: '1.0.0',
          run_id: 'a',
          about: { name: hostile },
          ratio: 0.1,
          ok: true,
          begun: '2026-02-28T10:30:00Z',
        },
        b: `{"schema_version":"1.1.0","run_id":"b","priority":"high","count":-9007199254740993,"amount":12345678901234567890.125,
             "tags":[1,{"x":null}],"ok":false,"about":{"name":null}}`,
      })
      const before = readFileSync(join(folder, 'artifacts/a/manifest.json'))
      const answer = await reindex()
      expect([answer.exit, indexedOf(answer)]).toMatchObject([0, { work: 'rebuilt', seen: 2, rows: 2, refused: 0 }])
      const [a, b] = await rows()
      expect(a).toMatchObject({ document: 'a/manifest.json', stored_version: '1.0.0', run_id: 'a', priority: 'normal' })
      expect(a).toMatchObject({ name: hostile, ratio: 0.1, tags: null, amount: null })
      expect([a?.['count'], a?.['ok'], b?.['ok']].map(Number)).toEqual([0, 1, 0])
      const [exact] = await inside(({ query }) =>
        query(`SELECT CAST(amount AS text) AS amount, CAST(count AS text) AS count FROM manifests WHERE run_id = 'b'`),
      )
      expect(exact).toEqual({ amount: '12345678901234567890.125', count: '-9007199254740993' })
      expect(typeof b?.['tags'] === 'string' ? JSON.parse(b['tags']) : b?.['tags']).toEqual([1, { x: null }])
      expect(readFileSync(join(folder, 'artifacts/a/manifest.json')).equals(before)).toBe(true)
    })

    test('what changed since is found, and nothing is written by looking', async () => {
      const { reindex, write, folder, inside, rows } = await project({
        a: { schema_version: '1.1.0', run_id: 'a', priority: 'low' },
        b: { schema_version: '1.1.0', run_id: 'b', priority: 'low', tags: { x: 1, y: 2 } },
        c: { schema_version: '1.1.0', run_id: 'c', priority: 'low' },
      })
      expect(indexedOf(await reindex({ work: 'compare' }))).toMatchObject({ work: 'compared', missing: 3, rows: 0 })
      await reindex()
      expect((await reindex({ work: 'compare' })).exit).toBe(0)
      write('a', { schema_version: '1.1.0', run_id: 'a', priority: 'high' })
      rmSync(join(folder, 'artifacts/b'), { recursive: true })
      write('d', { schema_version: '1.1.0', run_id: 'd', priority: 'low' })
      await inside(({ exec }) => exec(`UPDATE manifests SET count = 7, ok = true WHERE run_id = 'c'`))
      const before = await rows()
      const answer = await reindex({ work: 'compare' })
      expect([answer.exit, indexedOf(answer)]).toMatchObject([3, { missing: 1, differing: 2, extra: 1, rows: 0 }])
      expect(indexedOf(answer)?.differences).toEqual([
        { file: 'artifacts/a/manifest.json', what: 'differing', columns: ['priority'] },
        { file: 'artifacts/c/manifest.json', what: 'differing', columns: ['count', 'ok'] },
        { file: 'artifacts/d/manifest.json', what: 'missing', columns: [] },
        { file: 'artifacts/b/manifest.json', what: 'extra', columns: [] },
      ])
      expect(await rows()).toEqual(before)
      expect([(await reindex()).exit, (await reindex({ work: 'compare' })).exit]).toEqual([0, 0])
    })

    test('a document without a row keeps the old table, unless it may be left out', async () => {
      const { reindex, write, rows, inside } = await project({
        a: { schema_version: '1.1.0', run_id: 'a', priority: 'low' },
      })
      await reindex()
      write('b', { schema_version: '1.1.0', run_id: 'a', priority: 'low' })
      write('c', '{"schema_version": "1.1.0", ')
      write('d', { schema_version: '1.1.0', run_id: 'd', priority: 7 })
      write('e', { schema_version: '1.1.0', run_id: 'e', priority: 'low' })
      const refused = await reindex()
      expect([refused.exit, refused.stores[0]?.error?.code]).toEqual([4, 'index-refused'])
      expect(refused.stores[0]?.documents?.refusals.map((one) => [one.file, one.error.code]).sort()).toEqual([
        ['artifacts/b/manifest.json', 'index-value'],
        ['artifacts/c/manifest.json', 'document-syntax'],
        ['artifacts/d/manifest.json', 'index-value'],
      ])
      expect((await rows()).map((one) => one['run_id'])).toEqual(['a'])
      const without = await reindex({ refused: 'leave-out' })
      expect([without.exit, indexedOf(without)]).toMatchObject([7, { work: 'rebuilt', rows: 2, refused: 3 }])
      expect((await rows()).map((one) => one['run_id'])).toEqual(['a', 'e'])
      await expect(inside(({ query }) => query('SELECT * FROM manifests_lockstep_new'))).rejects.toThrow('lockstep_new')
    })

    test('a table that reindex did not make is left alone until somebody says otherwise', async () => {
      const { reindex, rows, inside } = await project({ a: { schema_version: '1.1.0', run_id: 'a', priority: 'low' } })
      await inside(({ exec }) => exec(`CREATE TABLE manifests (document text); INSERT INTO manifests VALUES ('mine')`))
      const answer = await reindex()
      expect([answer.exit, answer.stores[0]?.error?.code]).toEqual([4, 'index-foreign'])
      expect(await rows()).toEqual([{ document: 'mine' }])
      expect(indexedOf(await reindex({ work: 'compare' }))?.columns).toContain('column run_id is missing')
      expect((await reindex({ foreign: 'replace' })).exit).toBe(0)
      expect((await reindex()).exit).toBe(0)
      expect(await rows()).toMatchObject([{ run_id: 'a' }])
    })

    test('whoever reads meanwhile sees the old rows or the new ones, and nothing between', async () => {
      const documents = (count: number): Record<string, Json> =>
        Object.fromEntries(
          Array.from({ length: count }, (_, i) => [
            `n${i}`,
            { schema_version: '1.1.0', run_id: `${i}`, priority: 'x' },
          ]),
        )
      const { reindex, write, watch } = await project(documents(700))
      await reindex()
      for (const [name, document] of Object.entries(documents(1600))) write(name, document)
      const seen = await watch(() => reindex())
      expect([...seen].filter((count) => count !== 700 && count !== 1600)).toEqual([])
      expect(seen.has(1600)).toBe(true)
    })

    test('one program may build a table several times', async () => {
      const { folder, config } = await project({ a: { schema_version: '1.1.0', run_id: 'a', priority: 'low' } })
      await using opened = await lockstep({ cwd: folder, config })
      expect([(await opened.reindex()).exit, (await opened.reindex()).exit]).toEqual([0, 0])
    })

    test('what a killed build has left is swept', async () => {
      const { reindex, inside, rows } = await project({ a: { schema_version: '1.1.0', run_id: 'a', priority: 'low' } })
      await reindex()
      await inside(async ({ exec }) => {
        await exec('ALTER TABLE manifests RENAME TO manifests_lockstep_new')
        await exec(`UPDATE manifests_lockstep_new SET run_id = 'stale'`)
      })
      expect((await reindex()).exit).toBe(0)
      expect(await rows()).toMatchObject([{ run_id: 'a' }])
    })
  })
}

/** Every number of rows that a reader of its own connection sees while `work` goes on, and after it. */
async function countsDuring(folder: string, url: string, work: () => Promise<unknown>): Promise<Set<number>> {
  const seen = new Set<number>()
  const look = async (): Promise<void> => {
    const found = await count.read()
    if (found !== null) seen.add(found)
  }
  const count = await openCounter(folder, url)
  const ending = new AbortController()
  const reading = (async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await look()
      await setImmediate()
    }
  })()
  await work()
  ending.abort()
  await reading
  await look()
  await count.close()
  return seen
}

interface Counter {
  /** `null`: it is locked at this moment. */
  read(): Promise<number | null>
  close(): Promise<void>
}

const countText = 'SELECT count(*) AS count FROM manifests'

/** PGlite can only be open once, so there nobody else can look. */
async function openCounter(folder: string, url: string): Promise<Counter> {
  if (url.startsWith('pglite:')) return { read: () => Promise.resolve(1600), close: () => Promise.resolve() }
  if (url.startsWith('sqlite:')) {
    const database = new DatabaseSync(join(folder, url.slice('sqlite:'.length)), { readOnly: true, timeout: 0 })
    return { read: () => Promise.resolve(countIn(database)), close: () => Promise.resolve(database.close()) }
  }
  const client = new Client({ connectionString: url })
  await client.connect()
  return {
    read: async () => Number((await client.query<{ count: string }>(countText)).rows[0]?.count),
    close: () => client.end(),
  }
}

/** In one thread nobody can wait for the other: a moment in which a batch is written is asked again. */
function countIn(database: DatabaseSync): number | null {
  try {
    return Number(database.prepare(countText).get()?.['count'])
  } catch (error) {
    if (error instanceof Error && error.message === 'database is locked') return null
    throw error
  }
}

function indexedOf(answer: Answer): IndexedDocuments | undefined {
  return answer.stores[0]?.documents?.indexed
}

/** Whatever is asked of the database itself goes through a store of its own. */
async function insideDatabase<T>(cwd: string, url: string, work: (api: MigrationApi) => Promise<T>): Promise<T> {
  const { stores } = await readSettings({ cwd, env: process.env, flags: { url } })
  const [settings] = stores
  if (settings === undefined) throw new Error('no store')
  const context = contextOf()
  const { store } = await openTarget(settings, { lockWaitMs: 1000 }, context)
  const { holder, signal } = context
  const answers: T[] = []
  try {
    await store.whileLocked({ holder, signal, waitMs: 1000, onWait: () => undefined }, async (session) => {
      const run = async (api: MigrationApi): Promise<void> => void answers.push(await work(api))
      const about = { file: 'test', lockTimeoutMs: 1000, statementTimeoutMs: 0, signal }
      const works = [{ kind: 'code', run, file: 'test' }] as const
      await session.runTogether({ ...about, sessionAfter: 'reset', before: [], works, after: [] })
    })
  } finally {
    await store.close()
  }
  return answers[0] as T
}

/** What only a table of PostgreSQL has. */
function describeAttached(kind: string, freshUrl: (folder: string) => Promise<string>): void {
  describe(`${kind}: what others have made of the table`, () => {
    const a = { schema_version: '1.1.0', run_id: 'a', priority: 'low' }

    test('stays, and sees the new rows', async () => {
      const { reindex, write, inside, rows } = await projectWith(freshUrl, { a })
      await reindex()
      await inside(async ({ exec }) => {
        await exec('CREATE VIEW runs AS SELECT run_id FROM manifests; ALTER TABLE manifests ENABLE ROW LEVEL SECURITY')
        await exec('CREATE POLICY nobody ON manifests FOR DELETE USING (false)')
      })
      write('b', { ...a, run_id: 'b' })
      expect((await reindex()).exit).toBe(0)
      expect((await reindex()).exit).toBe(0)
      expect(await inside(({ query }) => query('SELECT * FROM runs ORDER BY 1'))).toEqual([
        { run_id: 'a' },
        { run_id: 'b' },
      ])
      expect(await rows()).toHaveLength(2)
      expect(await inside(({ query }) => query('SELECT polname FROM pg_policy'))).toEqual([{ polname: 'nobody' }])
      expect((await reindex({ work: 'compare' })).exit).toBe(0)
      expect(
        await inside(({ query }) =>
          query("SELECT count(*)::int AS many FROM pg_indexes WHERE tablename = 'manifests'"),
        ),
      ).toEqual([{ many: 4 }])
    })

    test('is not cut off: a foreign key, and a view of a column that goes', async () => {
      const { reindex, inside, rows } = await projectWith(freshUrl, { a })
      await reindex()
      await inside(({ exec }) =>
        exec('CREATE VIEW runs AS SELECT run_id FROM manifests; ALTER TABLE manifests ADD odd int'),
      )
      const wider = await reindex()
      expect(wider.stores[0]?.error).toMatchObject({ code: 'index-in-use', exit: 4 })
      expect(wider.stores[0]?.error?.message).toContain('column odd is not in the configuration) under view runs')
      await inside(({ exec }) =>
        exec('DROP VIEW runs; CREATE TABLE reports (run_id text REFERENCES manifests ON DELETE CASCADE)'),
      )
      await inside(({ exec }) => exec("INSERT INTO reports VALUES ('a')"))
      const referred = await reindex({ foreign: 'replace' })
      expect(referred.stores[0]?.error?.message).toContain('constraint reports_run_id_fkey on table reports')
      expect(await rows()).toHaveLength(1)
      expect(await inside(({ query }) => query('SELECT * FROM reports'))).toEqual([{ run_id: 'a' }])
    })
  })
}

describeReindex('sqlite', () => Promise.resolve('sqlite:index.db'))
describeReindex('pglite', () => Promise.resolve('pglite:./index'))

describeWithPostgres('postgres', (databases) => {
  describeReindex('a table', () => databases.create())
  describeAttached('a table', () => databases.create())
})
