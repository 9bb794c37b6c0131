import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import type { SqlDialect } from './dialect.ts'
import { splitStatements } from './split.ts'

function textsOf(dialect: SqlDialect, script: string): string[] {
  return [...splitStatements([script], dialect, 'file.sql')].map(({ text }) => text)
}

/** Refusals as `line:column reason`. */
function refusalOf(dialect: SqlDialect, script: string): string {
  try {
    textsOf(dialect, script)
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'script-refused') throw error
    return `${error.place?.line}:${error.place?.column} ${error.message}`
  }
  return 'accepted'
}

function check(name: string, dialect: SqlDialect, { script, texts }: { script: string; texts: readonly string[] }) {
  test(`${dialect}: ${name}`, () => expect(textsOf(dialect, script)).toEqual(texts))
}

const both: readonly [string, string, readonly string[]][] = [
  ['nothing', '', []],
  ['only blanks, comments and semicolons', ' ;; -- a;b\n;/* c; */;\n', []],
  ['one statement needs no semicolon', 'select 1', ['select 1']],
  ['comments before and after are no part of it', '-- a\nselect 1 -- b\n; -- c', ['select 1']],
  ['comments inside stay', 'select -- ; one\n 1 /* ; */ + 2;', ['select -- ; one\n 1 /* ; */ + 2']],
  ['a semicolon in a string', "select ';', ';;'; select 2", ["select ';', ';;'", 'select 2']],
  ['a doubled quote', "select 'it''s; ok'; select 2", ["select 'it''s; ok'", 'select 2']],
  ['a string that ends in a doubled quote', "select ''''; select ''", ["select ''''", "select ''"]],
  ['a backslash is a plain character', "select '\\'; select 2", ["select '\\'", 'select 2']],
  ['a semicolon in a quoted name', 'select "a;b""c;" from t; select 2', ['select "a;b""c;" from t', 'select 2']],
  ['comment signs in a string', "select '--', '/*'; select 2", ["select '--', '/*'", 'select 2']],
  ['quotes in comments', "-- it's\nselect 1; /* don't */ select 2", ['select 1', 'select 2']],
  ['a comment sign without blanks', 'select 1--2\n;select 3', ['select 1', 'select 3']],
  ['minus and divided by', 'select 1 - 2 / 3 -4;select -1', ['select 1 - 2 / 3 -4', 'select -1']],
  ['a minus at the very end', 'select 1 -', ['select 1 -']],
  ['a comment of stars', '/***/select 1;/**/select 2', ['select 1', 'select 2']],
  ['CRLF', 'select 1;\r\n-- b\r\nselect\r\n 2;\r\n', ['select 1', 'select\r\n 2']],
  [
    'CASE ... END outside a body',
    'select case when a then 1 else 2 end; select 2',
    ['select case when a then 1 else 2 end', 'select 2'],
  ],
  ['BEGIN and END as transaction control', 'begin; select 1; end; select 2', ['begin', 'select 1', 'end', 'select 2']],
  ['letters beyond ASCII', "select 'ü;ß' as größe; select '𝄞'", ["select 'ü;ß' as größe", "select '𝄞'"]],
]
for (const [name, script, texts] of both) {
  check(name, 'postgres', { script, texts })
  check(name, 'sqlite', { script, texts })
}

