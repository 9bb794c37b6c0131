import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { sha256Of } from '../json/canonical.ts'
import { type TarEntry, readTar, tarChunks, tarEnd } from './tar.ts'

const refuse = (reason: string): Error => new Error(reason)

function fileOf(path: string, text: string): Parameters<typeof tarChunks>[0] {
  const bytes = Buffer.from(text)
  return { path, bytes, sha256: sha256Of(bytes), mode: 0o640 }
}

function tarOf(...files: readonly (readonly [path: string, text: string])[]): Buffer {
  return Buffer.concat([...files.flatMap(([path, text]) => tarChunks(fileOf(path, text))), tarEnd()])
}

/** The bytes in chunks of this length, as a decompressor might give them. */
async function read(tar: Uint8Array, chunk = 700): Promise<TarEntry[]> {
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < tar.length; at += chunk) yield await Promise.resolve(tar.subarray(at, at + chunk))
  }
  const entries: TarEntry[] = []
  for await (const entry of readTar(chunks(), { bytesMax: 10_000, refuse })) entries.push(entry)
  return entries
}

test('what goes in comes out, whatever the paths and however the bytes are cut', async () => {
  const path = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }).filter((one) => !/[\0\n]/.test(one))
  const files = fc.array(fc.tuple(path, fc.string({ maxLength: 2000 })), { maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 5000 }), async (some, chunk) => {
      const entries = await read(tarOf(...some), chunk)
      expect(entries.map((one) => [one.path, Buffer.from(one.bytes).toString(), one.mode])).toEqual(
        some.map(([name, text]) => [name, Buffer.from(text).toString(), 0o640]),
      )
    }),
    { numRuns: 60 },
  )
})

const good = tarOf(['a/manifest.json', '{"a": 1}'], ['b/manifest.json', '{"b": 1}'])

/** A changed header gets the sum that belongs to it, as an attacker would see to. */
function edited(at: number, change: (block: Buffer) => void): Buffer {
  const tar = Buffer.from(good)
  const block = tar.subarray(at, at + 512)
  change(block)
  block.fill(' ', 148, 156)
  const sum = block.reduce((all, byte) => all + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return tar
}

/** Header, extended header, header, file: each one block. */
const block = 512
const damaged: readonly (readonly [what: string, tar: Uint8Array, reason: RegExp])[] = [
  ['nothing', Buffer.alloc(0), /ends without the end/],
  ['no tar', Buffer.from('{"not": "a tar"}'.repeat(200)), /header of it is damaged/],
  ['cut inside a file', good.subarray(0, 3 * block + 4), /cut off/],
  ['cut after a file', good.subarray(0, 4 * block), /ends without the end/],
  ['cut before its file', good.subarray(0, 2 * block), /has a header and no file/],
  [
    'with one bit changed in a file',
    edited(3 * block, (bytes) => bytes.write('X', 0)),
    /not what its hash says|damaged/,
  ],
  ['with a symbolic link', edited(2 * block, (head) => head.write('2', 156)), /is a symbolic link/],
  ['with a hard link', edited(2 * block, (head) => head.write('1', 156)), /is a hard link/],
  ['with a folder', edited(2 * block, (head) => head.write('5', 156)), /is a folder/],
  ['with a file that has no hash', good.subarray(2 * block), /a file without its hash/],
  [
    'with a file that is said to be endless',
    edited(2 * block, (head) => head.write('77777777777', 124)),
    /is said to have/,
  ],
  ['with a header that is said to be endless', edited(0, (head) => head.write('77777777777', 124)), /too large/],
  ['with a strange number', edited(2 * block, (head) => head.write('9', 124)), /header of it is damaged/],
  ['with a header that says more', edited(0, (head) => head.write('g', 156)), /a header for all/],
  ['with a broken sum', Buffer.from(good).fill(7, 148, 150), /header of it is damaged/],
  ['with something behind its end', Buffer.concat([good, Buffer.alloc(block, 1)]), /something follows its end/],
]

test.each(damaged)('%s is refused', async (_, tar, reason) => {
  await expect(read(tar)).rejects.toThrow(reason)
})

test('a header that names a path twice is refused', async () => {
  const tar = Buffer.from(good)
  const record = '22 path=a/manifest.json\n'
  const at = tar.indexOf('comment=') - 3
  tar.write(record.slice(0, 24).padEnd(24), at)
  await expect(read(tar)).rejects.toThrow(/damaged|does not say/)
})
