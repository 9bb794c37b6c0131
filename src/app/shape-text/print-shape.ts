/** A shape as statements that make it again. Pure. */

import type { Shape } from '../../core/shape.ts'
import { printPostgres } from './print-postgres.ts'
import { printSqlite } from './print-sqlite.ts'

export interface PrintedShape {
  /** Without a semicolon, in an order in which they can run. */
  readonly statements: readonly string[]
  readonly unprinted: readonly string[]
}

/** `null`: nobody knows how to write shapes of this rule. */
export function printShape(shape: Shape): PrintedShape | null {
  if (shape.rule.startsWith('postgres-')) return printPostgres(shape)
  return shape.rule.startsWith('sqlite-') ? printSqlite(shape) : null
}
