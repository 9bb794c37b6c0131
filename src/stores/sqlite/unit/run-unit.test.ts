import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import {
  freshPath,
  logRow,
  meta,
  prepare,
  recordOf,
  rowsIn,
  runScript,
  settingsOf,
  steppedClock,
  unitOf,
  withSession,
  workOf,
} from '../../../../test/support/sqlite.ts'
import { openSqlite } from '../index.ts'

function namesIn(path: string): string[] {
  const text =
    "SELECT name FROM sqlite_master WHERE name NOT LIKE 'lockstep%' AND name NOT LIKE 'sqlite%' ORDER BY name"
  return rowsIn(path, text).map((row) => String(row['name']))
}

test('statements, record and log commit together', async () => {
  const path = freshPath()
  const clock = steppedClock()
  await withSession(
    path,
    async (session) => {
      await session.createHistory(meta, [logRow(1)])
      await session.runTogether(
        unitOf([workOf(session, 'CREATE TABLE a (x); INSERT INTO a VALUES (1);')], {
          before: [{ kind: 'insert', record: recordOf('1') }],
          after: [
            { kind: 'finish', version: '1', startedAtMs: clock.now() - 1234 },
            { kind: 'log', row: logRow(2, { event: 'applied', version: '1' }) },
          ],
        }),
      )
      expect(await session.readHistory()).toMatchObject({
        records: [{ version: '1', durationMs: 1234 }],
        head: { id: 2 },
      })
    },
    { clock },
  )
  expect(rowsIn(path, 'SELECT x FROM a')).toEqual([{ x: 1 }])
})

test.each([
  ['a statement is refused', 'INSERT INTO a VALUES (1)', 'SQLITE_CONSTRAINT_UNIQUE'],
  ['a failure that ends the transaction by itself', 'INSERT OR ROLLBACK INTO a VALUES (1)', 'SQLITE_CONSTRAINT_UNIQUE'],
  ['a table is not there', 'INSERT INTO nowhere VALUES (1)', 'SQLITE_ERROR'],
])('nothing stays when the third of four fails: %s', async (_, third, code) => {
  const path = freshPath()
  await withSession(path, async (session) => {
    await session.createHistory(meta, [])
    const text = `CREATE TABLE a (x UNIQUE);\nINSERT INTO a VALUES (1);\n  ${third};\nCREATE TABLE b (x);`
    const unit = unitOf([workOf(session, text)], { before: [{ kind: 'insert', record: recordOf('1') }] })
    await expect(session.runTogether(unit)).rejects.toMatchObject({
      code: 'migration-failed',
      details: { file: 'V1.sql', code, reason: 'refused' },
      statement: third,
      place: { file: 'V1.sql', line: 3, excerpt: `  ${third}` },
      cause: expect.any(Error),
    })
    expect((await session.readHistory()).records).toEqual([])
  })
  expect(namesIn(path)).toEqual([])
})

test.each([
  ['a syntax error at the token, not at its first look-alike', 'INSERT INTO t VALUES (1,\n 2))', 2, 4],
  ['a misspelt keyword', 'CREATE TABL x (a)', 1, 8],
  ['a comma too many', 'CREATE TABLE y (\n  a int,\n  b int,,\n  c int)', 3, 9],
  ['a string without an end is the splitter’s; a sign that is none', 'SELECT @', 1, 8],
  ['a column that is named once', 'INSERT INTO t (a,\n nope) VALUES (1, 2)', 2, 2],
  ['a name that stands twice: the statement', 'SELECT nope,\n nope FROM t', 1, 1],
  ['a table that is there already', 'CREATE TABLE\n t (a)', 2, 2],
  ['a duplicate column', 'ALTER TABLE t ADD COLUMN a', 1, 26],
])('the place of %s', async (_, text, line, column) => {
  const path = freshPath()
  prepare(path, 'CREATE TABLE t (a, b)')
  await expect(runScript(path, text)).rejects.toMatchObject({ code: 'migration-failed', place: { line, column } })
})

test('a second migrator stops at the key of the record, even without a lock', async () => {
  const path = freshPath()
  await withSession(path, async (session) => {
    await session.createHistory(meta, [])
    const unit = () =>
      unitOf([workOf(session, 'CREATE TABLE a (x)')], { before: [{ kind: 'insert', record: recordOf('1') }] })
    await session.runTogether(unit())
    await expect(session.runTogether(unit())).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('lockstep_migrations.version'),
    })
  })
})

test('someone else’s lock is waited for in bounds, then it is the engine’s to decide', async () => {
  const path = freshPath()
  const writer = new DatabaseSync(path)
  writer.exec('CREATE TABLE t (a); BEGIN IMMEDIATE')
  const clock = steppedClock()
  await withSession(
    path,
    async (session) => {
      const unit = unitOf([workOf(session, 'CREATE TABLE a (x)')], { lockTimeoutMs: 300 })
      await expect(session.runTogether(unit)).rejects.toMatchObject({
        code: 'migration-failed',
        details: { reason: 'lock-timeout', code: 'SQLITE_BUSY', file: 'V1.sql' },
      })
    },
    { clock },
  )
  expect(clock.slept.reduce((a, b) => a + b, 0)).toBe(300)
  writer.close()
  expect(namesIn(path)).toEqual(['t'])
})

