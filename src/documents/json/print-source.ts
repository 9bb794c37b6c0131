/**
 * Prints a changed value over the text that it came from. Values that are still what they were are copied letter for
 * letter: number texts, escapes, blanks and all. Only what is new is written in the document's style.
 */

import { type Pieces, joinItems, joinMembers } from './pieces.ts'
import type { SourceMember, SourceNode } from './source.ts'
import { type Style, printString, printValue } from './style.ts'
import {
  type JsonObject,
  type JsonValue,
  isExactNumber,
  isJsonArray,
  isJsonObject,
  memberOf,
  numberText,
} from './value.ts'

interface Printer {
  readonly text: string
  readonly style: Style
  /** Where an object or array of the source stood: it may have moved as a whole. */
  readonly places: ReadonlyMap<JsonValue, SourceNode>
  /** Number nodes whose text was written. */
  readonly used: Set<SourceNode>
  /** Numbers whose place now holds another number or text: they did not move, they were changed there. */
  readonly replaced: Set<SourceNode>
  /** Texts of numbers that left their place, by value; a number that appears elsewhere takes its text along. */
  readonly displaced: ReadonlyMap<string, string> | null
  strangers: number
}

/** The text of `value`, with all that is unchanged since `source` as it stood there. */
export function printOverSource(
  value: JsonValue,
  source: { readonly text: string; readonly root: SourceNode },
  style: Style,
): string {
  const { text, root } = source
  const places = placesOf(root)
  const first: Printer = { text, style, places, used: new Set(), replaced: new Set(), displaced: null, strangers: 0 }
  const body = write(first, value, { node: root, depth: 0 })
  const whole = (one: string): string => text.slice(0, root.start) + one + text.slice(root.end)
  if (first.strangers === 0) return whole(body)
  const displaced = displacedTexts(root, first)
  if (displaced.size === 0) return whole(body)
  return whole(write({ ...first, used: new Set(), displaced }, value, { node: root, depth: 0 }))
}

interface Spot {
  /** What stood at this place before, if anything. */
  readonly node: SourceNode | null
  readonly depth: number
}

function write(printer: Printer, value: JsonValue, spot: Spot): string {
  const { node, depth } = spot
  if (node !== null && isUnchanged(value, node)) {
    markUsed(printer, node)
    return printer.text.slice(node.start, node.end)
  }
  const changedInPlace = node !== null && isScalar(value) && isScalar(node.value)
  if (changedInPlace) printer.replaced.add(node)
  if (typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)) {
    printer.strangers++
    const own = numberText(value)
    return changedInPlace ? own : (printer.displaced?.get(own) ?? own)
  }
  if (isJsonArray(value) || isJsonObject(value)) {
    const moved = printer.places.get(value)
    if (moved !== undefined && moved !== node) return writeMoved(printer, moved, depth)
    return isJsonArray(value) ? writeArray(printer, value, spot) : writeObject(printer, value, spot)
  }
  return typeof value === 'string' ? printString(value, printer.style) : printValue(value, printer.style, depth)
}

function isUnchanged(value: JsonValue, node: SourceNode): boolean {
  return Object.is(value, node.value) && (typeof value !== 'object' || value === null || value === node.value)
}

function isScalar(value: JsonValue): boolean {
  return !isJsonArray(value) && !isJsonObject(value)
}

/** A part that was taken as it is to another place: only its indentation follows. */
function writeMoved(printer: Printer, node: SourceNode, depth: number): string {
  markUsed(printer, node)
  const text = printer.text.slice(node.start, node.end)
  const lineStart = printer.text.lastIndexOf('\n', node.start) + 1
  const before = /^[ \t]*/.exec(printer.text.slice(lineStart, node.start))?.[0] ?? ''
  const after = printer.style.indent.repeat(depth)
  return before === after ? text : text.replaceAll(`\n${before}`, `\n${after}`)
}

function writeObject(printer: Printer, value: JsonObject, { node, depth }: Spot): string {
  const before = node?.members ?? []
  const members = new Map(before.map((member) => [member.key, member]))
  const parts = keysInOrder(Object.keys(value), before).map((key) => {
    const member = members.get(key)
    const item = memberOf(value, key) ?? null
    return { member, text: writeMember(printer, { key, item, member }, depth) }
  })
  return joinMembers(parts, piecesOf(printer, node, depth))
}

