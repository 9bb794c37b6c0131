/** The shape of a SQLite database as SQL: the texts that SQLite keeps, in an order of our own. Pure. */

import type { Shape, ShapeObject } from '../../core/shape.ts'
import type { PrintedShape } from './printed.ts'

/** What refers to others comes after them. */
const kinds: readonly string[] = ['table', 'virtual table', 'index', 'view', 'trigger']

export function printSqlite({ objects }: Shape): PrintedShape {
  const whole = objects.filter((one) => kinds.includes(one.kind))
  const sorted = [...whole].sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind))
  return {
    statements: sorted.flatMap(({ texts }) => texts?.['create'] ?? []),
    unprinted: sorted.filter((one) => one.texts?.['create'] === undefined).map(titleOf),
  }
}

function titleOf({ kind, name }: ShapeObject): string {
  return `${kind} ${name}`
}
