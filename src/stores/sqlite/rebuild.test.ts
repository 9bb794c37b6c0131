import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { freshPath, prepare, runAsPlanned, settingsOf, sourceOf, lockOptions } from '../../../test/support/sqlite.ts'
import { openSqlite } from './index.ts'

/** Everything that a database holds: structure word for word, rows in order, counters. */
function dump(path: string): unknown {
  const client = new DatabaseSync(path, { enableForeignKeyConstraints: false, enableDoubleQuotedStringLiterals: true })
  try {
    const objects = client.prepare('SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name').all()
    const tables = objects.filter((one) => one['type'] !== 'index' && one['type'] !== 'trigger')
    const rows = tables.map((one) => [one['name'], client.prepare(`SELECT * FROM "${String(one['name'])}"`).all()])
    return JSON.parse(JSON.stringify({ objects, rows }))
  } finally {
    client.close()
  }
}

const parentAndChild = `
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE grandchild (child_id REFERENCES child (id) ON DELETE CASCADE, note);
INSERT INTO parent VALUES (1, 'one'), (2, 'two');
INSERT INTO child VALUES (10, 1), (20, 2);
INSERT INTO grandchild VALUES (10, 'a'), (20, 'b');`

const rebuildParent = `
CREATE TABLE new_parent (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
INSERT INTO new_parent (id, name) SELECT id, name FROM parent;
DROP TABLE parent;
ALTER TABLE new_parent RENAME TO parent;`

/** Before, the file, and the version of the story: what a real history does. */
const stories: readonly (readonly [string, string, string])[] = [
  ['a parent with children that cascade', parentAndChild, rebuildParent],
  [
    'the same as drizzle-kit writes it',
    parentAndChild,
    `PRAGMA foreign_keys=OFF;${rebuildParent}\nPRAGMA foreign_keys=ON;`,
  ],
  [
    'the same as the manual of SQLite writes it',
    parentAndChild,
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;${rebuildParent}\nPRAGMA foreign_key_check;\nCOMMIT;\nPRAGMA foreign_keys=ON;`,
  ],
  [
    'as Django writes it, renaming the old table away',
    parentAndChild,
    `PRAGMA legacy_alter_table = ON;
     ALTER TABLE "parent" RENAME TO "parent__old";
     CREATE TABLE "parent" ("id" INTEGER PRIMARY KEY, "name" TEXT, "extra" TEXT DEFAULT "x");
     INSERT INTO "parent" ("id", "name") SELECT "id", "name" FROM "parent__old";
     DROP TABLE "parent__old";`,
  ],
  [
    'triggers that keep a count',
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE counts (n); INSERT INTO counts VALUES (0);
     CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN UPDATE counts SET n = n + 1; END; INSERT INTO t (a) VALUES (1), (2);`,
    `CREATE TABLE new_t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL);
     INSERT INTO new_t SELECT id, a FROM t; DROP TABLE t; ALTER TABLE new_t RENAME TO t;
     CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN UPDATE counts SET n = n + 1; SELECT 'a;b'; END;
     INSERT INTO t (a) VALUES (3);`,
  ],
  [
    'a view over the table',
    `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2); CREATE VIEW v AS SELECT a FROM t;`,
    `DROP VIEW v; CREATE TABLE n (a, b NOT NULL); INSERT INTO n SELECT a, b FROM t; DROP TABLE t;
     ALTER TABLE n RENAME TO t; CREATE VIEW v AS SELECT a, b FROM t;`,
  ],
  [
    'generated columns, an index on an expression and a partial one',
    `CREATE TABLE t (a INT, b INT GENERATED ALWAYS AS (a * 2) STORED, c AS (a + 1)); INSERT INTO t (a) VALUES (1), (2);
     CREATE INDEX t_b ON t (b) WHERE b > 1; CREATE INDEX t_e ON t (abs(a));`,
    `CREATE TABLE n (a INT NOT NULL, b INT GENERATED ALWAYS AS (a * 3) STORED, c AS (a + 1));
     INSERT INTO n (a) SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;
     CREATE INDEX t_b ON t (b) WHERE b > 1; CREATE INDEX t_e ON t (abs(a));`,
  ],
  [
    'a table WITHOUT ROWID',
    `CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO t VALUES ('b', 2), ('a', 1);`,
    `CREATE TABLE n (k TEXT PRIMARY KEY, v NOT NULL) WITHOUT ROWID, STRICT_IS_NOT_HERE;`.replace(
      ', STRICT_IS_NOT_HERE',
      '',
    ) + ` INSERT INTO n SELECT k, v FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`,
  ],
  [
    'AUTOINCREMENT with its counter put back by the author',
    `CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a); INSERT INTO t (a) VALUES (1), (2), (3); DELETE FROM t WHERE id = 3;`,
    `CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, a NOT NULL); INSERT INTO n SELECT id, a FROM t;
     UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 't') WHERE name = 'n';
     DROP TABLE t; ALTER TABLE n RENAME TO t; INSERT INTO t (a) VALUES (4);`,
  ],
  [
    'a full-text index over it',
    `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); CREATE VIRTUAL TABLE f USING fts5 (body, content = 't', content_rowid = 'id');
     CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, body) VALUES (new.id, new.body); END;
     INSERT INTO t (body) VALUES ('one two'), ('two three');`,
    `CREATE TABLE n (id INTEGER PRIMARY KEY, body TEXT NOT NULL); INSERT INTO n SELECT id, body FROM t; DROP TABLE t;
     ALTER TABLE n RENAME TO t;
     CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN INSERT INTO f (rowid, body) VALUES (new.id, new.body); END;
     INSERT INTO f (f) VALUES ('rebuild'); INSERT INTO t (body) VALUES ('four');
     INSERT INTO f (f, rank) VALUES ('integrity-check', 1);`,
  ],
  [
    'a tree in one table',
    `CREATE TABLE t (id INTEGER PRIMARY KEY, up REFERENCES t (id) ON DELETE CASCADE); INSERT INTO t VALUES (1, NULL), (2, 1), (3, 2);`,
    `CREATE TABLE n (id INTEGER PRIMARY KEY, up REFERENCES n (id) ON DELETE CASCADE, x DEFAULT 0);
     INSERT INTO n (id, up) SELECT id, up FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;`,
  ],
  [
    'foreign keys that the file wants enforced: it cascades as in SQLite',
    parentAndChild,
    `PRAGMA foreign_keys = ON; DELETE FROM parent WHERE id = 1; UPDATE child SET parent_id = 2;`,
  ],
  [
    'the same step by step: the setting reaches the block behind it',
    parentAndChild,
    `PRAGMA foreign_keys = ON; BEGIN; DELETE FROM parent WHERE id = 1; COMMIT; BEGIN; DELETE FROM child WHERE id = 20; COMMIT; VACUUM;`,
  ],
  [
    'a savepoint that is taken back',
    'CREATE TABLE t (a);',
    'SAVEPOINT s; INSERT INTO t VALUES (1); ROLLBACK TO s; RELEASE s; INSERT INTO t VALUES (2);',
  ],
  [
    'a block that the author rolls back',
    'CREATE TABLE t (a);',
    'BEGIN; INSERT INTO t VALUES (1); ROLLBACK; INSERT INTO t VALUES (2);',
  ],
  [
    'a temporary table between steps',
    'CREATE TABLE t (a);',
    'CREATE TEMP TABLE x (a); INSERT INTO x VALUES (5); VACUUM; INSERT INTO t SELECT a FROM x;',
  ],
  [
    'double-quoted text, semicolons in texts and comments',
    'CREATE TABLE t (a);',
    `INSERT INTO t VALUES ("text; more"), ('it''s; -- no'); -- done; really\n/* ; */ INSERT INTO t VALUES (1)`,
  ],
]

