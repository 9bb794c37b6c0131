/** Turns a body into its text or its code, and makes sure that it is what was planned. */

import { existsSync } from 'node:fs'
import { checksumOf, startChecksum } from '../core/checksum.ts'
import { LockstepError } from '../core/error.ts'
import type { Body, Migration } from '../core/migration.ts'
import type { BodyReader } from '../core/ports.ts'
import { loadModule } from './load-module.ts'
import { parseDirectives } from './text/directives.ts'
import { makeHasher } from './text/hasher.ts'
import { readHead } from './text/head.ts'
import { countLineFeeds } from './text/lines.ts'
import { fillPlaceholders, type Dialect } from './text/placeholders.ts'
import { cut, readRange } from './text/read-range.ts'
import { readText } from './text/read-text.ts'
import { saysNoTransaction } from './text/sections.ts'

export interface BodyReaderOptions {
  /** Values by name; with none, `${` is plain text. */
  readonly placeholders: Readonly<Record<string, string>>
  readonly dialect: Dialect
}

/** Reads the files of migrations, as often as it is asked. */
export function makeBodyReader({ placeholders, dialect }: BodyReaderOptions): BodyReader {
  const kept: Kept = { texts: new Map(), chars: 0 }
  return {
    script: (migration, body) => ({
      file: body.file,
      noTransaction: isUp(migration, body) ? migration.directives.noTransaction : readNoTransaction(body),
      read: () => fillPlaceholders(readBody(migration, body, kept), { values: placeholders, dialect, file: body.file }),
    }),
    code: async (migration, body) => {
      verifyUnchanged(migration)
      const found = await loadModule({ ...body, checksum: migration.checksum })
      if (!isUp(migration, body) && found.down === undefined) {
        throw new LockstepError('module-invalid', { file: body.file, reason: 'it has no function "down"' })
      }
      return found
    },
  }
}

/** Throws `file-changed-meanwhile` where the file is no longer what was judged and planned. */
export function verifyUnchanged({ up, checksum }: Migration): void {
  if (!existsSync(up.path) || checksumOf(readText(up), makeHasher()) !== checksum) throw changed(up)
}

function changed({ file }: Body): LockstepError {
  return new LockstepError('file-changed-meanwhile', { file })
}

/** The downs of modules and sections share the path of the up. */
function isUp({ up, down }: Migration, body: Body): boolean {
  return body !== down && body.path === up.path && body.range?.start === up.range?.start
}

/**
 * Texts that were found to be what was planned, until they have run: a migration is read for its plan and for its run,
 * and most are short. Bounded, so that memory does not grow with the folder.
 */
interface Kept {
  readonly texts: Map<Migration, string>
  chars: number
}

const keptCharsMost = 1 << 20

function keep(kept: Kept, migration: Migration, text: string): void {
  if (kept.chars + text.length > keptCharsMost) return
  kept.texts.set(migration, text)
  kept.chars += text.length
}

/** Handed out once, so that room is made for what comes later, and an attempt that follows reads afresh. */
function takeKept(kept: Kept, migration: Migration): string | null {
  const text = kept.texts.get(migration) ?? null
  if (text === null) return null
  kept.texts.delete(migration)
  kept.chars -= text.length
  return text
}

function* readBody(migration: Migration, body: Body, kept: Kept): Generator<string, void, undefined> {
  const text = body.path === migration.up.path ? takeKept(kept, migration) : null
  if (text === null && !existsSync(body.path)) throw changed(body)
  // A down file of its own has no checksum: mending it is allowed.
  const chunks =
    text !== null ? [text] : body.path === migration.up.path ? readUnchanged(migration, kept) : readText(body)
  let at = 0
  for (const chunk of chunks) {
    const text = linesBefore(chunk, at, body.range) + cut(chunk, at, body.range)
    at += chunk.length
    if (text !== '') yield text
  }
}

/** What stands before a range is given as empty lines, so that a statement has the line number that it has in its file. */
function linesBefore(chunk: string, at: number, range: Body['range']): string {
  return range === null || at >= range.start ? '' : '\n'.repeat(countLineFeeds(chunk, 0, range.start - at))
}

/**
 * The lock may have been waited for since the folder was read, and editors save meanwhile. A text of one chunk is handed
 * out only when its checksum is found right. A longer one is hashed once before its first chunk is handed out, because
 * journalled steps take effect one by one; and again as it streams by, so that its last chunk, and with it the COMMIT,
 * comes only when all of it was what was planned.
 */
function* readUnchanged(migration: Migration, kept: Kept): Generator<string, void, undefined> {
  const running = startChecksum(makeHasher())
  let held: string | null = null
  let verified = false
  for (const chunk of readText(migration.up)) {
    if (held !== null) {
      if (!verified) verifyUnchanged(migration)
      verified = true
      yield held
    }
    running.add(chunk)
    held = chunk
  }
  if (running.finish() !== migration.checksum) throw changed(migration.up)
  if (!verified) keep(kept, migration, held ?? '')
  if (held !== null) yield held
}

/** What a down says of itself, at the head of its file or in the marker of its section. */
function readNoTransaction(body: Body): boolean {
  if (!existsSync(body.path)) throw changed(body)
  const head = firstOf(readText(body))
  if (body.range === null) {
    refuseOthers(head, body)
    const said = parseDirectives(head, body.file, body.language)
    return said.noTransaction || /^-- no-transaction[ \t]*\r?(?:\n|$)/.test(head)
  }
  if (saysNoTransaction(firstOf(readRange(body)))) return true
  return /^--\s*\+goose\s+no\s+transaction/im.test(head)
}

/** The directives of a migration stand in its up; in a down, where nobody looks for them, they would do nothing. */
function refuseOthers(head: string, { file, language }: Body): void {
  const other = readHead(head, language).comments.find(({ text }) =>
    /^lockstep[ \t]*:\s*(?:requires|irreversible|breaking|lock-timeout|statement-timeout)\b/.test(text),
  )
  if (other === undefined) return
  const reason = 'a down file may say no-transaction and allow; everything else belongs in the up'
  throw new LockstepError('directive-invalid', { file, line: other.line, reason })
}

function firstOf(chunks: Generator<string, void, undefined>): string {
  for (const chunk of chunks) return chunk
  return ''
}
