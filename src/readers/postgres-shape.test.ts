import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { compareShapes, describeDifference } from '../core/shape.ts'
import type { Shape } from '../core/shape.ts'
import { readPostgresShape } from './postgres-shape.ts'

let database: PGlite

beforeAll(async () => {
  database = await PGlite.create()
}, 60_000)
afterAll(() => database.close())

async function shapeOf(script: string): Promise<Shape> {
  await database.exec('DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS app CASCADE; CREATE SCHEMA public')
  await database.exec(script)
  return await readPostgresShape(database)
}

function differ(name: string, [expected, found]: readonly [string, string], told: readonly string[]): void {
  test(name, async () => {
    expect(compareShapes(await shapeOf(expected), await shapeOf(found)).map(describeDifference)).toEqual(told)
  })
}

function same(name: string, scripts: readonly [string, string]): void {
  differ(`no drift: ${name}`, scripts, [])
}

same('tables made in another order', [
  'CREATE TABLE a (x int PRIMARY KEY); CREATE TABLE b (y text)',
  'CREATE TABLE b (y text); CREATE TABLE a (x int PRIMARY KEY)',
])

same('other blanks, other case, other words for a type', [
  'CREATE TABLE a (x int4 not null, y varchar(3), CHECK (x>1))',
  'create   table A (x INTEGER NOT NULL, y character varying(3),\n CHECK ( x > 1 ) )',
])

same('made at once, or altered into it', [
  `CREATE TABLE a (id int PRIMARY KEY, x text NOT NULL DEFAULT 'q', y int UNIQUE CHECK (y > 0))`,
  `CREATE TABLE a (gone int, y bigint, id int); ALTER TABLE a ADD x varchar(9); ALTER TABLE a DROP gone; ALTER TABLE a ADD PRIMARY KEY (id);
   ALTER TABLE a ALTER x TYPE text, ALTER x SET NOT NULL, ALTER x SET DEFAULT 'q', ALTER y TYPE int; ALTER TABLE a ADD UNIQUE (y), ADD CONSTRAINT a_y_check CHECK (y > 0)`,
])

same('checks that the server numbered in another order', [
  'CREATE TABLE a (x int, y int, CHECK (x > y), CHECK (x > 2 * y))',
  'CREATE TABLE a (x int, y int, CHECK (x > 2 * y), CHECK (x > y))',
])

same('indexes that the server numbered in another order', [
  'CREATE TABLE a (x int); CREATE INDEX ON a (x); CREATE INDEX ON a (x DESC)',
  'CREATE TABLE a (x int); CREATE INDEX ON a (x DESC); CREATE INDEX ON a (x)',
])

same('a serial column whose sequence got a number', [
  'CREATE TABLE a (id serial PRIMARY KEY)',
  'CREATE SEQUENCE a_id_seq; CREATE TABLE a (id serial PRIMARY KEY); DROP SEQUENCE a_id_seq',
])

same('a CHECK over a list, as written and as a dump writes it', [
  `CREATE TABLE a (x varchar(9) CHECK (x IN ('p', 'q')))`,
  `CREATE TABLE a (x varchar(9), CONSTRAINT a_x_check CHECK (((x)::text = ANY ((ARRAY['p'::character varying, 'q'::character varying])::text[]))))`,
])

same('a view over a list, as written and as a dump writes it', [
  `CREATE TABLE a (x varchar); CREATE VIEW v AS SELECT * FROM a WHERE x IN ('p', 'q')`,
  `CREATE TABLE a (x varchar); CREATE VIEW v AS SELECT a.x FROM public.a WHERE ((a.x)::text = ANY (ARRAY[('p'::character varying)::text, ('q'::character varying)::text]))`,
])

same('a NOT NULL as its own constraint', [
  'CREATE TABLE a (x int NOT NULL)',
  'CREATE TABLE a (x int); ALTER TABLE a ADD CONSTRAINT some_name NOT NULL x',
])

/** What a dump and its restore do: each expression is read again from what the server printed of it. */
const reprint = `DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT conrelid::regclass AS t, conname, pg_get_constraintdef(oid) AS d FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I, ADD CONSTRAINT %I %s', r.t, r.conname, r.conname, r.d);
  END LOOP;
  FOR r IN SELECT c.oid::regclass AS v, pg_get_viewdef(c.oid) AS d FROM pg_class c WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('CREATE OR REPLACE VIEW %s AS %s', r.v, r.d);
  END LOOP;
END $$`

