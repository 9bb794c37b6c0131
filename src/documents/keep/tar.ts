/**
 * The tar format, as POSIX describes it ("pax"): what is written opens with every tar. What is read is taken for hostile:
 * plain files alone, each with the hash that its own header says.
 */

import type { Sha256 } from '../json/canonical.ts'
import { sha256Of } from '../json/canonical.ts'

const block = 512
/** A header of more than this belongs to no document. */
const headerBytesMax = 64 * 1024

export interface TarEntry {
  readonly path: string
  readonly bytes: Uint8Array
  readonly sha256: Sha256
  readonly mode: number
}

/**
 * The chunks of one file: a header of its own with path and hash, then the file as every tar knows it. Without the time
 * of the file, so that the same documents make the same bytes.
 */
export function tarChunks({ path, bytes, sha256, mode }: TarEntry): Uint8Array[] {
  // A comment is what readers pass over; there is no other place for a hash that all of them leave in peace.
  const extended = Buffer.concat([paxRecord('path', path), paxRecord('comment', sha256)])
  const short = shortName(path)
  return [
    header({ name: 'pax/header', bytes: extended.length, type: 'x', mode: 0o644 }),
    padded(extended),
    header({ name: short, bytes: bytes.length, type: '0', mode }),
    padded(bytes),
  ]
}

/** What ends a tar. */
export function tarEnd(): Uint8Array {
  return Buffer.alloc(2 * block)
}

/** About as many bytes as a file of this length takes. */
export function tarBytes(bytes: number): number {
  return 4 * block + Math.ceil(bytes / block) * block
}

/** Any reader takes the path from the extended header; this is for those who look at the bare one. */
function shortName(path: string): string {
  const plain = path.replaceAll(/[^ -~]/g, '_')
  return plain.length <= 100 ? plain : plain.slice(-100)
}

function paxRecord(key: string, value: string): Buffer {
  const rest = Buffer.byteLength(` ${key}=${value}\n`)
  // The length counts its own digits.
  let length = rest + String(rest).length
  if (String(length).length > String(rest).length) length = rest + String(length).length
  return Buffer.from(`${length} ${key}=${value}\n`)
}

function padded(bytes: Uint8Array): Uint8Array {
  const over = bytes.length % block
  return over === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(block - over)])
}

function header(entry: {
  readonly name: string
  readonly bytes: number
  readonly type: '0' | 'x'
  readonly mode: number
}): Uint8Array {
  const made = Buffer.alloc(block)
  made.write(entry.name, 0, 100, 'latin1')
  made.write(octal(entry.mode & 0o7777, 7), 100, 'latin1')
  made.write(octal(0, 7), 108, 'latin1')
  made.write(octal(0, 7), 116, 'latin1')
  made.write(octal(entry.bytes, 11), 124, 'latin1')
  made.write(octal(0, 11), 136, 'latin1')
  made.write(entry.type, 156, 'latin1')
  made.write('ustar\u000000', 257, 'latin1')
  made.write(`${octal(sumOf(made), 6)}\0 `, 148, 'latin1')
  return made
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

/** Of all bytes, those of the sum itself taken for blanks. */
function sumOf(made: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 32 : (made[i] ?? 0)
  return sum
}

/** The error for a tar that cannot be used, from the reason in words. */
export type Refuse = (reason: string) => Error

/** The files of a tar, one by one; throws for whatever is not a plain file with a hash that it keeps. */
export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
  { bytesMax, refuse }: { readonly bytesMax: number; readonly refuse: Refuse },
): AsyncGenerator<TarEntry> {
  const source = bytesOf(chunks, refuse)
  for (;;) {
    const first = await source.take(block)
    if (first === null) throw refuse('it ends without the end of a tar')
    if (isEmpty(first)) break
    const { type, bytes: length } = parseHeader(first, refuse)
    if (type !== 'x') throw refuse(`it holds ${kinds.get(type) ?? 'something else'} where a file is due`)
    if (length > headerBytesMax) throw refuse('it holds a header that is too large')
    const { path, sha256 } = parsePax(await source.takePadded(length), refuse)
    const head = await source.take(block)
    if (head === null || isEmpty(head)) throw refuse(`${path} has a header and no file`)
    const file = parseHeader(head, refuse)
    if (file.type !== '0') throw refuse(`${path} is ${kinds.get(file.type) ?? 'no plain file'}`)
    if (file.bytes > bytesMax) throw refuse(`${path} is said to have ${file.bytes} bytes`)
    const bytes = await source.takePadded(file.bytes)
    if (sha256Of(bytes) !== sha256) throw refuse(`${path} is not what its hash says`)
    yield { path, bytes, sha256, mode: file.mode }
  }
  for (let rest = await source.take(block); rest !== null; rest = await source.take(block)) {
    if (!isEmpty(rest)) throw refuse('something follows its end')
  }
}

