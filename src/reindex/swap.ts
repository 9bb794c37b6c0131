/** Puts the new rows in the place of the old ones, and keeps what others have made of the old table. */

import { compareColumns } from './compare.ts'
import {
  type IndexTable,
  type Sql,
  type Standing,
  buildingName,
  indexTexts,
  namesOf,
  placeOf,
  quoted,
} from './table.ts'

/** Why the new rows are not the table. */
export interface Refusal {
  readonly code: 'index-foreign' | 'index-in-use'
  readonly reason: string
}

interface Swapping {
  /** Who has the old table. */
  readonly old: Standing
  readonly token: string
}

/** In one transaction: readers see the old rows or the new ones. */
export async function swap(sql: Sql, table: IndexTable, { old, token }: Swapping): Promise<Refusal | null> {
  const attached = old === 'absent' || table.dialect === 'sqlite' ? [] : await readAttached(sql, table)
  if (attached.length > 0) return await replaceRows(sql, table, { attached, token })
  const aside = table.dialect === 'sqlite' ? await setViewsAside(sql) : await readGrants(sql, table)
  if (old !== 'absent') await sql.exec(`DROP TABLE ${placeOf(table, table.name)}`)
  await sql.exec(`ALTER TABLE ${placeOf(table, buildingName(table))} RENAME TO ${quoted(table.name)}`)
  for (const text of aside) await sql.exec(text)
  return null
}

/** SQLite renames no table while a view asks for one that is not there; these come back in the same transaction. */
async function setViewsAside(sql: Sql): Promise<string[]> {
  const views = await sql.query<{ name: string; text: string }>(
    `SELECT name, sql AS text FROM main.sqlite_master WHERE type = 'view'`,
  )
  for (const { name } of views) await sql.exec(`DROP VIEW main.${quoted(name)}`)
  return views.map((one) => one.text)
}

/** Who might read the old table may read the new one. */
async function readGrants(sql: Sql, { schema, name }: IndexTable): Promise<string[]> {
  const grants = await sql.query<{ text: string }>(
    `SELECT pg_catalog.format('GRANT %s ON TABLE %I.%I TO %s%s', g.privilege_type, n.nspname, c.relname,
  CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(r.rolname) END,
  CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS text
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace,
  pg_catalog.aclexplode(c.relacl) AS g LEFT JOIN pg_catalog.pg_roles r ON r.oid = g.grantee
WHERE n.nspname = $1 AND c.relname = $2 AND g.grantee <> c.relowner ORDER BY 1`,
    [schema, name],
  )
  return grants.map((one) => one.text)
}

/** What others have made of the table, and would go with it. */
type Attached = {
  readonly what: string
  /** Whether it may stay while all rows change. A foreign key may not: a cascade would take the rows of others along. */
  readonly stays: boolean
}

async function readAttached(sql: Sql, { schema, name }: IndexTable): Promise<Attached[]> {
  return await sql.query<Attached>(
    `WITH mine AS (SELECT c.oid, c.reltype, c.relrowsecurity FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relname = $2)
SELECT DISTINCT CASE WHEN r.oid IS NULL THEN pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid)
    ELSE 'view ' || r.ev_class::pg_catalog.regclass::text END AS what, r.oid IS NOT NULL AS stays
  FROM mine JOIN pg_catalog.pg_depend d ON d.deptype = 'n' AND
    (d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = mine.oid
      OR d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass AND d.refobjid = mine.reltype)
  LEFT JOIN pg_catalog.pg_rewrite r ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = d.objid
UNION SELECT 'row level security', true FROM mine WHERE relrowsecurity
UNION SELECT 'policy ' || p.polname, true FROM mine JOIN pg_catalog.pg_policy p ON p.polrelid = mine.oid
UNION SELECT 'trigger ' || t.tgname, true FROM mine JOIN pg_catalog.pg_trigger t ON t.tgrelid = mine.oid AND NOT t.tgisinternal
ORDER BY 1`,
    [schema, name],
  )
}

/** The table stays and its rows change: nothing that rests on it notices more than that. */
async function replaceRows(
  sql: Sql,
  table: IndexTable,
  { attached, token }: { readonly attached: readonly Attached[]; readonly token: string },
): Promise<Refusal | null> {
  const names = (some: readonly Attached[]): string => some.map((one) => one.what).join(', ')
  const holding = attached.filter((one) => !one.stays)
  if (holding.length > 0) return { code: 'index-in-use', reason: `this rests on its rows: ${names(holding)}` }
  const [place, building] = [placeOf(table, table.name), placeOf(table, buildingName(table))]
  const differences = await compareColumns(table, (work) => work(sql))
  const [same] = await sql.query<{ same: boolean }>(
    `SELECT (SELECT pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE contype = 'p' AND conrelid = $1::pg_catalog.regclass)
  IS NOT DISTINCT FROM (SELECT pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint WHERE contype = 'p' AND conrelid = $2::pg_catalog.regclass) AS same`,
    [place, building],
  )
  const moved = same?.same === true ? differences : [...differences, 'another key']
  if (moved.length > 0)
    return { code: 'index-in-use', reason: `its columns change (${moved.join('; ')}) under ${names(attached)}` }
  const columns = namesOf(table.columns.map((one) => one.name))
  await sql.exec(`DELETE FROM ${place}`)
  for (const text of await readIndexDrops(sql, place)) await sql.exec(text)
  await sql.exec(`INSERT INTO ${place} (${columns}) SELECT ${columns} FROM ${building}`)
  await sql.exec(`DROP TABLE ${building}`)
  for (const text of indexTexts(table, { on: table.name, token })) await sql.exec(text)
  return null
}

/** The key stays: it belongs to the table. */
async function readIndexDrops(sql: Sql, place: string): Promise<string[]> {
  const found = await sql.query<{ text: string }>(
    `SELECT 'DROP INDEX ' || i.indexrelid::pg_catalog.regclass::text AS text FROM pg_catalog.pg_index i
WHERE i.indrelid = $1::pg_catalog.regclass AND NOT i.indisprimary ORDER BY 1`,
    [place],
  )
  return found.map((one) => one.text)
}
