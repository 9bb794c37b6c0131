/** Builds a table beside the one that is there, and puts it in that one's place in one transaction. */

import { type Refusal, swap } from './swap.ts'
import {
  type IndexTable,
  type InTransaction,
  type Row,
  type Sql,
  type Standing,
  buildingName,
  indexTexts,
  markOf,
  namesOf,
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
  /** From here on the new rows are the table; the answer is why not, where they cannot be. */
  swap(): Promise<Refusal | null>
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
    const left = await standingOf(sql, table, buildingName(table))
    const reason = refusalOf(old, options) ?? refusalOf(left, { foreign: 'refuse' })
    if (reason !== null) return reason
    if (left !== 'absent') await sql.exec(`DROP TABLE ${placeOf(table, buildingName(table))}`)
    for (const text of createTexts(table, token)) await sql.exec(text)
    return null
  })
  if (refused !== null) return { refused }
  return {
    add: (rows) => transaction((sql) => insert(sql, table, rows)),
    swap: () =>
      transaction(async (sql) => {
        const old = await standingOf(sql, table, table.name)
        const reason = refusalOf(old, options)
        return reason === null ? await swap(sql, table, { old, token }) : { code: 'index-foreign', reason }
      }),
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
  return [create, ...(isSqlite ? [] : [comment]), ...indexTexts(table, { on: buildingName(table), token })]
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