const kinds: ReadonlyMap<string, string> = new Map([
  ['1', 'a hard link'],
  ['2', 'a symbolic link'],
  ['3', 'a device'],
  ['4', 'a device'],
  ['5', 'a folder'],
  ['6', 'a pipe'],
  ['g', 'a header for all'],
  ['0', 'a file without its hash'],
])

function parseHeader(
  found: Uint8Array,
  refuse: Refuse,
): { readonly type: string; readonly bytes: number; readonly mode: number } {
  const text = Buffer.from(found.buffer, found.byteOffset, block).toString('latin1')
  const number = (from: number, to: number): number => {
    const digits = /^([0-7]+)[\0 ]*$/.exec(text.slice(from, to))?.[1]
    if (digits === undefined) throw refuse('a header of it is damaged')
    return Number.parseInt(digits, 8)
  }
  if (number(148, 156) !== sumOf(found)) throw refuse('a header of it is damaged')
  return { type: text.charAt(156), bytes: number(124, 136), mode: number(100, 108) }
}

function parsePax(found: Uint8Array, refuse: Refuse): { readonly path: string; readonly sha256: Sha256 } {
  const records = new Map<string, string>()
  for (let at = 0; at < found.length;) {
    const blank = found.indexOf(0x20, at)
    const length = Number(Buffer.from(found.subarray(at, blank)).toString('latin1'))
    const record = Buffer.from(found.subarray(blank + 1, at + length)).toString('utf8')
    const [, key, value] = /^([a-z]+)=(.*)\n$/s.exec(record) ?? []
    if (blank === -1 || !Number.isSafeInteger(length) || key === undefined || value === undefined || records.has(key))
      throw refuse('a header of it is damaged')
    records.set(key, value)
    at += length
  }
  const path = records.get('path')
  const sha256 = records.get('comment')
  if (path === undefined || sha256 === undefined || records.size !== 2)
    throw refuse('a file in it does not say its path and its hash')
  // Compared with the hash of the bytes, so its form is of no interest.
  return { path, sha256: sha256 as Sha256 }
}

function isEmpty(found: Uint8Array): boolean {
  return found.every((byte) => byte === 0)
}

interface Source {
  /** `null` at the very end. */
  take(length: number): Promise<Uint8Array | null>
  takePadded(length: number): Promise<Uint8Array>
}

/** Pieces of any length out of chunks of any length; never more in memory than one piece and one chunk. */
function bytesOf(chunks: AsyncIterable<Uint8Array>, refuse: Refuse): Source {
  const iterator = chunks[Symbol.asyncIterator]()
  let chunk: Uint8Array = new Uint8Array()
  const take = async (length: number): Promise<Uint8Array | null> => {
    const parts: Uint8Array[] = []
    let wanted = length
    while (wanted > 0) {
      if (chunk.length === 0) {
        const next = await iterator.next()
        if (next.done === true) {
          if (wanted === length) return null
          throw refuse('it is cut off')
        }
        chunk = next.value
        continue
      }
      const part = chunk.subarray(0, wanted)
      parts.push(part)
      chunk = chunk.subarray(part.length)
      wanted -= part.length
    }
    return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts)
  }
  return {
    take,
    takePadded: async (length) => {
      const whole = Math.ceil(length / block) * block
      const found = whole === 0 ? new Uint8Array() : await take(whole)
      if (found === null) throw refuse('it is cut off')
      return found.subarray(0, length)
    },
  }
}
