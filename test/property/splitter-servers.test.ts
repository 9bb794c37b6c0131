/** The servers as judges: what we cut, they must take, piece by piece, and count as we do. */

import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { splitStatements } from '../../src/stores/sql/split.ts'

function textsOf(dialect: 'postgres' | 'sqlite', script: string): string[] {
  return [...splitStatements([script], dialect, 'file.sql')].map(({ text }) => text)
}

const postgresScripts: Readonly<Record<string, string>> = {
  'quotes of every kind': `
    create table q (a text, "b;" text); -- ' ; "
    insert into q values ('it''s;', E'\\';\\\\'), ($$;$$, $x$ $$ ; $y$ $x$), (U&'d\\0061;', 'a'
      'b;'), (E'a' -- more
      '\\';', 'c');
    select "b;", 'x' "c""d;" from q /* /* ; */ ' */ ;
    select E'a'
      '\\'; select ' , 1; select B'01', X'ff', N'n;'`,
  'dollar signs that quote nothing': `
    create table d (foo$bar$baz int, "$$" int);
    select foo$bar$baz from d; select "$$" as x$y$ from d; select 1 as "$a$;$a$"`,
  'functions with a body of SQL': `
    create table f (a int);
    create function f1(a int) returns int begin atomic
      insert into f values (a);
      select case when case a when 1 then true end then 2 else 3 end as end;
    end;
    create or replace procedure f2() begin atomic end;
    create function f3() returns int language sql begin /* ; */ atomic select 1; end; select 1`,
  'rules, functions and blocks': `
    create table r (a int);
    create rule r1 as on insert to r do also (select 1; select 2);
    create function r2() returns int language plpgsql as 'begin return 1; end;';
    do $do$ begin execute $$ select ';' $$; perform r2(); end $do$;
    create function r3() returns int language sql return 1;
    select (1), (select 2);;; ; select 3`,
  'operators beside comments': `
    select 1 - -1, 2--;
    , 3 /* ; */ * 4, 5 -/**/-6, '{"a":1}'::json->>'a', array[1,2]@>array[1];
    select @/*;*/-5; select 2 ^ -1 -- end`,
  'names like keywords': `
    create table begin (atomic int, "end" int, "case" int);
    create function atomic(begin int) returns int language sql return begin;
    select atomic from begin; select t."end" from begin t; select atomic(1) as end; begin; commit`,
}

let postgres: PGlite
beforeAll(async () => {
  postgres = await PGlite.create()
})
afterAll(() => postgres.close())

for (const [name, script] of Object.entries(postgresScripts)) {
  test(`PostgreSQL: ${name}`, async () => {
    const texts = textsOf('postgres', script)
    await postgres.exec('drop schema if exists s cascade; create schema s; set search_path = s')
    const counted = await postgres.exec(script)
    expect(texts).toHaveLength(counted.length)
    await postgres.exec('drop schema s cascade; create schema s')
    for (const text of texts) expect(await postgres.exec(text)).toHaveLength(1)
  })
}

test('PostgreSQL: backslashes escape once the script has said so', async () => {
  // Not as one text: the server reads a message to its end before the SET in it takes effect.
  const script = `
    set standard_conforming_strings = off; set escape_string_warning = off;
    select '\\';' as a, 'a\\\\' as b; reset standard_conforming_strings; select '\\' as a; select 'b' as a`
  const rows = []
  for (const text of textsOf('postgres', script)) rows.push(...(await postgres.query<object>(text)).rows)
  expect(rows).toEqual([{ a: "';", b: 'a\\' }, { a: '\\' }, { a: 'b' }])
})

const sqliteScripts: Readonly<Record<string, string>> = {
  'names and strings': `
    create table "a;b" ([c;"] text, \`d;\`\`\` text); -- ; '
    insert into "a;b" values ('it''s;\\', 'x'); select "d;\`" from "a;b" /* /* ; */;`,
  triggers: `
    create table t (a int, end int); create table log (a);
    create trigger begin after insert on t begin
      insert into log values (case when new.a > 1 then 'big;' else 'small' end); -- end;
      update t set a = case (case when 1 then 2 end) when 2 then 3 end where end = 4;
    end;
    create temp trigger if not exists end after delete on t when old.a > 0 begin select 1; end;
    create trigger third after update of end on t begin select end from t; /* end; */ END;
    insert into t values (1, 4), (5, 6)`,
  transactions: `
    create table t (a); begin; insert into t values (1); end; begin immediate transaction;
    delete from t; rollback; savepoint s; insert into t values (2); release s`,
  'names like keywords': `
    create table "trigger" (begin int, "case" int); create view trigger_view as select begin as end from "trigger";
    create index trigger_index on "trigger" (begin); insert into "trigger" values (1, 2); select begin, "case" from "trigger"`,
}

function dump(database: DatabaseSync): unknown {
  const objects = database
    .prepare(
      'select type, name, sql from sqlite_schema union all select type, name, sql from sqlite_temp_schema order by 2',
    )
    .all()
  const tables = objects.filter((one) => one['type'] === 'table').map((one) => String(one['name']))
  return { objects, rows: tables.map((name) => database.prepare(`select * from "${name}"`).all()) }
}

for (const [name, script] of Object.entries(sqliteScripts)) {
  test(`SQLite: ${name}`, () => {
    const atOnce = new DatabaseSync(':memory:')
    const oneByOne = new DatabaseSync(':memory:')
    atOnce.exec(script)
    for (const text of textsOf('sqlite', script)) oneByOne.exec(text)
    expect(dump(oneByOne)).toEqual(dump(atOnce))
    atOnce.close()
    oneByOne.close()
  })

  test(`SQLite: ${name}, each text is exactly one statement`, () => {
    const database = new DatabaseSync(':memory:')
    // prepare() takes the first statement of a text; what is left over would not have run.
    for (const text of textsOf('sqlite', script)) database.prepare(text).all()
    const whole = new DatabaseSync(':memory:')
    whole.exec(script)
    expect(dump(database)).toEqual(dump(whole))
    database.close()
    whole.close()
  })
}
