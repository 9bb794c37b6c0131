/** Cuts a script into statements while it is read: memory for the longest statement and a chunk, time linear in the text. */

import type { Statement } from '../../core/script.ts'
import { dialects, type Dialect, type SqlDialect } from './dialect.ts'
import { addToken, startDraft, type Draft } from './lex/draft.ts'
import { code } from './lex/lexicon.ts'
import { readToken } from './lex/scan.ts'
import { feed, readAsLine, startScan, unterminated, type Scan } from './lex/state.ts'
import { moveOn, openWindow, placeOf, textBetween, type Window } from './lex/window.ts'
import { positionIn } from './place.ts'
import { clientCommand, refuse, type Refusal } from './refuse.ts'

/**
 * The statements of a script, one by one. Their texts begin with their first token and end with their last, so comments
 * around them are left out and those inside stay. What no server understands is refused with its place.
 */
export function* splitStatements(chunks: Iterable<string>, dialect: SqlDialect, file: string): Generator<Statement> {
  const split = startSplit(dialects[dialect], file)
  for (const chunk of withLastLineFeed(chunks)) {
    moveOn(split.window, chunk, neededFrom(split))
    feed(split.scan, chunk)
    while (readToken(split.scan)) {
      const statement = takeToken(split)
      if (statement !== null) yield statement
    }
  }
  const last = finish(split)
  if (last !== null) yield last
}

interface Split {
  readonly dialect: Dialect
  readonly file: string
  readonly scan: Scan
  readonly window: Window
  /** The statement under way. */
  draft: Draft | null
}

/** At a line feed every token ends that can end; what is still open after it lacks its end. */
function* withLastLineFeed(chunks: Iterable<string>): Generator<string> {
  yield* chunks
  yield '\n'
}

function startSplit(dialect: Dialect, file: string): Split {
  return { dialect, file, scan: startScan(dialect.lexicon), window: openWindow(), draft: null }
}

/** Where the text begins that a statement, or the report of an open comment, will need. */
function neededFrom({ draft, scan }: Split): number | null {
  if (draft !== null) return draft.start
  return scan.mode === 'plain' || scan.mode === 'line-comment' ? null : scan.opened
}

function takeToken(split: Split): Statement | null {
  const { scan, dialect } = split
  if (scan.kind === 'line') refuseLine(split)
  const isSemicolon = scan.kind === 'symbol' && scan.symbol === code.semicolon
  if (isSemicolon && (split.draft === null || endsStatement(split.draft, dialect))) return endStatement(split)
  split.draft ??= startDraft(scan, placeOf(split.window, scan.start))
  addToken(split.draft, scan, dialect)
  if (startsClientCommand(split.draft, split)) readAsLine(scan)
  return null
}

function endsStatement(draft: Draft, { lexicon }: Dialect): boolean {
  return draft.body !== 'open' && !(lexicon.parenthesesHold && draft.depth > 0)
}

/** `\copy`, `.read` and DELIMITER are for the programs psql, sqlite3 and mysql; the rest of their line is not SQL. */
function startsClientCommand(draft: Draft, { scan, dialect }: Split): boolean {
  const isFirst = draft.start === scan.start
  if (scan.kind === 'word') return isFirst && draft.tokens[0]?.word === 'delimiter'
  return scan.kind === 'symbol' && scan.symbol === dialect.clientSign.code && (isFirst || dialect.clientSign.anywhere)
}

function endStatement(split: Split): Statement | null {
  const { draft, dialect, scan, file } = split
  if (draft === null) return null
  split.draft = null
  const text = textBetween(split.window, draft.start, draft.end)
  const head = { text, tokens: draft.tokens, seen: draft.seen }
  const statement = { text, ...draft.place, traits: dialect.traitsOf(head) }
  const refusal = dialect.refusalOf(head)
  if (refusal !== null) refuse(positionIn(statement, 0, file), refusal)
  scan.backslashStrings = dialect.backslashStringsAfter(head, scan.backslashStrings)
  return statement
}

function finish(split: Split): Statement | null {
  const open = unterminated(split.scan)
  if (open !== null) refuseAt(split, split.scan.opened, neverEnds(open))
  const { draft, dialect } = split
  if (draft?.body === 'open') refuseAt(split, draft.start, bodyNeverEnds(dialect.bodyName))
  // Where it was forgotten, all statements after it have become one: told here better than as an error of syntax.
  if (draft !== null && dialect.lexicon.parenthesesHold && draft.depth > 0) {
    refuseAt(split, draft.openedAt, neverEnds('parenthesis'))
  }
  return endStatement(split)
}

function neverEnds(what: string): Refusal {
  return {
    reason: `this ${what} has no end`,
    help: 'close it; everything after it would be taken for a part of it',
  }
}

function bodyNeverEnds(what: string): Refusal {
  return {
    reason: `this ${what} has no END`,
    help: 'end each statement in the body with a semicolon, and the body with END;',
  }
}

function refuseLine(split: Split): never {
  const { scan, window } = split
  return refuseAt(split, scan.start, clientCommand(textBetween(window, scan.start, scan.end)))
}

/** The excerpt ends where the scan has come to, which is the end of a line or of the file. */
function refuseAt({ scan, window, draft, file }: Split, offset: number, refusal: Refusal): never {
  const start = draft?.start ?? offset
  const end = scan.kind === 'line' ? scan.end : window.base + window.text.length
  const text = textBetween(window, start, end)
  return refuse(positionIn({ text, ...(draft?.place ?? placeOf(window, start)) }, offset - start, file), refusal)
}
