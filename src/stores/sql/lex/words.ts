/** The words of a text that is at hand as a whole. */

import { fold, type Head, type Token } from './head.ts'
import type { Lexicon } from './lexicon.ts'
import { readToken } from './scan.ts'
import { feed, startScan, wordText, type Scan } from './state.ts'

/** A word with what stands before it. */
export interface Word {
  /** In lower case. */
  readonly word: string
  /** The word or symbol before it; empty after something quoted, `;` at the beginning. */
  readonly previous: string
}

/** Every word outside quotes and comments. */
export function* wordsOf(text: string, lexicon: Lexicon): Generator<Word> {
  const scan = startScan(lexicon)
  let previous = ';'
  for (const chunk of [text, '\n']) {
    feed(scan, chunk)
    while (readToken(scan)) {
      const sign = signOf(scan)
      if (scan.kind === 'word') yield { word: sign, previous }
      previous = sign
    }
  }
}

/** The beginning of a statement that is at hand as text. */
export function readHead(text: string, lexicon: Lexicon, tokensMax: number): Head {
  const scan = startScan(lexicon)
  const tokens: Token[] = []
  for (const chunk of [text, '\n']) {
    feed(scan, chunk)
    while (tokens.length < tokensMax && readToken(scan)) {
      tokens.push({ kind: scan.kind, word: signOf(scan), start: scan.start, end: scan.end, depth: 0 })
    }
  }
  return { text, tokens, seen: new Set() }
}

/** A word in lower case, a symbol as it is; empty for everything quoted. */
function signOf(scan: Scan): string {
  if (scan.kind === 'word') return fold(wordText(scan))
  return scan.kind === 'symbol' ? String.fromCharCode(scan.symbol) : ''
}
