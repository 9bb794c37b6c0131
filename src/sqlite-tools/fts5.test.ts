import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { runCode } from '../../test/support/sqlite-code.ts'
import { freshPath, prepare, rowsIn } from '../../test/support/sqlite.ts'
import { fts5, type Fts5Spec } from './fts5.ts'

const notes = `CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT, reads INTEGER DEFAULT 0);
INSERT INTO notes (id, title, body) VALUES (7, 'plans', 'build a bridge'), (9, 'tales', 'cross the river');`

const spec: Fts5Spec = { index: 'notes_fts', table: 'notes', columns: ['title', 'body'] }

function database(text = notes): string {
  const path = freshPath()
  prepare(path, text)
  return path
}

function found(path: string, words: string, index = 'notes_fts'): unknown[] {
  return rowsIn(path, `SELECT rowid FROM "${index}" WHERE "${index}" MATCH '${words}' ORDER BY rowid`).map(
    (row) => row['rowid'],
  )
}

const check = async (path: string, of = spec): Promise<void> => void (await runCode(path, (api) => fts5(of).check(api)))

describe('an index', () => {
  test('is filled in bulk when it is made', async () => {
    const path = database()
    await runCode(path, (api) => fts5(spec).create(api))
    expect(found(path, 'bridge')).toEqual([7])
    expect(found(path, 'title: tales')).toEqual([9])
  })

  test('follows rows that are inserted, changed, numbered anew and deleted', async () => {
    const path = database()
    await runCode(path, (api) => fts5(spec).create(api))
    prepare(
      path,
      `INSERT INTO notes (id, title, body) VALUES (11, 'news', 'a ferry instead');
       UPDATE notes SET body = 'build a tunnel', reads = 3 WHERE id = 7;
       UPDATE notes SET id = 99 WHERE id = 9; UPDATE notes SET reads = reads + 1;`,
    )
    expect([found(path, 'bridge'), found(path, 'tunnel'), found(path, 'river'), found(path, 'ferry')]).toEqual([
      [],
      [7],
      [99],
      [11],
    ])
    prepare(path, 'DELETE FROM notes WHERE id = 7')
    expect(found(path, 'tunnel')).toEqual([])
    await check(path)
  })

  test('is gone with its triggers when it is dropped, and the table stays', async () => {
    const path = database()
    const before = rowsIn(path, 'SELECT * FROM sqlite_master')
    await runCode(path, async (api) => {
      await fts5(spec).create(api)
      await fts5(spec).drop(api)
    })
    expect(rowsIn(path, 'SELECT * FROM sqlite_master')).toEqual(before)
    prepare(path, "INSERT INTO notes (title) VALUES ('still writable')")
  })

  test('can be optimised', async () => {
    const path = database()
    await runCode(path, (api) => fts5(spec).create(api))
    for (let i = 0; i < 20; i++) prepare(path, `INSERT INTO notes (title) VALUES ('note ${i}')`)
    const segments = () => rowsIn(path, 'SELECT count(DISTINCT segid) AS n FROM notes_fts_idx')[0]?.['n']
    expect(segments()).toBeGreaterThan(1)
    await runCode(path, (api) => fts5(spec).optimize(api))
    expect(segments()).toBe(1)
  })

  test('takes a tokenizer, lengths of beginnings and columns that are only kept', async () => {
    const path = database()
    const of = { ...spec, tokenize: "unicode61 tokenchars '-_'", prefix: [2, 3], unindexed: ['title'] }
    await runCode(path, (api) => fts5(of).create(api))
    prepare(path, "UPDATE notes SET body = 'work-item' WHERE id = 7")
    expect([found(path, '"work-item"'), found(path, 'item'), found(path, 'plans')]).toEqual([[7], [], []])
    await check(path, of)
  })
})

