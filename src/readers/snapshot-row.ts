/** The one row that tells the shape after the last run, whatever kind of store it is kept in. */

import type { ShapeObject, ShapeSnapshot } from '../core/shape.ts'
import type { Row } from './history-row.ts'

/** Beside the history, whatever that one is called. */
export const shapeTable = 'lockstep_shape'

/** `null` where there is no row. */
export function decodeSnapshot(row: Row | undefined): ShapeSnapshot | null {
  if (row === undefined) return null
  // What we have written ourselves; an object too many or too few is what `verify` is there to tell.
  const objects = JSON.parse(String(row['objects'])) as ShapeObject[]
  return {
    shape: { rule: String(row['rule']), objects },
    mark: String(row['mark']),
    takenAt: String(row['taken_at']),
    runId: String(row['run_id']),
  }
}
