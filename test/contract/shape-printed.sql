-- Expressions that PostgreSQL prints otherwise once a dump of them is restored, and their neighbours.

CREATE TABLE g (
  a varchar(10), b bpchar(3), c text, n int, j jsonb, d date, arr varchar[] DEFAULT '{}',
  CHECK (a NOT IN ('x', 'y')),
  CHECK (a IN ('only')),
  CHECK (b IN ('x', 'y')),
  CHECK (c IN ('x', 'y')),
  CHECK (n IN (1, 2, 3)),
  CHECK (n::text IN ('1', '2')),
  CHECK ((j ->> 'k') IN ('1', '2')),
  CHECK (a LIKE ANY (ARRAY['x%', 'y%'])),
  CHECK (a = ANY ('{x,y}'::varchar[])),
  CHECK (arr <@ ARRAY['a', 'b']::varchar[]),
  CHECK (a ~ '^[a-z''\\]+$'),
  CHECK (upper(a) = a::text AND a || 'x' <> 'yx'),
  CHECK (CASE WHEN a IN ('p', 'q') THEN n BETWEEN SYMMETRIC 1 AND 5 ELSE n IS NOT NULL AND n > 0 END),
  CHECK (coalesce(a, 'none') IN ('none', 'b') OR (n > 1 AND (n < 9 AND (n <> 4 OR n = 4)))),
  CHECK (d > '2020-01-01' AND d < current_date + interval '1 day')
);
CREATE UNIQUE INDEX ON g (a) WHERE a IN ('x', 'y') AND (n > 1 AND n < 5 OR b IN ('a', 'b'));
CREATE INDEX ON g ((a || 'x'), (coalesce(b, 'q')), lower(c) text_pattern_ops);
CREATE DOMAIN word AS varchar CHECK (VALUE IN ('m', 'n') AND VALUE <> 'o');
CREATE STATISTICS spread ON (a || 'x'), n FROM g;

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE TRIGGER changed BEFORE UPDATE ON g FOR EACH ROW
  WHEN (new.a IN ('x', 'y') AND (old.n > 1 AND old.n < 5)) EXECUTE FUNCTION touch('a', 'b''c');
ALTER TABLE g ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON g USING (a IN ('x', 'y')) WITH CHECK (b IN ('x', 'y') AND a = current_setting('my.x', true));
CREATE RULE twin AS ON UPDATE TO g WHERE new.a IN ('x', 'y') DO ALSO DELETE FROM g WHERE b IN ('x', 'y');

CREATE VIEW ranks AS
  WITH q AS (
    SELECT a, count(*) FILTER (WHERE b IN ('x', 'y')) AS n,
      row_number() OVER (PARTITION BY a ORDER BY count(*) ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS r
    FROM g WHERE a IN ('x', 'y') GROUP BY a
  )
  SELECT q.*, l.x, 'lit' AS lit, 'v'::varchar AS v, NULL AS nothing, CASE a WHEN 'x' THEN 1 ELSE 2 END AS c
  FROM q LEFT JOIN LATERAL (SELECT q.n + 1 AS x) l ON true
  WHERE (q.a, q.n) IN (SELECT a, n FROM g) OR EXISTS (SELECT 1 FROM g g2 WHERE g2.a = q.a AND g2.c IN ('1', '2'));
CREATE VIEW both_lists AS SELECT a FROM g WHERE a IN ('a', 'b') UNION ALL SELECT c FROM g WHERE c = ANY (ARRAY['a', 'b']) ORDER BY 1 LIMIT 5;
CREATE VIEW sets AS SELECT a, grouping(a), sum(n) FROM g GROUP BY GROUPING SETS ((a), ()) HAVING sum(n) > 1 AND (min(a) IN ('x', 'y'));
CREATE VIEW parts AS
  SELECT g.*, x.y FROM g, unnest(arr) WITH ORDINALITY x (y, o), jsonb_to_recordset(j) AS r (k text, l varchar)
  WHERE r.l IN ('a', 'b') AND a COLLATE "C" > 'x';
CREATE MATERIALIZED VIEW later AS SELECT a, 'x'::text || a AS b FROM g WHERE a IN ('x', 'y') WITH NO DATA;
CREATE RULE through AS ON INSERT TO both_lists DO INSTEAD INSERT INTO g (a) VALUES (new.a);

CREATE TABLE by_list (a varchar, b text) PARTITION BY LIST (a);
CREATE TABLE by_list_xy PARTITION OF by_list FOR VALUES IN ('x', 'y', NULL);
CREATE TABLE by_hash (a varchar) PARTITION BY HASH (a);
CREATE TABLE by_hash_0 PARTITION OF by_hash FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE by_range (a varchar, b int) PARTITION BY RANGE (lower(a), b);
CREATE TABLE by_range_x PARTITION OF by_range FOR VALUES FROM (MINVALUE, MINVALUE) TO ('x', MAXVALUE);

CREATE TABLE defaults (
  a varchar DEFAULT 'x', b text DEFAULT 'x'::varchar, c numeric DEFAULT 1e3, d int DEFAULT -1, e bool DEFAULT 't',
  f timestamptz DEFAULT '2020-01-01 00:00+02', h float8 DEFAULT 0.1, i text[] DEFAULT ARRAY['a', 'b'],
  j varchar[] DEFAULT ARRAY['a', 'b'], k jsonb DEFAULT '{"a":1}', l bit(3) DEFAULT B'101', m text DEFAULT E'a\\b\n',
  n text DEFAULT coalesce('a', NULL), o char DEFAULT 'x', p "char" DEFAULT 'x', q interval DEFAULT '1 day 2 hours',
  r text DEFAULT concat('a', 'b'::varchar),
  s text GENERATED ALWAYS AS (CASE WHEN a IN ('x', 'y') THEN a ELSE 'z' END) STORED
);
CREATE FUNCTION found(a varchar DEFAULT 'x', b text[] DEFAULT ARRAY['p', 'q'], VARIADIC c int[] DEFAULT '{1}')
  RETURNS TABLE (x int, y text) LANGUAGE sql
  BEGIN ATOMIC SELECT g.n, g.c FROM g WHERE g.a IN ('x', 'y') AND g.a = found.a; END;
