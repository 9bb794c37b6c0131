import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import {
  freshPath,
  meta,
  prepare,
  rowsIn,
  runAsPlanned,
  sourceOf,
  unitOf,
  withSession,
  workOf,
} from '../../../../test/support/sqlite.ts'

function namesIn(path: string): string[] {
  const text =
    "SELECT name FROM sqlite_master WHERE name NOT LIKE 'lockstep%' AND name NOT LIKE 'sqlite%' ORDER BY name"
  return rowsIn(path, text).map((row) => String(row['name']))
}

test('VACUUM runs alone; whether it took effect need not be known', async () => {
  const path = freshPath()
  prepare(path, 'CREATE TABLE t (a)')
  await withSession(path, async (session) => {
    const [unit] = session.readUnits(sourceOf('VACUUM'))
    expect(unit).toMatchObject({ alone: true })
    if (unit === undefined) return
    await session.runAlone(unit, unitOf([]))
    expect(await session.probe(unit)).toBe('not-done')
  })
})

test('after a crash nobody can tell whether VACUUM INTO was finished', async () => {
  const path = freshPath()
  const copy = join(dirname(path), 'copy.db')
  await withSession(path, async (session) => {
    const [unit] = session.readUnits(sourceOf(`VACUUM INTO '${copy}'`))
    if (unit === undefined) throw new Error('one unit was expected')
    await session.runAlone(unit, unitOf([]))
    expect(await session.probe(unit)).toBe('unknown')
    await expect(session.runAlone(unit, unitOf([]))).rejects.toMatchObject({
      code: 'migration-failed',
      place: { line: 1 },
    })
  })
  expect(existsSync(copy)).toBe(true)
})

test('a run that goes on sets up again what the proven steps had set', async () => {
  const path = freshPath()
  const other = freshPath('other.db')
  prepare(other, 'CREATE TABLE source (a); INSERT INTO source VALUES (5)')
  prepare(
    path,
    'PRAGMA user_version = 9; CREATE TABLE t (a PRIMARY KEY); CREATE TABLE c (a REFERENCES t (a) ON DELETE CASCADE)',
  )
  prepare(path, 'INSERT INTO t VALUES (1); INSERT INTO c VALUES (1)')
  await withSession(path, async (session) => {
    const text = `PRAGMA foreign_keys = ON; PRAGMA user_version = 3; ATTACH '${other}' AS o; VACUUM;
      BEGIN; DELETE FROM t; INSERT INTO t SELECT a FROM o.source; COMMIT;`
    const units = Array.from(session.readUnits(sourceOf(text)))
    const last = units.at(-1)
    if (last === undefined) throw new Error('units were expected')
    await session.resume(units.slice(0, -1))
    const work = { kind: 'statements', statements: last.statements, begin: last.begin, file: 'V1.sql' } as const
    await session.runTogether(unitOf([work], { sessionAfter: 'kept' }))
    await session.settle()
    await expect(session.runTogether(unitOf([workOf(session, 'SELECT * FROM o.source')]))).rejects.toThrow(
      /no such table/,
    )
  })
  expect(
    rowsIn(path, 'SELECT (SELECT a FROM t) AS t, (SELECT count(*) FROM c) AS c, user_version FROM pragma_user_version'),
  ).toEqual([{ t: 5, c: 0, user_version: 9 }])
})

test('what a script that stopped half way has set does not reach the next one', async () => {
  const path = freshPath()
  prepare(path, 'CREATE TABLE t (a PRIMARY KEY); CREATE TABLE c (a REFERENCES t (a) ON DELETE CASCADE)')
  prepare(path, 'INSERT INTO t VALUES (1); INSERT INTO c VALUES (1)')
  await withSession(path, async (session) => {
    await expect(runAsPlanned(session, 'PRAGMA foreign_keys = ON; BEGIN; nonsense; COMMIT', 'steps')).rejects.toThrow(
      /nonsense/,
    )
    await session.runTogether(unitOf([workOf(session, 'DELETE FROM c; DELETE FROM t; INSERT INTO c VALUES (NULL)')]))
    expect(rowsIn(path, 'SELECT a FROM c')).toEqual([{ a: null }])
    await expect(
      runAsPlanned(session, 'PRAGMA journal_mode = OFF; BEGIN; CREATE TABLE x (a); COMMIT', 'steps'),
    ).rejects.toMatchObject({
      code: 'script-refused',
    })
  })
})

