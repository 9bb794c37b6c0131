/** Comment lines that steer a file: those of other tools, and our own directives. */

import type { Body } from '../../core/migration.ts'
import type { MarkerFamily } from '../layouts/layout.ts'

export interface Marker {
  readonly family: MarkerFamily | 'lockstep'
  /** The line, trimmed. */
  readonly text: string
  /** Characters before the line, in the text without its byte-order mark. */
  readonly start: number
}

/** Is fed a text chunk by chunk and keeps its markers. */
export interface MarkerSearch {
  add(chunk: string): void
  finish(): readonly Marker[]
}

/** Lines longer than this are looked at up to here: markers stand at the start of a line. */
const lineMax = 65_536

/** Looks at whole lines only, wherever the chunks are cut. */
export function searchMarkers(language: Body['language']): MarkerSearch {
  const found: Marker[] = []
  // The line that is not at its end yet, where it begins, and how much of it was not kept.
  let rest = ''
  let at = 0
  let dropped = 0
  const look = (block: string): void => {
    findMarkers(block, language, (text, family, start) => found.push({ text, family, start: at + start }))
    at += block.length + dropped
    dropped = 0
  }
  return {
    add(chunk) {
      const first = rest.length > lineMax ? chunk.indexOf('\n') : -1
      if (rest.length > lineMax && first === -1) {
        dropped += chunk.length
        return
      }
      if (first !== -1) {
        dropped += first
        look(rest)
        rest = ''
      }
      const lines = first === -1 ? chunk : chunk.slice(first)
      const end = lines.lastIndexOf('\n') + 1
      if (end > 0) look(rest + lines.slice(0, end))
      rest = end > 0 ? lines.slice(end) : rest + lines
    },
    finish() {
      look(rest)
      return found
    },
  }
}

type Found = (text: string, family: Marker['family'], start: number) => void

function findMarkers(block: string, language: Body['language'], found: Found): void {
  if (language !== 'sql') {
    for (const one of block.matchAll(/^[ \t]*\/\/[ \t]*lockstep[ \t]*:.*$/gm))
      found(one[0].trim(), 'lockstep', one.index)
    return
  }
  for (const one of block.matchAll(sqlMarker)) found(one[0].trim(), familyOf(one[1] ?? ''), one.index)
}

/** Drizzle's stands behind a statement too: `create table x ();--> statement-breakpoint`. */
const sqlMarker =
  /^[ \t]*--[ \t]*(migrate:(?:up|down)\b|\+goose\b|\+migrate\b|lockstep[ \t]*:|no-transaction[ \t]*\r?$).*$|--> statement-breakpoint/gm

function familyOf(word: string): Marker['family'] {
  if (word.startsWith('migrate:')) return 'dbmate'
  if (word.startsWith('lockstep')) return 'lockstep'
  if (word.startsWith('no-transaction')) return 'sqlx'
  if (word === '+goose') return 'goose'
  return word === '+migrate' ? 'sql-migrate' : 'drizzle'
}
