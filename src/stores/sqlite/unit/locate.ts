/** Where in a statement SQLite stumbled. The driver gives no offset, so the message and the text have to tell. */

import type { SourcePlace } from '../../../core/error.ts'
import { positionIn, type Placed } from '../../sql/place.ts'
import type { SqliteClient } from '../client.ts'
import { messageOf } from '../failure.ts'

/** Texts beyond this are pointed at by their first line only. */
const searchedCharsMax = 100_000
const triesMax = 200

/** The place of the failing word where it can be told, else of the statement. */
export function locate(client: SqliteClient, error: unknown, at: { statement: Placed; file: string }): SourcePlace {
  const { text } = at.statement
  const offset = text.length > searchedCharsMax ? null : offsetOf(client, messageOf(error), text)
  return positionIn(at.statement, offset ?? 0, at.file)
}

function offsetOf(client: SqliteClient, message: string, text: string): number | null {
  const near = /^near "([\s\S]+)": syntax error$/.exec(message)?.[1]
  if (near !== undefined) return offsetOfSyntaxError(client, { message, token: near, text })
  const token = /^unrecognized token: "([\s\S]+)"$/.exec(message)?.[1]
  if (token !== undefined) return found(text.lastIndexOf(token))
  for (const form of namingMessages) {
    const name = form.exec(message)?.[1]
    if (name !== undefined) return offsetOfName(text, name.replace(/^(main|temp)\./, ''))
  }
  return null
}

/**
 * The parser stops at the first token that fits no rule, whatever follows it. So of all places where the token stands
 * it is the first at which the text, cut after it, is refused with the same words. Nothing is run.
 */
function offsetOfSyntaxError(
  client: SqliteClient,
  search: { message: string; token: string; text: string },
): number | null {
  const { message, token, text } = search
  // Some PRAGMAs take effect while they are being prepared.
  if (/^\s*pragma\b/i.test(text)) return null
  let at = text.indexOf(token)
  for (let tries = 0; at !== -1 && tries < triesMax; tries++) {
    if (refusalOf(client, text.slice(0, at + token.length)) === message) return at
    at = text.indexOf(token, at + 1)
  }
  return null
}

function refusalOf(client: SqliteClient, text: string): string | null {
  try {
    client.prepare(text)
    return null
  } catch (error) {
    return messageOf(error)
  }
}

/** A name that stands in the text more than once could be meant anywhere: then none is pointed at. */
function offsetOfName(text: string, name: string): number | null {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const places = [...text.matchAll(new RegExp(`(?<![\\w$])${escaped}(?![\\w$])`, 'gi'))].map((match) => match.index)
  return places.length === 1 ? (places[0] ?? null) : null
}

const namingMessages: readonly RegExp[] = [
  /^no such (?:table|column|index|view|trigger|function|module|savepoint|database|collation sequence): "?([^"]+?)"?(?: - should this be.*)?$/,
  /^(?:table|index|view|trigger) "?([^"]+?)"? already exists$/,
  /^there is already (?:a table|an index) named (.+)$/,
  /^duplicate column name: (.+)$/,
  /^table .+ has no column named (.+)$/,
  /^unknown column "(.+)" in foreign key definition$/,
  /^unknown table option: (.+)$/,
  /^(?:wrong number of arguments to|misuse of aggregate) function ([^(]+)\(\)$/,
]

function found(index: number): number | null {
  return index === -1 ? null : index
}