test('once the other lets go, the migration goes on', async () => {
  const path = freshPath()
  const writer = new DatabaseSync(path)
  writer.exec('CREATE TABLE t (a); BEGIN IMMEDIATE')
  const clock = steppedClock(() => writer.isTransaction && writer.exec('COMMIT'))
  await withSession(path, (session) => session.runTogether(unitOf([workOf(session, 'CREATE TABLE a (x)')])), { clock })
  expect(namesIn(path)).toEqual(['a', 't'])
  writer.close()
})

test('with a rollback journal a reader is waited for before the first statement, not at COMMIT', async () => {
  const path = freshPath()
  prepare(path, 'CREATE TABLE t (a); INSERT INTO t VALUES (1)')
  const reader = new DatabaseSync(path)
  reader.exec('BEGIN')
  reader.prepare('SELECT * FROM t').all()
  let runs = 0
  const counted = <T>(work: () => T): T => {
    runs++
    return work()
  }
  const clock = steppedClock(() => reader.isTransaction && reader.exec('COMMIT'))
  const more = { clock, uninterrupted: counted }
  await withSession(path, (session) => session.runTogether(unitOf([workOf(session, 'CREATE TABLE a (x)')])), more)
  // Setting up, BEGIN twice, the statement, the look at the rows, COMMIT: each without signal handlers.
  expect(runs).toBe(6)
  reader.close()
})

test('a full disk is told as such, and nothing stays', async () => {
  const client = new DatabaseSync(freshPath())
  client.exec('CREATE TABLE t (a); PRAGMA max_page_count = 5')
  const store = await openSqlite({ ...settingsOf(), client })
  const options = { holder: { host: 'test', pid: 1, runId: 'r', since: null }, waitMs: 0, onWait: () => undefined }
  await store.whileLocked({ ...options, signal: new AbortController().signal }, async (session) => {
    const text = 'CREATE TABLE b (x);\nINSERT INTO t VALUES (zeroblob(100000))'
    await expect(session.runTogether(unitOf([workOf(session, text)]))).rejects.toMatchObject({
      code: 'disk-full',
      place: { line: 2 },
    })
  })
  expect(client.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()).toMatchObject([{ name: 't' }])
  expect(client.isTransaction).toBe(false)
  client.close()
})

test('a signal between two statements takes all of it back, with its own reason', async () => {
  const path = freshPath()
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  const statements = function* () {
    for (let n = 0; n < 5; n++) {
      if (n === 3) stop.abort(reason)
      yield { text: `CREATE TABLE t${n} (a)`, line: 1, column: 1, traits: plain }
    }
  }
  const plain = {
    control: 'none',
    alone: null,
    probe: null,
    session: false,
    outside: false,
    touchesRows: false,
  } as const
  await withSession(path, async (session) => {
    const work = { kind: 'statements', statements: statements(), begin: null, file: 'V1.sql' } as const
    await expect(session.runTogether(unitOf([work], { signal: stop.signal }))).rejects.toBe(reason)
  })
  expect(namesIn(path)).toEqual([])
})

test('long files let the event loop turn, so that a signal is heard at all', async () => {
  const path = freshPath()
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  // Every look at the clock is 10 ms later: what many slow statements are like.
  const steps = steppedClock()
  let looks = 0
  const clock = { ...steps, now: () => (looks += 10) }
  const text = Array.from({ length: 200 }, (_, i) => `CREATE TABLE t${i} (a);`).join('\n')
  await withSession(
    path,
    async (session) => {
      const running = session.runTogether(unitOf([workOf(session, text)], { signal: stop.signal }))
      setImmediate(() => stop.abort(reason))
      await expect(running).rejects.toBe(reason)
    },
    { clock },
  )
  expect(namesIn(path)).toEqual([])
})

test('a file that holds its text open is let go, however it ends', async () => {
  const path = freshPath()
  let closed = 0
  const source = (text: string) => ({
    file: 'V1.sql',
    noTransaction: false,
    *read() {
      try {
        yield text
        yield ';SELECT 1;'
      } finally {
        closed++
      }
    },
  })
  await withSession(path, async (session) => {
    for (const text of ['CREATE TABLE a (x)', 'nonsense', 'PRAGMA foreign_keys = ON; nonsense']) {
      const statements = session.readStatements(source(text))
      const work = { kind: 'statements', statements, begin: null, file: 'V1.sql' } as const
      await session.runTogether(unitOf([work])).catch(() => undefined)
    }
  })
  expect(closed).toBe(3)
})