const atomic = 'create function f(a int) returns int begin atomic'
const postgres: readonly [string, string, readonly string[]][] = [
  ['escapes in an E string', "select E'it\\'s;', e'\\\\'; select 2", ["select E'it\\'s;', e'\\\\'", 'select 2']],
  ['a name that ends in e has plain strings', "select name'\\'; select 2", ["select name'\\'", 'select 2']],
  [
    'an E string goes on in the next line',
    "select E'a'\n -- more\n 'b\\';c'; select 2",
    ["select E'a'\n -- more\n 'b\\';c'", 'select 2'],
  ],
  [
    'a plain string after an E string in the same line is plain',
    "select E'a', '\\'; select 2",
    ["select E'a', '\\'", 'select 2'],
  ],
  [
    'bit strings, hexadecimal and unicode strings',
    "select B'01', X'ff', U&'d\\0061;', N'\\'; select 2",
    ["select B'01', X'ff', U&'d\\0061;', N'\\'", 'select 2'],
  ],
  [
    'standard_conforming_strings = off makes backslashes escape',
    "SET standard_conforming_strings = off; select '\\';'; SET standard_conforming_strings TO on; select '\\'; select 2",
    [
      'SET standard_conforming_strings = off',
      "select '\\';'",
      'SET standard_conforming_strings TO on',
      "select '\\'",
      'select 2',
    ],
  ],
  ['dollar quotes', 'do $$ begin perform 1; end $$; select 2', ['do $$ begin perform 1; end $$', 'select 2']],
  [
    'dollar quotes with tags inside dollar quotes',
    'do $a$ x; $b$ y; $b$ $$ z; $$ $a; $a$; select 2',
    ['do $a$ x; $b$ y; $b$ $$ z; $$ $a; $a$', 'select 2'],
  ],
  ['a tag that begins like the closing one', 'select $ab$;$a$;$$ab$; select 2', ['select $ab$;$a$;$$ab$', 'select 2']],
  ['tags differ by case', 'select $A$;$a$;$A$; select 2', ['select $A$;$a$;$A$', 'select 2']],
  ['quotes and comments in dollar quotes', "select $$ ' -- /* $$; select 2", ["select $$ ' -- /* $$", 'select 2']],
  ['parameters are no dollar quotes', 'select $1; select $2; select $1', ['select $1', 'select $2', 'select $1']],
  [
    'dollar signs in names',
    'select foo$bar$baz; select 2; select x$bar$y',
    ['select foo$bar$baz', 'select 2', 'select x$bar$y'],
  ],
  ['comments nest', '/* a /* b; */ c; */ select 1; /*/* */;*/select 2', ['select 1', 'select 2']],
  ['a dash pair after an operator is a comment', 'select @-- ;\n 1; select 2', ['select @-- ;\n 1', 'select 2']],
  [
    'a semicolon in parentheses',
    'create rule r as on insert to t do also (select 1; select 2); select 3',
    ['create rule r as on insert to t do also (select 1; select 2)', 'select 3'],
  ],
  ['a closing parenthesis too many', 'select 1); select 2', ['select 1)', 'select 2']],
  ['BEGIN ATOMIC', `${atomic} select 1; select 2; end; select 3`, [`${atomic} select 1; select 2; end`, 'select 3']],
  [
    'BEGIN ATOMIC with CASE',
    `${atomic} select case when case a when 1 then 2 end = 2 then 3 end; end; select 3`,
    [`${atomic} select case when case a when 1 then 2 end = 2 then 3 end; end`, 'select 3'],
  ],
  [
    'BEGIN ATOMIC with END as an alias',
    `${atomic} select 1 as end; select t.end from t; END; select 3`,
    [`${atomic} select 1 as end; select t.end from t; END`, 'select 3'],
  ],
  [
    'an empty BEGIN ATOMIC',
    'create or replace procedure p() begin /**/ atomic -- ;\n end; select 3',
    ['create or replace procedure p() begin /**/ atomic -- ;\n end', 'select 3'],
  ],
  [
    'ATOMIC elsewhere is a name',
    'create function atomic() returns int return 1; create table begin_t (begin int, atomic int); select 2',
    ['create function atomic() returns int return 1', 'create table begin_t (begin int, atomic int)', 'select 2'],
  ],
  [
    'brackets are no quotes',
    "select a[1]; select '{}'::int[]; select 3",
    ['select a[1]', "select '{}'::int[]", 'select 3'],
  ],
]
for (const [name, script, texts] of postgres) check(name, 'postgres', { script, texts })

const trigger = 'create trigger a after insert on t begin'
const sqlite: readonly [string, string, readonly string[]][] = [
  [
    'names in backticks and brackets',
    'select `a;``b`, [c;"d] from t; select 2',
    ['select `a;``b`, [c;"d] from t', 'select 2'],
  ],
  ['comments do not nest', '/* a /* b */ select 1; select 2', ['select 1', 'select 2']],
  ['a carriage return does not end a comment', 'select 1 -- a\r; select 2\n; select 3', ['select 1', 'select 3']],
  ['a semicolon ends a statement in parentheses too', 'select (1; select 2', ['select (1', 'select 2']],
  [
    'a trigger',
    `${trigger} select 1; delete from u; end; select 2`,
    [`${trigger} select 1; delete from u; end`, 'select 2'],
  ],
  ['a trigger without a semicolon at its end', `${trigger} select 1; END`, [`${trigger} select 1; END`]],
  [
    'a trigger with CASE',
    `${trigger} update t set a = case when (case b when 1 then 2 end) then 3 end where end = 4; end; select 2`,
    [`${trigger} update t set a = case when (case b when 1 then 2 end) then 3 end where end = 4; end`, 'select 2'],
  ],
  [
    'a trigger with comments between',
    `${trigger} select 1; -- end;\n /* end; */ end; select 2`,
    [`${trigger} select 1; -- end;\n /* end; */ end`, 'select 2'],
  ],
  [
    'a temporary trigger named end',
    'create temp trigger if not exists end after insert on t begin select 1; end; select 2',
    ['create temp trigger if not exists end after insert on t begin select 1; end', 'select 2'],
  ],
  [
    'tables named like keywords',
    'create table "trigger" (begin int); create table trigger_log (a); select 2',
    ['create table "trigger" (begin int)', 'create table trigger_log (a)', 'select 2'],
  ],
  ['parameters and dollar signs', 'select $a, :b, @c, ?1; select 2', ['select $a, :b, @c, ?1', 'select 2']],
]
for (const [name, script, texts] of sqlite) check(name, 'sqlite', { script, texts })

