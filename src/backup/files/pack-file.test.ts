import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { frameBytes, unpack } from './pack.ts'
import { packFile, type PackedFile } from './pack-file.ts'

interface Made extends PackedFile {
  readonly plain: Buffer
  readonly packed: Buffer
}

async function make(bytes: number): Promise<Made> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-pack-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const [from, to] = [join(folder, 'plain'), join(folder, 'packed.zst')]
  const plain = contentOf(bytes)
  writeFileSync(from, plain)
  const digests = await packFile(from, to, () => undefined)
  return { ...digests, plain, packed: readFileSync(to) }
}

/** Neither all alike nor without any pattern, and no two frames of it the same. */
function contentOf(bytes: number): Buffer {
  const content = Buffer.alloc(bytes)
  for (let at = 0; at < bytes; at += 16) content.write(`${(at * 2_654_435_761) % 999_983}`, at)
  return content
}

async function* piecesOf(bytes: Uint8Array, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length))
}

async function unpacked(bytes: Uint8Array, { length = 1 << 20, most = 1e9 } = {}): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of unpack(piecesOf(bytes, length), most)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function changed(bytes: Buffer, at: number): Buffer {
  return bytes.fill((bytes[at] ?? 0) ^ 1, at, at + 1)
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

test.each([1, 100, frameBytes - 1, frameBytes, frameBytes + 1, 3 * frameBytes + 17])(
  'packed and unpacked: %d bytes, with the digests of both',
  async (bytes) => {
    const { plain, packed, file, content } = await make(bytes)
    expect(file).toEqual({ bytes: packed.length, sha256: sha256(packed) })
    expect(content).toEqual({ bytes, sha256: sha256(plain) })
    expect((await unpacked(packed)).equals(plain)).toBe(true)
  },
)

test('several frames come back whole, however they are cut into chunks', async () => {
  const { plain, packed } = await make(2 * frameBytes + 1000)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 100, max: packed.length }), async (length) => {
      expect((await unpacked(packed, { length })).equals(plain)).toBe(true)
    }),
    { numRuns: 10 },
  )
})

test('small frames are found in chunks of any size, byte by byte too', async () => {
  const frame = fc.record({ text: fc.string({ maxLength: 300 }), often: fc.integer({ min: 0, max: 2000 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 50 }), async (frames, length) => {
      const plain = frames.map(({ text, often }) => Buffer.from(text.repeat(often)))
      const packed = Buffer.concat(plain.map((one) => zstdCompressSync(one)))
      expect((await unpacked(packed, { length })).equals(Buffer.concat(plain))).toBe(true)
    }),
  )
})

test('one frame of any length is read as well', async () => {
  const plain = contentOf(2 * frameBytes)
  expect((await unpacked(zstdCompressSync(plain))).equals(plain)).toBe(true)
})

const damages: readonly (readonly [string, (packed: Buffer) => Buffer, RegExp])[] = [
  ['its last byte missing', (packed) => packed.subarray(0, -1), /in the middle/],
  ['its first frame cut', (packed) => packed.subarray(0, 1000), /in the middle/],
  ['a byte too many', (packed) => Buffer.concat([packed, Buffer.from('x')]), /in the middle/],
  ['other bytes behind it', (packed) => Buffer.concat([packed, Buffer.from('other bytes')]), /not made of zstd/],
  ['other bytes altogether', () => Buffer.alloc(5000, 7), /not made of zstd/],
  ['a byte changed', (packed) => changed(packed, 5000), /./],
  ['a byte of the last frame changed', (packed) => changed(packed, packed.length - 100), /./],
]

test.each(damages)('refused: %s', async (_what, damage, reason) => {
  const { packed } = await make(frameBytes + 100_000)
  await expect(unpacked(damage(packed))).rejects.toThrow(reason)
})

test('a frame too many is noticed before it is unpacked to its end', async () => {
  const { packed } = await make(frameBytes)
  const bomb = Buffer.concat([packed, zstdCompressSync(Buffer.alloc(100_000_000))])
  await expect(unpacked(bomb, { most: frameBytes })).rejects.toThrow(/more than the 4194304 bytes/)
})
