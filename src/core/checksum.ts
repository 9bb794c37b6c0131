/**
 * The checksum of a migration: SHA-256 over its canonical text. The rule's name is part of the value, so that a later
 * rule can live beside this one and no upgrade of the tool makes an old file look edited.
 */

/** `v1:sha256:<64 hex digits>`. */
export type Checksum = `v1:sha256:${string}`

/** A running SHA-256; the core has no I/O, so whoever calls it brings one (`node:crypto` fits). */
export interface Hasher {
  update(text: string): unknown
  digest(encoding: 'hex'): string
}

/** A checksum that is fed as its text streams by. */
export interface RunningChecksum {
  add(chunk: string): void
  /** To be called once, at the end of the text. */
  finish(): Checksum
}

/** Checksum of a text that may come in chunks: rule v1. */
export function checksumOf(chunks: Iterable<string>, hasher: Hasher): Checksum {
  const running = startChecksum(hasher)
  for (const chunk of chunks) running.add(chunk)
  return running.finish()
}

/** For whoever needs the text himself and the checksum beside it. */
export function startChecksum(hasher: Hasher): RunningChecksum {
  const canonical = makeCanonical((text) => hasher.update(text))
  return {
    add: (chunk) => canonical.add(chunk),
    finish: () => {
      canonical.finish()
      return `v1:sha256:${hasher.digest('hex')}`
    },
  }
}

/** Reads a stored value; `null` when its rule is unknown to this version of the tool. */
export function parseChecksum(value: string): Checksum | null {
  return /^v1:sha256:[0-9a-f]{64}$/.test(value) ? (value as Checksum) : null
}

/** The canonical text as one string. */
export function canonicalText(text: string): string {
  const parts: string[] = []
  const canonical = makeCanonical((part) => parts.push(part))
  canonical.add(text)
  canonical.finish()
  return parts.join('')
}

/**
 * Rule v1: a byte-order mark at the start, and blanks (space, tab, carriage return) at the end of a line or of the text
 * do not count. Everything else does. Linear in the text, holds no more than a chunk and a run of blanks, and where the
 * chunks are cut makes no difference.
 */
function makeCanonical(write: (text: string) => unknown): { add(chunk: string): void; finish(): void } {
  let first = true
  // Blanks that count only if something other than a line feed follows them.
  let held = ''
  // The first half of a character that a border cut in two; hashed alone it would not be itself.
  let half = ''
  const addWhole = (text: string): void => {
    const end = endOfContent(text)
    if (end === 0) {
      held += text
      return
    }
    const start = startOfContent(text)
    if (text.charCodeAt(start) !== lineFeed) write(held + text.slice(0, start))
    write(canonicalLines(text.slice(start, end)))
    held = text.slice(end)
  }
  return {
    add(chunk) {
      if (chunk === '') return
      const text = half + (first && chunk.charCodeAt(0) === byteOrderMark ? chunk.slice(1) : chunk)
      first = false
      half = isHighSurrogate(text.charCodeAt(text.length - 1)) ? text.slice(-1) : ''
      addWhole(half === '' ? text : text.slice(0, -1))
    },
    finish() {
      if (half !== '') addWhole(half)
      half = ''
    },
  }
}

const byteOrderMark = 0xfeff
const lineFeed = 10

function canonicalLines(text: string): string {
  if (!text.includes('\r') && !text.includes(' \n') && !text.includes('\t\n')) return text
  return text
    .split('\n')
    .map((line) => line.slice(0, endOfContent(line)))
    .join('\n')
}

function startOfContent(text: string): number {
  let start = 0
  while (isBlank(text.charCodeAt(start))) start++
  return start
}

function endOfContent(text: string): number {
  let end = text.length
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  return end
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9 || code === 13
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
