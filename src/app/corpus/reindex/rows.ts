/** The rows of a corpus on their way into a table, or beside one, and what is counted on the way. */

import { type LeftDocument, rowsOfCorpus } from '../../../documents/index.ts'
import type { Row, RowDifference } from '../../../reindex/index.ts'
import type { AppContext } from '../../opening/context.ts'
import type { CorpusTarget, OpenableIndex } from '../corpus-target.ts'
import type { OpenedCorpus } from '../opening/open-corpus.ts'
import { nowOf } from '../goal.ts'

export interface Tally {
  seen: number
  rows: number
  refused: number
  missing: number
  differing: number
  extra: number
  columns: readonly string[]
  readonly refusals: LeftDocument[]
  readonly differences: RowDifference[]
}

/** What reading the rows needs, and where it counts. */
export interface Reading {
  readonly target: CorpusTarget
  readonly open: OpenedCorpus
  readonly index: OpenableIndex
  readonly context: AppContext
  readonly tally: Tally
}

/** As many as an answer names; all are counted. */
const shownMax = 1000
const batchRows = 500
const batchChars = 8 * 1024 * 1024

export function newTally(): Tally {
  const counts = { seen: 0, rows: 0, refused: 0, missing: 0, differing: 0, extra: 0 }
  return { ...counts, columns: [], refusals: [], differences: [] }
}

/** Rows of documents, some at a time; documents without one are counted on the way. */
export async function* batchesOf({ target, open, index, context, tally }: Reading): AsyncGenerator<readonly Row[]> {
  let batch: Row[] = []
  let chars = 0
  for (const answer of rowsOfCorpus(open, index, { now: nowOf(context) })) {
    tally.seen++
    if (answer.kind === 'refused') {
      refuse(tally, answer)
      continue
    }
    const { document, storedVersion, cells } = answer.row
    const row: Row = [document, storedVersion, ...cells]
    batch.push(row)
    chars += row.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
    if (batch.length < batchRows && chars < batchChars) continue
    if (context.signal.aborted) throw context.signal.reason
    yield batch
    batch = []
    chars = 0
    const { seen, rows: migrated, refused } = tally
    context.emit({ type: 'documents-progress', store: target.name, seen, total: null, migrated, refused })
  }
  if (batch.length > 0) yield batch
}

/** Counts a document without a row, and names the first of all. */
export function refuse(tally: Tally, refusal: LeftDocument): void {
  tally.refused++
  if (tally.refusals.length < shownMax) tally.refusals.push(refusal)
}

/** Counts a difference, and names the first of all. */
export function differ(tally: Tally, one: RowDifference): void {
  tally[one.what]++
  if (tally.differences.length < shownMax) tally.differences.push(one)
}