const expressions = `CREATE TABLE a (x varchar(9), y bpchar(3), n int, arr varchar[], CHECK (x NOT IN ('p', 'q')), CHECK (y IN ('p', 'q')),
    CHECK (x LIKE ANY (ARRAY['p%', 'q%'])), CHECK (arr <@ ARRAY['p', 'q']::varchar[]), CHECK (coalesce(x, 'none') IN ('p', 'q') OR (n > 1 AND (n < 9 AND n <> 4))));
  CREATE VIEW v AS SELECT x, count(*) FILTER (WHERE x IN ('p', 'q')) AS n, 'w'::varchar AS w FROM a WHERE y IN ('p', 'q') GROUP BY x HAVING min(x) IN ('p', 'q')`

same('expressions that are read again from what the server printed', [expressions, `${expressions}; ${reprint}`])

same('a chain of AND with other brackets', [
  'CREATE TABLE a (x int CHECK (x > 1 AND x < 9 AND x <> 5))',
  'CREATE TABLE a (x int CHECK (x > 1 AND (x < 9 AND x <> 5)))',
])

same('blanks at the ends of lines of a function', [
  `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN\n  RETURN 1;\nEND$$`,
  `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$BEGIN  \r\n  RETURN 1;\t\nEND\n$$`,
])

same('times in defaults and partition bounds, whatever the time zone of who wrote them', [
  `SET TIME ZONE 'Asia/Tokyo'; CREATE TABLE a (t timestamptz DEFAULT '2024-01-01 09:00') PARTITION BY RANGE (t); CREATE TABLE a1 PARTITION OF a FOR VALUES FROM ('2024-01-01 09:00') TO ('2024-02-01 09:00')`,
  `SET TIME ZONE 'UTC'; CREATE TABLE a (t timestamptz DEFAULT '2024-01-01') PARTITION BY RANGE (t); CREATE TABLE a1 PARTITION OF a FOR VALUES FROM ('2024-01-01') TO ('2024-02-01')`,
])

same('a partition made in place, or attached with keys and indexes of other names', [
  'CREATE TABLE a (x int PRIMARY KEY, y int CHECK (y > 0)) PARTITION BY LIST (x); CREATE INDEX ON a (y); CREATE TABLE a1 PARTITION OF a FOR VALUES IN (1)',
  `CREATE TABLE a (x int NOT NULL, y int, CONSTRAINT a_y_check CHECK (y > 0)) PARTITION BY LIST (x); CREATE TABLE a1 (x int NOT NULL, y int, CONSTRAINT a_y_check CHECK (y > 0));
   ALTER TABLE ONLY a ATTACH PARTITION a1 FOR VALUES IN (1); ALTER TABLE ONLY a ADD CONSTRAINT a_pkey PRIMARY KEY (x); ALTER TABLE ONLY a1 ADD CONSTRAINT other_key PRIMARY KEY (x);
   CREATE INDEX a_y_idx ON ONLY a (y); CREATE INDEX other_index ON a1 (y); ALTER INDEX a_pkey ATTACH PARTITION other_key; ALTER INDEX a_y_idx ATTACH PARTITION other_index`,
])

same('rows, sequence values, statistics and temporary tables', [
  'CREATE TABLE a (id serial PRIMARY KEY)',
  'CREATE TABLE a (id serial PRIMARY KEY); INSERT INTO a SELECT FROM generate_series(1, 100); ANALYZE a; CREATE TEMP TABLE t (x int)',
])

same('the history of Lockstep, with what belongs to it', [
  'CREATE TABLE a (x int)',
  'CREATE TABLE a (x int); CREATE TABLE lockstep_migrations (version text PRIMARY KEY); CREATE TABLE lockstep_log (id serial PRIMARY KEY, at timestamptz); CREATE INDEX ON lockstep_log (at); CREATE TABLE lockstep_meta (x int)',
])

differ(
  'columns: every attribute is told',
  [
    `CREATE TABLE a (x int NOT NULL, y text, z text, g int GENERATED ALWAYS AS (1) STORED)`,
    `CREATE TABLE a (x bigint DEFAULT 7, y text COLLATE "C", z text, g int GENERATED ALWAYS AS (2) STORED, n int GENERATED BY DEFAULT AS IDENTITY); COMMENT ON COLUMN a.z IS 'said'`,
  ],
  [
    'column public.a.g: expression was 1, found 2',
    'column public.a.n is unexpected',
    'column public.a.x: default was nothing, found 7',
    'column public.a.x: nullable was false, found true',
    'column public.a.x: type was integer, found bigint',
    'column public.a.y: collation was nothing, found pg_catalog."C"',
    'column public.a.z: comment was nothing, found said',
  ],
)

