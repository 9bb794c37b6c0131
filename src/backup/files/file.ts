/** Files of backups: opened without following links, read with their digest, on disk before they count. */

import { createHash } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { link, lstat, mkdir, open, rename, rm, statfs, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { OnBytes } from '../../core/backup.ts'
import type { Digest } from '../manifest.ts'

export const privateFile = 0o600
const privateFolder = 0o700

/** Why a path is no file that may be read; `null` where it is one. */
export async function refusalOf(path: string): Promise<string | null> {
  const found = await lstatOrNull(path)
  if (found === null) return 'it does not exist'
  if (found.isSymbolicLink()) return 'it is a symbolic link'
  if (!found.isFile()) return found.isDirectory() ? 'it is a folder' : 'it is no ordinary file'
  return found.size === 0 ? 'it is empty' : null
}

export async function lstatOrNull(path: string): Promise<Stats | null> {
  try {
    return await lstat(path)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

/** Chunks of an ordinary file, all but the last of the same length. A link that was put there meanwhile is not followed. */
export async function* readChunks(path: string, chunkBytes = 1 << 20): AsyncGenerator<Uint8Array> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    for (;;) {
      // A new buffer each time: whoever is given one may keep it.
      const chunk = await readMost(file, Buffer.allocUnsafe(chunkBytes), null)
      if (chunk.length > 0) yield chunk
      if (chunk.length < chunkBytes) return
    }
  } finally {
    await file.close()
  }
}

/** Fills the buffer, or what of it the file still has; `null`: from where the last one ended. */
export async function readMost(file: FileHandle, buffer: Buffer, position: number | null): Promise<Buffer> {
  let length = 0
  for (;;) {
    const at = position === null ? null : position + length
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, at)
    length += bytesRead
    if (bytesRead === 0 || length === buffer.length) return buffer.subarray(0, length)
  }
}

/** Passes chunks on and counts them; `digest` is complete when they are over. */
export function digesting(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (done: number) => void = () => undefined,
): { readonly chunks: AsyncIterable<Uint8Array>; readonly digest: () => Digest } {
  const hash = createHash('sha256')
  let bytes = 0
  const through = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk)
      bytes += chunk.length
      onBytes(bytes)
      yield chunk
    }
  }
  return { chunks: through(), digest: () => ({ bytes, sha256: hash.digest('hex') }) }
}

export async function digestOf(path: string, onBytes: OnBytes = () => undefined): Promise<Digest> {
  const total = (await lstat(path)).size
  const read = digesting(readChunks(path), (done) => onBytes(done, total))
  for await (const chunk of read.chunks) void chunk
  return read.digest()
}

/** A new private file with these bytes, on disk when this resolves. */
export async function writeNew(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', privateFile)
  try {
    for await (const chunk of chunks) await writeAll(file, chunk)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A full disk may take a part of the bytes without an error: what was not taken is offered again. */
export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;) {
    const { bytesWritten } = await file.write(chunk, at, chunk.length - at)
    at += bytesWritten
  }
}

export async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Gives a checked file its final name. What is there already is never overwritten. */
export async function publish(partial: string, final: string): Promise<void> {
  try {
    await link(partial, final)
    await rm(partial)
  } catch (error) {
    // A file system without hard links; names are only given under the lock of the folder.
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS'].some((code) => isCode(error, code))) throw error
    if ((await lstatOrNull(final)) !== null) throw new Error(`${final} is there already`, { cause: error })
    await rename(partial, final)
  }
  await sync(dirname(final))
}

/** A private folder; one that we make ourselves is kept out of version control. */
export async function makeFolder(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true, mode: privateFolder })) === undefined) return
  await writeFile(`${path}/.gitignore`, '*\n', { flag: 'wx' })
}

export async function freeBytes(path: string): Promise<number> {
  const { bavail, bsize } = await statfs(path)
  return bavail * bsize
}

export function isCode(error: unknown, code: string): boolean {
  return (error as { code?: unknown } | null)?.code === code
}
