/** Cuts SQL into tokens: one state machine for all dialects, in time linear in the text. */

import { classOf, code } from './lexicon.ts'
import { openQuote, readBody, readDollar, readQuoted, readQuotedEnd } from './quotes.ts'
import { endSymbol, endToken, type Scan } from './state.ts'

/** Reads on to the end of the next token; false when the chunk is used up. Comments and blanks are no tokens. */
export function readToken(scan: Scan): boolean {
  while (scan.at < scan.text.length) if (readOn(scan)) return true
  return false
}

function readOn(scan: Scan): boolean {
  switch (scan.mode) {
    case 'plain':
      return readPlain(scan)
    case 'word':
    case 'number':
      return readWord(scan)
    case 'quoted':
      return readQuoted(scan)
    case 'quoted-escape':
      scan.at++
      scan.mode = 'quoted'
      return false
    case 'quoted-end':
      return readQuotedEnd(scan)
    case 'dollar':
      return readDollar(scan)
    case 'body':
      return readBody(scan)
    case 'dash':
      return readDash(scan)
    case 'slash':
      return readSlash(scan)
    case 'line-comment':
      return readLineComment(scan)
    case 'block-comment':
      return readBlockComment(scan)
    case 'line':
      return readLine(scan)
  }
}

function readPlain(scan: Scan): boolean {
  const { text } = scan
  let at = scan.at
  let one = text.charCodeAt(at)
  while (classOf(one) === 'blank') {
    if (scan.continuation === 'same-line' && (one === code.lineFeed || one === code.return)) {
      scan.continuation = 'next-line'
    }
    one = text.charCodeAt(++at)
  }
  scan.at = at
  return at < text.length && open(scan, one)
}

function open(scan: Scan, one: number): boolean {
  scan.opened = scan.base + scan.at
  scan.at++
  const found = classOf(one)
  if (found === 'letter' || found === 'digit') {
    scan.mode = found === 'letter' ? 'word' : 'number'
    scan.carried = ''
    return false
  }
  if (one === code.dash) scan.mode = 'dash'
  else if (one === code.slash) scan.mode = 'slash'
  else if (one === code.dollar && scan.lexicon.dollarQuotes) {
    scan.mode = 'dollar'
    scan.tag = ''
  } else if (!openQuote(scan, one)) return endSymbol(scan, one)
  return false
}

function readWord(scan: Scan): boolean {
  const { text, mode } = scan
  let at = scan.at
  while (at < text.length && continuesWord(text.charCodeAt(at), mode)) at++
  scan.at = at
  if (at === text.length) return false
  if (isEscapePrefix(scan)) {
    scan.at++
    openQuote(scan, code.quote)
    scan.escapes = true
    return false
  }
  return endToken(scan, 'word')
}

/** `foo$bar$baz` is one name; `1$$` is a number and the beginning of a string. */
function continuesWord(one: number, mode: Scan['mode']): boolean {
  const found = classOf(one)
  return found === 'letter' || found === 'digit' || (one === code.dollar && mode === 'word')
}

function isEscapePrefix(scan: Scan): boolean {
  if (!scan.lexicon.escapeStrings || scan.base + scan.at !== scan.opened + 1) return false
  if (scan.text.charCodeAt(scan.at) !== code.quote) return false
  const prefix = scan.carried === '' ? scan.text.charAt(scan.at - 1) : scan.carried
  return prefix === 'e' || prefix === 'E'
}

function readDash(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) !== code.dash) return endSymbol(scan, code.dash)
  scan.at++
  scan.mode = 'line-comment'
  return false
}

function readSlash(scan: Scan): boolean {
  if (scan.text.charCodeAt(scan.at) !== code.star) return endSymbol(scan, code.slash)
  scan.at++
  scan.mode = 'block-comment'
  scan.depth = 1
  scan.previous = 0
  scan.continuation = 'no'
  return false
}

/** The line break is left to `readPlain`, which counts it for strings that go on. */
function readLineComment(scan: Scan): boolean {
  const { text, lexicon } = scan
  let at = scan.at
  for (; at < text.length; at++) {
    const one = text.charCodeAt(at)
    if (one !== code.lineFeed && !(one === code.return && lexicon.returnEndsComment)) continue
    scan.mode = 'plain'
    break
  }
  scan.at = at
  return false
}

function readBlockComment(scan: Scan): boolean {
  const { text, lexicon } = scan
  let at = scan.at
  while (at < text.length && scan.depth > 0) {
    const one = text.charCodeAt(at++)
    const pair = scan.previous
    scan.previous = 0
    if (one === code.slash && pair === code.star) scan.depth--
    else if (one === code.star && pair === code.slash && lexicon.nestedComments) scan.depth++
    else scan.previous = one
  }
  scan.at = at
  if (scan.depth === 0) scan.mode = 'plain'
  return false
}

function readLine(scan: Scan): boolean {
  const found = scan.text.indexOf('\n', scan.at)
  scan.at = found === -1 ? scan.text.length : found
  return found !== -1 && endToken(scan, 'line')
}
