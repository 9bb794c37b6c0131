/** Reads JSON so that nothing of its text is lost: every value knows the place that it came from. */

import { LockstepError } from '../../core/error.ts'
import { type ExactNumber, type JsonValue, makeExactNumber } from './value.ts'

/** A value and where it stands in the text. */
export interface SourceNode {
  readonly value: JsonValue
  readonly start: number
  readonly end: number
  /** Of an object, in the order of the text; `null` for all else. */
  readonly members: readonly SourceMember[] | null
  /** Of an array. */
  readonly items: readonly SourceNode[] | null
}

export interface SourceMember {
  readonly key: string
  readonly keyStart: number
  readonly keyEnd: number
  readonly node: SourceNode
}

interface Reader {
  readonly text: string
  readonly file: string
  readonly depthMax: number
  at: number
}

/** Reads the whole text; throws a `document-...` error that names the place of the first fault. */
export function readSource(text: string, options: { readonly file: string; readonly depthMax: number }): SourceNode {
  const reader: Reader = { text, ...options, at: 0 }
  skipBlanks(reader)
  const root = readValue(reader, 0)
  skipBlanks(reader)
  if (reader.at < text.length) throw fault(reader, 'more text after the end of the document')
  return root
}

/** Line and column, from 1, of a place in a text. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}

function readValue(reader: Reader, depth: number): SourceNode {
  const start = reader.at
  const first = reader.text[start]
  if (depth >= reader.depthMax && (first === '{' || first === '[')) {
    throw new LockstepError('document-too-deep', { file: reader.file, depthMax: reader.depthMax })
  }
  if (first === '{') return readObject(reader, depth)
  if (first === '[') return readArray(reader, depth)
  if (first === '"') {
    const value = readString(reader)
    return leafNode(value, start, reader.at)
  }
  if (first === 't') return readWord(reader, 'true', true)
  if (first === 'f') return readWord(reader, 'false', false)
  if (first === 'n') return readWord(reader, 'null', null)
  return readNumber(reader)
}

function leafNode(value: JsonValue, start: number, end: number): SourceNode {
  return { value, start, end, members: null, items: null }
}

function readObject(reader: Reader, depth: number): SourceNode {
  const start = reader.at++
  const members: SourceMember[] = []
  const keys = new Set<string>()
  skipBlanks(reader)
  while (reader.text[reader.at] !== '}') {
    if (members.length > 0) readMark(reader, ',', 'a comma or }')
    skipBlanks(reader)
    const keyStart = reader.at
    if (reader.text[keyStart] !== '"') throw fault(reader, 'expected a key in double quotes')
    const key = readString(reader)
    const keyEnd = reader.at
    if (keys.has(key)) {
      throw new LockstepError('document-duplicate-key', { file: reader.file, ...placeIn(reader.text, keyStart), key })
    }
    keys.add(key)
    skipBlanks(reader)
    readMark(reader, ':', 'a colon')
    skipBlanks(reader)
    members.push({ key, keyStart, keyEnd, node: readValue(reader, depth + 1) })
    skipBlanks(reader)
  }
  reader.at++
  const value = Object.fromEntries(members.map((member) => [member.key, member.node.value]))
  return { value, start, end: reader.at, members, items: null }
}

function readArray(reader: Reader, depth: number): SourceNode {
  const start = reader.at++
  const items: SourceNode[] = []
  skipBlanks(reader)
  while (reader.text[reader.at] !== ']') {
    if (items.length > 0) readMark(reader, ',', 'a comma or ]')
    skipBlanks(reader)
    items.push(readValue(reader, depth + 1))
    skipBlanks(reader)
  }
  reader.at++
  return { value: items.map((item) => item.value), start, end: reader.at, members: null, items }
}

function readString(reader: Reader): string {
  const start = reader.at
  reader.at = endOfString(reader, start)
  // The loop above admits exactly what JSON.parse does, so the cast is safe.
  const value = JSON.parse(reader.text.slice(start, reader.at)) as string
  if (!value.isWellFormed()) {
    throw new LockstepError('document-lone-surrogate', { file: reader.file, ...placeIn(reader.text, start) })
  }
  return value
}

/** The place after the closing quote. A loop, since a pattern would exhaust the stack on a string of megabytes. */
function endOfString(reader: Reader, start: number): number {
  const { text } = reader
  for (reader.at = start + 1; reader.at < text.length; reader.at++) {
    const code = text.charCodeAt(reader.at)
    if (code === 34) return reader.at + 1
    if (code < 32) throw fault(reader, 'a control character inside a string')
    if (code !== 92) continue
    const escape = /^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(text.slice(reader.at + 1, reader.at + 6))
    if (escape === null) throw fault(reader, 'an escape that JSON does not have')
    reader.at += escape[0].length
  }
  throw fault(reader, 'a string does not end')
}

function readWord(reader: Reader, word: string, value: JsonValue): SourceNode {
  const start = reader.at
  if (!reader.text.startsWith(word, start)) throw fault(reader, unexpected(reader))
  reader.at += word.length
  return leafNode(value, start, reader.at)
}

function readNumber(reader: Reader): SourceNode {
  const start = reader.at
  const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
  pattern.lastIndex = start
  const text = pattern.exec(reader.text)?.[0] ?? ''
  if (text === '') throw fault(reader, unexpected(reader))
  reader.at += text.length
  if (/[0-9.eE+-]/.test(reader.text[reader.at] ?? '')) throw fault(reader, 'a number that is no JSON number')
  return leafNode(numberOf(text), start, reader.at)
}

/**
 * A number where a double keeps the value; else a bigint for whole numbers, and the text itself for all others. So a
 * transform either sees the right value or fails loudly: it never computes with a rounded one.
 */
function numberOf(text: string): number | bigint | ExactNumber {
  const value = Number(text)
  if (String(value) === text) return value
  if (/^-?[0-9]+$/.test(text) && !Number.isSafeInteger(value)) return BigInt(text)
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '')
  const vanished = value === 0 && digits !== ''
  return digits.length > 17 || vanished || !Number.isFinite(value) ? makeExactNumber(text) : value
}

function readMark(reader: Reader, mark: string, words: string): void {
  if (reader.text[reader.at] !== mark) throw fault(reader, `expected ${words}`)
  reader.at++
}

function skipBlanks(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at)
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return
    reader.at++
  }
}

function unexpected(reader: Reader): string {
  const rest = reader.text.slice(reader.at)
  if (rest === '') return 'the text ends too early'
  const word = /^-?[A-Za-z]+/.exec(rest)?.[0]
  if (word !== undefined && /^-?(?:NaN|Infinity)$/.test(word)) return `${word} is no JSON value`
  return `unexpected ${JSON.stringify(word ?? rest.slice(0, 1))}`
}

function fault(reader: Reader, reason: string): LockstepError {
  return new LockstepError('document-syntax', { file: reader.file, ...placeIn(reader.text, reader.at), reason })
}
