/** A file compressed into another one, and proven: what is read back from there unpacks to the same bytes. */

import { open, stat, type FileHandle } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { OnBytes } from '../../core/backup.ts'
import type { Digest } from '../manifest.ts'
import { digesting, privateFile, readChunks, readMost, writeAll } from './file.ts'
import { frameBytes, packFrame, unpackFrame } from './pack.ts'

export interface PackedFile {
  readonly file: Digest
  readonly content: Digest
}

/**
 * Frames are compressed, and others read back, at the same time. A frame comes back out of the system's memory, whether
 * it is on the disk already or not; that it got there, the sync at the end says.
 */
export async function packFile(from: string, to: string, onBytes: OnBytes): Promise<PackedFile> {
  const total = (await stat(from)).size
  const target = await open(to, 'wx+', privateFile)
  try {
    const source = digesting(readChunks(from, frameBytes), (done) => onBytes(done, total))
    const frames = inTurn(source.chunks, async (plain) => ({ plain, packed: await packFrame(plain) }))
    const stored = digesting(inTurn(written(target, frames), (one) => readBack(target, one)))
    for await (const frame of stored.chunks) void frame
    await target.sync()
    return { file: stored.digest(), content: source.digest() }
  } finally {
    await target.close()
  }
}

interface Written {
  readonly plain: Uint8Array
  readonly at: number
  readonly length: number
}

async function* written(
  target: FileHandle,
  frames: AsyncIterable<{ readonly plain: Uint8Array; readonly packed: Uint8Array }>,
): AsyncGenerator<Written> {
  let at = 0
  for await (const { plain, packed } of frames) {
    await writeAll(target, packed)
    yield { plain, at, length: packed.length }
    at += packed.length
  }
}

async function readBack(target: FileHandle, { plain, at, length }: Written): Promise<Uint8Array> {
  const packed = await readMost(target, Buffer.allocUnsafe(length), at)
  const again = await unpackFrame(packed, plain.length)
  if (Buffer.compare(again, plain) !== 0) throw new Error('what was read back is not what was written')
  return packed
}

/** As many as Node's pool has threads, and one that waits for its turn. */
const underWayMost = Math.min(4, availableParallelism()) + 1

/** Work on several items at the same time; what comes of it is given in the order of the items. */
async function* inTurn<Item, Result>(
  items: AsyncIterable<Item>,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underWay: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const one = work(item)
      // Its failure is heard when its turn comes.
      one.catch(() => undefined)
      underWay.push(one)
      const first = underWay.length < underWayMost ? undefined : underWay.shift()
      if (first !== undefined) yield await first
    }
    for (const one of underWay) yield await one
  } finally {
    await Promise.allSettled(underWay)
  }
}