test('what cannot run inside a transaction is told to the engine as such', async () => {
  const path = freshPath()
  await withSession(path, async (session) => {
    const plain = {
      control: 'none',
      alone: null,
      probe: null,
      session: false,
      outside: false,
      touchesRows: false,
    } as const
    const statements = [{ text: 'VACUUM', line: 1, column: 1, traits: plain }]
    const work = { kind: 'statements', statements, begin: null, file: 'V1.sql' } as const
    await expect(session.runTogether(unitOf([work]))).rejects.toMatchObject({ details: { reason: 'needs-steps' } })
  })
})

test('several files in one transaction: all or none', async () => {
  const path = freshPath()
  await withSession(path, async (session) => {
    const works = [workOf(session, 'CREATE TABLE a (x)'), workOf(session, 'CREATE TABLE b (x); nonsense', 'V2.sql')]
    await expect(session.runTogether(unitOf(works))).rejects.toMatchObject({ details: { file: 'V2.sql' } })
    expect(namesIn(path)).toEqual([])
    const mended = [
      workOf(session, 'PRAGMA foreign_keys = OFF; CREATE TABLE a (x); PRAGMA foreign_keys = ON'),
      {
        kind: 'code',
        file: 'V2.ts',
        run: (api: { exec(text: string): Promise<void> }) => api.exec('CREATE TABLE b (x)'),
      },
      workOf(session, 'CREATE TABLE c (x)', 'V3.sql'),
    ] as const
    await session.runTogether(unitOf(mended))
  })
  expect(namesIn(path)).toEqual(['a', 'b', 'c'])
})

test.each([
  ['enforced foreign keys', 'PRAGMA foreign_keys = ON; CREATE TABLE b (x)'],
  ['another journal', 'CREATE TABLE b (x); PRAGMA journal_mode = WAL'],
])('a file that needs %s shares no transaction', async (_, text) => {
  const path = freshPath()
  await withSession(path, async (session) => {
    const works = [workOf(session, 'CREATE TABLE a (x)'), workOf(session, text, 'V2.sql')]
    await expect(session.runTogether(unitOf(works))).rejects.toMatchObject({ code: 'atomic-impossible' })
  })
  expect(namesIn(path)).toEqual([])
})

test('kill -9 in the middle of a migration leaves nothing of it, and the next migrator gets in', async () => {
  const path = freshPath()
  await withSession(path, (session) => session.createHistory(meta, []))
  const support = JSON.stringify(new URL('../index.ts', import.meta.url).href)
  const script = `
    import { openSqlite } from ${support}
    const clock = { now: () => Date.now(), random: Math.random, sleep: async () => {} }
    const store = await openSqlite({ name: 'app', place: 'app.db', history: { table: 'lockstep_migrations' }, clock, path: ${JSON.stringify(path)} })
    const signal = new AbortController().signal
    const holder = { host: 'there', pid: process.pid, runId: 'r', since: null }
    await store.whileLocked({ holder, waitMs: 0, onWait() {}, signal }, async (session) => {
      const statements = (function* () {
        const traits = { control: 'none', alone: null, probe: null, session: false, outside: false, touchesRows: false }
        yield { text: 'CREATE TABLE t (a, b)', line: 1, column: 1, traits }
        for (let i = 0; ; i++) {
          yield { text: "INSERT INTO t WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 20000) SELECT x, hex(randomblob(100)) FROM c", line: 1, column: 1, traits }
          process.stdout.write('.')
        }
      })()
      const works = [{ kind: 'statements', statements, begin: null, file: 'V1.sql' }]
      await session.runTogether({ before: [], works, after: [], lockTimeoutMs: 0, statementTimeoutMs: 0, signal, file: 'V1.sql', sessionAfter: 'reset' })
    })`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await withSession(path, async (session) => {
    expect((await session.readHistory()).records).toEqual([])
    await session.runTogether(unitOf([workOf(session, 'CREATE TABLE t (a)')]))
  })
  expect(rowsIn(path, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 0 }])
})
