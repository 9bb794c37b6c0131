import { expect, test } from 'vitest'
import type { MigrationApi } from '../../../core/ports.ts'
import { freshPath, prepare, rowsIn, unitOf, withSession } from '../../../../test/support/sqlite.ts'

/** Runs the code as a migration of its own on a table `t (a INTEGER, b)` with two rows. */
async function run(
  code: (api: MigrationApi) => Promise<unknown>,
  signal = new AbortController().signal,
): Promise<{ path: string; answer: unknown }> {
  const path = freshPath()
  prepare(
    path,
    "CREATE TABLE t (a INTEGER, b); INSERT INTO t VALUES (1, 'x'), (2, NULL); CREATE TABLE c (r REFERENCES p (id)); CREATE TABLE p (id INTEGER PRIMARY KEY)",
  )
  let answer: unknown
  const work = {
    kind: 'code',
    file: 'V1.ts',
    run: async (api: MigrationApi) => void (answer = await code(api)),
  } as const
  try {
    await withSession(path, (session) => session.runTogether(unitOf([work], { signal })))
  } catch (error) {
    expect(rowsIn(path, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 2 }])
    throw error
  }
  return { path, answer }
}

test('rows are plain objects', async () => {
  const { answer } = await run((api) => api.query('SELECT a, b FROM t ORDER BY a'))
  expect(answer).toStrictEqual([
    { a: 1, b: 'x' },
    { a: 2, b: null },
  ])
})

test.each([
  ['a number without a fraction', 5, { v: 5, type: 'integer' }],
  ['one with a fraction', 1.5, { v: 1.5, type: 'real' }],
  ['minus zero', -0, { v: -0, type: 'real' }],
  ['a truth', true, { v: 1, type: 'integer' }],
  ['nothing', null, { v: null, type: 'null' }],
  ['a number beyond 2^53', 9007199254740993n, { v: 9007199254740993n, type: 'integer' }],
  ['a small bigint', 7n, { v: 7, type: 'integer' }],
  ['text', "it's", { v: "it's", type: 'text' }],
  ['bytes', new Uint8Array([1, 2]), { v: new Uint8Array([1, 2]), type: 'blob' }],
])('a value goes in and comes out as itself: %s', async (_, value, row) => {
  const { answer } = await run((api) => api.query('SELECT ? AS v, typeof(?) AS type', [value, value]))
  expect(answer).toStrictEqual([row])
})

test('what is done is committed, several statements at once too', async () => {
  const { path } = await run(async (api) => {
    await api.exec("CREATE TABLE u (x); INSERT INTO u VALUES ('a;b'); -- done")
    for (const row of await api.query('SELECT a FROM t')) await api.query('INSERT INTO u VALUES (?)', [row['a']])
  })
  expect(rowsIn(path, 'SELECT x FROM u')).toEqual([{ x: 'a;b' }, { x: 1 }, { x: 2 }])
})

test.each<[string, (api: MigrationApi) => Promise<unknown>, RegExp]>([
  ['COMMIT', (api) => api.exec('INSERT INTO t VALUES (3, 3); COMMIT'), /COMMIT inside/],
  ['BEGIN', (api) => api.exec('BEGIN IMMEDIATE'), /BEGIN IMMEDIATE inside/],
  ['ROLLBACK in a query', (api) => api.query('ROLLBACK'), /ROLLBACK inside/],
  ['END, which is COMMIT', (api) => api.exec('/* */ END'), /END inside/],
  ['VACUUM', (api) => api.exec('VACUUM'), /VACUUM does nothing/],
  ['PRAGMA foreign_keys', (api) => api.exec('PRAGMA foreign_keys = ON'), /does nothing inside/],
  ['two statements in a query', (api) => api.query('DELETE FROM t; SELECT 1'), /2 statements/],
  ['no statement in a query', (api) => api.query('-- nothing'), /no statement/],
  ['too few values', (api) => api.query('DELETE FROM t WHERE a = ? OR b = ?', [1]), /2 parameters, 1 values/],
  ['too many values', (api) => api.query('DELETE FROM t WHERE a = ?', [1, 2]), /out of range/],
  [
    'a value that SQLite would take for names',
    (api) => api.query('DELETE FROM t WHERE a = ?', [new Date(0)]),
    /no type for \[object Date\]/,
  ],
  ['a value that is not there', (api) => api.query('DELETE FROM t WHERE a = ?', [undefined]), /no type for/],
  ['an error of its own', () => Promise.reject(new TypeError('my mistake')), /V1.ts failed: my mistake/],
  ['a foreign key that it breaks', (api) => api.exec('INSERT INTO c VALUES (9)'), /break foreign keys/],
  [
    'a failure that ended the transaction, caught',
    async (api) => {
      await api.exec('CREATE TABLE u (x UNIQUE); INSERT INTO u VALUES (1)')
      await api.exec('INSERT OR ROLLBACK INTO u VALUES (1)').catch(() => undefined)
    },
    /ended its transaction/,
  ],
  [
    'and going on after it',
    async (api) => {
      await api.exec('CREATE TABLE u (x UNIQUE); INSERT INTO u VALUES (1)')
      await api.exec('INSERT OR ROLLBACK INTO u VALUES (1)').catch(() => undefined)
      await api.exec('DELETE FROM t')
    },
    /was ended by a failure/,
  ],
])('refused, and nothing stays: %s', async (_, code, words) => {
  await expect(run(code)).rejects.toThrow(words)
})

test('a failure that is caught and harmless does no harm', async () => {
  const { path } = await run(async (api) => {
    await api.exec('INSERT INTO nowhere VALUES (1)').catch(() => undefined)
    await api.exec('INSERT INTO t VALUES (3, 3)')
  })
  expect(rowsIn(path, 'SELECT count(*) AS n FROM t')).toEqual([{ n: 3 }])
})

test('a failing statement is shown with its place in the text that was given', async () => {
  const failing = run((api) => api.exec('SELECT 1;\nINSERT INTO nowhere VALUES (1)'))
  await expect(failing).rejects.toMatchObject({
    code: 'migration-failed',
    statement: 'INSERT INTO nowhere VALUES (1)',
    place: { file: 'V1.ts', line: 2, column: 13 },
  })
})

test('calls at once run in their order', async () => {
  const { path } = await run((api) =>
    Promise.all([api.exec('CREATE TABLE u (x); INSERT INTO u VALUES (1)'), api.exec('INSERT INTO u VALUES (2)')]),
  )
  expect(rowsIn(path, 'SELECT x FROM u')).toEqual([{ x: 1 }, { x: 2 }])
})

test('the event loop turns before each statement, so that a signal can be heard', async () => {
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  const code = async (api: MigrationApi): Promise<void> => {
    setImmediate(() => stop.abort(reason))
    for (let row = 0; row < 1000; row++) await api.exec(`INSERT INTO t VALUES (${row}, 1); SELECT 1`)
  }
  await expect(run(code, stop.signal)).rejects.toBe(reason)
})

test('a signal is heard at the next call, and passed on as it is', async () => {
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  const code = async (api: MigrationApi): Promise<void> => {
    await api.exec('DELETE FROM t')
    stop.abort(reason)
    await api.exec('DELETE FROM p')
  }
  await expect(run(code, stop.signal)).rejects.toBe(reason)
})
