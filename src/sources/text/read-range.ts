/** A part of a file's text, and what stands in it. */

import type { Body } from '../../core/migration.ts'
import { readHead } from './head.ts'
import { readText } from './read-text.ts'

/** Chunks of the text between two places, counted in characters without the byte-order mark. */
export function* readRange({ path, file, range }: Body): Generator<string, void, undefined> {
  let at = 0
  for (const chunk of readText({ path, file })) {
    const text = cut(chunk, at, range)
    at += chunk.length
    if (text !== '') yield text
    if (range !== null && at >= range.end) return
  }
}

/** What of a chunk that begins at `at` lies within a range. */
export function cut(chunk: string, at: number, range: Body['range']): string {
  return range === null ? chunk : chunk.slice(Math.max(0, range.start - at), Math.max(0, range.end - at))
}

/** Whether a body holds nothing but blanks and comments. */
export function isBlank(body: Body): boolean {
  let text = ''
  for (const chunk of readRange(body)) {
    text += chunk
    if (readHead(text, body.language).end < text.length) return false
  }
  return true
}
