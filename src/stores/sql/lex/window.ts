/** The part of a file that is still needed: the present chunk, and what was kept of those before. Counts lines on the way. */

import { assert } from '../../../core/error.ts'

/** Both from 1; the column in UTF-16 units. */
export interface Place {
  readonly line: number
  readonly column: number
}

/** A view of the file that moves on chunk by chunk. */
export interface Window {
  /** The present chunk, and where in the file it begins. */
  text: string
  base: number
  kept: string[]
  /** Where in the file the kept text begins; -1 when nothing is kept. */
  keptFrom: number
  keptAt: Place
  /** Lines that have ended before the last place that was asked for, where the next begins, and where that one ends. */
  lines: number
  lineStart: number
  nextLineFeed: number
}

/** A window before the first chunk. */
export function openWindow(): Window {
  const keptAt = { line: 1, column: 1 }
  return { text: '', base: 0, kept: [], keptFrom: -1, keptAt, lines: 0, lineStart: 0, nextLineFeed: Infinity }
}

/** Goes on to the next chunk and keeps the text from `from` on; `null` keeps nothing. */
export function moveOn(window: Window, chunk: string, from: number | null): void {
  if (from === null) {
    window.kept = []
    window.keptFrom = -1
  } else if (from >= window.base) {
    window.keptAt = placeOf(window, from)
    window.kept = [window.text.slice(from - window.base)]
    window.keptFrom = from
  } else {
    assert(window.keptFrom === from, 'text of a statement was given up before its end')
    window.kept.push(window.text)
  }
  countLines(window, window.base + window.text.length)
  window.base += window.text.length
  window.text = chunk
  window.nextLineFeed = findLineFeed(window, window.base)
}

/** Line and column of an offset in the file; offsets before the present chunk only when their text begins what is kept. */
export function placeOf(window: Window, offset: number): Place {
  if (offset < window.base) {
    assert(offset === window.keptFrom, 'the place of text that is gone')
    return window.keptAt
  }
  countLines(window, offset)
  return { line: window.lines + 1, column: offset - window.lineStart + 1 }
}

/** Text between two offsets in the file; all of it must still be kept. */
export function textBetween(window: Window, start: number, end: number): string {
  const { text, base, kept, keptFrom } = window
  if (start >= base) return text.slice(start - base, end - base)
  const all = [...kept, text.slice(0, Math.max(end - base, 0))].join('')
  return all.slice(start - keptFrom, end - keptFrom)
}

/** The next line feed is remembered, so that many statements on one long line do not look for it again and again. */
function countLines(window: Window, upTo: number): void {
  while (window.nextLineFeed < upTo) {
    window.lines++
    window.lineStart = window.nextLineFeed + 1
    window.nextLineFeed = findLineFeed(window, window.lineStart)
  }
}

function findLineFeed(window: Window, from: number): number {
  const found = window.text.indexOf('\n', from - window.base)
  return found === -1 ? Infinity : window.base + found
}
