-- One of each kind of object that the shape of a PostgreSQL database tells, from version 12 on.

CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'the app';

CREATE TYPE app.mood AS ENUM ('sad', 'ok', 'it''s');
CREATE TYPE app.pair AS (a int, b text COLLATE "C");
CREATE TYPE app.floats AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN app.positive AS integer DEFAULT 1 CONSTRAINT above CHECK (VALUE > 0) CHECK (VALUE < 1000);

CREATE TABLE app.users (
  id bigserial PRIMARY KEY,
  email varchar(255) NOT NULL UNIQUE,
  status varchar NOT NULL DEFAULT 'a' CHECK (status IN ('a', 'b')),
  age int CHECK (age > 0 AND age < 200 AND age <> 13),
  mood app.mood DEFAULT 'sad',
  level app.positive,
  created timestamptz DEFAULT now(),
  since timestamptz DEFAULT '2020-01-01 00:00:00+02',
  balance numeric(10, 2) DEFAULT -1.5,
  label text GENERATED ALWAYS AS (email::text || 'x') STORED,
  "Odd Name" text,
  CHECK (age > 1 OR id > 5)
);
COMMENT ON TABLE app.users IS 'people';
COMMENT ON COLUMN app.users.email IS 'where to write';
CREATE TABLE app.guests (extra int) INHERITS (app.users);

CREATE TABLE app.visits (
  id int GENERATED ALWAYS AS IDENTITY (START 5) PRIMARY KEY,
  user_id bigint REFERENCES app.users ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  host_id bigint,
  tags text[],
  during int4range,
  EXCLUDE USING gist (during WITH &&)
);
ALTER TABLE app.visits ADD FOREIGN KEY (host_id) REFERENCES app.users NOT VALID;
CREATE INDEX ON app.visits (user_id);
CREATE INDEX ON app.visits (user_id DESC NULLS LAST);
CREATE INDEX ON app.visits (lower(tags[1])) WHERE user_id IS NOT NULL;
CREATE STATISTICS app.visitors ON user_id, host_id FROM app.visits;
CREATE RULE keep AS ON DELETE TO app.visits DO INSTEAD NOTHING;

CREATE TABLE app.events (id bigint REFERENCES app.users, at timestamptz NOT NULL, kind text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE app.events_2024 PARTITION OF app.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE app.events_rest PARTITION OF app.events DEFAULT;
CREATE INDEX ON app.events (kind);

CREATE UNLOGGED TABLE app.scratch (x int) WITH (fillfactor = 50);
ALTER TABLE app.scratch ALTER x SET STATISTICS 500;

CREATE FUNCTION app.twice(a int, b text DEFAULT 'q') RETURNS int LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = '' AS $$
BEGIN
  RETURN a * 2;
END
$$;
CREATE PROCEDURE app.nothing() LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
CREATE FUNCTION app.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;
CREATE AGGREGATE app.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE TRIGGER changed BEFORE UPDATE OF email ON app.users FOR EACH ROW WHEN (old.status = 'a') EXECUTE FUNCTION app.touch();
CREATE TRIGGER added AFTER INSERT ON app.events FOR EACH ROW EXECUTE FUNCTION app.touch();
ALTER TABLE app.users DISABLE TRIGGER changed;

CREATE VIEW app.active WITH (security_barrier) AS
  SELECT u.*, v.tags FROM app.users u JOIN app.visits v ON v.user_id = u.id WHERE u.status IN ('a', 'b') AND u.age BETWEEN 1 AND 5;
CREATE MATERIALIZED VIEW app.counts AS SELECT count(*) AS n FROM app.users;
CREATE UNIQUE INDEX ON app.counts (n);
CREATE SEQUENCE app.tickets INCREMENT 5 MAXVALUE 9223372036854775806 CYCLE;

ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR SELECT USING (status = 'a' AND email = current_user);

CREATE OPERATOR app.=== (LEFTARG = int, RIGHTARG = int, FUNCTION = int4eq);
CREATE COLLATION app.plain (LOCALE = 'C');
CREATE PUBLICATION changes FOR TABLE app.users;
CREATE EVENT TRIGGER drops ON ddl_command_start WHEN TAG IN ('DROP TABLE') EXECUTE FUNCTION app.watch();
