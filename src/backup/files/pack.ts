/** Compression by zstd: frames one behind the other, which every reader of the format takes for one file. */

import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createZstdCompress, createZstdDecompress, zstdDecompress } from 'node:zlib'
import { cutFrames, type Piece } from './frames.ts'

/** How much goes into one frame; larger ones make the file hardly smaller. */
export const frameBytes: number = 4 << 20
/** Node's own is 64 times smaller, and every piece is a way to the thread pool and back. */
const chunkSize = 1 << 20

const { ZSTD_c_compressionLevel: level, ZSTD_c_hashLog, ZSTD_c_windowLog, ZSTD_c_checksumFlag } = constants
/**
 * The search of level 1 with the memory of level 3: what comes out is as large as what `zstd -3` makes, within 2 % for
 * text, JSON, numbers and full-text indexes, and takes half its time.
 */
const params = { [level]: 1, [ZSTD_c_hashLog]: 17, [ZSTD_c_windowLog]: 20, [ZSTD_c_checksumFlag]: 1 }

/**
 * More than this is no backup but a bomb. One that would shrink further (nearly all zeroes) is kept as it is instead.
 */
export const ratioMost = 1000

/**
 * One whole frame. On a thread of Node's pool: zstd's own threads (`nbWorkers: 2`) crashed Node 24. The frame ends with its
 * only write, not with the end of the stream as usual: so zstd has all of it at once, which saves a third of the time.
 */
export async function packFrame(plain: Uint8Array): Promise<Uint8Array> {
  const size = sizeFor(plain.length + (plain.length >> 7))
  const packing = createZstdCompress({ flush: constants.ZSTD_e_end, chunkSize: size, params })
  const pieces: Uint8Array[] = []
  packing.on('data', (piece: Uint8Array) => pieces.push(piece))
  try {
    await new Promise<void>((resolve, reject) => {
      packing.on('error', reject)
      packing.write(plain, (error) => (error ? reject(error) : resolve()))
    })
    return Buffer.concat(pieces)
  } finally {
    packing.destroy()
  }
}

const decompress = promisify(zstdDecompress)

/** The bytes of one whole frame; an error where there are more than `most`. */
export async function unpackFrame(frame: Uint8Array, most: number): Promise<Uint8Array> {
  return await decompress(frame, { maxOutputLength: Math.max(1, most), chunkSize: sizeFor(most) })
}

/** All of a frame in one piece. */
function sizeFor(bytes: number): number {
  return Math.max(1 << 10, bytes)
}

/** Ends with an error as soon as there is more than `most`. */
export async function* unpack(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0
  const pieces = cutFrames(chunks)
  try {
    for (let piece = await pieces.next(); piece.done !== true; piece = await pieces.next()) {
      for await (const chunk of unpackPieces(frameFrom(piece.value, pieces))) {
        bytes += chunk.length
        if (bytes > most) throw new Error(`it unpacks to more than the ${most} bytes of its manifest`)
        yield chunk
      }
    }
  } finally {
    await pieces.return(undefined)
  }
}

/** What belongs to the frame that begins with `first`. */
async function* frameFrom(first: Piece, rest: AsyncIterator<Piece>): AsyncGenerator<Uint8Array> {
  yield first.bytes
  for (let { last } = first; !last;) {
    const next = await rest.next()
    if (next.done === true) return
    yield next.value.bytes
    last = next.value.last
  }
}

async function* unpackPieces(frame: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = Readable.from(frame, { objectMode: false })
  const transform = createZstdDecompress({ chunkSize })
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