differ(
  'columns of newer servers: virtual ones, and a NOT NULL that is not proven',
  [
    'CREATE TABLE a (x int, y int, g int GENERATED ALWAYS AS (1) STORED); ALTER TABLE a ALTER x SET NOT NULL',
    'CREATE TABLE a (x int, y int, g int GENERATED ALWAYS AS (1) VIRTUAL); ALTER TABLE a ADD NOT NULL x NOT VALID',
  ],
  [
    'column public.a.g: generated was stored, found virtual',
    'column public.a.x: notNullValidated was nothing, found false',
  ],
)

differ(
  'a cast to another type is a difference, and so is the length of a text',
  [
    `CREATE TABLE a (x numeric DEFAULT '1'::numeric, y numeric CHECK (y > '1'::integer), z text DEFAULT 'abc'::varchar(2))`,
    `CREATE TABLE a (x numeric DEFAULT '1'::numeric, y numeric CHECK (y > '1'::numeric), z text DEFAULT 'abc'::varchar(3))`,
  ],
  [
    "column public.a.z: default was 'abc'::character varying(2), found 'abc'::character varying(3)",
    "constraint public.a.a_y_check: definition was CHECK ((y > (1)::numeric)), found CHECK ((y > '1'::numeric))",
  ],
)

differ(
  'current_timestamp and now() stay apart',
  ['CREATE TABLE a (t timestamptz DEFAULT now())', 'CREATE TABLE a (t timestamptz DEFAULT current_timestamp)'],
  ['column public.a.t: default was now(), found CURRENT_TIMESTAMP'],
)

differ(
  'constraints and indexes',
  [
    'CREATE TABLE a (x int PRIMARY KEY, y int UNIQUE, z int REFERENCES a ON DELETE CASCADE); CREATE INDEX i ON a (z) WHERE z > 0',
    'CREATE TABLE a (x int PRIMARY KEY, y int, z int REFERENCES a DEFERRABLE); CREATE UNIQUE INDEX i ON a (z) WHERE z > 1; ALTER TABLE a ADD CONSTRAINT c CHECK (y > 0) NOT VALID',
  ],
  [
    'constraint public.a.a_y_key is missing: UNIQUE (y)',
    'constraint public.a.a_z_fkey: definition was FOREIGN KEY (z) REFERENCES public.a(x) ON DELETE CASCADE, found FOREIGN KEY (z) REFERENCES public.a(x) DEFERRABLE',
    'constraint public.a.c is unexpected: CHECK ((y > 0)) NOT VALID',
    'index public.a.i: definition was btree (z) WHERE (z > 0), found btree (z) WHERE (z > 1)',
    'index public.a.i: unique was nothing, found true',
  ],
)

differ(
  'a table by another name of its constraint',
  ['CREATE TABLE a (x int, CONSTRAINT one CHECK (x > 0))', 'CREATE TABLE a (x int, CONSTRAINT two CHECK (x > 0))'],
  ['constraint public.a.one is missing: CHECK ((x > 0))', 'constraint public.a.two is unexpected: CHECK ((x > 0))'],
)

differ(
  'tables: options, row security, persistence, comment',
  [
    'CREATE TABLE a (x int); CREATE TABLE b (x int)',
    `CREATE UNLOGGED TABLE a (x int) WITH (fillfactor = 70); COMMENT ON TABLE a IS 'fast'; CREATE TABLE b (x int); ALTER TABLE b ENABLE ROW LEVEL SECURITY, REPLICA IDENTITY FULL; CREATE POLICY p ON b USING (x > 0)`,
  ],
  [
    'policy public.b.p is unexpected',
    'table public.a: comment was nothing, found fast',
    'table public.a: options was nothing, found fillfactor=70',
    'table public.a: persistence was nothing, found unlogged',
    'table public.b: replicaIdentity was nothing, found full',
    'table public.b: rowSecurity was nothing, found enabled',
  ],
)

differ(
  'a missing table is told once, with its schema',
  [
    'CREATE SCHEMA app; CREATE TABLE app."Mixed Case" (x serial PRIMARY KEY); CREATE INDEX ON app."Mixed Case" (x)',
    'CREATE SCHEMA app',
  ],
  ['sequence app."Mixed Case_x_seq" is missing', 'table app."Mixed Case" is missing'],
)

