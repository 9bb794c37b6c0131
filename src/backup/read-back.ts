/** Reads a backup to its end: what comes out is what was checked when it was made, or an error before the last chunk. */

import { LockstepError } from '../core/error.ts'
import { digesting, readChunks } from './files/file.ts'
import { ratioMost, unpack } from './files/pack.ts'
import type { FoundBackup } from './folder.ts'
import type { Manifest } from './manifest.ts'
import { parseBackupName } from './name.ts'

export interface Readable {
  readonly file: string
  readonly manifest: Manifest
  /** The content; the last chunk is given only once everything fits the manifest. */
  read(onBytes: (done: number, total: number) => void): AsyncIterable<Uint8Array>
}

/** Throws `backup-unusable` for what a look tells already. */
export function readableBackup(found: FoundBackup, store: { name: string; kind: string }): Readable {
  const { manifest, file, fault } = found
  const refuse = (reason: string): never => {
    throw new LockstepError('backup-unusable', { store: store.name, file, reason })
  }
  if (manifest === null || fault !== null) return refuse(fault ?? 'there is no manifest beside it')
  if (manifest.kind !== store.kind) return refuse(`it is of kind ${manifest.kind}, the store is of kind ${store.kind}`)
  const packed = parseBackupName(file)?.packed ?? file.endsWith('.zst')
  if (packed && manifest.content.bytes > manifest.file.bytes * ratioMost)
    return refuse(`it would unpack to more than ${ratioMost} times its size`)
  if (!packed && manifest.content.sha256 !== manifest.file.sha256) return refuse('its manifest contradicts itself')
  return { file, manifest, read: (onBytes) => readWhole(found, manifest, { packed, onBytes, refuse }) }
}

/** Reads everything; throws `backup-unusable` where it is not what its manifest says. */
export async function readThrough(backup: Readable, onBytes: (done: number, total: number) => void): Promise<void> {
  for await (const chunk of backup.read(onBytes)) void chunk
}

interface Reading {
  readonly packed: boolean
  readonly onBytes: (done: number, total: number) => void
  readonly refuse: (reason: string) => never
}

async function* readWhole(
  { path }: FoundBackup,
  { file, content }: Manifest,
  { packed, onBytes, refuse }: Reading,
): AsyncGenerator<Uint8Array> {
  const stored = digesting(readChunks(path))
  const inner = packed ? unpack(stored.chunks, content.bytes) : stored.chunks
  const plain = digesting(inner, (done) => onBytes(done, content.bytes))
  let last: Uint8Array | null = null
  const chunks = plain.chunks[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => refuse(reasonOf(error)))
      if (next.done === true) break
      if (last !== null) yield last
      last = next.value
    }
  } finally {
    // Whoever was given the chunks may have had enough of them.
    await chunks.return?.(undefined)
  }
  const outside = stored.digest()
  const inside = plain.digest()
  if (outside.bytes !== file.bytes) refuse(`it has ${outside.bytes} bytes instead of ${file.bytes}`)
  if (outside.sha256 !== file.sha256) refuse('its bytes were changed: their SHA-256 is not the one of the manifest')
  if (inside.sha256 !== content.sha256) refuse('it unpacks to other bytes than its manifest says')
  if (last !== null) yield last
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
