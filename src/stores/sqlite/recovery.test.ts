import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
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
import { rowsOf } from './client.ts'
import { whileReading } from './reader.ts'

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

/** Everything in the folder of the database, by name: what its bytes are. */
function folderOf(path: string): Record<string, string> {
  const folder = dirname(path)
  return Object.fromEntries(readdirSync(folder).map((name) => [name, fingerprint(join(folder, name))]))
}

async function lookAtAll(path: string): Promise<void> {
  const store = await openPath(path)
  await store.readHistory()
  await store.readLog()
  await store.readShape()
  await store.readSnapshot?.()
  await store.examine()
  await store.backups?.measure()
  await store.backups?.readContents()
}

test.each(['delete', 'wal'])('looking leaves the folder as it was found (journal mode %s)', async (mode) => {
  const path = freshPath()
  prepare(path, `PRAGMA journal_mode = ${mode}; CREATE TABLE t (a); INSERT INTO t VALUES (1)`)
  const before = folderOf(path)
  await lookAtAll(path)
  const copy = { packed: false, signal: new AbortController().signal, onBytes: () => undefined }
  await (await openPath(path)).backups?.copy(join(mkdtempSync(join(tmpdir(), 'lockstep-copy-')), 'copy.db'), copy)
  expect(folderOf(path)).toEqual(before)
})

test('what a killed writer has left beside its database is left to the next one that writes', async () => {
  const path = freshPath()
  killWriter(path, 'wal')
  const { [basename(path)]: file, [`${basename(path)}-wal`]: log } = folderOf(path)
  await lookAtAll(path)
  expect(folderOf(path)).toMatchObject({ [basename(path)]: file, [`${basename(path)}-wal`]: log })
  expect(rowsIn(path, "SELECT b FROM t WHERE b = 'kept'")).toEqual([{ b: 'kept' }])
})

test('a log that somebody works in stays theirs', async () => {
  const path = freshPath()
  const theirs = new DatabaseSync(path)
  theirs.exec('PRAGMA journal_mode = wal; CREATE TABLE t (a)')
  await lookAtAll(path)
  theirs.exec('INSERT INTO t VALUES (1)')
  await lookAtAll(path)
  expect(rowsIn(path, 'SELECT a FROM t')).toEqual([{ a: 1 }])
  theirs.close()
  expect(readdirSync(dirname(path))).toEqual([basename(path)])
})

test('somebody who comes in while it is looked at loses nothing, and keeps the log', () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = wal; CREATE TABLE t (a)')
  const theirs = whileReading(path, (client) => {
    expect(rowsOf(client, 'SELECT a FROM t')).toEqual([])
    const theirs = new DatabaseSync(path)
    theirs.exec('BEGIN IMMEDIATE; INSERT INTO t VALUES (1)')
    return theirs
  })
  expect(existsSync(`${path}-wal`)).toBe(true)
  theirs.exec('COMMIT')
  expect(rowsIn(path, 'SELECT a FROM t')).toEqual([{ a: 1 }])
  theirs.close()
  expect(readdirSync(dirname(path))).toEqual([basename(path)])
})

test('what somebody wrote who came and went while it was looked at is in the file', () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = wal; CREATE TABLE t (a)')
  whileReading(path, (client) => {
    expect(rowsOf(client, 'SELECT a FROM t')).toEqual([])
    prepare(path, 'INSERT INTO t VALUES (1)')
  })
  expect(readdirSync(dirname(path))).toEqual([basename(path)])
  expect(rowsIn(path, 'SELECT a FROM t')).toEqual([{ a: 1 }])
})

test('a file that is gone when the look ends is not made anew', () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = wal; CREATE TABLE t (a)')
  expect(() =>
    whileReading(path, (client) => {
      rowsOf(client, 'SELECT a FROM t')
      rmSync(path)
    }),
  ).toThrow(/unable to open/)
  expect(existsSync(path)).toBe(false)
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
