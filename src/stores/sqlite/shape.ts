/** The shape of a SQLite database, also of one that is not there yet. */

import type { Shape } from '../../core/shape.ts'
import { readSqliteShape } from '../../readers/sqlite-shape.ts'
import { openClient, type SqliteClient } from './client.ts'

/** `null`: no file yet; its shape is that of an empty database, named by the same rule as every other. */
export function readShape(client: SqliteClient | null, exclude: readonly string[]): Shape {
  if (client !== null) return readSqliteShape(client, { exclude, texts: true })
  const empty = openClient(':memory:', 'write')
  try {
    return readSqliteShape(empty)
  } finally {
    empty.close()
  }
}
