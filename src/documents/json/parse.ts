/** Bytes to a document: its value, frozen, and everything that printing it again needs. */

import { isUtf8 } from 'node:buffer'
import { LockstepError, assert } from '../../core/error.ts'
import { freezeJson, freezeParsed } from './freeze.ts'
import { type SourceNode, readSource } from './source.ts'
import { type Style, printByStyle, styleOf } from './style.ts'
import type { JsonValue } from './value.ts'

export interface Limits {
  readonly bytesMax: number
  /** Levels of arrays and objects. */
  readonly depthMax: number
}

export const defaultLimits: Limits = { bytesMax: 64 * 1024 * 1024, depthMax: 200 }

export interface ParsedDocument {
  /** As the user would name it. */
  readonly file: string
  readonly bytes: Uint8Array
  /** Frozen through and through. */
  readonly value: JsonValue
  readonly style: Style
  /** The text with the place of every value; `null` where value and style alone give the very same bytes. */
  readonly source: { readonly text: string; readonly root: SourceNode } | null
}

/** Reads a document, or throws the `document-...` error that names its first fault and the place of it. */
export function parseDocument(bytes: Uint8Array, file: string, limits: Limits = defaultLimits): ParsedDocument {
  if (bytes.length > limits.bytesMax) {
    throw new LockstepError('document-too-large', { file, bytes: bytes.length, bytesMax: limits.bytesMax })
  }
  const decoded = decode(bytes, file)
  const bom = decoded.charCodeAt(0) === 0xfeff
  const text = bom ? decoded.slice(1) : decoded
  const style = styleOf(text, bom)
  const value = parsePlainly(text, style, limits)
  if (value !== undefined) return { file, bytes, value, style, source: null }
  const root = readSource(text, { file, depthMax: limits.depthMax })
  const { fault } = freezeJson(root.value, limits.depthMax)
  assert(fault === null, `${file}: read, but not JSON: ${fault?.reason}`)
  return { file, bytes, value: root.value, style, source: { text, root } }
}

/**
 * The fast way, taken only where printing gives back the same text: that proves at once that no number lost a digit, no
 * key stood there twice, and no key changed its place. `undefined`: it does not, or the text is no JSON at all.
 */
function parsePlainly(text: string, style: Style, limits: Limits): JsonValue | undefined {
  // Half a character would survive this way, as an escape; and hostile nesting could exhaust the memory.
  if (/\\u[dD][89a-fA-F]/.test(text) || isTooDeep(text, limits.depthMax)) return undefined
  let value: JsonValue
  try {
    value = JSON.parse(text) as JsonValue
  } catch {
    // The exact reader names the place and the reason.
    return undefined
  }
  if (!freezeParsed(value, limits.depthMax)) return undefined
  return printByStyle(value, style, 'plain') === text ? value : undefined
}

/** Worth a look only in long texts: below this size nesting cannot hurt before it is noticed. */
const harmlessLength = 16 * 1024

function isTooDeep(text: string, depthMax: number): boolean {
  if (text.length < harmlessLength) return false
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) i = endOfString(text, i)
    else if (code === 91 || code === 123) depth++
    else if (code === 93 || code === 125) depth--
    if (depth > depthMax) return true
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 92) i++
    else if (code === 34) return i
  }
  return text.length
}

function decode(bytes: Uint8Array, file: string): string {
  if (!isUtf8(bytes)) {
    const offset = firstBadByte(bytes)
    const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
    throw new LockstepError('document-encoding', {
      file,
      offset,
      reason: utf16 ? 'it looks like UTF-16' : hex(bytes[offset]),
    })
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

function hex(byte: number | undefined): string {
  return byte === undefined ? 'the text ends inside a character' : `0x${byte.toString(16).padStart(2, '0')}`
}

/** Where the first byte stands that continues no valid text; found by halving, since a valid prefix is cheap to test. */
function firstBadByte(bytes: Uint8Array): number {
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isValidPrefix(bytes, middle)) good = middle
    else bad = middle
  }
  return isValidPrefix(bytes, bad) ? bad : good
}

/** Whether the first `length` bytes are valid, but for a character that may be cut at their end. */
function isValidPrefix(bytes: Uint8Array, length: number): boolean {
  for (let cut = 0; cut <= 3 && cut <= length; cut++) {
    if (isUtf8(bytes.subarray(0, length - cut)))
      return cut === 0 || isCutCharacter(bytes.subarray(length - cut, length))
  }
  return false
}

function isCutCharacter(bytes: Uint8Array): boolean {
  const first = bytes[0] ?? 0
  const wanted = first > 0xf4 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
  return bytes.length < wanted && bytes.subarray(1).every((byte) => byte >> 6 === 2)
}