describe('a stale index', () => {
  const makeStale = async (path: string): Promise<void> => {
    await runCode(path, (api) => fts5(spec).create(api))
    prepare(path, "DROP TRIGGER notes_fts_update; UPDATE notes SET body = 'build a tunnel' WHERE id = 7")
  }

  test('is found, though SQLite calls the database sound', async () => {
    const path = database()
    await makeStale(path)
    expect(rowsIn(path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    await expect(check(path)).rejects.toMatchObject({ code: 'fts5-stale', details: { index: 'notes_fts' } })
  })

  test('is mended by new triggers and a rebuild', async () => {
    const path = database()
    await makeStale(path)
    await runCode(path, async (api) => {
      await fts5(spec).createTriggers(api)
      await fts5(spec).rebuild(api)
      await fts5(spec).check(api)
    })
    prepare(path, "UPDATE notes SET body = 'dig on' WHERE id = 7")
    expect([found(path, 'tunnel'), found(path, 'dig')]).toEqual([[], [7]])
    await check(path)
  })

  test('is what INSERT OR REPLACE leaves, and ON CONFLICT DO UPDATE does not', async () => {
    const path = database()
    await runCode(path, (api) => fts5(spec).create(api))
    prepare(path, "INSERT INTO notes (id, body) VALUES (7, 'x') ON CONFLICT DO UPDATE SET body = excluded.body")
    await check(path)
    prepare(path, "INSERT OR REPLACE INTO notes (id, body) VALUES (7, 'y')")
    await expect(check(path)).rejects.toMatchObject({ code: 'fts5-stale' })
  })

  test('that is not there is another error', async () => {
    await expect(check(database())).rejects.toMatchObject({ code: 'migration-failed' })
  })
})

/** What the rows of the content table are known by. */
const contents: readonly (readonly [fact: string, table: string, log: boolean])[] = [
  ['a text as primary key', 'CREATE TABLE notes (id TEXT PRIMARY KEY, title, body)', true],
  ['no primary key', 'CREATE TABLE notes (id, title, body)', true],
  [
    'a column that is called rowid',
    'CREATE TABLE notes (rowid TEXT, oid TEXT, id TEXT PRIMARY KEY, title, body)',
    true,
  ],
  ['an integer key in lower case', 'CREATE TABLE notes (id integer primary key, title, body)', false],
  ['a key of the table', 'CREATE TABLE notes (title, body, id INTEGER, PRIMARY KEY (id))', false],
  ['an int, which is no rowid', 'CREATE TABLE notes (id INT PRIMARY KEY, title, body)', true],
  ['a generated column', 'CREATE TABLE notes (id INTEGER PRIMARY KEY, body, title AS (upper(body)))', false],
  ['a strict table', 'CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT, body TEXT) STRICT', false],
]

test.each(contents)('a table with %s', async (_fact, table, log) => {
  const path = database(`${table}; INSERT INTO notes (id, body) VALUES (1, 'one'), (2, 'two'), (3, 'three');`)
  expect(await runCode(path, (api) => fts5(spec).create(api))).toHaveLength(log ? 1 : 0)
  prepare(path, "DELETE FROM notes WHERE body = 'one'; UPDATE notes SET body = 'zwei' WHERE body = 'two'")
  expect([found(path, 'two'), found(path, 'zwei').length, found(path, 'three').length]).toEqual([[], 1, 1])
  await check(path)
})

/** What is refused, and the words that it must be told with. */
const refusals: readonly (readonly [
  fact: string,
  before: string,
  of: Partial<Fts5Spec>,
  reason: string,
  help: string,
])[] = [
  ['a table that is not there', notes, { table: 'nots' }, 'there is no table nots', 'make the table first'],
  ['a view', `${notes} CREATE VIEW v AS SELECT * FROM notes`, { table: 'v' }, 'no ordinary table', 'one table'],
  ['a column that is not there', notes, { columns: ['titel'] }, 'notes has no column titel', 'did you mean title?'],
  ['a column twice', notes, { columns: ['title', 'TITLE'] }, 'named twice', 'once'],
  ['no column', notes, { columns: [] }, 'it has no columns', "columns: ['id']"],
  [
    'a column called rank',
    'CREATE TABLE notes (id INTEGER PRIMARY KEY, rank)',
    { columns: ['rank'] },
    'rank',
    'rename',
  ],
  ['an index called as a column', notes, { index: 'title' }, 'keeps the name title', 'another name'],
  ['an unindexed column that is none', notes, { unindexed: ['reads'] }, 'reads is unindexed', 'as well'],
  [
    'a table without rowids',
    'CREATE TABLE notes (title PRIMARY KEY, body) WITHOUT ROWID',
    {},
    'have no rowid',
    'INTEGER PRIMARY KEY',
  ],
  [
    'triggers of others that write to it',
    `${notes} CREATE TRIGGER old_ai AFTER INSERT ON notes BEGIN INSERT INTO notes_fts (rowid) VALUES (new.id); END`,
    {},
    'trigger old_ai on notes writes to it as well',
    'DROP TRIGGER "old_ai"',
  ],
]

test.each(refusals)('refused: %s', async (_fact, before, of, reason, help) => {
  const path = database(before)
  const there = rowsIn(path, 'SELECT * FROM sqlite_master')
  const refused = {
    code: 'fts5-refused',
    details: { reason: expect.stringContaining(reason), help: expect.stringContaining(help) },
  }
  await expect(runCode(path, (api) => fts5({ ...spec, ...of }).create(api))).rejects.toMatchObject(refused)
  expect(rowsIn(path, 'SELECT * FROM sqlite_master')).toEqual(there)
})

test('any name is only a name', async () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'B', '"', "'", '`', '[', ']', ' ', '-', ';', 'é', '?', '%'),
    minLength: 1,
    maxLength: 6,
  })
  const names = fc
    .uniqueArray(name, { minLength: 4, maxLength: 4, selector: (one) => one.toLowerCase().trim() })
    .filter((all) => all.every((one) => one.trim() !== ''))
  await fc.assert(
    fc.asyncProperty(names, async ([table = '', index = '', id = '', text = '']) => {
      const quote = (one: string): string => `"${one.replaceAll('"', '""')}"`
      const path = database(
        `CREATE TABLE ${quote(table)} (${quote(id)} INTEGER PRIMARY KEY, ${quote(text)} TEXT); INSERT INTO ${quote(table)} VALUES (5, 'bridge')`,
      )
      const of = { index, table, columns: [text] }
      await runCode(path, (api) => fts5(of).create(api))
      prepare(
        path,
        `UPDATE ${quote(table)} SET ${quote(text)} = 'tunnel'; INSERT INTO ${quote(table)} VALUES (6, 'ferry')`,
      )
      await check(path, of)
      expect(rowsIn(path, `SELECT rowid FROM ${quote(index)} ('tunnel')`)).toEqual([{ rowid: 5 }])
      await runCode(path, (api) => fts5(of).drop(api))
      expect(rowsIn(path, "SELECT count(*) AS n FROM sqlite_master WHERE type <> 'index'")).toEqual([{ n: 1 }])
    }),
    { numRuns: 20 },
  )
})
