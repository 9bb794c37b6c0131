import { DatabaseSync } from 'node:sqlite'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { compareShapes, describeDifference } from '../core/shape.ts'
import type { Shape } from '../core/shape.ts'
import { readSqliteShape } from './sqlite-shape.ts'
import { textOf, tokensOf } from './sqlite-shape/tokens.ts'

function shapeOf(script: string): Shape {
  const database = new DatabaseSync(':memory:', { enableDoubleQuotedStringLiterals: true })
  try {
    database.exec(script)
    return readSqliteShape(database)
  } finally {
    database.close()
  }
}

function differ(name: string, [expected, found]: readonly [string, string], told: readonly string[]): void {
  test(name, () => {
    expect(compareShapes(shapeOf(expected), shapeOf(found)).map(describeDifference)).toEqual(told)
  })
}

function same(name: string, scripts: readonly [string, string]): void {
  differ(`no drift: ${name}`, scripts, [])
}

same('tables made in another order', [
  'CREATE TABLE a (x int); CREATE TABLE b (y text)',
  'CREATE TABLE b (y text); CREATE TABLE a (x int)',
])

same('other blanks, comments, case and quotes', [
  `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT 'x' CHECK (email <> ''))`,
  'create table "Users" -- people\n( [id] integer primary key /* key */,\n`Email` text not null default \'x\' check ( "email"<>\'\' ) )',
])

same('made at once, or altered into it', [
  `CREATE TABLE a (id INTEGER PRIMARY KEY, y TEXT COLLATE NOCASE CHECK (y > 'a'), z INT REFERENCES b ON DELETE CASCADE); CREATE TABLE b (k INTEGER PRIMARY KEY)`,
  `CREATE TABLE b (k INTEGER PRIMARY KEY); CREATE TABLE old (id INTEGER PRIMARY KEY, gone int); ALTER TABLE old ADD COLUMN x TEXT COLLATE NOCASE CHECK (x > 'a');
   ALTER TABLE old ADD z INT REFERENCES b(k) ON DELETE CASCADE; ALTER TABLE old DROP COLUMN gone; ALTER TABLE old RENAME COLUMN x TO y; ALTER TABLE old RENAME TO a`,
])

same('a name in double quotes, in another case', [
  'CREATE TABLE a (email TEXT CHECK (email > 1)); CREATE VIEW v AS SELECT email FROM a',
  'CREATE TABLE a (email TEXT CHECK ("Email" > 1)); CREATE VIEW v AS SELECT "EMAIL" FROM "A"',
])

same('a foreign key that says it does not wait', [
  'CREATE TABLE a (x INTEGER PRIMARY KEY REFERENCES a)',
  'CREATE TABLE a (x INTEGER PRIMARY KEY REFERENCES a NOT DEFERRABLE INITIALLY DEFERRED)',
])

same('a rebuilt table, with its index, view and trigger', [
  `CREATE TABLE a (x int, y int); CREATE INDEX i ON a (x) WHERE y > 0; CREATE VIEW v AS SELECT x FROM a; CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET y = new.x; END`,
  `CREATE TABLE a (x int); CREATE TABLE new_a (x int, y int); DROP TABLE a; ALTER TABLE new_a RENAME TO a; CREATE INDEX i ON "a" ("x" ASC) WHERE "y" > 0;
   CREATE VIEW v AS SELECT "x" FROM "a"; CREATE TRIGGER t AFTER INSERT ON "a" BEGIN UPDATE a SET y = new.x; END`,
])

same('constraints at the column or at the table', [
  'CREATE TABLE a (x INT PRIMARY KEY, y INT UNIQUE CHECK (y > 0), z INT REFERENCES a (x))',
  'CREATE TABLE a (x INT, y INT, z INT, FOREIGN KEY (z) REFERENCES a, CHECK (y > 0) UNIQUE (y) PRIMARY KEY (x))',
])

same('statistics, sequences, rows and numbers of the application', [
  'CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT)',
  'CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO a VALUES (7); ANALYZE; PRAGMA user_version = 9; CREATE TEMP TABLE t (x)',
])

