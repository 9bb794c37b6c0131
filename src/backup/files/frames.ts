/**
 * Where the frames of a zstd file end, by their headers alone (RFC 8878). Node's decoder stops at the end of the first
 * frame without a word, so it is given one frame at a time.
 */

export interface Piece {
  readonly bytes: Uint8Array
  /** A frame ends with this piece. */
  readonly last: boolean
}

/** Cuts chunks where frames end; throws where something else than a frame begins, and at the end in the middle of one. */
export async function* cutFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let scan = scanFrame()
  let isInside = false
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const { end, over } = scan(chunk, at)
      yield { bytes: chunk.subarray(at, end), last: over }
      at = end
      isInside = !over
      if (over) scan = scanFrame()
    }
  }
  if (isInside) throw new Error('it ends in the middle of a zstd frame')
}

type Scan = (chunk: Uint8Array, at: number) => { readonly end: number; readonly over: boolean }

/** Follows one frame through chunks. */
function scanFrame(): Scan {
  const frame = readFrame()
  let wish = frame.next()
  let value = 0
  let done = 0
  return (chunk, at) => {
    let end = at
    while (wish.done !== true) {
      const { bytes, shown } = wish.value
      const taken = Math.min(bytes - done, chunk.length - end)
      // Little-endian.
      if (shown) for (let i = 0; i < taken; i++) value += (chunk[end + i] ?? 0) * 256 ** (done + i)
      end += taken
      done += taken
      if (done < bytes) return { end, over: false }
      wish = frame.next(value)
      ;[value, done] = [0, 0]
    }
    return { end, over: true }
  }
}

/** So many bytes, as a number or to be passed over. */
interface Wish {
  readonly bytes: number
  readonly shown: boolean
}

const show = (bytes: number): Wish => ({ bytes, shown: true })
const pass = (bytes: number): Wish => ({ bytes, shown: false })

function* readFrame(): Generator<Wish, void, number> {
  if ((yield show(4)) !== frameMagic) throw new Error('it is not made of zstd frames')
  const descriptor = yield show(1)
  yield pass(fieldBytes(descriptor))
  for (let last = false; !last;) {
    const block = yield show(3)
    const type = (block >> 1) & 3
    if (type === reservedType) throw new Error('it holds a block that zstd does not have')
    yield pass(type === repeatedType ? 1 : block >> 3)
    last = (block & 1) === 1
  }
  const hasChecksum = (descriptor & 4) !== 0
  yield pass(hasChecksum ? 4 : 0)
}

const frameMagic = 0xfd_2f_b5_28
const repeatedType = 1
const reservedType = 3

/** Of what lies between the descriptor of a frame and its first block: window, dictionary, size of the content. */
function fieldBytes(descriptor: number): number {
  const single = (descriptor & 0x20) !== 0
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0
  const size = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0
  return (single ? 0 : 1) + dictionary + size
}