differ(
  'views, functions and triggers',
  [
    `CREATE TABLE a (x int); CREATE VIEW v AS SELECT x FROM a; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$; CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION f()`,
    `CREATE TABLE a (x int); CREATE VIEW v WITH (security_invoker) AS SELECT x FROM a WHERE x > 0; CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql STABLE AS $$BEGIN RETURN old; END$$; CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE a DISABLE TRIGGER t`,
  ],
  [
    'function public.f(): body was BEGIN RETURN new; END, found BEGIN RETURN old; END',
    'function public.f(): volatility was nothing, found stable',
    'trigger public.a.t: definition was CREATE TRIGGER t BEFORE INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION public.f(), found CREATE TRIGGER t AFTER INSERT ON public.a FOR EACH ROW EXECUTE FUNCTION public.f()',
    'trigger public.a.t: enabled was nothing, found disabled',
    'view public.v: definition was SELECT x FROM public.a;, found SELECT x FROM public.a WHERE (x > 0);',
    'view public.v: options was nothing, found security_invoker=true',
  ],
)

differ(
  'functions are told apart by their arguments',
  [
    'CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql RETURN a; CREATE FUNCTION f(a text) RETURNS int LANGUAGE sql RETURN 1',
    'CREATE FUNCTION f(a int DEFAULT 2) RETURNS int LANGUAGE sql RETURN a + 1',
  ],
  [
    'function public.f(integer): arguments was a integer, found a integer DEFAULT 2',
    'function public.f(integer): sqlBody was RETURN a, found RETURN (a + 1)',
    'function public.f(text) is missing',
  ],
)

differ(
  'types, domains and sequences',
  [
    `CREATE TYPE e AS ENUM ('a', 'b'); CREATE DOMAIN d AS int CHECK (VALUE > 0); CREATE TYPE c AS (x int); CREATE SEQUENCE s`,
    `CREATE TYPE e AS ENUM ('b', 'a'); CREATE DOMAIN d AS int NOT NULL CHECK (VALUE > 1); CREATE TYPE c AS (x int, y int); CREATE SEQUENCE s MAXVALUE 9223372036854775806`,
  ],
  [
    'constraint public.d.d_check: definition was CHECK ((VALUE > 0)), found CHECK ((VALUE > 1))',
    'domain public.d: nullable was true, found false',
    'sequence public.s: maximum was 9223372036854775807, found 9223372036854775806',
    'type public.c: attributes was x integer, found x integer, y integer',
    "type public.e: labels was 'a', 'b', found 'b', 'a'",
  ],
)

differ(
  'the rarer kinds are told by name',
  ['SELECT 1', `CREATE COLLATION c (LOCALE = 'C')`],
  ['collation public.c is unexpected'],
)

test('tables that are left out are named by the caller', async () => {
  const bare = await shapeOf('SELECT 1')
  await database.exec('CREATE SCHEMA app; CREATE TABLE app."History" (x serial PRIMARY KEY)')
  const found = await readPostgresShape(database, { exclude: ['app.History'] })
  expect(compareShapes(bare, found)).toEqual([])
  await database.exec('CREATE VIEW app.v AS SELECT 1')
  const beside = await readPostgresShape(database, { exclude: ['app.History'] })
  expect(compareShapes(bare, beside).map((one) => one.name)).toEqual(['app', 'app.v'])
})

test("in a caller's transaction its own changes are seen, and its settings stay", async () => {
  await shapeOf('CREATE TABLE a (x int)')
  await database.exec(
    `SET TIME ZONE 'Asia/Tokyo'; BEGIN; SET LOCAL search_path = "o'dd", public; CREATE TABLE b (x int)`,
  )
  const { objects } = await readPostgresShape(database, { transaction: 'caller' })
  const { rows } = await database.query(
    `SELECT current_setting('search_path') AS path, current_setting('TimeZone') AS zone`,
  )
  await database.exec('ROLLBACK')
  expect(objects.filter((one) => one.kind === 'table').map((one) => one.name)).toEqual(['public.a', 'public.b'])
  expect(rows).toEqual([{ path: `"o'dd", public`, zone: 'Asia/Tokyo' }])
})

test('reading leaves nothing behind: no transaction, no setting', async () => {
  await shapeOf('CREATE TABLE a (x int)')
  const { rows } = await database.query<{ path: string }>(`SELECT current_setting('search_path') AS path`)
  expect(rows[0]?.path).not.toBe('')
  await database.exec('CREATE TABLE b (x int)')
})

test('nothing of the shape depends on numbers of the server', async () => {
  await database.exec('DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE a (x int, y int)')
  const { rows } = await database.query<{ oid: number }>(`SELECT oid::int FROM pg_class WHERE relname = 'a'`)
  expect(JSON.stringify(await readPostgresShape(database))).not.toContain(String(rows[0]?.oid))
})
