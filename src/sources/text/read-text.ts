/** The text of a file in chunks, checked as it comes: UTF-8 and nothing else. */

import { closeSync, openSync, readSync } from 'node:fs'
import { TextDecoder } from 'node:util'
import { LockstepError } from '../../core/error.ts'
import { countLineFeeds } from './lines.ts'

/** A file of 100 MB is read through one buffer of this size. */
export const chunkBytes = 65_536

/** Where a file is, and how the user would name it. */
export interface TextFile {
  readonly path: string
  readonly file: string
}

/** Yields the text without its byte-order mark; throws `file-refused` for what is no text. */
export function* readText(source: TextFile): Generator<string, void, undefined> {
  const fd = open(source)
  try {
    let read = readInto(buffer, fd, source)
    refuseUtf16(buffer.subarray(0, read), source)
    if (read < chunkBytes) {
      if (read > 0) yield decode(wholeDecoder, source, read)
      return
    }
    const decoder = new TextDecoder('utf-8', { fatal: true })
    // The buffer is decoded before the text is handed out, so that several files may be read in turns.
    for (; read > 0; read = readInto(buffer, fd, source)) yield decode(decoder, source, read)
    finish(decoder, source)
  } finally {
    closeSync(fd)
  }
}

const buffer = Buffer.allocUnsafe(chunkBytes)
/** Making a decoder costs more than decoding a small file. */
const wholeDecoder = new TextDecoder('utf-8', { fatal: true })

/** Line number, from 1, of the character at `offset`. */
export function lineAt(source: TextFile, offset: number): number {
  let at = 0
  let line = 1
  for (const chunk of readText(source)) {
    line += countLineFeeds(chunk, 0, offset - at)
    at += chunk.length
    if (at >= offset) break
  }
  return line
}

function open({ path, file }: TextFile): number {
  try {
    return openSync(path, 'r')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function readInto(target: Buffer, fd: number, { file }: TextFile): number {
  try {
    return readSync(fd, target, 0, chunkBytes, null)
  } catch (error) {
    throw unreadable(file, error)
  }
}

function decode(decoder: TextDecoder, { file }: TextFile, length: number): string {
  const bytes = buffer.subarray(0, length)
  let text: string
  try {
    text = decoder.decode(bytes, { stream: decoder !== wholeDecoder })
  } catch {
    throw refused(file, bytes.includes(0) ? holdsNul : 'it is not UTF-8')
  }
  // Looked for in the text: a search in the bytes takes longer than all the rest.
  if (text.includes('\0')) throw refused(file, holdsNul)
  return text
}

const holdsNul = 'it holds NUL bytes: is it UTF-16, or no text at all?'

function finish(decoder: TextDecoder, { file }: TextFile): void {
  try {
    decoder.decode()
  } catch {
    throw refused(file, 'it is not UTF-8: it ends inside a character')
  }
}

function refuseUtf16(start: Buffer, { file }: TextFile): void {
  const mark = start.length < 2 ? 0 : start.readUInt16BE(0)
  if (mark === 0xfffe || mark === 0xfeff) throw refused(file, 'it is UTF-16')
}

function refused(file: string, reason: string): LockstepError {
  return new LockstepError('file-refused', { file, reason, help: `save it as UTF-8: ${file}` })
}

function unreadable(file: string, error: unknown): LockstepError {
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  return new LockstepError('file-refused', { file, reason: `it cannot be read (${code})` }, { cause: error })
}