same('the history of Lockstep, with what belongs to it', [
  'CREATE TABLE a (x int)',
  'CREATE TABLE a (x int); CREATE TABLE lockstep_migrations (version TEXT PRIMARY KEY); CREATE TABLE lockstep_log (x); CREATE INDEX i ON lockstep_log (x); CREATE TRIGGER t AFTER DELETE ON lockstep_log BEGIN SELECT 1; END',
])

differ(
  'columns: every attribute is told',
  [
    `CREATE TABLE a (x INT NOT NULL, y TEXT, z TEXT, g INT AS (x) STORED)`,
    `CREATE TABLE a (x TEXT DEFAULT 'n', y TEXT COLLATE NOCASE, g INT AS (x + 1) VIRTUAL)`,
  ],
  [
    'column a.g: expression was (x), found (x + 1)',
    'column a.g: generated was stored, found virtual',
    "column a.x: default was nothing, found 'n'",
    'column a.x: nullable was false, found true',
    'column a.x: type was INT, found TEXT',
    'column a.y: collation was nothing, found nocase',
    'column a.z is missing',
  ],
)

differ(
  'tables: strict, without rowid, what happens on a conflict',
  [
    'CREATE TABLE a (x INT PRIMARY KEY); CREATE TABLE b (x INT UNIQUE)',
    'CREATE TABLE a (x INT PRIMARY KEY) STRICT, WITHOUT ROWID; CREATE TABLE b (x INT UNIQUE ON CONFLICT REPLACE)',
  ],
  [
    'column a.x: nullable was true, found false',
    'table a: strict was nothing, found true',
    'table a: withoutRowid was nothing, found true',
    'table b: onConflict was nothing, found x unique: replace',
  ],
)

differ(
  'constraints',
  [
    'CREATE TABLE a (x INTEGER PRIMARY KEY, y INT REFERENCES a, z INT REFERENCES a (x) DEFERRABLE INITIALLY DEFERRED, CONSTRAINT positive CHECK (y > 0), UNIQUE (y, z))',
    'CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT, y INT REFERENCES a ON DELETE SET NULL, z INT REFERENCES a (x), CONSTRAINT positive CHECK (y > 1), UNIQUE (z, y))',
  ],
  [
    'constraint a.foreign key: definition was foreign key(y) references a(x), found foreign key(y) references a(x) on delete set null',
    'constraint a.foreign key: definition was foreign key(z) references a(x) deferrable initially deferred, found foreign key(z) references a(x)',
    'constraint a.positive: definition was check(y > 0), found check(y > 1)',
    'constraint a.primary key: definition was primary key(x), found primary key(x) autoincrement',
    'constraint a.unique: definition was unique(y, z), found unique(z, y)',
  ],
)

differ(
  'a second check without a name is the one that is unexpected',
  ['CREATE TABLE a (x INT CHECK (x > 1))', 'CREATE TABLE a (x INT, CHECK (x < 9), CHECK (x > 1))'],
  ['constraint a.check is unexpected: check(x < 9)'],
)

differ(
  'indexes: order, collation, expression, condition',
  [
    'CREATE TABLE a (x TEXT, y INT); CREATE INDEX i ON a (x, y); CREATE INDEX j ON a (lower(x)); CREATE INDEX k ON a (y) WHERE y > 0',
    'CREATE TABLE a (x TEXT, y INT); CREATE UNIQUE INDEX i ON a (x COLLATE NOCASE, y DESC); CREATE INDEX j ON a (upper(x)); CREATE INDEX k ON a (y)',
  ],
  [
    'index a.i: definition was (x, y), found (x collate nocase, y desc)',
    'index a.i: unique was nothing, found true',
    'index a.j: definition was (lower(x)), found (upper(x))',
    'index a.k: definition was (y) where y > 0, found (y)',
  ],
)

differ(
  'views and triggers',
  [
    'CREATE TABLE a (x INT); CREATE VIEW v AS SELECT x FROM a; CREATE TRIGGER t BEFORE DELETE ON a BEGIN SELECT 1; END',
    'CREATE TABLE a (x INT); CREATE VIEW v AS SELECT x FROM a WHERE x; CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; END',
  ],
  [
    'trigger a.t: definition was before delete on a begin select 1; end, found after delete on a begin select 1; end',
    'view v: definition was as select x from a, found as select x from a where x',
  ],
)

