/** The list that a document carries about itself: one entry for each migration, with checksums that can be recomputed. */

import { type Sha256, canonicalText, sha256Of } from '../json/canonical.ts'
import { freezeJson } from '../json/freeze.ts'
import { type ParsedDocument, parseDocument } from '../json/parse.ts'
import { type Format, printDocument } from '../json/print.ts'
import {
  type JsonObject,
  type JsonValue,
  isJsonArray,
  isJsonObject,
  memberOf,
  withMember,
  withoutMember,
} from '../json/value.ts'
import type { DocumentRules } from './rules.ts'

export interface HistoryEntry {
  readonly from_version: string
  readonly to_version: string
  /** ISO 8601, UTC. */
  readonly applied_at: string
  /** The changes of each transform on the way. */
  readonly changes: readonly (readonly string[])[]
  /** Of the exact bytes before, which the backup holds. */
  readonly checksum_before: Sha256
  /** Of the canonical content after, without this member; see `canonicalRule`. */
  readonly checksum_after: Sha256
}

/** The entries of a document; `null` where it has no list, or something else under that name. */
export function readEntries(value: JsonValue, rules: DocumentRules): readonly JsonValue[] | null {
  if (rules.history === null || !isJsonObject(value)) return null
  const entries = memberOf(value, rules.history)
  return isJsonArray(entries) ? entries : null
}

/** An entry as this tool writes them; `null` for one that was written by somebody else. */
export function asEntry(value: JsonValue | undefined): HistoryEntry | null {
  if (value === undefined || !isJsonObject(value)) return null
  const texts = [value['from_version'], value['to_version'], value['checksum_before'], value['checksum_after']]
  if (texts.some((text) => typeof text !== 'string')) return null
  // The members that matter were just looked at.
  return value as unknown as HistoryEntry
}

/** The document with an entry at the end of its list, its own checksum filled in. */
export function withEntry(
  document: JsonObject,
  entry: Omit<HistoryEntry, 'checksum_after'>,
  { rules, format, file }: { readonly rules: DocumentRules; readonly format: Format; readonly file: string },
): JsonObject {
  if (rules.history === null) return document
  const before = readEntries(document, rules) ?? []
  const unsigned = withMember(document, rules.history, [...before, toJson(entry)])
  const checksum = checksumOfContent(unsigned, format, file)
  return withMember(document, rules.history, [...before, { ...toJson(entry), checksum_after: checksum }])
}

/** The checksum that the last entry of a document should have; `null` where there is none. */
export function checksumWithoutOwn(document: ParsedDocument, rules: DocumentRules): Sha256 | null {
  const entries = readEntries(document.value, rules)
  if (rules.history === null || entries === null || entries.length === 0) return null
  return sha256Of(canonicalText(document, [rules.history, String(entries.length - 1), 'checksum_after']))
}

/** The same document with other entries. An empty list is left empty, or taken away as a whole. */
export function withEntries(
  document: JsonObject,
  entries: readonly JsonValue[],
  { rules, whenEmpty }: { readonly rules: DocumentRules; readonly whenEmpty: 'keep' | 'remove' },
): JsonObject {
  if (rules.history === null) return document
  if (entries.length === 0 && whenEmpty === 'remove') return withoutMember(document, rules.history)
  return withMember(document, rules.history, entries)
}

/** Canonical content counts numbers as they will be written, so odd formats are printed and read once more. */
function checksumOfContent(value: JsonObject, format: Format, file: string): Sha256 {
  // Nobody else has it yet; what is known to be plain is written faster.
  freezeJson(value, Infinity)
  const unread = { file, bytes: new Uint8Array(), value, style: format.style, source: null }
  if (format.source === null) return sha256Of(canonicalText(unread))
  const limits = { bytesMax: Infinity, depthMax: Infinity }
  return sha256Of(canonicalText(parseDocument(printDocument(value, format), file, limits)))
}

function toJson(entry: Omit<HistoryEntry, 'checksum_after'>): JsonObject {
  return { ...entry }
}
