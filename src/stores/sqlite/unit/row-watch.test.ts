import { expect, test } from 'vitest'
import { freshPath, prepare, rowsIn, runScript } from '../../../../test/support/sqlite.ts'

const family = `
CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id REFERENCES parent (id) ON DELETE CASCADE);
CREATE TABLE friend (parent_id REFERENCES parent (id) ON DELETE SET NULL);
INSERT INTO parent VALUES (1), (2);
INSERT INTO child VALUES (10, 1), (20, 2);
INSERT INTO friend VALUES (1);`

const rebuild = `CREATE TABLE n (id INTEGER PRIMARY KEY, x); INSERT INTO n (id) SELECT id FROM parent;
DROP TABLE parent; ALTER TABLE n RENAME TO parent;`

/** What the file does to the family: `done`, or the refusal's code with its first words. */
async function check(text: string, before = family): Promise<string> {
  const path = freshPath()
  prepare(path, before)
  const rows = () =>
    JSON.stringify(
      rowsIn(path, 'SELECT (SELECT count(*) FROM child) AS children, (SELECT count(*) FROM parent) AS parents'),
    )
  const unchanged = rows()
  try {
    await runScript(path, text)
    return 'done'
  } catch (error) {
    expect(rows()).toBe(unchanged)
    const { code, details } = error as { code: string; details: Record<string, unknown> }
    return `${code}: ${JSON.stringify(details['violations'] ?? [details['table'], details['before'], details['after']])}`
  }
}

test.each([
  ['a rebuild of a parent keeps its children', rebuild, 'done'],
  ['even where the file switches foreign keys off itself', `PRAGMA foreign_keys = OFF; ${rebuild}`, 'done'],
  [
    'enforced, the rebuild would take the children along',
    `PRAGMA foreign_keys = ON; ${rebuild}`,
    'rows-lost: ["child",2,0]',
  ],
  [
    'or the values of those that are only set to null',
    `PRAGMA foreign_keys = ON; DELETE FROM child; ${rebuild}`,
    'rows-lost: ["friend (values of parent_id)",1,0]',
  ],
  ['a comment does not hide a DROP', `PRAGMA foreign_keys = ON; DROP /* ; */ TABLE parent`, 'rows-lost: ["child",2,0]'],
  [
    'who deletes the children first has said so',
    `PRAGMA foreign_keys = ON; DELETE FROM child; DELETE FROM friend; DROP TABLE parent`,
    'done',
  ],
  [
    'children may be dropped by name',
    `PRAGMA foreign_keys = ON; DROP TABLE child; DROP TABLE friend; DROP TABLE parent`,
    'done',
  ],
])('%s', async (_, text, outcome) => {
  expect(await check(text)).toBe(outcome)
})

test.each([
  ['an orphan is refused', 'INSERT INTO child VALUES (30, 9)', '["child (parent_id) has no row in parent: 9"]'],
  [
    'many of one kind are counted',
    'INSERT INTO child VALUES (30, 9), (31, 9)',
    '["child (parent_id) has no row in parent: 9 (2 rows)"]',
  ],
  ['a parent that is deleted', 'DELETE FROM parent WHERE id = 2', '["child (parent_id) has no row in parent: 2"]'],
  [
    'rows that a rebuild forgets',
    'CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n VALUES (1); DROP TABLE parent; ALTER TABLE n RENAME TO parent',
    '["child (parent_id) has no row in parent: 2"]',
  ],
  [
    'a parent whose column is no key any more',
    'CREATE TABLE n (id INTEGER); INSERT INTO n SELECT id FROM parent; DROP TABLE parent; ALTER TABLE n RENAME TO parent',
    `["foreign key mismatch - \\"child\\" referencing \\"parent\\"","foreign key mismatch - \\"friend\\" referencing \\"parent\\""]`,
  ],
  [
    'a table WITHOUT ROWID',
    'CREATE TABLE w (k TEXT PRIMARY KEY REFERENCES parent (id)) WITHOUT ROWID; INSERT INTO w VALUES (7)',
    '["w (k) has no row in parent"]',
  ],
  [
    'a key of two columns',
    `CREATE TABLE p2 (a, b, PRIMARY KEY (a, b)); CREATE TABLE c2 (x, y, FOREIGN KEY (x, y) REFERENCES p2); INSERT INTO c2 VALUES (1, 'it''s')`,
    `["c2 (x, y) has no row in p2: 1, 'it''s'"]`,
  ],
])('broken foreign keys: %s', async (_, text, violations) => {
  expect(await check(text)).toBe(`foreign-keys-broken: ${violations}`)
})

const withOrphans = `${family} INSERT INTO child VALUES (5, 99), (30, 77);`

test.each([
  ['what was broken before is not this file’s fault', 'INSERT INTO child VALUES (40, 1)', 'done'],
  [
    'even when a rebuild gives it another rowid',
    'CREATE TABLE n (key INTEGER, parent_id REFERENCES parent (id)); INSERT INTO n SELECT id, parent_id FROM child ORDER BY id DESC; DROP TABLE child; ALTER TABLE n RENAME TO child',
    'done',
  ],
  [
    'one that is mended does not excuse another',
    'DELETE FROM child WHERE id = 5; INSERT INTO child VALUES (41, 88)',
    'foreign-keys-broken: ["child (parent_id) has no row in parent: 88"]',
  ],
  [
    'nor does an old one excuse its like',
    'INSERT INTO child VALUES (42, 99)',
    'foreign-keys-broken: ["child (parent_id) has no row in parent: 99"]',
  ],
])('a database with orphans: %s', async (_, text, outcome) => {
  expect(await check(text, withOrphans)).toBe(outcome)
})

test('the place is that of the statement that would lose rows', async () => {
  const path = freshPath()
  prepare(path, family)
  const text = 'PRAGMA foreign_keys = ON;\nSELECT 1;\n  DROP TABLE parent;'
  await expect(runScript(path, text)).rejects.toMatchObject({ code: 'rows-lost', place: { line: 3, column: 3 } })
})
