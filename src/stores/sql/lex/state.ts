/** Where a scan stands. Its text comes in chunks, and nothing is read twice, wherever a chunk ends. */

import { code, type Lexicon } from './lexicon.ts'

/** `name` is a quoted identifier, `body` a dollar-quoted string, `line` the rest of a line that is not SQL. */
export type TokenKind = 'word' | 'name' | 'string' | 'body' | 'symbol' | 'line'

/** What the scan is inside of, with the places where it must see one more character. */
export type Mode =
  | 'plain'
  | 'word'
  | 'number'
  | 'quoted'
  | 'quoted-escape'
  | 'quoted-end'
  | 'dollar'
  | 'body'
  | 'dash'
  | 'slash'
  | 'line-comment'
  | 'block-comment'
  | 'line'

/** All that must be known to go on with the next chunk. */
export interface Scan {
  readonly lexicon: Lexicon
  /** The present chunk, where it begins in the file, and how far it is read. */
  text: string
  base: number
  at: number
  mode: Mode
  /** Where in the file the token or comment under way began. */
  opened: number
  /** What the chunks before held of the word under way. */
  carried: string
  closing: string
  closingCode: number
  escapes: boolean
  /** A string with escapes goes on in the next quote, if only a line break lies between. */
  continuation: 'no' | 'same-line' | 'next-line'
  /** The script itself has switched standard_conforming_strings off. */
  backslashStrings: boolean
  tag: string
  matched: number
  depth: number
  previous: number
  /** The token that was read last: its kind, its place in the file, and its code when it is a symbol. */
  kind: TokenKind
  start: number
  end: number
  symbol: number
}

/** A scan before its first chunk. */
export function startScan(lexicon: Lexicon): Scan {
  return {
    lexicon,
    text: '',
    base: 0,
    at: 0,
    mode: 'plain',
    opened: 0,
    carried: '',
    closing: '',
    closingCode: 0,
    escapes: false,
    continuation: 'no',
    backslashStrings: false,
    tag: '',
    matched: 0,
    depth: 0,
    previous: 0,
    kind: 'symbol',
    start: 0,
    end: 0,
    symbol: 0,
  }
}

/** Gives the scan its next chunk; the one before must have been read to its end. */
export function feed(scan: Scan, chunk: string): void {
  if (scan.mode === 'word' || scan.mode === 'number') {
    scan.carried += scan.text.slice(Math.max(scan.opened - scan.base, 0))
  }
  scan.base += scan.text.length
  scan.text = chunk
  scan.at = 0
}

/** Ends the token under way before `at`. Always true: a token is there. */
export function endToken(scan: Scan, kind: TokenKind): true {
  scan.kind = kind
  scan.start = scan.opened
  scan.end = scan.base + scan.at
  scan.mode = 'plain'
  scan.continuation = kind === 'string' && scan.escapes ? 'same-line' : 'no'
  return true
}

/** Ends a token of one or a few characters that mean nothing to us together. */
export function endSymbol(scan: Scan, symbol: number): true {
  scan.symbol = symbol
  return endToken(scan, 'symbol')
}

/** Text of the word that was read last; only until the next token. */
export function wordText(scan: Scan): string {
  const text = scan.text.slice(Math.max(scan.start - scan.base, 0), scan.end - scan.base)
  return scan.start < scan.base ? scan.carried + text : text
}

/** From the last token on, the rest of its line is one token: a command of a client, not SQL. */
export function readAsLine(scan: Scan): void {
  scan.opened = scan.start
  scan.mode = 'line'
}

/** What a file leaves open at its end, in words; `null` when nothing. */
export function unterminated(scan: Scan): string | null {
  switch (scan.mode) {
    case 'quoted':
    case 'quoted-escape':
      return scan.closingCode === code.quote ? 'string' : 'quoted name'
    case 'body':
      return `dollar-quoted string ${scan.closing}`
    case 'block-comment':
      return 'comment'
    case 'plain':
    case 'word':
    case 'number':
    case 'quoted-end':
    case 'dollar':
    case 'dash':
    case 'slash':
    case 'line-comment':
    case 'line':
      return null
  }
}
