import { describe, expect, test } from 'vitest'
import { runCode } from '../../test/support/sqlite-code.ts'
import { database, rebuild, schemaOf } from '../../test/support/rebuild.ts'
import { prepare, rowsIn } from '../../test/support/sqlite.ts'
import { fts5 } from './fts5.ts'
import { rebuildTable, type RebuildSpec } from './rebuild.ts'

const isTable = (row: Record<string, unknown>, name: string): boolean => row['type'] === 'table' && row['name'] === name

/** Whatever can hang on a table. */
const everything = `
CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT, score TEXT, up INTEGER REFERENCES tasks (id));
CREATE TABLE runs (id INTEGER PRIMARY KEY, task_id INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE);
CREATE TABLE audit (what TEXT);
CREATE INDEX tasks_title ON tasks (title COLLATE NOCASE DESC);
CREATE UNIQUE INDEX tasks_score ON tasks (score) WHERE score > '5';
CREATE INDEX tasks_length ON tasks (length(title));
CREATE TRIGGER tasks_ai AFTER INSERT ON tasks BEGIN INSERT INTO audit VALUES ('new; ' || new.title); END;
CREATE TRIGGER runs_ad AFTER DELETE ON runs BEGIN UPDATE tasks SET score = NULL WHERE id = old.task_id; END;
CREATE VIEW titles AS SELECT title FROM tasks;
CREATE VIEW long_titles AS SELECT * FROM titles WHERE length(title) > 3;
CREATE TRIGGER titles_ii INSTEAD OF INSERT ON titles BEGIN INSERT INTO tasks (title) VALUES (new.title); END;
INSERT INTO tasks (title, score) VALUES ('plan', '1.50'), ('build', '7'), ('test', NULL), ('ship', '9');
UPDATE tasks SET up = 1 WHERE id = 2;
INSERT INTO runs (task_id) VALUES (1), (1), (2);
DELETE FROM tasks WHERE id = 4; DELETE FROM audit;`

const strictTitle: RebuildSpec = {
  columns: {
    id: 'INTEGER PRIMARY KEY AUTOINCREMENT',
    title: "TEXT NOT NULL CHECK (title <> '')",
    score: 'TEXT',
    up: 'INTEGER REFERENCES tasks (id)',
    status: "TEXT NOT NULL DEFAULT 'open'",
  },
}

describe('a table with everything that can hang on it', () => {
  test('keeps all of it, word for word, and every row of its children', async () => {
    const path = database(everything)
    const before = schemaOf(path).filter((row) => !isTable(row, 'tasks'))
    const { rows, compared, children, log } = await rebuild(path, 'tasks', strictTitle)
    expect(schemaOf(path).filter((row) => !isTable(row, 'tasks'))).toEqual(before)
    expect(rowsIn(path, 'SELECT * FROM tasks')).toEqual([
      { id: 1, title: 'plan', score: '1.50', up: null, status: 'open' },
      { id: 2, title: 'build', score: '7', up: 1, status: 'open' },
      { id: 3, title: 'test', score: null, up: null, status: 'open' },
    ])
    expect(rowsIn(path, 'SELECT task_id FROM runs')).toEqual([{ task_id: 1 }, { task_id: 1 }, { task_id: 2 }])
    expect([rows, compared]).toEqual([3, ['id', 'title', 'score', 'up']])
    expect([...children]).toEqual([
      ['runs', 3],
      ['runs.task_id', 3],
    ])
    expect(log).toEqual([
      'tasks was rebuilt: 3 rows; 4 columns compared value by value; kept 3 indexes, 1 trigger; child rows as they were: 3 in runs',
    ])
  })

  test('works as before: triggers fire, views answer, children refer to it', async () => {
    const path = database(everything)
    await rebuild(path, 'tasks', strictTitle)
    prepare(path, "PRAGMA foreign_keys = ON; INSERT INTO titles VALUES ('rest'); DELETE FROM tasks WHERE id = 2")
    expect(rowsIn(path, 'SELECT * FROM audit')).toEqual([{ what: 'new; rest' }])
    expect(rowsIn(path, 'SELECT * FROM long_titles')).toEqual([{ title: 'plan' }, { title: 'test' }, { title: 'rest' }])
    expect(rowsIn(path, 'SELECT task_id FROM runs')).toEqual([{ task_id: 1 }, { task_id: 1 }])
  })

  test('gives no number twice', async () => {
    const path = database(everything)
    await rebuild(path, 'tasks', strictTitle)
    prepare(path, "INSERT INTO tasks (title) VALUES ('next')")
    expect(rowsIn(path, 'SELECT max(id) AS id FROM tasks')).toEqual([{ id: 5 }])
  })

  test('gives no number twice where no row is left', async () => {
    const path = database(`${everything} DELETE FROM runs; DELETE FROM tasks;`)
    await rebuild(path, 'tasks', strictTitle)
    prepare(path, "INSERT INTO tasks (title) VALUES ('next')")
    expect(rowsIn(path, 'SELECT id FROM tasks')).toEqual([{ id: 5 }])
  })

  test('comes back in its old form', async () => {
    const path = database(everything)
    const before = [
      rowsIn(path, 'SELECT * FROM tasks'),
      rowsIn(path, "SELECT name, type FROM pragma_table_info('tasks')"),
    ]
    await rebuild(path, 'tasks', strictTitle)
    const create = /CREATE TABLE tasks [^;]*/.exec(everything)?.[0] ?? ''
    await rebuild(path, 'tasks', { create, dropped: ['status'] })
    expect([
      rowsIn(path, 'SELECT * FROM tasks'),
      rowsIn(path, "SELECT name, type FROM pragma_table_info('tasks')"),
    ]).toEqual(before)
  })
})

