/** What a down does to a document's list of migrations: it takes its own entries back. */

import { sha256Of } from '../json/canonical.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { printDocument } from '../json/print.ts'
import type { JsonObject, JsonValue } from '../json/value.ts'
import { type HistoryEntry, asEntry, checksumWithoutOwn, readEntries, withEntries, withEntry } from './history-entry.ts'
import type { TransformRegistry } from '../transforms/registry.ts'
import type { DocumentRules } from './rules.ts'

export interface TakenBack {
  readonly value: JsonObject
  readonly path: readonly string[]
  /** Whether these are the bytes that the earliest entry taken back says were there; `null` where none says. */
  readonly exact: boolean | null
}

/** Where the earliest of the migrations that led to `version` found the document; `null` where nothing is kept of them. */
export function foundAt(value: JsonValue, version: string, rules: DocumentRules): string | null {
  if (rules.history === null) return null
  let at = version
  for (const one of [...(readEntries(value, rules) ?? [])].reverse()) {
    const entry = asEntry(one)
    if (entry === null || entry.to_version !== at) break
    at = entry.from_version
  }
  return at
}

interface Way {
  /** From newer to older. */
  readonly path: readonly string[]
  readonly rules: DocumentRules
  readonly transforms: TransformRegistry
}

/**
 * Removes the entries of the migrations that led from the end of `path` to its beginning, by whatever steps. An entry
 * that began below the goal is shortened: what it says is still applied up to there.
 */
export function takeBackEntries(document: ParsedDocument, value: JsonObject, way: Way): TakenBack {
  const { path, rules, transforms } = way
  const goal = path.at(-1) ?? ''
  const entries = [...(readEntries(value, rules) ?? [])]
  let at = path[0] ?? ''
  let oldest: HistoryEntry | null = null
  while (at !== goal) {
    const entry = asEntry(entries.at(-1))
    if (entry === null || entry.to_version !== at) break
    const { from_version: from } = entry
    if (transforms.findWay('up', goal, from).found) {
      entries.pop()
      at = from
      oldest = entry
      continue
    }
    const toGoal = transforms.findWay('up', from, goal)
    if (!toGoal.found) break
    return shortened(document, value, { ...way, entries, entry, kept: toGoal.path })
  }
  if (at === goal && oldest !== null) return asItWas(document, value, { entries, oldest, path, rules })
  // Whoever wrote it without an entry: that is not ours to take away.
  const taken = oldest === null ? value : withEntries(value, entries, { rules, whenEmpty: 'keep' })
  return { value: taken, path, exact: null }
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

/**
 * The entry led from below the goal to above it: it now ends at the goal, with the changes up to there. Where the
 * document was changed since the entry was made, it stays one that was.
 */
function shortened(
  document: ParsedDocument,
  value: JsonObject,
  found: Way & {
    readonly entries: readonly JsonValue[]
    readonly entry: HistoryEntry
    /** The versions from where the entry began to the goal. */
    readonly kept: readonly string[]
  },
): TakenBack {
  const { entries, entry, kept, path, rules, transforms } = found
  const { checksum_after: signed, ...rest } = entry
  const changes = kept.slice(1).map((to, i) => transforms.step(kept[i] ?? '', to).changes)
  const short = { ...rest, to_version: path.at(-1) ?? '', changes }
  const earlier = entries.slice(0, -1)
  const last = asEntry(readEntries(document.value, rules)?.at(-1))
  const taken =
    last !== null && checksumWithoutOwn(document, rules) === last.checksum_after
      ? withEntry(withEntries(value, earlier, { rules, whenEmpty: 'keep' }), short, {
          rules,
          format: document,
          file: document.file,
        })
      : withEntries(value, [...earlier, { ...short, checksum_after: signed }], { rules, whenEmpty: 'keep' })
  return { value: taken, path, exact: null }
}
