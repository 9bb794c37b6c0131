/** Joins statements into as few messages as may be, and finds again which of them a failure speaks of. */

import type { SourcePlace } from '../../core/error.ts'
import type { Statement } from '../../core/script.ts'
import { positionIn, shortened } from '../sql/place.ts'

/** One text for the server; `pieces` tell where each statement of the file stands in it. */
export interface Batch {
  readonly text: string
  readonly pieces: readonly Piece[]
  /** Commands of ours before the first piece. */
  readonly leading: number
}

interface Piece {
  readonly start: number
  readonly statement: Statement
}

export interface Batching {
  readonly opening: readonly string[]
  /** Asked when all statements have been seen. */
  readonly closing: () => readonly string[]
  readonly mostChars: number
}

/** Messages of about `mostChars`; a small file with its BEGIN, record and COMMIT is a single one. */
export function* batchesOf(
  statements: Iterable<Statement>,
  { opening, closing, mostChars }: Batching,
): Generator<Batch> {
  let batch = startBatch(opening)
  for (const statement of statements) {
    const last = batch.pieces.at(-1)?.statement
    if (last !== undefined && (batch.chars + statement.text.length > mostChars || changesReading(last))) {
      yield finishBatch(batch, [])
      batch = startBatch([])
    }
    // A line of its own: a comment at the end of the text before must not swallow this one.
    batch.pieces.push({ start: batch.chars, statement })
    batch.texts.push(statement.text, '\n;\n')
    batch.chars += statement.text.length + 3
  }
  yield finishBatch(batch, closing())
}

/** The server reads a whole message before any of it runs: how strings are read must be settled before. */
function changesReading({ text, traits }: Statement): boolean {
  return traits.session && /standard_conforming_strings|backslash_quote/i.test(text)
}

interface Growing {
  readonly texts: string[]
  readonly pieces: Piece[]
  readonly leading: number
  chars: number
}

function startBatch(opening: readonly string[]): Growing {
  const text = opening.map((one) => `${one}\n;\n`).join('')
  return { texts: [text], pieces: [], leading: opening.length, chars: text.length }
}

function finishBatch(batch: Growing, closing: readonly string[]): Batch {
  const text = batch.texts.join('') + closing.map((one) => `${one};\n`).join('')
  return { text, pieces: batch.pieces, leading: batch.leading }
}

/** The statement that failed: by the server's position, else by how many commands were completed before. */
export function locate(
  batch: Batch,
  error: unknown,
  file: string,
): { place: SourcePlace | null; statement: string | null } {
  const { position, completed } = error as { position?: unknown; completed?: unknown }
  const at =
    typeof position === 'string' || typeof position === 'number' ? utf16Offset(batch.text, Number(position)) : null
  const piece =
    at === null ? batch.pieces[Number(completed ?? 0) - batch.leading] : batch.pieces.findLast((one) => one.start <= at)
  if (piece === undefined) return { place: null, statement: null }
  const within = at === null ? 0 : Math.min(at - piece.start, piece.statement.text.length)
  return { place: positionIn(piece.statement, within, file), statement: shortened(piece.statement) }
}

/** The server counts characters from 1; we count UTF-16 units from 0. */
function utf16Offset(text: string, position: number): number {
  let offset = 0
  for (let left = position - 1; left > 0 && offset < text.length; left--) {
    offset += (text.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1
  }
  return offset
}
