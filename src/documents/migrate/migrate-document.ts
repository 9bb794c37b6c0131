/** Migrates one document: a pure function of its bytes, the way, the rules and the time that it is told. */

import { LockstepError, assert, isLockstepError } from '../../core/error.ts'
import type { Direction } from '../../core/migration.ts'
import { nearestVersions } from '../../core/path.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { freezeJson } from '../json/freeze.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { printDocument } from '../json/print.ts'
import { type JsonObject, type JsonValue, isJsonObject, sameJson } from '../json/value.ts'
import { pathText, valueAt } from '../transforms/paths.ts'
import type { TransformRegistry } from '../transforms/registry.ts'
import { type Contracts, checkOwnContract, faultsAgainst } from './contracts.ts'
import { withEntry } from './history-entry.ts'
import type { DocumentRules } from './rules.ts'
import { runStep } from './step.ts'
import { foundAt, takeBackEntries } from './take-back.ts'
import { checkVersion, readVersion } from './version.ts'

export interface MigrateOptions {
  readonly direction: Direction
  /** The version to arrive at. */
  readonly to: string
  /** `found`: not below where the migrations that the document tells of have found it. */
  readonly floor?: 'found'
  readonly transforms: TransformRegistry
  readonly contracts: Contracts
  readonly rules: DocumentRules
  /** ISO 8601; the only time there is. */
  readonly now: string
  readonly purity: 'once' | 'twice'
}

export interface MigratedDocument {
  readonly state: 'migrated'
  readonly from: string
  readonly to: string
  /** Versions from first to last. */
  readonly path: readonly string[]
  readonly bytes: Uint8Array
  readonly value: JsonObject
  /** Of the exact bytes, before and after. */
  readonly before: Sha256
  readonly after: Sha256
  /** Of a down: whether it gave the very bytes that were there before the up; `null` where nothing tells. */
  readonly exact: boolean | null
}

export type DocumentOutcome =
  | MigratedDocument
  | { readonly state: 'current'; readonly version: string }
  /** Somebody is still writing it. */
  | { readonly state: 'left-alone'; readonly version: string; readonly reason: string }
  | { readonly state: 'refused'; readonly version: string | null; readonly error: LockstepError }

const noContracts: Contracts = new Map()

/** What becomes of one document. Refusals are answers; only a fault of ours is thrown. */
export function migrateDocument(document: ParsedDocument, options: MigrateOptions): DocumentOutcome {
  let version: string | null = null
  try {
    version = readVersion(document, options.rules)
    checkVersion(options.transforms.graph, version, document.file)
    const path = wayOf(document.file, version, { ...options, to: goalOf(document.value, version, options) })
    if (path === null) return { state: 'current', version }
    const reason = reasonToLeaveAlone(document.value, options.rules)
    if (reason !== null) return { state: 'left-alone', version, reason }
    return migrateAlong(document, path, options)
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return { state: 'refused', version, error }
    throw error
  }
}

/**
 * The same for whoever only reads: nothing is disturbed by it, so documents that somebody is still writing are carried
 * along too; and an entry in the history is for what was stored.
 */
export function migrateInMemory(
  document: ParsedDocument,
  options: Pick<MigrateOptions, 'to' | 'transforms' | 'contracts' | 'rules' | 'now'>,
): Exclude<DocumentOutcome, { state: 'left-alone' }> {
  const rules = { ...options.rules, leaveAlone: [], history: null }
  const outcome = migrateDocument(document, { ...options, rules, direction: 'up', purity: 'once' })
  assert(outcome.state !== 'left-alone', `${document.file} was left alone by a read`)
  return outcome
}

/** Why a document is not to be touched now; `null` where nothing speaks against it. */
export function reasonToLeaveAlone(value: JsonValue, rules: DocumentRules): string | null {
  for (const { at, values } of rules.leaveAlone) {
    const found = valueAt(value, at)
    if (found !== undefined && values.some((one) => sameJson(one, found))) {
      return `${pathText(at)} is ${JSON.stringify(found)}`
    }
  }
  return null
}

/** Whoever takes all back takes back what was done, not what a document was written as. */
function goalOf(value: JsonValue, version: string, { to, floor, rules }: MigrateOptions): string {
  return floor === undefined ? to : (foundAt(value, version, rules) ?? to)
}

/** The versions to go through; `null` where the document is already there, or beyond. */
function wayOf(file: string, version: string, options: MigrateOptions): readonly string[] | null {
  const { direction, to, transforms } = options
  if (version === to) return null
  const answer = transforms.findWay(direction, version, to)
  if (answer.found) return answer.path
  const [early, late] = direction === 'up' ? [to, version] : [version, to]
  if (transforms.findWay('up', early, late).found) return null
  throw noWay(file, transforms, { from: version, to })
}

/** The versions from one to a later one; throws where no transforms lead there. */
export function wayUp(
  file: string,
  transforms: TransformRegistry,
  { from, to }: { readonly from: string; readonly to: string },
): readonly string[] {
  const answer = transforms.findWay('up', from, to)
  if (!answer.found) throw noWay(file, transforms, { from, to })
  return answer.path
}

function noWay(
  file: string,
  { graph }: TransformRegistry,
  { from, to }: { readonly from: string; readonly to: string },
): LockstepError {
  return new LockstepError('document-no-way', { file, from, to, nearest: nearestVersions(graph.versions, from) })
}

function migrateAlong(document: ParsedDocument, path: readonly string[], options: MigrateOptions): MigratedDocument {
  const { direction, rules, contracts, now } = options
  const from = path[0] ?? ''
  const to = path.at(-1) ?? ''
  checkOwnContract(document, from, contracts)
  assert(isJsonObject(document.value), `${document.file} has a version but is no object`)
  let value: JsonObject = document.value
  const changes: (readonly string[])[] = []
  for (let i = 1; i < path.length; i++) {
    const step = { from: path[i - 1] ?? '', to: path[i] ?? '' }
    const transform =
      direction === 'up' ? options.transforms.step(step.from, step.to) : options.transforms.step(step.to, step.from)
    const context = Object.freeze({ document: document.file, ...step, now })
    // The contract of the last version is checked with the history entry in place.
    const between = i < path.length - 1 ? contracts : noContracts
    value = runStep(value, { ...options, contracts: between, file: document.file, transform, context })
    changes.push(transform.changes)
  }
  const before = sha256Of(document.bytes)
  if (direction === 'down')
    return finish(
      document,
      { ...takeBackEntries(document, value, { path, rules, transforms: options.transforms }), before },
      options,
    )
  const entry = { from_version: from, to_version: to, applied_at: now, changes, checksum_before: before }
  const signed = withEntry(value, entry, { rules, format: document, file: document.file })
  return finish(document, { value: signed, path, before, exact: null }, options)
}

function finish(
  document: ParsedDocument,
  made: {
    readonly value: JsonObject
    readonly path: readonly string[]
    readonly before: Sha256
    readonly exact: boolean | null
  },
  { contracts, rules }: MigrateOptions,
): MigratedDocument {
  const { value, path, before, exact } = made
  const { fault } = freezeJson(value, rules.limits.depthMax)
  assert(fault === null, `${document.file}: the result is no JSON at ${fault?.at}: ${fault?.reason}`)
  const to = path.at(-1) ?? ''
  const faults = faultsAgainst(contracts, to, value)
  if (faults.length > 0) {
    throw new LockstepError('document-result-invalid', { file: document.file, version: to, faults })
  }
  const bytes = printDocument(value, document)
  return { state: 'migrated', from: path[0] ?? '', to, path, bytes, value, before, after: sha256Of(bytes), exact }
}