describe('columns', () => {
  test('are copied by name, whatever their order', async () => {
    const path = database("CREATE TABLE t (b, a, c); INSERT INTO t VALUES ('b', 'a', 'c')")
    await rebuild(path, 't', { columns: { a: '', b: '', c: '' } })
    expect(rowsIn(path, 'SELECT * FROM t')).toEqual([{ a: 'a', b: 'b', c: 'c' }])
  })

  test('take another name, a value of an expression, or go', async () => {
    const path = database(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, old, n, gone); INSERT INTO t VALUES (4, 'x', '7', 'y')",
    )
    await rebuild(path, 't', {
      columns: { id: 'INTEGER PRIMARY KEY', fresh: 'TEXT', n: 'INTEGER', twice: 'INTEGER' },
      renamed: { fresh: 'old' },
      values: { n: 'CAST(n AS INTEGER)', twice: 'n * 2' },
      dropped: ['gone'],
    })
    expect(rowsIn(path, 'SELECT *, typeof(n) AS of FROM t')).toEqual([
      { id: 4, fresh: 'x', n: 7, twice: 14, of: 'integer' },
    ])
  })

  test('that change their type are converted, those that do not are compared to the last bit', async () => {
    const path = database("CREATE TABLE t (a TEXT, b); INSERT INTO t VALUES ('12', 1.0), ('x', 1), (NULL, x'00')")
    const { compared } = await rebuild(path, 't', { columns: { a: 'INTEGER', b: '' } })
    expect(compared).toEqual(['b'])
    expect(rowsIn(path, 'SELECT typeof(a) AS a, typeof(b) AS b FROM t')).toEqual([
      { a: 'integer', b: 'real' },
      { a: 'text', b: 'integer' },
      { a: 'null', b: 'blob' },
    ])
  })

  test('that are generated are made, not copied', async () => {
    const path = database('CREATE TABLE t (a INT, b INT AS (a * 2) STORED); INSERT INTO t VALUES (3)')
    await rebuild(path, 't', { columns: { a: 'INT', b: 'INT AS (a * 3) VIRTUAL' } })
    expect(rowsIn(path, 'SELECT * FROM t')).toEqual([{ a: 3, b: 9 }])
  })
})

