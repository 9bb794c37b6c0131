/** The order in which tables can be filled: what is referred to first. Pure. */

import { compareText } from '../../core/version.ts'
import type { SeedTable } from '../tables.ts'

/** Kahn's algorithm, ties by name. Circles are cut at the table that comes first by name; its reference stays empty. */
export function orderTables(tables: readonly SeedTable[]): SeedTable[] {
  const waiting = new Map([...tables].sort((a, b) => compareText(a.name, b.name)).map((one) => [one.name, one]))
  const order: SeedTable[] = []
  while (waiting.size > 0) {
    const free = [...waiting.values()].find((table) => needsOf(table).every((name) => !waiting.has(name)))
    const next = free ?? easiest([...waiting.values()])
    if (next === undefined) break
    waiting.delete(next.name)
    order.push(next)
  }
  return order
}

/** In a circle: the first whose references may all be empty. */
function easiest(tables: readonly SeedTable[]): SeedTable | undefined {
  return tables.find((table) => table.references.every((one) => isOptional(table, one.columns))) ?? tables[0]
}

/** Whether one of these columns may be NULL: then the reference need not point anywhere. */
export function isOptional(table: SeedTable, columns: readonly string[]): boolean {
  return table.columns.some((column) => columns.includes(column.name) && column.nullable)
}

function needsOf(table: SeedTable): string[] {
  return table.references.map((one) => one.table).filter((name) => name !== table.name)
}