const copyRefused = 'file.sql: COPY from stdin or to stdout speaks to a client program; a migration has no data stream'
const lockLost = 'file.sql: this gives up every lock of the session, the lock of this migration too'
const left = 'file.sql: PREPARE TRANSACTION leaves it to a later session whether this takes effect'
const refused: readonly [SqlDialect, string, string][] = [
  ['postgres', "select 1;\n select 'abc;\n", '2:9 file.sql: this string has no end'],
  ['postgres', 'select "abc', '1:8 file.sql: this quoted name has no end'],
  ['postgres', 'select 1;\n/* a /* b */', '2:1 file.sql: this comment has no end'],
  ['postgres', 'do $x$ begin $$ $X$', '1:4 file.sql: this dollar-quoted string $x$ has no end'],
  ['postgres', `\n${atomic} select 1;`, '2:1 file.sql: this BEGIN ATOMIC has no END'],
  ['postgres', 'select 1;\ncreate table t (a (b); select 2', '2:16 file.sql: this parenthesis has no end'],
  ['postgres', 'select 1;\n\\i other.sql\n', '2:1 file.sql: \\i is a command of psql, not SQL'],
  ['postgres', 'select 1 \\gset x_', '1:10 file.sql: \\gset is a command of psql, not SQL'],
  ['postgres', '\\restrict abc\nselect 1', '1:1 file.sql: \\restrict is a command of psql, not SQL'],
  ['postgres', 'DELIMITER $$\nselect 1 $$', '1:1 file.sql: DELIMITER is a command of the mysql client, not SQL'],
  ['postgres', 'select 1;\ncopy public.t (a, b) from stdin;\n1\t2\n\\.\n', `2:1 ${copyRefused}`],
  ['postgres', 'copy t to stdout', `1:1 ${copyRefused}`],
  ['postgres', "copy (select a from stdin) to '/tmp/x'", 'accepted'],
  ['postgres', "copy t from '/tmp/x'", 'accepted'],
  ['postgres', 'begin; commit and chain', '1:8 file.sql: AND CHAIN begins a transaction without saying so'],
  ['postgres', 'begin; commit and no chain', 'accepted'],
  ['postgres', "prepare transaction 'a'", `1:1 ${left}`],
  ['postgres', 'discard all', `1:1 ${lockLost}`],
  ['postgres', "select '\\i', E'\\\\', $$\\i$$ -- \\i", 'accepted'],
  ['sqlite', 'select 1;\n.read other.sql', '2:1 file.sql: .read is a command of the sqlite3 shell, not SQL'],
  ['sqlite', 'select t\n.a from t', 'accepted'],
  ['sqlite', 'delimiter //\nselect 1//', '1:1 file.sql: delimiter is a command of the mysql client, not SQL'],
  ['sqlite', 'select [abc', '1:8 file.sql: this quoted name has no end'],
  ['sqlite', `select 1; ${trigger} select 1; select 2;`, '1:11 file.sql: this CREATE TRIGGER has no END'],
]
for (const [dialect, script, expected] of refused) {
  test(`${dialect}: ${JSON.stringify(script)} is ${expected === 'accepted' ? expected : 'refused'}`, () => {
    expect(refusalOf(dialect, script)).toBe(expected)
  })
}

test('line and column are those of the first character, from 1', () => {
  const script = '-- a\r\n  select 1;;select 2;\n\n/* b\n */ "x"; E\'y\''
  const places = [...splitStatements([script], 'postgres', 'file.sql')].map((one) => [one.line, one.column, one.text])
  expect(places).toEqual([
    [2, 3, 'select 1'],
    [2, 13, 'select 2'],
    [5, 5, '"x"'],
    [5, 10, "E'y'"],
  ])
})

test('a refusal shows its line, with the caret where it belongs', () => {
  const script = "select 1; select 'a',\n  'b;\n"
  expect(() => textsOf('postgres', script)).toThrow(
    expect.objectContaining({ place: { file: 'file.sql', line: 2, column: 3, excerpt: "  'b;" } }),
  )
  const inLine = "select 1; select 'a"
  expect(() => textsOf('postgres', inLine)).toThrow(
    expect.objectContaining({
      place: { file: 'file.sql', line: 1, column: 18, excerpt: `${' '.repeat(10)}select 'a` },
    }),
  )
})

test('statements come while the text is still being read', () => {
  let read = 0
  function* chunks() {
    for (const chunk of ['select 1;', ' select 2; sel', 'ect 3;']) {
      read++
      yield chunk
    }
  }
  const statements = splitStatements(chunks(), 'postgres', 'file.sql')
  expect([statements.next().value?.text, read]).toEqual(['select 1', 1])
  expect([statements.next().value?.text, read]).toEqual(['select 2', 2])
  expect([statements.next().value?.text, read]).toEqual(['select 3', 3])
})