describe('rows', () => {
  const kinds: readonly (readonly [fact: string, before: string, spec: RebuildSpec, rowids: unknown[]])[] = [
    ['without a key keep their rowids', 'CREATE TABLE t (a)', { columns: { a: '' } }, [2, 9]],
    ['get an integer key', 'CREATE TABLE t (a)', { columns: { id: 'INTEGER PRIMARY KEY', a: '' } }, [1, 2]],
    ['get an integer key from a column', 'CREATE TABLE t (a INT)', { columns: { a: 'INTEGER PRIMARY KEY' } }, [20, 90]],
    ['get a text as key', 'CREATE TABLE t (a)', { columns: { a: 'TEXT PRIMARY KEY' } }, [2, 9]],
    ['lose an integer key', 'CREATE TABLE t (id INTEGER PRIMARY KEY, a)', { columns: { id: 'TEXT', a: '' } }, [2, 9]],
  ]
  test.each(kinds)('%s', async (_fact, before, spec, rowids) => {
    const path = database(`${before}; INSERT INTO t (rowid, a) VALUES (2, 20), (9, 90)`)
    expect((await rebuild(path, 't', spec)).rows).toBe(2)
    expect(rowsIn(path, 'SELECT rowid AS n FROM t').map((row) => row['n'])).toEqual(rowids)
  })

  test('of a table WITHOUT ROWID, there and back', async () => {
    const path = database("CREATE TABLE t (k TEXT PRIMARY KEY, v); INSERT INTO t VALUES ('b', 1), ('a', 1.0)")
    const columns = { k: 'TEXT PRIMARY KEY', v: '' }
    expect((await rebuild(path, 't', { columns, options: ['WITHOUT ROWID'] })).compared).toEqual(['k', 'v'])
    await rebuild(path, 't', { columns })
    expect(rowsIn(path, 'SELECT k, typeof(v) AS v FROM t')).toEqual([
      { k: 'a', v: 'real' },
      { k: 'b', v: 'integer' },
    ])
  })

  test('that the new form would swallow are told', async () => {
    const path = database("CREATE TABLE t (a TEXT COLLATE NOCASE); INSERT INTO t VALUES ('x')")
    const lossy = { columns: { a: 'TEXT COLLATE NOCASE UNIQUE ON CONFLICT IGNORE', b: '' } }
    prepare(path, "INSERT INTO t (a) VALUES ('X')")
    const before = schemaOf(path)
    await expect(rebuild(path, 't', lossy)).rejects.toMatchObject({
      code: 'rebuild-differs',
      details: { table: 't', reason: '2 rows were there, 1 are' },
    })
    expect(schemaOf(path)).toEqual(before)
  })
})

describe('a full-text index over it', () => {
  const text =
    "CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT); INSERT INTO notes VALUES ('a', 'bridge'), ('b', 'river')"
  const search = fts5({ index: 'notes_fts', table: 'notes', columns: ['body'] })

  test('goes on finding rows, and follows them', async () => {
    const path = database(text)
    await runCode(path, (api) => search.create(api))
    await rebuild(path, 'notes', { columns: { id: 'TEXT PRIMARY KEY NOT NULL', body: 'TEXT NOT NULL' } })
    prepare(path, "UPDATE notes SET body = 'tunnel' WHERE id = 'a'")
    expect(rowsIn(path, "SELECT body FROM notes_fts ('tunnel OR bridge')")).toEqual([{ body: 'tunnel' }])
    await runCode(path, (api) => search.check(api))
  })

  test('is filled anew where rows get other numbers', async () => {
    const path = database(`${text}; DELETE FROM notes WHERE id = 'a'`)
    await runCode(path, (api) => search.create(api))
    await rebuild(path, 'notes', {
      columns: { n: 'INTEGER PRIMARY KEY', id: 'TEXT UNIQUE', body: 'TEXT' },
    })
    expect(rowsIn(path, "SELECT rowid, body FROM notes_fts ('river')")).toEqual([{ rowid: 1, body: 'river' }])
  })

  test('that needs a column which goes is told', async () => {
    const path = database(text)
    await runCode(path, (api) => search.create(api))
    const spec = { columns: { id: 'TEXT PRIMARY KEY' }, dropped: ['body'] }
    await expect(rebuild(path, 'notes', spec)).rejects.toMatchObject({
      code: 'rebuild-refused',
      details: { reason: expect.stringContaining('notes_fts'), help: expect.stringContaining('drop the index before') },
    })
  })
})

