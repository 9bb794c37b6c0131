/** What a PostgreSQL database holds, as far as a dump carries it; for PGlite too. */

import type { Contents, Measure } from '../../../core/backup.ts'
import { noHistory } from '../../../core/history.ts'
import { shapeTable } from '../../../readers/snapshot-row.ts'
import { readPostgresShape } from '../../../readers/postgres-shape.ts'
import {
  namesOf,
  quoteLiteral,
  quoteName,
  readPostgresHistory,
  type HistoryPlace,
  type TextClient,
} from '../../../readers/postgres.ts'

/** Ordinary tables that a dump writes: none of an extension, none of the system's. */
const tablesQuery = `select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'
and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by 1, 2`

interface Table {
  readonly schema: string
  readonly name: string
}

/** Inside a transaction that sees one moment. */
export async function readContents(client: TextClient, place: HistoryPlace): Promise<Contents> {
  const names = namesOf(place)
  const [there] = await client.run(`select pg_catalog.to_regclass(${quoteLiteral(names.meta)}) is not null as there`)
  const [version] = await client.run('show server_version')
  return {
    rows: await countRows(client, await readTables(client)),
    history: there?.[0]?.['there'] === true ? await readPostgresHistory(client, place) : noHistory,
    shape: await readPostgresShape(
      { query: async (text) => ({ rows: [...((await client.run(text)).at(-1) ?? [])] }) },
      { exclude: ownTables(place), transaction: 'caller' },
    ),
    // A foreign key always holds here, but for those that say of themselves that they were not validated.
    brokenKeys: null,
    serverVersion: `PostgreSQL ${String(version?.[0]?.['server_version'])}`,
  }
}

export async function measure(client: TextClient, place: HistoryPlace): Promise<Measure> {
  const tables = await readTables(client)
  const own = ownTables(place)
  const others = tables.filter(({ schema, name }) => !own.includes(`${schema}.${name}`))
  // Without indexes: a dump holds only their definitions.
  const [rows] = await client.run(
    `select coalesce(sum(pg_catalog.pg_table_size(c.oid)), 0)::text as bytes from pg_catalog.pg_class c where c.relkind in ('r', 'm')`,
  )
  const holds = others.length > 0 ? 'tables' : tables.length > 0 ? 'history' : 'nothing'
  return { holds, bytes: Number(rows?.[0]?.['bytes'] ?? 0) }
}

async function readTables(client: TextClient): Promise<Table[]> {
  const [rows] = await client.run(tablesQuery)
  return (rows ?? []).map((row) => ({ schema: String(row['schema']), name: String(row['name']) }))
}

const countsAQuery = 100

async function countRows(client: TextClient, tables: readonly Table[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let at = 0; at < tables.length; at += countsAQuery) {
    const some = tables.slice(at, at + countsAQuery)
    const text = some
      .map(
        ({ schema, name }, i) =>
          `select ${i} as i, count(*)::text as n from only ${quoteName(schema)}.${quoteName(name)}`,
      )
      .join(' union all ')
    const [rows] = await client.run(text)
    for (const row of rows ?? []) {
      const table = some[Number(row['i'])]
      if (table !== undefined) counts[`${table.schema}.${table.name}`] = Number(row['n'])
    }
  }
  return counts
}

function ownTables({ schema, table }: HistoryPlace): string[] {
  return [table, 'lockstep_log', 'lockstep_meta', shapeTable].map((name) => `${schema}.${name}`)
}
