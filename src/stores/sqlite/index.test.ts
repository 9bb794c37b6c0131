import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { noHistory } from '../../core/history.ts'
import {
  freshPath,
  lockOptions,
  logRow,
  meta,
  openPath,
  prepare,
  recordOf,
  rowsIn,
  settingsOf,
  withSession,
} from '../../../test/support/sqlite.ts'
import { openSqlite } from './index.ts'

test('a file that is not there is an empty store, and asking does not make it', async () => {
  const path = join(freshPath(), 'not', 'yet.db')
  const store = await openPath(path)
  expect(await store.readHistory()).toEqual(noHistory)
  expect(await store.readLog()).toEqual([])
  expect((await store.readShape()).objects).toEqual([])
  expect((await store.examine()).map((one) => one.what)).toContain('the file does not exist yet')
  expect(existsSync(dirname(path))).toBe(false)
})

test('the first migration makes the folder, the file and a lock beside it', async () => {
  const path = join(freshPath(), 'not', 'yet.db')
  await withSession(path, (session) => session.createHistory(meta, [logRow(1)]))
  expect(readdirSync(dirname(path)).sort()).toEqual(['yet.db', 'yet.db.lockstep-lock'])
})

test.each([
  ['an empty file holds nothing', '', false],
  ['a table of somebody else is seen', 'CREATE TABLE t (a)', true],
  ['a view too', 'CREATE VIEW v AS SELECT 1', true],
  [
    'what SQLite makes for itself is nobody else',
    'CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT); DROP TABLE t',
    false,
  ],
])('%s', async (_, text, holdsTables) => {
  const path = freshPath()
  prepare(path, text)
  expect(await (await openPath(path)).readHistory()).toEqual({ ...noHistory, holdsTables })
})

test('what is written comes back, field by field', async () => {
  const path = freshPath()
  const full = recordOf('20240101000000000001', {
    state: 'resolved',
    direction: 'down',
    stepsStarted: 3,
    stepsDone: 2,
    stepsTotal: 5,
    stepsHash: 'abc',
    breaking: true,
    position: 7,
    durationMs: 12,
    release: 'v1.2.0',
    description: `it's "quoted"\n`,
  })
  const wholeMeta = { format: 1, identity: 'production', protected: true, policy: '{"late":"run"}' }
  await withSession(path, async (session) => {
    await session.createHistory(meta, [logRow(1)])
    await session.write([
      { kind: 'insert', record: recordOf('2') },
      { kind: 'insert', record: recordOf('1') },
      { kind: 'insert', record: recordOf(full.version, { position: 7 }) },
      { kind: 'update', record: full },
      { kind: 'remove', version: '2' },
      { kind: 'log', row: logRow(2, { event: 'applied', version: '1', detail: 'x' }) },
      { kind: 'meta', meta: wholeMeta },
    ])
    expect((await session.readHistory()).records).toHaveLength(2)
  })
  const store = await openPath(path)
  expect(await store.readHistory()).toEqual({
    meta: wholeMeta,
    records: [recordOf('1'), full],
    head: { id: 2, hash: 'hash-2' },
    holdsTables: false,
    readOnly: false,
  })
  expect(await store.readLog()).toEqual([logRow(1), logRow(2, { event: 'applied', version: '1', detail: 'x' })])
})

test('a change that meets no record is our mistake, and nothing of its transaction stays', async () => {
  const path = freshPath()
  await withSession(path, async (session) => {
    await session.createHistory(meta, [])
    const changes = [
      { kind: 'insert', record: recordOf('1') },
      { kind: 'remove', version: '2' },
    ] as const
    await expect(session.write(changes)).rejects.toMatchObject({ code: 'internal' })
    expect((await session.readHistory()).records).toEqual([])
  })
})