test.each(stories)('the same as SQLite alone: %s', async (_, before, text) => {
  const alone = freshPath('alone.db')
  const ours = freshPath('ours.db')
  prepare(alone, before)
  prepare(ours, before)
  const client = new DatabaseSync(alone, { enableForeignKeyConstraints: false, enableDoubleQuotedStringLiterals: true })
  client.exec(text)
  client.close()
  const store = await openSqlite({ ...settingsOf(), path: ours })
  const { mode } = store.readScript(sourceOf(text))
  await store.whileLocked(lockOptions(), (session) => runAsPlanned(session, text, mode))
  expect(dump(ours)).toEqual(dump(alone))
})

test('a database attached in one step is there in the next, and gone afterwards', async () => {
  const path = freshPath()
  const other = freshPath('other.db')
  prepare(path, 'CREATE TABLE t (a)')
  prepare(other, 'CREATE TABLE source (a); INSERT INTO source VALUES (1), (2)')
  const store = await openSqlite({ ...settingsOf(), path })
  await store.whileLocked(lockOptions(), async (session) => {
    await runAsPlanned(
      session,
      `ATTACH '${other}' AS o; VACUUM; INSERT INTO t SELECT a FROM o.source; DETACH o;`,
      'steps',
    )
    await runAsPlanned(session, `ATTACH '${other}' AS o; INSERT INTO t SELECT a FROM o.source`, 'whole')
    await expect(runAsPlanned(session, 'SELECT * FROM o.source', 'whole')).rejects.toMatchObject({
      code: 'migration-failed',
    })
  })
  expect(dump(path)).toMatchObject({ rows: [['t', [{ a: 1 }, { a: 2 }, { a: 1 }, { a: 2 }]]] })
})
