/**
 * The canonical content of a document, for checksums that outlive its formatting. Rule `canonical-1`: no blanks; keys
 * sorted by code units; strings escaped as `JSON.stringify` does; numbers exactly as the source writes them.
 */

import { hash } from 'node:crypto'
import { isKnownPlain } from './freeze.ts'
import type { ParsedDocument } from './parse.ts'
import type { SourceNode } from './source.ts'
import { type JsonValue, isExactNumber, isJsonArray, isJsonObject, numberText } from './value.ts'

/** The rule's name. A later rule gets another one and is named in what it signs; this one is meant where none is. */
export const canonicalRule = 'canonical-1'

/** A checksum of exact bytes, or of canonical content. */
export type Sha256 = `sha256:${string}`

export function sha256Of(data: Uint8Array | string): Sha256 {
  return `sha256:${hash('sha256', data)}`
}

/** The canonical text of a document as it was read. `without` leaves one member at a path of keys and indexes out. */
export function canonicalText(document: ParsedDocument, without: readonly string[] = []): string {
  if (document.source === null) {
    const ordered = without.length === 0 && isKnownPlain(document.value) ? inOrder(document.value) : undefined
    return ordered === undefined ? textOfValue(document.value, without) : JSON.stringify(ordered)
  }
  return textOfNode(document.source.root, document.source.text, without)
}

/**
 * The same value with the keys of each object in order, for `JSON.stringify`, which is twice as fast as the walk below
 * and writes the same. `undefined` where JavaScript has an order of its own: it puts keys such as "10" first.
 */
function inOrder(value: JsonValue): JsonValue | undefined {
  if (isJsonArray(value)) {
    const items: JsonValue[] = []
    for (const item of value) {
      const ordered = inOrder(item)
      if (ordered === undefined) return undefined
      items.push(ordered)
    }
    return items
  }
  if (!isJsonObject(value)) return value
  const members: Record<string, JsonValue> = {}
  for (const key of Object.keys(value).sort()) {
    const ordered = isOwnOrder(key) ? undefined : inOrder(value[key] ?? null)
    if (ordered === undefined) return undefined
    members[key] = ordered
  }
  return members
}

/** Keys that look like numbers, and the one that is none. */
function isOwnOrder(key: string): boolean {
  const first = key.charCodeAt(0)
  return (first >= 48 && first <= 57) || key === '__proto__'
}

/** The end of a path that nothing is left out at, or that leads elsewhere. */
const nothing: readonly string[] = []

function textOfValue(value: JsonValue, without: readonly string[]): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)) return numberText(value)
  if (isJsonArray(value)) return textOfItems(value, without)
  if (!isJsonObject(value)) return String(value)
  let text = '{'
  for (const key of Object.keys(value).sort()) {
    if (isLeftOut(without, key)) continue
    if (text !== '{') text += ','
    text += `${quoted(key)}:${textOfValue(value[key] ?? null, below(without, key))}`
  }
  return `${text}}`
}

function textOfItems(items: readonly JsonValue[], without: readonly string[]): string {
  let text = '['
  for (const [i, item] of items.entries()) {
    if (i > 0) text += ','
    text += textOfValue(item, without === nothing ? nothing : below(without, String(i)))
  }
  return `${text}]`
}

function textOfNode(node: SourceNode, text: string, without: readonly string[]): string {
  const { value, members, items } = node
  if (items !== null) return `[${items.map((item, i) => textOfNode(item, text, below(without, String(i)))).join(',')}]`
  if (members === null) return typeof value === 'string' ? quoted(value) : text.slice(node.start, node.end)
  const parts = [...members]
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .filter((member) => !isLeftOut(without, member.key))
    .map((member) => `${quoted(member.key)}:${textOfNode(member.node, text, below(without, member.key))}`)
  return `{${parts.join(',')}}`
}

/** As `JSON.stringify` writes it; most texts hold nothing that it would escape. */
function quoted(text: string): string {
  return /["\\]|[^ -\ud7ff]/.test(text) ? JSON.stringify(text) : `"${text}"`
}

function isLeftOut(without: readonly string[], key: string): boolean {
  return without.length === 1 && without[0] === key
}

function below(without: readonly string[], key: string): readonly string[] {
  return without.length > 1 && without[0] === key ? without.slice(1) : nothing
}
