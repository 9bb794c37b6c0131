import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { Session } from '../../../core/ports.ts'
import {
  freshPath,
  lockOptions,
  prepare,
  rowsIn,
  runScript,
  settingsOf,
  unitOf,
  workOf,
} from '../../../../test/support/sqlite.ts'
import { openSqlite } from '../index.ts'
import { readSettings } from './settings.ts'

/** A connection of ours to look through, and a session on it. */
async function withClient(
  work: (session: Session, client: DatabaseSync, path: string) => Promise<void>,
): Promise<void> {
  const path = freshPath()
  const client = new DatabaseSync(path)
  client.exec('CREATE TABLE t (a)')
  const store = await openSqlite({ ...settingsOf(), client })
  await store.whileLocked(lockOptions(), (session) => work(session, client, path))
  client.close()
}

const changes = [
  'PRAGMA foreign_keys = ON',
  'PRAGMA synchronous = OFF',
  'PRAGMA recursive_triggers = ON',
  'PRAGMA legacy_alter_table = ON',
  'PRAGMA ignore_check_constraints = ON',
  'PRAGMA writable_schema = ON',
  'PRAGMA reverse_unordered_selects = ON',
  'PRAGMA cache_size = 7',
  'PRAGMA busy_timeout = 9999',
  'PRAGMA case_sensitive_like = ON',
  'PRAGMA trusted_schema = OFF',
  'PRAGMA locking_mode = EXCLUSIVE',
  'PRAGMA journal_mode = TRUNCATE',
  'PRAGMA secure_delete = ON',
  'PRAGMA temp_store = MEMORY',
  "ATTACH ':memory:' AS other",
]

test.each(changes)('%s ends with its file', async (change) => {
  await withClient(async (session, client, path) => {
    const before = readSettings(client)
    await session.runTogether(unitOf([workOf(session, `${change}; INSERT INTO t VALUES (1)`)]))
    expect(readSettings(client)).toEqual(before)
    // Not even a lock stays behind.
    expect(rowsIn(path, 'SELECT * FROM t')).toEqual([{ a: 1 }])
  })
})

test('a file that fails leaves no setting behind', async () => {
  await withClient(async (session, client) => {
    const before = readSettings(client)
    const text = `${changes.join(';\n')};\nINSERT INTO t VALUES (1); nonsense`
    await expect(session.runTogether(unitOf([workOf(session, text)]))).rejects.toMatchObject({
      code: 'migration-failed',
    })
    expect(readSettings(client)).toEqual(before)
    expect(client.isTransaction).toBe(false)
  })
})

test('a temporary table is gone before the next file', async () => {
  await withClient(async (session, client) => {
    const before = readSettings(client)
    const text =
      'CREATE TEMP TABLE x (a); CREATE TEMP VIEW y AS SELECT * FROM x; CREATE TEMP TRIGGER z AFTER INSERT ON t BEGIN SELECT 1; END'
    await session.runTogether(unitOf([workOf(session, text)]))
    await expect(session.runTogether(unitOf([workOf(session, 'SELECT * FROM x', 'V2.sql')]))).rejects.toThrow(
      /no such table/,
    )
    await session.runTogether(unitOf([workOf(session, text)]))
    const code = {
      kind: 'code',
      file: 'V3.ts',
      run: async (api: { exec(text: string): Promise<void> }) => api.exec('SELECT * FROM x'),
    } as const
    await expect(session.runTogether(unitOf([code]))).rejects.toThrow(/no such table/)
    expect(readSettings(client)).toEqual(before)
  })
})

test.each([
  ['at the head', 'PRAGMA journal_mode = WAL; CREATE TABLE a (x)'],
  ['at the end', 'CREATE TABLE a (x); PRAGMA journal_mode = WAL'],
])('WAL belongs to the file and stays: %s', async (_, text) => {
  const path = freshPath()
  const store = await openSqlite({ ...settingsOf(), path })
  await store.whileLocked(lockOptions(), (session) => session.runTogether(unitOf([workOf(session, text)])))
  expect(rowsIn(path, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
})

test.each(['off', 'memory'])(
  'a file may not choose journal_mode = %s: a kill would break the database',
  async (mode) => {
    const path = freshPath()
    await expect(runScript(path, `PRAGMA journal_mode = ${mode}; CREATE TABLE a (x)`)).rejects.toMatchObject({
      code: 'script-refused',
      message: expect.stringContaining(mode),
    })
    expect(rowsIn(path, 'SELECT count(*) AS n FROM sqlite_master')).toEqual([{ n: 0 }])
  },
)

test('a setting that fails after COMMIT is said aloud, and the migration stands', async () => {
  const path = freshPath()
  prepare(path, 'PRAGMA journal_mode = WAL; CREATE TABLE t (a)')
  const notices: string[] = []
  const reader = new DatabaseSync(path)
  reader.exec('BEGIN')
  reader.prepare('SELECT * FROM t').all()
  const store = await openSqlite({ ...settingsOf({ onNotice: (message) => notices.push(message) }), path })
  await store.whileLocked(lockOptions(), (session) =>
    session.runTogether(
      unitOf([workOf(session, 'CREATE TABLE a (x); PRAGMA journal_mode = DELETE')], { lockTimeoutMs: 10 }),
    ),
  )
  expect(notices).toEqual([expect.stringMatching(/^V1.sql is applied, but .*journal_mode = DELETE.*locked/)])
  reader.close()
  expect(rowsIn(path, 'SELECT count(*) AS n FROM a')).toEqual([{ n: 0 }])
})

test('foreign keys are off in a session, whatever the connection had, and durability is full', async () => {
  await withClient(async (session, client) => {
    const seen: unknown[] = []
    const run = async (): Promise<void> => {
      for (const name of ['foreign_keys', 'synchronous']) seen.push(...client.prepare(`PRAGMA ${name}`).all())
    }
    await session.runTogether(unitOf([{ kind: 'code', file: 'V1.ts', run }]))
    expect(seen).toMatchObject([{ foreign_keys: 0 }, { synchronous: 2 }])
  })
})
