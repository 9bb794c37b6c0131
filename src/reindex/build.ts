/** Builds a table beside the one that is there, and puts it in that one's place in one transaction. */

import {
  type IndexTable,
  type InTransaction,
  type Row,
  type Sql,
  type Standing,
  buildingName,
  markOf,
  placeOf,
  quoted,
  relationText,
  standingOf,
  typeName,
} from './table.ts'

/** A row that has the key of another one. */
export interface Duplicate {
  readonly document: string
  readonly other: string
}

export interface Building {
  /** Adds rows; answers those that have none, because another row has their key. */
  add(rows: readonly Row[]): Promise<readonly Duplicate[]>
  /** From here on the new rows are the table. `refused`: by now it is somebody else's. */
  swap(): Promise<{ readonly refused: string | null }>
  /** Nothing of it stays. */
  drop(): Promise<void>
}

export interface BuildOptions {
  readonly transaction: InTransaction
  /** Tells the indexes of two builds apart: letters and digits. */
  readonly token: string
  /** A table that is not ours: left alone, or replaced because somebody has said so. */
  readonly foreign: 'refuse' | 'replace'
}

/** Begins anew, whatever a build that was killed has left. Readers see the old table until `swap`. */
export async function beginBuild(
  table: IndexTable,
  options: BuildOptions,
): Promise<Building | { readonly refused: string }> {
  const { transaction, token } = options
  const refused = await transaction(async (sql) => {
    const old = await standingOf(sql, table, table.name)
    const reason =
      refusalOf(old, options) ?? refusalOf(await standingOf(sql, table, buildingName(table)), { foreign: 'refuse' })
    if (reason !== null) return reason
    await sql.exec(`DROP TABLE IF EXISTS ${placeOf(table, buildingName(table))}`)
    for (const text of createTexts(table, token)) await sql.exec(text)
    return null
  })
  if (refused !== null) return { refused }
  return {
    add: (rows) => transaction((sql) => insert(sql, table, rows)),
    swap: () => transaction((sql) => swap(sql, table, options)),
    drop: () => transaction((sql) => sql.exec(`DROP TABLE IF EXISTS ${placeOf(table, buildingName(table))}`)),
  }
}

function refusalOf(standing: Standing, { foreign }: Pick<BuildOptions, 'foreign'>): string | null {
  if (typeof standing === 'string') return null
  return foreign === 'replace' && standing.kind === 'table' ? null : standing.foreign
}

function createTexts(table: IndexTable, token: string): string[] {
  const name = buildingName(table)
  const columns = table.columns.map(
    (one) => `${quoted(one.name)} ${typeName(table, one.type)}${one.needed ? ' NOT NULL' : ''}`,
  )
  const key = `CONSTRAINT ${quoted(`${table.name}_${token}_key`)} PRIMARY KEY (${namesOf(table.key)})`
  const isSqlite = table.dialect === 'sqlite'
  const mark = isSqlite ? `/* ${markOf(table)}; reindex replaces it */ ` : ''
  const create = `CREATE TABLE ${placeOf(table, name)} (${mark}${[...columns, key].join(', ')})${isSqlite ? ' STRICT' : ''}`
  const comment = `COMMENT ON TABLE ${placeOf(table, name)} IS '${markOf(table)}; reindex replaces it'`
  return [create, ...(isSqlite ? [] : [comment]), ...indexTexts(table, token)]
}

function indexTexts(table: IndexTable, token: string): string[] {
  // A row is found by its document, whatever tells rows apart.
  const document = table.key.length === 1 && table.key[0] === 'document' ? [] : [{ name: 'document', unique: true }]
  const wanted = table.columns.filter((one) => one.indexed).map(({ name }) => ({ name, unique: false }))
  return [...document, ...wanted].map(
    ({ name, unique }, i) =>
      `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quoted(`${table.name}_${token}_${i}`)} ON ${placeOf(table, buildingName(table))} (${quoted(name)})`,
  )
}

async function insert(sql: Sql, table: IndexTable, rows: readonly Row[]): Promise<readonly Duplicate[]> {
  const building = placeOf(table, buildingName(table))
  const names = namesOf(table.columns.map((one) => one.name))
  const given = JSON.stringify(rows)
  // "WHERE true" keeps SQLite from reading ON CONFLICT as a join.
  const text = `INSERT INTO ${building} (${names}) SELECT ${names} FROM (${relationText(table)}) AS given WHERE true
ON CONFLICT DO NOTHING RETURNING "document"`
  const added = await sql.query<{ document: string }>(text, [given])
  if (added.length === rows.length) return []
  const same = table.key.map((name) => `had.${quoted(name)} = given.${quoted(name)}`).join(' AND ')
  const doubles = `SELECT given."document" AS document, had."document" AS other
FROM (${relationText(table)}) AS given JOIN ${building} AS had ON ${same} AND had."document" <> given."document"`
  return await sql.query<{ document: string; other: string }>(doubles, [given])
}

async function swap(sql: Sql, table: IndexTable, options: BuildOptions): Promise<{ readonly refused: string | null }> {
  const refused = refusalOf(await standingOf(sql, table, table.name), options)
  if (refused !== null) return { refused }
  const old = placeOf(table, table.name)
  const aside = table.dialect === 'sqlite' ? await setViewsAside(sql) : await readGrants(sql, table)
  await sql.exec(`DROP TABLE IF EXISTS ${old}`)
  await sql.exec(`ALTER TABLE ${placeOf(table, buildingName(table))} RENAME TO ${quoted(table.name)}`)
  for (const text of aside) await sql.exec(text)
  return { refused: null }
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

function namesOf(names: readonly string[]): string {
  return names.map(quoted).join(', ')
}
