/** The comments at the head of a file: everything before its first token. */

import type { Body } from '../../core/migration.ts'
import { countLineFeeds } from './lines.ts'

export interface HeadLine {
  /** Without the comment mark, trimmed. */
  readonly text: string
  /** From 1. */
  readonly line: number
}

export interface Head {
  readonly comments: readonly HeadLine[]
  /** Characters before the first token. */
  readonly end: number
}

/** What begins a comment that ends with its line. */
export function commentMark(language: Body['language']): '--' | '//' {
  switch (language) {
    case 'sql':
      return '--'
    case 'cypher':
    case 'module':
      return '//'
  }
}

/** Walks over blanks and comments. Block comments are passed over: what stands in them is prose. */
export function readHead(text: string, language: Body['language']): Head {
  const mark = commentMark(language)
  const comments: HeadLine[] = []
  let at = 0
  let line = 1
  for (;;) {
    const start = at + blanks(text, at)
    line += countLineFeeds(text, at, start)
    at = start
    if (text.startsWith(mark, at)) {
      const end = endOf(text, '\n', at)
      comments.push({ text: text.slice(at + mark.length, end).trim(), line })
      at = end
    } else if (text.startsWith('/*', at)) {
      const end = endOf(text, '*/', at)
      line += countLineFeeds(text, at, end)
      at = end
    } else {
      return { comments, end: at }
    }
  }
}

function blanks(text: string, from: number): number {
  blank.lastIndex = from
  return blank.exec(text)?.[0].length ?? 0
}

const blank = /\s*/y

/** Just before the line feed, just behind the end of a block comment, or the end of the text. */
function endOf(text: string, closing: '\n' | '*/', from: number): number {
  const found = text.indexOf(closing, from)
  if (found === -1) return text.length
  return closing === '\n' ? found : found + closing.length
}
