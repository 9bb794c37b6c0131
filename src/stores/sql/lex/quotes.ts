/** The part of the scan that is inside quotes. */

import { classOf, code } from './lexicon.ts'
import { endSymbol, endToken, type Scan } from './state.ts'

/** Enters a quote that `one` opens at the place just read; false when it opens none. */
export function openQuote(scan: Scan, one: number): boolean {
  const closes = scan.lexicon.closes(one)
  if (closes === 0) return false
  scan.mode = 'quoted'
  scan.closingCode = closes
  scan.closing = String.fromCharCode(closes)
  scan.escapes = one === code.quote && (scan.backslashStrings || scan.continuation === 'next-line')
  return true
}

/** Inside a quote, up to what may be its end. */
export function readQuoted(scan: Scan): boolean {
  const { text } = scan
  const found = scan.escapes ? indexOfQuoteOrBackslash(text, scan.at) : text.indexOf(scan.closing, scan.at)
  if (found === -1) {
    scan.at = text.length
    return false
  }
  scan.at = found + 1
  const one = text.charCodeAt(found)
  if (one === code.backslash && scan.escapes) scan.mode = 'quoted-escape'
  // In [brackets] nothing stands for the bracket itself; all other quotes are doubled.
  else if (one === code.closeBracket) return endToken(scan, 'name')
  else scan.mode = 'quoted-end'
  return false
}

function indexOfQuoteOrBackslash(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const one = text.charCodeAt(at)
    if (one === code.quote || one === code.backslash) return at
  }
  return -1
}

/** After a closing quote: another one makes it a quote character within. */
export function readQuotedEnd(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) !== scan.closingCode) {
    return endToken(scan, scan.closingCode === code.quote ? 'string' : 'name')
  }
  scan.at++
  scan.mode = 'quoted'
  return false
}

/** After a `$`: a tag and another `$` open a string; anything else leaves a parameter or a lone sign. */
export function readDollar(scan: Scan): boolean {
  const { text } = scan
  const from = scan.at
  let at = from
  while (at < text.length && continuesTag(scan, at)) at++
  scan.at = at
  scan.tag += text.slice(from, at)
  if (at === text.length) return false
  if (text.charCodeAt(at) !== code.dollar) return endSymbol(scan, code.dollar)
  scan.at++
  scan.mode = 'body'
  scan.closing = `$${scan.tag}$`
  scan.matched = 0
  return false
}

function continuesTag(scan: Scan, at: number): boolean {
  const found = classOf(scan.text.charCodeAt(at))
  return found === 'letter' || (found === 'digit' && scan.base + at > scan.opened + 1)
}

/** A tag has its `$` only at its ends, so a match that breaks off can begin anew only at a `$`. */
export function readBody(scan: Scan): boolean {
  const { text, closing } = scan
  while (scan.at < text.length) {
    if (scan.matched === 0) {
      const found = text.indexOf('$', scan.at)
      scan.at = found === -1 ? text.length : found + 1
      scan.matched = found === -1 ? 0 : 1
      continue
    }
    const one = text.charCodeAt(scan.at++)
    if (one === closing.charCodeAt(scan.matched)) scan.matched++
    else scan.matched = one === code.dollar ? 1 : 0
    if (scan.matched === closing.length) return endToken(scan, 'body')
  }
  return false
}
