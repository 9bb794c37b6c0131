/** The first tokens of a statement, and patterns over them. What a statement is, its beginning tells. */

import type { TokenKind } from './state.ts'

/** A token of a head; it has no text of its own, only its place in the statement. */
export interface Token {
  readonly kind: TokenKind
  /** A word in lower case, a symbol as it is; empty for everything quoted. */
  readonly word: string
  /** Offsets in the statement's text. */
  readonly start: number
  readonly end: number
  /** Parentheses around it. */
  readonly depth: number
}

/** What traits are decided on. */
export interface Head {
  /** The whole statement. */
  readonly text: string
  readonly tokens: readonly Token[]
  /** Those of `watchedWords` that stand anywhere outside quotes and comments. */
  readonly seen: ReadonlySet<string>
}

/** A head whose statement may still be under way: no text yet, so a form for it has no `@`. */
export type Beginning = Pick<Head, 'tokens'> & Partial<Pick<Head, 'text'>>

/** All tokens up to here are kept, so that a statement of any length has a short head. */
export const headTokensMax = 64
/** Beyond that, only those outside parentheses: COPY t (two hundred columns) FROM ... */
export const outerTokensMax = 256

/** Words that matter wherever they stand. */
export const watchedWords: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'truncate',
  'execute',
  'hold',
  'concurrently',
  'set_config',
  'pg_advisory_lock',
  'pg_try_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_try_advisory_lock_shared',
  'pg_advisory_unlock_all',
])

/** A possibly qualified name, its parts as the server knows them. */
export type NameParts = readonly string[]

/** Where a form fitted. */
export interface Match {
  /** The token after the match. */
  readonly next: number
  /** What the `@` of the form stand for; `null` where an optional one is absent. */
  readonly names: readonly (NameParts | null)[]
}

/**
 * Compares the head with a form such as `create unique? index concurrently @? on`: words, `a|b` for either, `?` for
 * what may be absent, `@` for a name, `()` for a group in parentheses. No way back: an optional part is taken where it fits.
 */
export function matchForm(head: Beginning, form: string): Match | null {
  const parts = partsOf(form)
  // Most statements are none of most forms, and their first word says so.
  if (parts[0]?.optional === false && afterPart(head, 0, parts[0]) === null) return null
  const names: (NameParts | null)[] = []
  let next = 0
  for (const [index, part] of parts.entries()) {
    const after = part.kind === 'name' ? readName(head, next, parts[index + 1]) : null
    if (part.kind === 'name') names.push(after === null ? null : after.parts)
    const reached = part.kind === 'name' ? (after?.next ?? null) : afterPart(head, next, part)
    if (reached === null && !part.optional) return null
    next = reached ?? next
  }
  return { next, names }
}

/** Whether the head begins with this form. */
export function begins(head: Beginning, form: string): boolean {
  return matchForm(head, form) !== null
}

interface Part {
  readonly kind: 'word' | 'name' | 'group'
  readonly words: readonly string[]
  readonly optional: boolean
}

const known = new Map<string, readonly Part[]>()

function partsOf(form: string): readonly Part[] {
  const found = known.get(form)
  if (found !== undefined) return found
  const parts = form.split(' ').map((text): Part => {
    const bare = text.replace(/\?$/, '')
    const kind = bare === '@' ? 'name' : bare === '()' ? 'group' : 'word'
    return { kind, words: bare.split('|'), optional: text.endsWith('?') }
  })
  known.set(form, parts)
  return parts
}

function afterPart(head: Beginning, at: number, part: Part): number | null {
  const token = head.tokens[at]
  if (token === undefined) return null
  if (part.kind === 'group') return token.word === '(' ? afterGroup(head, at) : null
  return token.kind !== 'name' && part.words.includes(token.word) ? at + 1 : null
}

function afterGroup(head: Beginning, at: number): number | null {
  const depth = head.tokens[at]?.depth ?? 0
  const closing = head.tokens.findIndex((token, i) => i > at && token.word === ')' && token.depth === depth)
  return closing === -1 ? null : closing + 1
}

/** Reads `a.b."C"` at a token; the word that the form wants next is no name. */
export function readName(head: Beginning, at: number, following?: Part): { parts: NameParts; next: number } | null {
  const first = nameOf(head, at)
  const token = head.tokens[at]
  if (first === null || (token?.kind === 'word' && following?.words.includes(token.word) === true)) return null
  const parts = [first]
  let next = at + 1
  for (let part = nameOf(head, next + 1); isDot(head, next) && part !== null; part = nameOf(head, next + 1)) {
    parts.push(part)
    next += 2
  }
  return { parts, next }
}

/** In lower case as PostgreSQL has it: of letters beyond ASCII it changes none. */
export function fold(word: string): string {
  const lower = word.toLowerCase()
  if (lower === word || !/[\u0080-\uffff]/.test(word)) return lower
  return word.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

/** Text of a token as it is written. */
export function tokenText(head: Beginning, at: number): string {
  const token = head.tokens[at]
  return token === undefined ? '' : (head.text ?? '').slice(token.start, token.end)
}

function isDot(head: Beginning, at: number): boolean {
  return head.tokens[at]?.word === '.'
}

function nameOf(head: Beginning, at: number): string | null {
  const token = head.tokens[at]
  if (token?.kind === 'word') return cutName(token.word)
  if (token?.kind !== 'name') return null
  return cutName(tokenText(head, at).slice(1, -1).replaceAll('""', '"'))
}

/** PostgreSQL keeps 63 bytes of a name, and never half a character. */
function cutName(name: string): string {
  if (name.length * 3 <= 63) return name
  let bytes = 0
  let end = 0
  for (const one of name) {
    bytes += Buffer.byteLength(one)
    if (bytes > 63) break
    end += one.length
  }
  return name.slice(0, end)
}
