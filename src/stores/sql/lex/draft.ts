/** A statement while it is read: its place, its head, and whether a semicolon ends it. */

import { fold, headTokensMax, outerTokensMax, watchedWords, type Beginning, type Token } from './head.ts'
import { code } from './lexicon.ts'
import { wordText, type Scan } from './state.ts'
import type { Place } from './window.ts'

/** How a statement comes to have statements inside. */
export interface BodyRule {
  /** Whether the token added last opens a body; the END that follows a semicolon in it closes it. */
  readonly opensBody: (draft: Beginning) => boolean
  readonly bodyMayBeEmpty: boolean
}

/** Grows token by token; its text is fetched only when it has ended. */
export interface Draft {
  /** Offset in the file of its first token. */
  readonly start: number
  readonly place: Place
  readonly tokens: Token[]
  readonly seen: Set<string>
  /** Where its last token ends. */
  end: number
  /** Open parentheses, and where in the file the outermost of them is. */
  depth: number
  openedAt: number
  /** Words are read to its end. Not in an INSERT: long scripts are made of those, and their words say nothing. */
  watching: boolean
  /** A body of statements inside, with semicolons of its own. */
  body: 'none' | 'open' | 'closed'
  /** In an open body and after a semicolon: here END closes it. Everywhere else END belongs to CASE, or is a name. */
  endCloses: boolean
}

const bulkStarters: ReadonlySet<string> = new Set(['insert', 'replace'])

/** Begins a statement at the token that the scan has just read. */
export function startDraft(scan: Scan, place: Place): Draft {
  return {
    start: scan.start,
    place,
    tokens: [],
    seen: new Set(),
    end: scan.end,
    depth: 0,
    openedAt: 0,
    watching: true,
    body: 'none',
    endCloses: false,
  }
}

/** Adds the token that the scan has just read. */
export function addToken(draft: Draft, scan: Scan, rule: BodyRule): void {
  draft.end = scan.end
  if (scan.kind === 'symbol' && scan.symbol === code.close && draft.depth > 0) draft.depth--
  const wanted = isWanted(draft)
  if (scan.kind === 'word' && (wanted || draft.watching)) addWord(draft, scan, { rule, wanted })
  else {
    if (wanted) push(draft, scan, scan.kind === 'symbol' ? String.fromCharCode(scan.symbol) : '')
    draft.endCloses = draft.body === 'open' && isSemicolon(scan)
  }
  if (scan.kind !== 'symbol' || scan.symbol !== code.open) return
  if (draft.depth++ === 0) draft.openedAt = scan.start
}

function isWanted({ tokens, depth }: Draft): boolean {
  return tokens.length < headTokensMax || (depth === 0 && tokens.length < outerTokensMax)
}

function isSemicolon(scan: Scan): boolean {
  return scan.kind === 'symbol' && scan.symbol === code.semicolon
}

function addWord(draft: Draft, scan: Scan, { rule, wanted }: { rule: BodyRule; wanted: boolean }): void {
  const word = fold(wordText(scan))
  if (draft.tokens.length === 0) draft.watching = !bulkStarters.has(word)
  if (wanted) push(draft, scan, word)
  if (watchedWords.has(word)) draft.seen.add(word)
  if (draft.endCloses && word === 'end') draft.body = 'closed'
  draft.endCloses = false
  if (draft.body === 'none' && wanted && rule.opensBody(draft)) {
    draft.body = 'open'
    draft.endCloses = rule.bodyMayBeEmpty
  }
}

function push(draft: Draft, scan: Scan, word: string): void {
  const { start, depth } = draft
  draft.tokens.push({ kind: scan.kind, word, start: scan.start - start, end: scan.end - start, depth })
}
