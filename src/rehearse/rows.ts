/** Rows of a store as fingerprints, and what became of them. Pure, but for the texts that a use case runs. */

import type { Difference } from '../core/shape.ts'
import { compareText } from '../core/version.ts'
import type { SeedTable, Sql } from './tables.ts'

/** By table: how often each row is there. Tables without rows may be missing. */
export type TableRows = ReadonlyMap<string, ReadonlyMap<string, number>>

export interface LostRows {
  readonly table: string
  readonly rows: number
  /** Of these, how many are gone or no longer as they were. */
  readonly lost: number
}

export interface RowChanges {
  readonly same: boolean
  readonly lost: readonly LostRows[]
  /** Rows that were not there before, as differences; of tables that lost none. */
  readonly added: readonly Difference[]
  /** Tables with another number of rows. */
  readonly counts: readonly Difference[]
}

/** Only tables that are on both sides: one that is missing is a difference of the shapes. */
export function compareRows(before: TableRows, after: TableRows): RowChanges {
  const lost: LostRows[] = []
  const added: Difference[] = []
  const counts: Difference[] = []
  for (const table of [...before.keys()].filter((one) => after.has(one)).sort(compareText)) {
    const old = before.get(table) ?? new Map<string, number>()
    const now = after.get(table) ?? new Map<string, number>()
    const rows = { old: countOf(old), now: countOf(now) }
    const gone = countMissing(old, now)
    if (gone > 0) lost.push({ table, rows: rows.old, lost: gone })
    else if (rows.now > rows.old) added.push(countDifference(table, rows))
    if (rows.now !== rows.old) counts.push(countDifference(table, rows))
  }
  return { same: lost.length === 0 && added.length === 0, lost, added, counts }
}

function countDifference(table: string, rows: { readonly old: number; readonly now: number }): Difference {
  const [expected, found] = [String(rows.old), String(rows.now)]
  return { kind: 'rows', name: table, what: 'changed', fact: 'count', expected, found }
}

function countOf(rows: ReadonlyMap<string, number>): number {
  return [...rows.values()].reduce((sum, one) => sum + one, 0)
}

function countMissing(old: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): number {
  return [...old].reduce((sum, [row, count]) => sum + Math.max(0, count - (now.get(row) ?? 0)), 0)
}

/** One query whose rows are `row` and `n`: each row of the table as a text, and how often it is there. */
export function rowsQuery(table: SeedTable, { dialect }: Sql): string {
  const columns = table.columns.map((column) => quoteName(column.name))
  const each = columns.map((column) => `coalesce(quote(${column}), '')`).join(` || ',' || `)
  const row = dialect === 'sqlite' ? each : `md5(row(${columns.join(', ')})::text)`
  return `select ${columns.length === 0 ? "''" : row} as "row", count(*) as n from ${nameOf(table)} group by 1`
}

/** A table's name as SQL. */
export function nameOf({ path }: Pick<SeedTable, 'path'>): string {
  return path.map(quoteName).join('.')
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
