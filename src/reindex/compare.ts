/** Holds a table against the rows that the documents make. Changes nothing. */

import {
  type IndexTable,
  type InTransaction,
  type Row,
  type Sql,
  parameter,
  placeOf,
  quoted,
  relationText,
  typeName,
} from './table.ts'

/** A row that is not as its document says. */
export interface RowDifference {
  readonly document: string
  readonly what: 'missing' | 'differing' | 'extra'
  /** Columns with other values; empty where the whole row is meant. */
  readonly columns: readonly string[]
}

/** Rows that are asked for in one go. */
export const pageRows = 1000

/** How the columns of the table differ from those of the configuration, in words; empty where they do not. */
export async function compareColumns(table: IndexTable, transaction: InTransaction): Promise<string[]> {
  const found = new Map((await transaction((sql) => readColumns(sql, table))).map((one) => [one.name, one]))
  const missing = table.columns.flatMap((one) => {
    const there = found.get(one.name)
    if (there === undefined) return [`column ${one.name} is missing`]
    const wanted = typeName(table, one.type)
    const isType = there.type.toLowerCase() === wanted.toLowerCase()
    return isType ? [] : [`column ${one.name} is of type ${there.type}, not ${wanted}`]
  })
  const wanted = new Set(table.columns.map((one) => one.name))
  const more = [...found.keys()].filter((name) => !wanted.has(name))
  return [...missing, ...more.map((name) => `column ${name} is not in the configuration`)]
}

type FoundColumn = { readonly name: string; readonly type: string }

async function readColumns(sql: Sql, { dialect, schema, name }: IndexTable): Promise<FoundColumn[]> {
  if (dialect === 'sqlite') return await sql.query<FoundColumn>('SELECT name, type FROM pragma_table_info(?)', [name])
  const text = `SELECT a.attname AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`
  return await sql.query<FoundColumn>(text, [schema, name])
}

/** Rows of these that are not in the table, or are there with other values. */
export async function compareRows(sql: Sql, table: IndexTable, rows: readonly Row[]): Promise<RowDifference[]> {
  const compared = table.columns.filter((one) => one.name !== 'document').map((one) => one.name)
  const words = compared.map((name) => {
    const place = quoted(name)
    return `CASE WHEN had.${place} IS DISTINCT FROM given.${place} THEN '${name} ' ELSE '' END`
  })
  const text = `SELECT given."document" AS document, CASE WHEN had."document" IS NULL THEN 1 ELSE 0 END AS missing,
${words.join(' || ')} AS names
FROM (${relationText(table)}) AS given LEFT JOIN ${placeOf(table, table.name)} AS had ON had."document" = given."document"`
  const found = await sql.query<{ document: string; missing: number; names: string }>(text, [JSON.stringify(rows)])
  return found.flatMap(({ document, missing, names }): RowDifference[] => {
    if (missing === 1) return [{ document, what: 'missing', columns: [] }]
    return names === '' ? [] : [{ document, what: 'differing', columns: names.trim().split(' ') }]
  })
}

/** The documents of the table that come after `after`, a page of them. */
export async function readPage(sql: Sql, table: IndexTable, after: string | null): Promise<string[]> {
  const from = after === null ? '' : ` WHERE "document" > ${parameter(table)}`
  const text = `SELECT "document" AS document FROM ${placeOf(table, table.name)}${from} ORDER BY "document" LIMIT ${pageRows}`
  const rows = await sql.query<{ document: string }>(text, after === null ? [] : [after])
  return rows.map((one) => one.document)
}
