/** Where a statement stands, and how it is shown. */

import type { SourcePlace } from '../../core/error.ts'
import type { Statement } from '../../core/script.ts'

const shortenedMax = 120
/** A longer line is not shown: nobody finds a caret in it. */
const excerptMax = 400

/** The part of a statement that its place is reckoned from. */
export type Placed = Pick<Statement, 'text' | 'line' | 'column'>

/** Line, column and excerpt of a UTF-16 offset inside a statement's text. */
export function positionIn(statement: Placed, offset: number, file: string): SourcePlace {
  const { text } = statement
  const at = Math.max(0, Math.min(offset, text.length))
  const lineStart = at === 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1
  const line = statement.line + countLineFeeds(text, 0, lineStart)
  const before = lineStart === 0 ? statement.column - 1 : 0
  return { file, line, column: before + at - lineStart + 1, excerpt: excerptOf(text, lineStart, before) }
}

/** A statement in one line of at most 120 characters. */
export function shortened(statement: Pick<Statement, 'text'>): string {
  const { text } = statement
  const line = maskSecrets(text.slice(0, shortenedMax * 8))
    .replace(/\s+/g, ' ')
    .trim()
  if (line.length <= shortenedMax && text.length <= shortenedMax * 8) return line
  return `${line.slice(0, shortenedMax - 3).replace(/[\uD800-\uDBFF]$/, '')}...`
}

/** How many lines end between two offsets. */
export function countLineFeeds(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

/** What stands before the statement on its first line is not at hand; blanks keep the caret where it belongs. */
function excerptOf(text: string, lineStart: number, before: number): string | null {
  const found = text.indexOf('\n', lineStart)
  const lineEnd = found === -1 ? text.length : found
  if (before + lineEnd - lineStart > excerptMax) return null
  return ' '.repeat(before) + maskSecrets(text.slice(lineStart, lineEnd)).replace(/\r$/, '')
}

/** Passwords in CREATE ROLE and connection strings, replaced by as many stars: nothing moves. */
function maskSecrets(text: string): string {
  return text
    .replace(/(\bpassword\s+(?:e|u&)?')((?:[^']|'')*)/gi, stars)
    .replace(/(\bpassword\s*=\s*)([^\s'"]+)/gi, stars)
    .replace(/(:\/\/[^\s:/@']*:)([^\s@']+)(?=@)/g, stars)
}

function stars(_: string, head: string, secret: string): string {
  return head + '*'.repeat(secret.length)
}
