import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { noHistory } from '../../core/history.ts'
import {
  freshPath,
  lockOptions,
  meta,
  openPath,
  prepare,
  settingsOf,
  steppedClock,
  unitOf,
  withSession,
  workOf,
} from '../../../test/support/sqlite.ts'
import { gradeLibrary } from './examine.ts'
import { openSqlite } from './index.ts'

test('one migrator at a time, whichever link leads to the file', async () => {
  const path = freshPath()
  prepare(path, 'CREATE TABLE t (a)')
  const link = join(dirname(path), 'link.db')
  symlinkSync(path, link)
  const store = await openPath(path)
  const linked = await openPath(link)
  await store.whileLocked(lockOptions(), async () => {
    await expect(linked.whileLocked(lockOptions(), async () => 'in')).rejects.toMatchObject({
      code: 'lock-held',
      exit: 5,
    })
    expect((await linked.examine()).map((one) => one.what)).toContainEqual(
      expect.stringContaining(`process ${process.pid}`),
    )
    await expect(linked.endHolder()).rejects.toMatchObject({
      message: expect.stringContaining(`process ${process.pid}`),
    })
  })
  expect(await linked.endHolder()).toBeNull()
  expect(await linked.whileLocked(lockOptions(), async () => 'in')).toBe('in')
})

test('a reader that meets a locked file says so, after its own time', async () => {
  const path = freshPath()
  const writer = new DatabaseSync(path)
  writer.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE')
  const store = await openSqlite({ ...settingsOf({ busyTimeoutMs: 1 }), path })
  await expect(store.readHistory()).rejects.toMatchObject({
    code: 'store-unreadable',
    message: expect.stringMatching(/locked/),
  })
  writer.close()
  expect(await store.readHistory()).toEqual({ ...noHistory, holdsTables: true })
})

test('a session begins once the application has finished its own transaction', async () => {
  const path = freshPath()
  const writer = new DatabaseSync(path)
  writer.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE')
  const clock = steppedClock(() => writer.isTransaction && writer.exec('COMMIT'))
  const read = (): Promise<unknown> => withSession(path, (session) => session.readHistory(), { clock })
  expect(await read()).toEqual({ ...noHistory, holdsTables: true })
  expect(clock.slept).toHaveLength(1)
  writer.exec('BEGIN EXCLUSIVE')
  const patient = steppedClock()
  const refused = withSession(path, (session) => session.readHistory(), { clock: patient })
  await expect(refused).rejects.toMatchObject({ code: 'lock-wait-exhausted' })
  expect(patient.slept.reduce((a, b) => a + b, 0)).toBe(2_000)
  writer.close()
})

test('a change of the history waits for others in bounds', async () => {
  const path = freshPath()
  const writer = new DatabaseSync(path)
  const clock = steppedClock()
  await withSession(
    path,
    async (session) => {
      await session.createHistory(meta, [])
      writer.exec('BEGIN IMMEDIATE')
      await expect(session.write([])).rejects.toMatchObject({ code: 'lock-wait-exhausted' })
      expect(clock.slept.reduce((a, b) => a + b, 0)).toBe(500)
    },
    { clock, busyTimeoutMs: 500 },
  )
  writer.close()
})

test('a database in memory has no lock file, but still one migrator at a time', async () => {
  const store = await openSqlite({ ...settingsOf(), path: ':memory:' })
  expect(store.abilities).toEqual({ transactionalChanges: true, lock: 'none' })
  await store.whileLocked(lockOptions(), async (session) => {
    await session.createHistory(meta, [])
    await expect(store.whileLocked(lockOptions(), async () => 'in')).rejects.toMatchObject({ code: 'lock-held' })
  })
  expect((await store.readHistory()).meta).toEqual(meta)
  await store.close()
})

test('a connection that the application brings is given back as it was', async () => {
  const path = freshPath()
  const client = new DatabaseSync(path, { timeout: 77 })
  client.exec('CREATE TEMP TABLE mine (a); PRAGMA synchronous = NORMAL; PRAGMA recursive_triggers = ON')
  const store = await openSqlite({ ...settingsOf(), client })
  expect(store.abilities.lock).toBe('side-database')
  await store.whileLocked(lockOptions(), async (session) => {
    await session.createHistory(meta, [])
    const text = 'PRAGMA recursive_triggers = OFF; CREATE TEMP TABLE theirs (a); CREATE TABLE t (a)'
    await session.runTogether(unitOf([workOf(session, text)]))
  })
  await store.close()
  const asked = ['foreign_keys', 'synchronous', 'busy_timeout', 'recursive_triggers']
  expect(asked.map((name) => Object.values(client.prepare(`PRAGMA ${name}`).get() ?? {})[0])).toEqual([1, 1, 77, 1])
  expect(client.prepare('SELECT name FROM temp.sqlite_master').all()).toMatchObject([{ name: 'mine' }])
  expect(existsSync(`${path}.lockstep-lock`)).toBe(true)
  client.close()
})

test('a connection that is inside a transaction is not migrated', async () => {
  const client = new DatabaseSync(':memory:')
  client.exec('BEGIN')
  const store = await openSqlite({ ...settingsOf(), client })
  await expect(store.whileLocked(lockOptions(), async () => 'in')).rejects.toMatchObject({ code: 'store-unreadable' })
  expect(client.isTransaction).toBe(true)
})

test.each([
  ['3.51.2', 'bad'],
  ['3.40.1', 'bad'],
  ['3.51.3', 'good'],
  ['3.52.0', 'good'],
  ['4.0.0', 'good'],
])('SQLite %s is graded %s', (version, grade) => {
  expect(gradeLibrary(version).grade).toBe(grade)
})

test('doctor says what it can of a sound file', async () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = wal; PRAGMA user_version = 7')
  const findings = await (await openPath(path)).examine()
  expect(findings.map((one) => `${one.grade} ${one.what}`)).toEqual([
    expect.stringMatching(/^good SQLite 3\.\d+/),
    'good the file and its folder can be written',
    'good no migrator is at work',
    expect.stringMatching(/^fact journal mode wal, encoding UTF-8, \d+ bytes$/),
    "fact user_version 7, application_id 0 (the application's own)",
  ])
})
