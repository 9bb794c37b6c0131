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

/** Checksum of a text that may come in chunks: rule v1. */
export function checksumOf(chunks: Iterable<string>, hasher: Hasher): Checksum {
  for (const part of canonicalChunks(chunks)) hasher.update(part)
  return `v1:sha256:${hasher.digest('hex')}`
}

/** Reads a stored value; `null` when its rule is unknown to this version of the tool. */
export function parseChecksum(value: string): Checksum | null {
  return /^v1:sha256:[0-9a-f]{64}$/.test(value) ? (value as Checksum) : null
}

/** The canonical text as one string. */
export function canonicalText(text: string): string {
  return [...canonicalChunks([text])].join('')
}

/**
 * Rule v1: a byte-order mark at the start, a carriage return before a line feed, and blanks (space, tab) at the end of
 * a line do not count. Everything else does. Linear in the text, and holds no more than a chunk and a run of blanks.
 */
function* canonicalChunks(chunks: Iterable<string>): Generator<string> {
  let held = ''
  let first = true
  for (const chunk of chunks) {
    if (chunk === '') continue
    const text = held + (first && chunk.charCodeAt(0) === 0xfeff ? chunk.slice(1) : chunk)
    first = false
    const end = endOfContent(text, text.length)
    held = text.slice(end)
    yield canonicalLines(text.slice(0, end))
  }
  yield canonicalLines(held, 'end')
}

function canonicalLines(text: string, at: 'middle' | 'end' = 'middle'): string {
  if (text === '') return ''
  const lines = text.split('\n')
  const last = lines.length - 1
  return lines.map((line, i) => (i < last || at === 'end' ? line.slice(0, endOfLine(line, i < last)) : line)).join('\n')
}

function endOfLine(line: string, beforeLineFeed: boolean): number {
  const cut = beforeLineFeed && line.endsWith('\r') ? line.length - 1 : line.length
  return endOfBlanks(line, cut)
}

function endOfBlanks(text: string, from: number): number {
  let end = from
  while (end > 0 && isBlank(text.charCodeAt(end - 1))) end--
  return end
}

/** Blanks and carriage returns at the very end may turn out to stand before a line feed: they wait. */
function endOfContent(text: string, from: number): number {
  let end = from
  while (end > 0 && (isBlank(text.charCodeAt(end - 1)) || text.charCodeAt(end - 1) === 13)) end--
  return end
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9
}
