/** A shape as statements that make it again. Pure. */

import type { Shape } from '../../core/shape.ts'
import { printPostgres } from './print-postgres.ts'
import { printSqlite } from './print-sqlite.ts'
import type { PrintedShape } from './printed.ts'

/** `null`: nobody knows how to write shapes of this rule. */
export function printShape(shape: Shape): PrintedShape | null {
  if (shape.rule.startsWith('postgres-')) return printPostgres(shape)
  return shape.rule.startsWith('sqlite-') ? printSqlite(shape) : null
}