test('a history table called schema_version answers with the three columns', async () => {
  const path = freshPath()
  const store = await openPath(path, 'schema_version')
  await store.whileLocked(lockOptions(), async (session) => {
    await session.createHistory(meta, [])
    await session.write([{ kind: 'insert', record: recordOf('1') }])
  })
  expect(rowsIn(path, 'SELECT * FROM schema_version')).toMatchObject([
    { version: '1', applied_at: '2026-01-01T00:00:00.000Z', description: 'makes 1' },
  ])
  expect(rowsIn(path, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")).toEqual([
    { name: 'lockstep_log' },
    { name: 'lockstep_meta' },
    { name: 'schema_version' },
  ])
})

test('a temporary table of the same name does not hide the history', async () => {
  const client = new DatabaseSync(freshPath('odd "name".db'))
  client.exec('CREATE TEMP TABLE "od""d" (version)')
  const store = await openSqlite({ ...settingsOf({ history: { table: 'od"d' } }), client })
  await store.whileLocked(lockOptions(), async (session) => {
    await session.createHistory(meta, [])
    await session.write([{ kind: 'insert', record: recordOf('1') }])
  })
  expect((await store.readHistory()).records).toEqual([recordOf('1')])
  client.close()
})

test.each([
  ['a table is missing', 'DROP TABLE lockstep_meta', /lockstep_meta is not/],
  ['the row about the store is missing', 'DELETE FROM lockstep_meta', /0 rows instead of one/],
])('a damaged history is no empty history: %s', async (_, text, words) => {
  const path = freshPath()
  await withSession(path, (session) => session.createHistory(meta, []))
  prepare(path, text)
  await expect((await openPath(path)).readHistory()).rejects.toMatchObject({
    code: 'store-unreadable',
    message: expect.stringMatching(words),
  })
})

test.each([
  ['a state', "state = 'applied '"],
  ['a checksum', "checksum = 'md5:1'"],
  ['a count', 'steps_done = -1'],
  ['a truth', 'breaking = 2'],
  ['a type', 'applied_at = x00'],
])('a row is decoded strictly: %s', async (_, change) => {
  const path = freshPath()
  await withSession(path, async (session) => {
    await session.createHistory(meta, [])
    await session.write([{ kind: 'insert', record: recordOf('1') }])
  })
  prepare(
    path,
    `PRAGMA ignore_check_constraints = ON; UPDATE lockstep_migrations SET ${change.replace('x00', "x'00'")}`,
  )
  await expect((await openPath(path)).readHistory()).rejects.toMatchObject({ code: 'internal' })
})

test('of a newer format only the format is read', async () => {
  const path = freshPath()
  await withSession(path, (session) => session.createHistory(meta, []))
  prepare(path, 'UPDATE lockstep_meta SET format = 2; ALTER TABLE lockstep_migrations DROP COLUMN run_id')
  const newer = { format: 2, identity: null, protected: false, policy: null }
  expect(await (await openPath(path)).readHistory()).toEqual({ ...noHistory, meta: newer })
})

test.each([
  [
    'a text',
    (path: string) => writeFileSync(path, 'not a database, but long enough to be one'.repeat(40)),
    'store-unreadable',
    /not a database/,
  ],
  ['a folder', (path: string) => mkdirSync(path), 'store-unreadable', /it is a folder/],
  ['a damaged database', damage, 'store-unreadable', /malformed|not a database/],
])('%s is refused with one clear error, by readers and by migrators', async (_, make, code, words) => {
  const path = freshPath()
  make(path)
  const store = await openPath(path)
  const refusal = { code, message: expect.stringMatching(words), store: 'app' }
  await expect(store.readHistory()).rejects.toMatchObject(refusal)
  await expect(store.whileLocked(lockOptions(), async (session) => session.readHistory())).rejects.toMatchObject(
    refusal,
  )
  expect((await store.examine()).at(-1)).toMatchObject({ grade: 'bad' })
})

function damage(path: string): void {
  prepare(path, 'CREATE TABLE t (a)')
  const bytes = readFileSync(path)
  bytes.fill(0xff, 100, 4096)
  writeFileSync(path, bytes)
}