differ(
  'a virtual table is told as a whole, without its shadow tables',
  [`CREATE VIRTUAL TABLE f USING fts5(title)`, `CREATE VIRTUAL TABLE f USING fts5(title, tokenize = 'porter')`],
  [`virtual table f: definition was using fts5(title), found using fts5(title, tokenize = 'porter')`],
)

differ(
  'a missing table is told once',
  ['CREATE TABLE "Odd Name" (x INT UNIQUE CHECK (x > 0))', 'SELECT 1'],
  ['table "odd name" is missing'],
)

differ(
  'the case inside strings counts, also inside those in double quotes',
  [`CREATE TABLE a (x TEXT CHECK (x IN ('A', "Q")))`, `CREATE TABLE a (x TEXT CHECK (x IN ('a', "q")))`],
  [`constraint a.check: definition was check(x in('A', "Q")), found check(x in('a', q))`],
)

differ(
  'what is only inside a comment or a string is no constraint',
  [
    `CREATE TABLE a (x TEXT DEFAULT 'CHECK (1)' /* UNIQUE */ -- CHECK (x)\n)`,
    `CREATE TABLE a (x TEXT DEFAULT 'CHECK (1)')`,
  ],
  [],
)

test('what SQLite keeps for itself is no part of the shape', () => {
  const { objects } = shapeOf(
    'CREATE VIRTUAL TABLE f USING fts5(title); CREATE TABLE a (x INTEGER PRIMARY KEY AUTOINCREMENT); ANALYZE',
  )
  expect(objects.map((one) => `${one.kind} ${one.name}`)).toEqual([
    'column a.x',
    'constraint a.primary key',
    'table a',
    'virtual table f',
  ])
})

test('a view that no longer compiles is read all the same', () => {
  const { objects } = shapeOf(
    'CREATE TABLE a (x INT); CREATE VIEW v AS SELECT x FROM a; PRAGMA legacy_alter_table = ON; DROP TABLE a',
  )
  expect(objects).toEqual([{ kind: 'view', name: 'v', facts: { definition: 'as select x from a' } }])
})

test('columns and constraints are found under the odd names that SQLite allows', () => {
  const { objects } = shapeOf(
    `CREATE TABLE 'q' ('a b' INT COLLATE NOCASE, [c] INT, "e""f" INT CHECK ("e""f" > 1), \`g\` INT)`.replace(']]', ''),
  )
  expect(objects.map((one) => `${one.kind} ${one.name}`)).toEqual([
    'column q."a b"',
    'column q."e""f"',
    'column q.c',
    'column q.g',
    'constraint q.check',
    'table q',
  ])
  expect(objects[0]?.facts['collation']).toBe('nocase')
})

test('a client that answers large integers is understood', () => {
  const database = new DatabaseSync(':memory:', { readBigInts: true })
  database.exec('CREATE TABLE a (x INT NOT NULL UNIQUE REFERENCES a)')
  const { objects } = readSqliteShape(database)
  database.close()
  expect(objects).toEqual(shapeOf('CREATE TABLE a (x INT NOT NULL UNIQUE REFERENCES a)').objects)
})

const words = fc.constantFrom(
  'select',
  'x',
  '"x"',
  '"X y"',
  '[Z]',
  '`q`',
  "'it''s'",
  "x'AB'",
  '1',
  '0x1F',
  '.5',
  '(',
  ')',
  ',',
  'main.x',
  '"X y"."z"',
  '->>',
  '||',
  '<>',
  '=',
  ';',
)
const blanks = fc.constantFrom(' ', '\n', '\t', '/* ( */', "-- '\n", '  ')

test('blanks and comments between tokens never count', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(words, blanks), { maxLength: 20 }), (pairs) => {
      const plain = pairs.map(([word]) => `${word} `).join('')
      const decorated = pairs.map(([word, blank]) => `${word} ${blank} `).join('')
      expect(textOf(tokensOf(decorated, new Set()))).toBe(textOf(tokensOf(plain, new Set())))
    }),
  )
})

test('the one form of a text is its own one form', () => {
  fc.assert(
    fc.property(fc.array(words, { maxLength: 20 }), (texts) => {
      const once = textOf(tokensOf(texts.join(' '), new Set()))
      expect(textOf(tokensOf(once, new Set()))).toBe(once)
    }),
  )
})
