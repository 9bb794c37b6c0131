/** Copies of a whole corpus as one tar: every document with the bytes that it has, whatever is in them. */

import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import type { Contents, CopyChecks, Measure } from '../../core/backup.ts'
import { LockstepError } from '../../core/error.ts'
import { noHistory } from '../../core/history.ts'
import type { CopyWork, StoreCopies } from '../../core/ports.ts'
import { compareText } from '../../core/version.ts'
import { type Corpus, fileOf, pathOf } from '../files/corpus.ts'
import { matches } from '../files/glob.ts'
import { scanCorpus } from '../files/scan.ts'
import { sha256Of } from '../json/canonical.ts'
import type { DocumentRules } from '../migrate/rules.ts'
import { readVersion } from '../migrate/version.ts'
import type { JsonValue } from '../json/value.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'

import { type Refuse, type TarEntry, readTar, tarBytes, tarChunks, tarEnd } from './tar.ts'

/** The rule by which the documents of a copy are told from those of another. */
const shapeRule = 'documents-1'

/** A document that cannot be told a version is in a copy like any other. */
const noVersion = '(no version)'

/** More than this is no document: such a file is not even begun. */
const bytesMax = 2 ** 31 - 1

/** A copy is a tar, which the configuration's zstd makes small. */
export function makeCorpusCopies(open: Place, store: string): StoreCopies {
  return {
    form: 'documents-tar',
    measure: () => Promise.resolve(measure(open)),
    copy: (file, work) => copy(open, { file, work, store }),
    check: (file) => check(open, { file, store }),
  }
}

function measure({ files, corpus }: Place): Measure {
  let bytes = tarEnd().length
  let documents = 0
  for (const found of scanCorpus(files, corpus)) {
    if (found.kind !== 'document') continue
    documents++
    bytes += tarBytes(files.facts(pathOf(corpus, found.document))?.bytes ?? 0)
  }
  return { holds: documents === 0 ? 'nothing' : 'tables', bytes }
}

interface Copying {
  readonly file: string
  readonly work: CopyWork
  readonly store: string
}

/** Each document is read as a whole while nobody writes to it; together they are as a reader would find them now. */
function copy(open: Place, { file, work, store }: Copying): Promise<Contents> {
  const { files, corpus } = open
  const total = measure(open).bytes
  const tally = newTally(open.rules)
  const target = openSync(file, 'wx', 0o600)
  let done = 0
  const write = (chunk: Uint8Array): void => {
    for (let at = 0; at < chunk.length;) at += writeSync(target, chunk, at)
    done += chunk.length
  }
  try {
    for (const found of scanCorpus(files, corpus)) {
      if (found.kind === 'leftover' || found.kind === 'link') continue
      const read = found.kind === 'document' ? files.read(pathOf(corpus, found.document), bytesMax) : null
      // Gone since it was listed: whoever looks now does not find it either.
      if (read === null && found.kind === 'document') continue
      if (read === null || read.bytes === null) {
        const reason = `${fileOf(corpus, found.document)} cannot be read, and a backup without it would not be whole`
        throw new LockstepError('backup-failed', { store, reason })
      }
      if (work.signal.aborted) throw work.signal.reason
      const { bytes, facts } = read
      const entry = { path: found.document, bytes, sha256: sha256Of(bytes), mode: facts.mode & 0o777 }
      for (const chunk of tarChunks(entry)) write(chunk)
      tally.add(entry)
      work.onBytes(Math.min(done, total), total)
    }
    write(tarEnd())
  } finally {
    closeSync(target)
  }
  return Promise.resolve(tally.contents())
}

/** No transform is asked: a backup can be made, and looked at, while these cannot be loaded. */
type Place = Pick<OpenCorpus, 'files' | 'corpus' | 'rules'>

/** What is read of a copy, and by whom. */
export interface CopyReading {
  /** The copy, out of its compression. */
  readonly chunks: AsyncIterable<Uint8Array>
  /** Documents relative to the root; `null` for all. */
  readonly only: readonly string[] | null
  readonly refuse: Refuse
}

/** Reads a copy to its end, and tells what it holds; throws for whatever is wrong with it, and where one is not in it. */
export async function readContents(open: Place, { chunks, only, refuse }: CopyReading): Promise<Contents> {
  const tally = newTally(open.rules)
  const missing = new Set(only)
  for await (const entry of readEntries(chunks, { corpus: open.corpus, refuse })) {
    tally.add(entry)
    missing.delete(entry.path)
  }
  const [first] = missing
  if (first !== undefined) throw refuse(`${first} is not in it`)
  return tally.contents()
}

async function check(
  open: Place,
  { file, store }: { readonly file: string; readonly store: string },
): Promise<CopyChecks> {
  const refuse: Refuse = (reason) => new LockstepError('backup-unusable', { store, file, reason })
  const contents = await readContents(open, { chunks: createReadStream(file), only: null, refuse })
  return { checks: ['the hash of each document'], remarks: [], contents }
}

/** What a copy holds, each a document of this corpus, and each once; throws for anything else. */
export async function* readEntries(
  chunks: AsyncIterable<Uint8Array>,
  { corpus, refuse }: { readonly corpus: Corpus; readonly refuse: Refuse },
): AsyncGenerator<TarEntry> {
  const seen = new Set<string>()
  for await (const entry of readTar(chunks, { bytesMax, refuse })) {
    const { path } = entry
    // What leads out of the root, or into a dot folder, fits no pattern.
    if (!isPlain(path) || !matches(corpus.glob, path))
      throw refuse(`${shown(path)} in it is no document of this corpus`)
    if (seen.has(path)) throw refuse(`${shown(path)} is in it twice`)
    seen.add(path)
    yield entry
  }
}

function isPlain(path: string): boolean {
  return !path.includes('\0') && !path.includes('\\') && !path.startsWith('/')
}

function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}...` : path)
}

interface CopyTally {
  add(entry: TarEntry): void
  contents(): Contents
}

/** Counts versions, and hashes what is there: a million documents leave no list in memory. */
function newTally(rules: DocumentRules): CopyTally {
  const versions = new Map<string, number>()
  const hash = createHash('sha256')
  let documents = 0
  return {
    add: ({ path, sha256, bytes }) => {
      documents++
      hash.update(`${JSON.stringify(path)} ${sha256}\n`)
      const version = versionIn(bytes, rules)
      versions.set(version, (versions.get(version) ?? 0) + 1)
    },
    contents: () => ({
      rows: Object.fromEntries([...versions].sort(([a], [b]) => compareText(a, b))),
      history: noHistory,
      shape: {
        rule: shapeRule,
        objects: [{ kind: 'documents', name: 'all', facts: { documents, sha256: hash.copy().digest('hex') } }],
      },
      brokenKeys: null,
      serverVersion: 'documents',
    }),
  }
}

/** The version that a document says, for people: nothing is decided by it. */
export function versionIn(bytes: Uint8Array, rules: DocumentRules): string {
  try {
    const value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as JsonValue
    return readVersion({ file: '', value }, rules)
  } catch {
    return noVersion
  }
}
