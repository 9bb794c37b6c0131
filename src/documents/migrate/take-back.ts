/** What a down does to a document's list of migrations: it takes its own entries back. */

import { sha256Of } from '../json/canonical.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { printDocument } from '../json/print.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { type HistoryEntry, asEntry, readEntries, withEntries, withEntry } from './history-entry.ts'
import type { DocumentRules } from './rules.ts'

export interface TakenBack {
  readonly value: JsonObject
  readonly path: readonly string[]
  /** Whether these are the bytes that the earliest entry taken back says were there; `null` where none says. */
  readonly exact: boolean | null
}

/**
 * Removes the entries of the migrations that `path` (from newer to older) takes back. An entry that began below the
 * goal is shortened: what it says is still applied up to there.
 */
export function takeBackEntries(
  document: ParsedDocument,
  value: JsonObject,
  { path, rules }: { readonly path: readonly string[]; readonly rules: DocumentRules },
): TakenBack {
  const goal = path.at(-1) ?? ''
  const entries = [...(readEntries(value, rules) ?? [])]
  if (entries.length === 0) return { value, path, exact: null }
  let at = path[0] ?? ''
  let oldest: HistoryEntry | null = null
  while (at !== goal) {
    const entry = asEntry(entries.at(-1))
    if (entry === null || entry.to_version !== at) break
    if (!path.includes(entry.from_version))
      return { ...shortened(document, value, { entries, entry, goal, path, rules }) }
    entries.pop()
    at = entry.from_version
    oldest = entry
  }
  if (at !== goal || oldest === null) {
    return { value: withEntries(value, entries, { rules, whenEmpty: 'keep' }), path, exact: null }
  }
  return asItWas(document, value, { entries, oldest, path, rules })
}

/** The list may have been there, empty, before the first entry, or not. The checksum of the old bytes knows. */
function asItWas(
  document: ParsedDocument,
  value: JsonObject,
  found: {
    readonly entries: readonly JsonValue[]
    readonly oldest: HistoryEntry
    readonly path: readonly string[]
    readonly rules: DocumentRules
  },
): TakenBack {
  const { entries, oldest, path, rules } = found
  const candidates = (['remove', 'keep'] as const).map((whenEmpty) => withEntries(value, entries, { rules, whenEmpty }))
  for (const candidate of candidates) {
    if (sha256Of(printDocument(candidate, document)) === oldest.checksum_before)
      return { value: candidate, path, exact: true }
  }
  return { value: candidates[0] ?? value, path, exact: false }
}

/** The entry led from below the goal to above it: it now ends at the goal, with the changes up to there. */
function shortened(
  document: ParsedDocument,
  value: JsonObject,
  found: {
    readonly entries: readonly JsonValue[]
    readonly entry: HistoryEntry
    readonly goal: string
    readonly path: readonly string[]
    readonly rules: DocumentRules
  },
): TakenBack {
  const { entries, entry, goal, path, rules } = found
  const steps = path.indexOf(entry.to_version) === -1 ? 0 : path.length - 1 - path.indexOf(entry.to_version)
  const { checksum_after: _, ...rest } = entry
  const changes = entry.changes.slice(0, Math.max(0, entry.changes.length - steps))
  const earlier = withEntries(value, entries.slice(0, -1), { rules, whenEmpty: 'keep' })
  const short = { ...rest, to_version: goal, changes }
  return { value: withEntry(earlier, short, { rules, format: document, file: document.file }), path, exact: null }
}
