/** `${name:ident}`, `${name:literal}`, `${name:raw}`: filled in as the text streams by, never part of a checksum. */

import { LockstepError } from '../../core/error.ts'
import { countLineFeeds } from './lines.ts'

/** Who reads the quotes. */
export type Dialect = 'postgres' | 'sqlite' | 'mysql' | 'cypher'

export interface Filling {
  /** Values by name. With none, `${` is plain text. */
  readonly values: Readonly<Record<string, string>>
  readonly dialect: Dialect
  /** As the user would name it. */
  readonly file: string
}

/**
 * Fills a text that comes in chunks. Linear, and holds back at most one unfinished placeholder. Values are not looked
 * through for placeholders again. `${` that no name follows is plain text: `$${"a": 1}$$` is a string of PostgreSQL.
 */
export function* fillPlaceholders(chunks: Iterable<string>, filling: Filling): Generator<string, void, undefined> {
  if (Object.keys(filling.values).length === 0) {
    yield* chunks
    return
  }
  let held = ''
  let line = 1
  for (const chunk of chunks) {
    const text = held + chunk
    const end = safeEnd(text)
    held = text.slice(end)
    if (end === 0) continue
    const ready = text.slice(0, end)
    yield fillWhole(ready, line, filling)
    line += countLineFeeds(ready)
  }
  if (held !== '') yield fillWhole(held, line, filling)
}

/** Longest `${...}` that is looked for; what is longer is a missing brace. */
const placeholderMax = 200

/** Where a placeholder may begin that the chunk does not end. */
function safeEnd(text: string): number {
  const last = text.lastIndexOf('${')
  if (last !== -1 && text.length - last < placeholderMax && !/[}\n]/.test(text.slice(last))) return last
  return text.endsWith('$') ? text.length - 1 : text.length
}

/** Opening, name and form; the closing brace is looked at afterwards, so that a missing one is told. */
const opening = /\$\{(?=[ \t]*[A-Za-z_])([^}\n$]{0,200})(\})?/g

function fillWhole(text: string, firstLine: number, filling: Filling): string {
  if (!text.includes('${')) return text
  let filled = ''
  let at = 0
  for (const { 0: all, 1: inner = '', 2: brace, index } of text.matchAll(opening)) {
    const value = brace === undefined ? null : valueOf(inner, filling)
    if (value === null) throw unknown(inner, firstLine + countLineFeeds(text, 0, index), filling)
    filled += text.slice(at, index) + value
    at = index + all.length
  }
  return filled + text.slice(at)
}

function unknown(inner: string, line: number, { file, values }: Filling): LockstepError {
  const details = { file, line, name: inner.slice(0, 60), known: Object.keys(values) }
  return new LockstepError('placeholder-unknown', details)
}

function valueOf(inner: string, { values, dialect }: Filling): string | null {
  const found = /^([A-Za-z_][A-Za-z0-9_]*):(ident|literal|raw)$/.exec(inner)
  const name = found?.[1] ?? ''
  if (found === null || !Object.hasOwn(values, name)) return null
  const value = values[name] ?? ''
  switch (found[2] as 'ident' | 'literal' | 'raw') {
    case 'ident':
      return quoteIdent(value, dialect)
    case 'literal':
      return quoteLiteral(value, dialect)
    case 'raw':
      return value
  }
}

function quoteIdent(value: string, dialect: Dialect): string {
  const quote = dialect === 'mysql' || dialect === 'cypher' ? '`' : '"'
  return quote + value.replaceAll(quote, quote + quote) + quote
}

function quoteLiteral(value: string, dialect: Dialect): string {
  switch (dialect) {
    case 'sqlite':
      return `'${value.replaceAll("'", "''")}'`
    case 'postgres': {
      const doubled = value.replaceAll("'", "''")
      // The same under either value of standard_conforming_strings. The blank keeps E apart from a word before it.
      return value.includes('\\') ? ` E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
    }
    case 'mysql':
      return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    case 'cypher':
      return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  }
}
