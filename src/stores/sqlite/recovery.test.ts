import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { noHistory } from '../../core/history.ts'
import {
  freshPath,
  lockOptions,
  meta,
  openPath,
  prepare,
  rowsIn,
  unitOf,
  withSession,
  workOf,
} from '../../../test/support/sqlite.ts'

/** For a file that nobody has open: reading one that is open would drop SQLite's locks. */
function fingerprint(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** A process that dies by kill -9 in the middle of a transaction that has written to the file already. */
function killWriter(path: string, mode: 'delete' | 'wal'): void {
  const script = `
    const { DatabaseSync } = require('node:sqlite')
    const client = new DatabaseSync(${JSON.stringify(path)})
    client.exec("PRAGMA journal_mode = ${mode}; CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'kept')")
    client.exec("PRAGMA cache_size = 5; BEGIN IMMEDIATE; UPDATE t SET b = 'lost'")
    client.exec("INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 5000) SELECT x, hex(randomblob(60)) FROM c")
    process.kill(process.pid, 'SIGKILL')`
  expect(spawnSync(process.execPath, ['-e', script]).signal).toBe('SIGKILL')
}

test('a journal that a killed writer left is told to a reader, and played back by the next migrator', async () => {
  const path = freshPath()
  killWriter(path, 'delete')
  const before = fingerprint(path)
  const store = await openPath(path)
  await expect(store.readHistory()).rejects.toMatchObject({ code: 'recovery-needed' })
  expect((await store.examine()).at(-1)).toMatchObject({ grade: 'bad', what: expect.stringMatching(/journal/) })
  expect(fingerprint(path)).toBe(before)
  await store.whileLocked(lockOptions(), (session) => session.createHistory(meta, []))
  expect(rowsIn(path, 'SELECT * FROM t')).toEqual([{ a: 1, b: 'kept' }])
})

test('over the log of a killed writer a reader reads what was committed, and changes no byte of the file', async () => {
  const path = freshPath()
  killWriter(path, 'wal')
  const before = fingerprint(path)
  expect(await (await openPath(path)).readHistory()).toEqual({ ...noHistory, holdsTables: true })
  expect(fingerprint(path)).toBe(before)
})

test.each(['delete', 'wal'])('reading changes no byte (journal mode %s)', async (mode) => {
  const path = freshPath()
  prepare(path, `PRAGMA journal_mode = ${mode}; CREATE TABLE t (a)`)
  await withSession(path, (session) => session.createHistory(meta, []))
  const before = fingerprint(path)
  const store = await openPath(path)
  await store.readHistory()
  await store.readLog()
  await store.readShape()
  await store.examine()
  expect(fingerprint(path)).toBe(before)
})

test('the journal mode and user_version stay as they were', async () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = wal; PRAGMA user_version = 7')
  await withSession(path, async (session) => {
    await session.createHistory(meta, [])
    await session.runTogether(unitOf([workOf(session, 'CREATE TABLE t (a)')]))
  })
  expect(rowsIn(path, 'SELECT * FROM pragma_journal_mode, pragma_user_version')).toEqual([
    { journal_mode: 'wal', user_version: 7 },
  ])
})
