/** The rows that a table is given, as statements. Pure: what parents hold is told. */

import { nameOf, quoteName } from '../rows.ts'
import type { Reference, SeedColumn, SeedTable, Sql } from '../tables.ts'
import { isOptional } from './table-order.ts'
import { seedValue } from './seed-value.ts'

/** Two whole rows, and one with NULL wherever it may be. */
export const seedRows = 3
/** How often other values are tried for a row that was refused. */
export const attemptsMost = 8

/** The rows of a referred table: the literals of its key columns, in their order. */
export type KeysOf = (reference: Reference) => readonly (readonly string[])[]

/** A query for the keys of a reference; `key` columns are named k0, k1, ... */
export function keysQuery({ table, keys }: Reference, tables: readonly SeedTable[], { dialect }: Sql): string | null {
  const parent = tables.find((one) => one.name === table)
  const columns = keys.length > 0 ? keys : parent?.keys[0]
  if (parent === undefined || columns === undefined || columns.length === 0) return null
  const literal = (column: string): string =>
    dialect === 'sqlite' ? `quote(${quoteName(column)})` : `quote_literal(${quoteName(column)}::text)`
  const list = columns.map((column, i) => `${literal(column)} as k${i}`).join(', ')
  const whole = columns.map((column) => `${quoteName(column)} is not null`).join(' and ')
  return `select ${list} from ${nameOf(parent)} where ${whole} order by ${columns.map((_, i) => i + 1).join(', ')} limit ${seedRows}`
}

export interface RowAsked {
  readonly table: SeedTable
  readonly row: number
  readonly attempt: number
  readonly keysOf: KeysOf
}

/** One INSERT, or why no row is possible. */
export function insertText(asked: RowAsked, sql: Sql): { readonly text: string } | { readonly why: string } {
  const made = valuesOf(asked, sql)
  return 'why' in made ? made : { text: insertOf(asked.table, [made.values]) }
}

/** All rows of a table as one INSERT; `null` where not every row is possible. */
export function insertAllText({ table, keysOf }: Pick<RowAsked, 'table' | 'keysOf'>, sql: Sql): string | null {
  const rows: ReadonlyMap<string, string>[] = []
  for (let row = 0; row < seedRows; row++) {
    const made = valuesOf({ table, row, attempt: 0, keysOf }, sql)
    // Without a column there is nothing to list.
    if ('why' in made || made.values.size === 0) return null
    rows.push(made.values)
  }
  return insertOf(table, rows)
}

/** Every row has the same columns: which ones are left out depends on the table alone. */
function insertOf(table: SeedTable, rows: readonly ReadonlyMap<string, string>[]): string {
  const into = `insert into ${nameOf(table)}`
  const columns = [...(rows[0]?.keys() ?? [])]
  if (columns.length === 0) return `${into} default values`
  const lists = rows.map((row) => `(${columns.map((column) => row.get(column) ?? 'null').join(', ')})`)
  return `${into} (${columns.map(quoteName).join(', ')}) values ${lists.join(', ')}`
}

type Values = { readonly values: ReadonlyMap<string, string> } | { readonly why: string }

function valuesOf(asked: RowAsked, sql: Sql): Values {
  const { table } = asked
  const referred = valuesOfReferences(asked, sql)
  if ('why' in referred) return referred
  const values = new Map<string, string>()
  for (const column of table.columns) {
    const given = referred.values.get(column.name)
    if (column.filled && given === undefined) continue
    const value = given ?? ownValue(column, asked, sql)
    if (value !== null) values.set(column.name, value)
    else if (column.nullable) values.set(column.name, 'null')
    else if (!column.hasDefault) return { why: `no value is known for ${column.name} ${column.type.name}` }
  }
  return { values }
}

/** Columns that stay empty because nobody knows what would fit their types. */
export function unknownColumns({ columns, references }: SeedTable, sql: Sql): SeedColumn[] {
  const referring = new Set(references.flatMap((one) => one.columns))
  return columns
    .filter((one) => !one.filled && one.nullable && !referring.has(one.name))
    .filter((one) => seedValue(one, { row: 0, attempt: 0, checks: [] }, sql) === null)
}

/** `null` for a value that is left to NULL or the default. */
function ownValue(column: SeedColumn, { table, row, attempt }: RowAsked, sql: Sql): string | null {
  const isKey = table.keys.some((key) => key.includes(column.name))
  const bare = row === seedRows - 1 || attempt === attemptsMost - 1
  if (column.nullable && bare && !isKey) return null
  const named = new RegExp(`(?<![\\w"])"?${escape(column.name)}"?(?![\\w"])`, 'i')
  const checks = table.checks.filter((one) => named.test(one))
  return seedValue(column, { row, attempt, checks }, sql)
}

/** The widest first: a column that several references share must hold what all of them find. */
function valuesOfReferences(asked: RowAsked, sql: Sql): Values {
  const { table, row, attempt, keysOf } = asked
  const values = new Map<string, string>()
  for (const reference of [...table.references].sort((a, b) => b.columns.length - a.columns.length)) {
    const { columns } = reference
    const fitting = keysOf(reference).filter((key) =>
      columns.every((column, i) => (values.get(column) ?? key[i]) === key[i]),
    )
    const key = fitting[(row + attempt) % Math.max(1, fitting.length)] ?? ownKey(reference, asked, { values, sql })
    const free = columns.filter((one) => !values.has(one) && isOptional(table, [one]))
    if (key !== null) columns.forEach((column, i) => values.set(column, key[i] ?? 'null'))
    else if (isOptional(table, columns)) for (const column of free) values.set(column, 'null')
    else return { why: `it refers to ${reference.table}, which has no rows${values.size > 0 ? ' that fit' : ''}` }
  }
  return { values }
}

/** A row that must refer to one of its own table refers to itself. */
function ownKey(
  reference: Reference,
  asked: RowAsked,
  { values, sql }: { values: Map<string, string>; sql: Sql },
): readonly string[] | null {
  const { table } = asked
  if (reference.table !== table.name || isOptional(table, reference.columns)) return null
  const names = reference.keys.length > 0 ? reference.keys : (table.keys[0] ?? [])
  const key = names.map((name) => {
    const column = table.columns.find((one) => one.name === name)
    return values.get(name) ?? (column === undefined ? null : ownValue(column, asked, sql))
  })
  if (!key.every((one) => one !== null)) return null
  names.forEach((name, i) => values.set(name, key[i] ?? 'null'))
  return key
}

function escape(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
}
