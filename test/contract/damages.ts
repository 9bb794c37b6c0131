/** What can become of a backup while nobody looks. */

import { readFileSync, renameSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'

type Damage = readonly [what: string, spoil: (path: string) => void]

/** Of any backup. */
export const damages: readonly Damage[] = [
  ['one bit', (path) => writeFileSync(path, flipped(readFileSync(path)))],
  ['its last byte missing', (path) => truncateSync(path, statSync(path).size - 1)],
  ['empty', (path) => truncateSync(path, 0)],
  ['foreign bytes', (path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 7))],
  ['a symbolic link', (path) => (renameSync(path, `${path}.real`), symlinkSync(`${path}.real`, path))],
  ['without its manifest', (path) => rmSync(`${path}.json`)],
  ['of a newer format', (path) => edit(path, () => ({ format: 2 }))],
  ['of another kind of store', (path) => edit(path, () => ({ kind: 'memory' }))],
]

/** Of one that is compressed. */
export const bombs: readonly Damage[] = [
  ['one bit, compressed', (path) => writeFileSync(path, flipped(readFileSync(path)))],
  ['a bomb', (path) => edit(path, ({ bytes }) => ({ content: { bytes: bytes * 2000, sha256: 'a'.repeat(64) } }))],
  ['more than its manifest says', (path) => edit(path, ({ content }) => ({ content: { ...content, bytes: 10 } }))],
]

function flipped(bytes: Buffer): Buffer {
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  return bytes
}

interface Written {
  readonly bytes: number
  readonly content: object
}

function edit(path: string, change: (manifest: Written) => object): void {
  // What was just written by us is what it says.
  const manifest = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as Written
  writeFileSync(`${path}.json`, JSON.stringify({ ...manifest, ...change(manifest) }))
}

/** What it gives puts backup and manifest back as they are now. */
export function keep(path: string): () => void {
  const [bytes, manifest] = [readFileSync(path), readFileSync(`${path}.json`)]
  return () => {
    for (const one of [path, `${path}.real`]) rmSync(one, { force: true })
    writeFileSync(path, bytes)
    writeFileSync(`${path}.json`, manifest)
  }
}