function writeMember(
  printer: Printer,
  { key, item, member }: { key: string; item: JsonValue; member: SourceMember | undefined },
  depth: number,
): string {
  const text = write(printer, item, { node: member?.node ?? null, depth: depth + 1 })
  if (member === undefined) {
    const colon = printer.style.indent === '' && !printer.style.spaced ? ':' : ': '
    return printString(key, printer.style) + colon + text
  }
  return printer.text.slice(member.keyStart, member.node.start) + text
}

function writeArray(printer: Printer, value: readonly JsonValue[], { node, depth }: Spot): string {
  const before = node?.items ?? []
  const aligned = alignItems(value, before)
  const parts = value.map((item, i) => {
    const from = aligned[i] ?? null
    return { from, text: write(printer, item, { node: from, depth: depth + 1 }) }
  })
  return joinItems(parts, piecesOf(printer, node, depth))
}

function piecesOf(printer: Printer, node: SourceNode | null, depth: number): Pieces {
  return { text: printer.text, style: printer.style, node, depth }
}

/**
 * The order of an object's keys. JavaScript puts keys such as "10" first whatever the text says; so where the others
 * kept their order, all old keys stand as they stood, and each new one follows the key that it follows in the value.
 */
function keysInOrder(keys: readonly string[], before: readonly SourceMember[]): readonly string[] {
  const now = new Set(keys)
  const kept = before.map((member) => member.key).filter((key) => now.has(key))
  const keptSet = new Set(kept)
  const namesNow = keys.filter((key) => keptSet.has(key) && isName(key))
  const namesBefore = kept.filter(isName)
  if (namesNow.some((key, i) => key !== namesBefore[i])) return keys
  const order = [...kept]
  keys.forEach((key, i) => {
    if (keptSet.has(key)) return
    const previous = keys[i - 1]
    const follows = previous !== undefined && isName(key) && isName(previous) && i < keys.length - 1
    order.splice(i === 0 && isName(key) ? 0 : follows ? order.indexOf(previous) + 1 : order.length, 0, key)
  })
  return order
}

/** Not one of the keys that JavaScript takes for array indexes. */
function isName(key: string): boolean {
  return !/^(?:0|[1-9][0-9]*)$/.test(key)
}

/** Pairs items with those that stood there: the same at the beginning, the same at the end, the rest by number. */
function alignItems(value: readonly JsonValue[], before: readonly SourceNode[]): readonly (SourceNode | undefined)[] {
  const short = Math.min(value.length, before.length)
  let head = 0
  while (head < short && sameItem(value[head], before[head])) head++
  let tail = 0
  while (tail < short - head && sameItem(value.at(-1 - tail), before.at(-1 - tail))) tail++
  return value.map((_, i) => {
    if (i >= value.length - tail) return before[before.length - (value.length - i)]
    return i < before.length - tail ? before[i] : undefined
  })
}

function sameItem(value: JsonValue | undefined, node: SourceNode | undefined): boolean {
  return value !== undefined && node !== undefined && isUnchanged(value, node)
}

function placesOf(root: SourceNode): Map<JsonValue, SourceNode> {
  const places = new Map<JsonValue, SourceNode>()
  eachNode(root, (node) => {
    if (node.members !== null || node.items !== null) places.set(node.value, node)
  })
  return places
}

function markUsed(printer: Printer, root: SourceNode): void {
  eachNode(root, (node) => printer.used.add(node))
}

/** By value, the one text that the numbers of this value had which left their place; where they differ, none. */
function displacedTexts(root: SourceNode, { text, used, replaced }: Printer): Map<string, string> {
  const texts = new Map<string, string | null>()
  eachNode(root, (node) => {
    const { value } = node
    if (used.has(node) || replaced.has(node) || (typeof value !== 'number' && typeof value !== 'bigint')) return
    const own = numberText(value)
    const written = text.slice(node.start, node.end)
    texts.set(own, texts.has(own) && texts.get(own) !== written ? null : written)
  })
  return new Map([...texts].filter((pair): pair is [string, string] => pair[1] !== null && pair[1] !== pair[0]))
}

function eachNode(node: SourceNode, visit: (node: SourceNode) => void): void {
  visit(node)
  for (const member of node.members ?? []) eachNode(member.node, visit)
  for (const item of node.items ?? []) eachNode(item, visit)
}