describe('what must change with it', () => {
  const text = `CREATE TABLE t (id INTEGER PRIMARY KEY, old TEXT); CREATE INDEX t_old ON t (old);
    CREATE TRIGGER t_ai AFTER INSERT ON t WHEN new.old IS NULL BEGIN UPDATE t SET old = '-' WHERE id = new.id; END;
    CREATE VIEW v AS SELECT old FROM t; CREATE TRIGGER v_ii INSTEAD OF INSERT ON v BEGIN INSERT INTO t (fresh) VALUES (new.fresh); END;
    INSERT INTO t (old) VALUES ('x');`
  const columns = { id: 'INTEGER PRIMARY KEY', fresh: 'TEXT' }
  const replaced = {
    t_old: 'CREATE INDEX t_fresh ON t (fresh)',
    t_ai: null,
    v: 'CREATE VIEW v AS SELECT fresh FROM t',
  }

  test('is made by its new text, or goes', async () => {
    const path = database(text)
    await rebuild(path, 't', { columns, renamed: { fresh: 'old' }, replaced })
    prepare(path, "INSERT INTO v VALUES ('through the view')")
    expect(rowsIn(path, 'SELECT fresh FROM v')).toEqual([{ fresh: 'x' }, { fresh: 'through the view' }])
    expect(schemaOf(path).map((row) => row['name'])).toEqual(['t_fresh', 't', 'v_ii', 'v'])
  })

  test('may be a view and a trigger on it', async () => {
    const path = database(text)
    const v_ii = 'CREATE TRIGGER v_ii INSTEAD OF INSERT ON v BEGIN INSERT INTO t (fresh) VALUES (upper(new.fresh)); END'
    await rebuild(path, 't', { columns, renamed: { fresh: 'old' }, replaced: { ...replaced, v_ii } })
    prepare(path, "INSERT INTO v VALUES ('loud')")
    expect(rowsIn(path, 'SELECT fresh FROM v')).toEqual([{ fresh: 'x' }, { fresh: 'LOUD' }])
  })

  const left: readonly (readonly [fact: string, missing: keyof typeof replaced, reason: string])[] = [
    ['an index', 't_old', 'its index t_old cannot be made again'],
    ['a trigger', 't_ai', 'trigger of t (insert) does not fit its new form'],
    ['a view', 'v', 'view v does not fit its new form'],
  ]
  test.each(left)('is told where it was left as it is: %s', async (_fact, missing, reason) => {
    const path = database(text)
    const before = schemaOf(path)
    const { [missing]: _, ...rest } = replaced
    await expect(rebuild(path, 't', { columns, renamed: { fresh: 'old' }, replaced: rest })).rejects.toMatchObject({
      code: 'rebuild-refused',
      details: { reason: expect.stringContaining(reason) },
    })
    expect(schemaOf(path)).toEqual(before)
  })

  test('is told where SQLite would take the name of a column for a text', async () => {
    const path = database('CREATE TABLE t (id INTEGER PRIMARY KEY, old TEXT); CREATE INDEX t_old ON t ("old")')
    const spec = { columns: { id: 'INTEGER PRIMARY KEY' }, dropped: ['old'] }
    await expect(rebuild(path, 't', spec)).rejects.toMatchObject({
      code: 'rebuild-refused',
      details: { reason: 'its index t_old was made of old, now it is of (an expression)' },
    })
  })

  test('what was broken before is nobody’s concern', async () => {
    const path = database('CREATE TABLE t (a); CREATE VIEW v AS SELECT * FROM nowhere')
    await expect(rebuild(path, 't', { columns: { a: 'TEXT' } })).resolves.toMatchObject({ rows: 0 })
  })
})

test('a child that loses rows meanwhile stops it', async () => {
  const path = database(everything)
  const before = rowsIn(path, 'SELECT * FROM runs')
  const losing = runCode(path, async (api) => {
    const exec = async (text: string): Promise<void> => {
      await api.exec(text.startsWith('ALTER TABLE') ? `${text}; DELETE FROM runs WHERE id = 1` : text)
    }
    await rebuildTable({ ...api, exec }, 'tasks', strictTitle)
  })
  await expect(losing).rejects.toMatchObject({
    code: 'rebuild-differs',
    details: { reason: 'runs held 3 values, 2 are left' },
  })
  expect(rowsIn(path, 'SELECT * FROM runs')).toEqual(before)
})

test('a text may be written in many ways', async () => {
  for (const create of [
    '-- the table\nCREATE TABLE t (a TEXT);',
    'create /* x */ table if not exists main.t(a TEXT)',
    'CREATE TABLE "t" (a TEXT) STRICT',
    'CREATE TABLE [main] . `t` (a TEXT)',
  ]) {
    const path = database("CREATE TABLE t (a); INSERT INTO t VALUES ('x')")
    await rebuild(path, 't', { create })
    expect(rowsIn(path, 'SELECT a FROM t')).toEqual([{ a: 'x' }])
  }
})

test('rows that would break a foreign key are told before anything is committed', async () => {
  const path = database(
    `CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (pid INTEGER); INSERT INTO t VALUES (5)`,
  )
  await expect(rebuild(path, 't', { columns: { pid: 'INTEGER REFERENCES p (id)' } })).rejects.toMatchObject({
    code: 'foreign-keys-broken',
  })
})
