/** The words of PostgreSQL, for the server and for PGlite. */

import type { Words } from './describe-store.ts'

export const postgresWords: Words = {
  create: (table) => `create table ${table} (id integer primary key)`,
  drop: (table) => `drop table ${table}`,
  fill: (table) => `insert into ${table} (id) values (1), (2), (3)`,
  refused: 'insert into nowhere values (1)',
  alone: 'vacuum',
  join: (...statements) => statements.join(';\n'),
}

export const tablesQuery = `select c.relname as name from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and n.nspname = 'public' and c.relname not like 'lockstep%' order by 1`
