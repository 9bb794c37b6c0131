/**
 * Recomputes what documents say of the files beside them: the hash of each snapshot, the hash over all of them, and the
 * id that is made of it. How these are named and made is the corpus's own rule.
 */

import { dirname, posix } from 'node:path'
import { sha256Of } from '../json/canonical.ts'
import { type JsonObject, type JsonValue, isJsonObject, memberOf } from '../json/value.ts'
import { fileOf, pathOf } from '../files/corpus.ts'
import { systemCode } from '../files/file-system.ts'
import { unfinishedRuns } from '../files/recover.ts'
import { scanCorpus } from '../files/scan.ts'
import { type Path, parsePath, pathText, valueAt } from '../transforms/paths.ts'
import { type OpenCorpus, chunkDocuments, nextTurn } from './open-corpus.ts'
import { readDocument } from './read-document.ts'

/** As a configuration says it; each part that is not there is not checked. */
export interface InputsSettings {
  /** An object: name to `{ path, sha256, bytes? }`, the path relative to the document. */
  readonly snapshots: string
  /** SHA-256 of `{"name":"sha256",...}`, keys sorted, without blanks. */
  readonly hash?: string
  /** The first digits of that hash, and `-2`, `-3` where two came to the same. */
  readonly id?: { readonly at: string; readonly digits: number }
}

export interface InputsFinding {
  /** As the user would name it. */
  readonly file: string
  /** The place in the document. */
  readonly at: string
  readonly what: string
}

export interface InputsAnswer {
  /** Documents that have snapshots to check. */
  readonly checked: number
  readonly snapshots: number
  readonly findings: readonly InputsFinding[]
}

interface Checking {
  readonly open: OpenCorpus
  readonly document: string
  readonly value: JsonValue
  readonly rule: InputsSettings
  readonly findings: InputsFinding[]
}

/** The largest file that is read for its hash. */
const snapshotBytesMax = 2 ** 31

/** Checks every document that has snapshots. Documents that cannot be read are the business of `verifyCorpus`. */
export async function verifyInputs(open: OpenCorpus, rule: InputsSettings): Promise<InputsAnswer> {
  const ownLinks = unfinishedRuns(open.files, open.corpus).length > 0 ? 'possible' : 'none'
  const findings: InputsFinding[] = []
  let seen = 0
  let checked = 0
  let snapshots = 0
  for (const found of scanCorpus(open.files, open.corpus)) {
    if (found.kind !== 'document') continue
    if (++seen % chunkDocuments === 0) await nextTurn()
    const read = readDocument(open, found.document, ownLinks)
    if (!read.ok) continue
    const { value } = read.parsed
    const declared = valueAt(value, parsePath(rule.snapshots))
    if (declared === undefined || !isJsonObject(declared) || Object.keys(declared).length === 0) continue
    checked++
    snapshots += Object.keys(declared).length
    check({ open, document: found.document, value, rule, findings }, declared)
  }
  return { checked, snapshots, findings }
}

function check(checking: Checking, declared: JsonObject): void {
  const { rule, value } = checking
  const hashes: Record<string, string> = {}
  for (const [name, snapshot] of Object.entries(declared)) {
    hashes[name] = checkSnapshot(checking, name, snapshot)
  }
  const names = Object.keys(hashes).sort()
  const whole = bare(
    sha256Of(`{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(hashes[name])}`).join(',')}}`),
  )
  if (rule.hash !== undefined) {
    const said = valueAt(value, parsePath(rule.hash))
    if (typeof said !== 'string' || bare(said) !== whole)
      tell(checking, parsePath(rule.hash), `is not the hash of its inputs (${whole})`)
  }
  if (rule.id !== undefined) {
    const said = valueAt(value, parsePath(rule.id.at))
    const wanted = whole.slice(0, rule.id.digits)
    const fits = typeof said === 'string' && new RegExp(`^${wanted}(?:-[1-9][0-9]*)?$`).test(said)
    if (!fits) tell(checking, parsePath(rule.id.at), `is not made of its inputs (${wanted})`)
  }
}

/** The hash that the document declares, after a look at the file; its own word is checked, not corrected. */
function checkSnapshot(checking: Checking, name: string, snapshot: JsonValue): string {
  const at = [...parsePath(checking.rule.snapshots), name]
  const said = isJsonObject(snapshot) ? memberOf(snapshot, 'sha256') : snapshot
  const path = isJsonObject(snapshot) ? memberOf(snapshot, 'path') : undefined
  if (typeof said !== 'string') {
    tell(checking, at, 'does not say its sha256')
    return ''
  }
  if (typeof path === 'string') checkFile(checking, at, { path, sha256: bare(said), bytes: bytesOf(snapshot) })
  return bare(said)
}

function checkFile(
  checking: Checking,
  at: Path,
  said: { readonly path: string; readonly sha256: string; readonly bytes: number | null },
): void {
  const { open, document } = checking
  const target = posix.normalize(posix.join(dirname(document), said.path))
  if (target.startsWith('../') || posix.isAbsolute(said.path))
    return tell(checking, at, `leads out of the corpus: ${said.path}`)
  const bytes = bytesAt(open, target)
  if (bytes === null) return tell(checking, at, `${said.path} is not there, or no plain file`)
  if (bare(sha256Of(bytes)) !== said.sha256)
    return tell(checking, at, `${said.path} has other content than when it was taken`)
  if (said.bytes !== null && bytes.length !== said.bytes)
    tell(checking, at, `${said.path} has ${bytes.length} bytes, not ${said.bytes}`)
}

function bytesAt({ files, corpus }: OpenCorpus, target: string): Uint8Array | null {
  try {
    return files.read(pathOf(corpus, target), snapshotBytesMax)?.bytes ?? null
  } catch (error) {
    if (systemCode(error) === null) throw error
    // Unreadable is told as not there: either way nobody can check it.
    return null
  }
}

function bytesOf(snapshot: JsonValue): number | null {
  const bytes = isJsonObject(snapshot) ? memberOf(snapshot, 'bytes') : undefined
  return typeof bytes === 'number' ? bytes : null
}

function tell({ open, document, findings }: Checking, at: Path, what: string): void {
  findings.push({ file: fileOf(open.corpus, document), at: pathText(at), what })
}

/** Hashes are written with and without the name of their kind. */
function bare(hash: string): string {
  return hash.replace(/^sha256:/, '')
}
