/** Compression by zstd, in one thread: with `nbWorkers: 2` Node 24 crashed. */

import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { Readable } from 'node:stream'

const level = 3
/** Node's own is 64 times smaller, and every piece is a way to the thread pool and back. */
const chunkSize = 1 << 20

/**
 * More than this is no backup but a bomb. One that would shrink further (nearly all zeroes) is kept as it is instead.
 */
export const ratioMost = 1000

export function pack(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const { ZSTD_c_compressionLevel: levelKey, ZSTD_c_checksumFlag: checksumKey } = constants
  const packing = createZstdCompress({ chunkSize, params: { [levelKey]: level, [checksumKey]: 1 } })
  return through(chunks, packing)
}

/** Ends with an error as soon as there is more than `most`. */
export async function* unpack(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of through(chunks, createZstdDecompress({ chunkSize }))) {
    bytes += chunk.length
    if (bytes > most) throw new Error(`it unpacks to more than the ${most} bytes of its manifest`)
    yield chunk
  }
}

type Transform = ReturnType<typeof createZstdCompress>

async function* through(chunks: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  const source = Readable.from(chunks, { objectMode: false })
  // An error of the source must end the reader of the transform.
  source.on('error', (error) => transform.destroy(error))
  source.pipe(transform)
  try {
    for await (const chunk of transform) yield chunk as Uint8Array
  } finally {
    source.destroy()
    transform.destroy()
  }
}
