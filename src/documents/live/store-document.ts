/** One document that a program stores: held against what stands there, made beside it, and put in its place at once. */

import { dirname } from 'node:path'
import { LockstepError, isLockstepError } from '../../core/error.ts'
import { type Corpus, fileOf, pathOf, swapLockOf } from '../files/corpus.ts'
import { type FileFacts, isAsItWasRead, systemCode } from '../files/file-system.ts'
import { temporaryFile } from '../files/names.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { freezeJson } from '../json/freeze.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { printDocument } from '../json/print.ts'
import { plainStyle } from '../json/style.ts'
import { type JsonObject, type JsonValue, isJsonObject } from '../json/value.ts'
import { faultsAgainst } from '../migrate/contracts.ts'
import { withEntry } from '../migrate/history-entry.ts'
import { wayUp } from '../migrate/migrate-document.ts'
import { changedPlace } from '../migrate/protect.ts'
import { checkVersion, readVersion, versionText } from '../migrate/version.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { readDocument } from '../runs/read-document.ts'
import { pathText, valueAt } from '../transforms/paths.ts'

export interface Store {
  readonly document: string
  readonly value: JsonValue
  readonly over: Sha256 | null | undefined
  readonly latest: string
  readonly now: string
  readonly token: string
}

/** How often a temporary file is written again that a migration took for one of a dead program. */
const attemptsMax = 3

/** Stores it, or throws and leaves everything as it was. Gives the checksum of the new bytes. */
export function storeDocument(open: OpenCorpus, store: Store): Sha256 {
  const { files, corpus } = open
  const value = checkedValue(open, store)
  const old = standingAt(open, store)
  const bytes = printDocument(
    old === null ? value : withHistory(open, store, { value, old }),
    old?.parsed ?? { style: plainStyle, source: null },
  )
  if (old === null) files.makeFolder(dirname(pathOf(corpus, store.document)))
  for (let attempt = 1; ; attempt++) {
    try {
      replace(open, store, { bytes, old })
      return sha256Of(bytes)
    } catch (error) {
      if (systemCode(error) !== 'ENOENT' || attempt === attemptsMax) throw named(open, store, error)
    }
  }
}

/** What a program wants to store, frozen; throws with the path of each fault. */
function checkedValue(open: OpenCorpus, { document, value, latest }: Store): JsonObject {
  const { fault } = freezeJson(value, open.rules.limits.depthMax)
  const object = fault === null && isJsonObject(value) ? value : null
  const version = object === null ? null : versionText(valueAt(object, open.rules.version))
  const faults =
    fault !== null
      ? [`${fault.at || '/'} is ${fault.reason}`]
      : version === latest
        ? faultsAgainst(open.contracts, latest, value)
        : [`${pathText(open.rules.version)} is ${version ?? 'not there'}, not ${latest}`]
  if (faults.length === 0 && object !== null) return object
  const about = { file: fileOf(open.corpus, document), version: latest, by: 'program' } as const
  throw new LockstepError('document-result-invalid', { ...about, faults })
}

interface Standing {
  readonly facts: FileFacts
  readonly parsed: ParsedDocument
  readonly version: string
}

/** What the new text will take the place of; throws where it is not what the program rests on, or must not go. */
function standingAt(open: OpenCorpus, { document, value, over }: Store): Standing | null {
  const { files, corpus, rules } = open
  if (files.facts(pathOf(corpus, document)) === null) {
    if (typeof over === 'string') throw changed(open, document)
    return null
  }
  const read = readDocument(open, document, 'possible')
  if (!read.ok) throw read.error
  const { facts, parsed } = read
  if (over !== undefined && sha256Of(parsed.bytes) !== over) throw changed(open, document)
  const version = readVersion(parsed, rules)
  // A newer program wrote it: what this one does not know would be gone.
  checkVersion(open.transforms.graph, version, parsed.file)
  const change = isJsonObject(parsed.value) && isJsonObject(value) ? changedPlace(parsed.value, value, rules) : null
  if (change !== null) {
    const { path, kind } = change
    throw new LockstepError('document-protected', {
      file: parsed.file,
      path,
      step: 'write',
      change: kind,
      by: 'program',
    })
  }
  return { facts, parsed, version }
}

/** A write over an older version is a migration too: the document says so, as after `up`. */
function withHistory(
  open: OpenCorpus,
  { latest, now }: Store,
  { value, old }: { readonly value: JsonObject; readonly old: Standing },
): JsonObject {
  const { parsed, version } = old
  if (version === latest) return value
  const path = wayUp(parsed.file, open.transforms, { from: version, to: latest })
  const changes = path.slice(1).map((to, i) => open.transforms.step(path[i] ?? '', to).changes)
  const entry = { from_version: version, to_version: latest, applied_at: now, changes }
  const signed = { ...entry, checksum_before: sha256Of(parsed.bytes) }
  return withEntry(value, signed, { rules: open.rules, format: parsed, file: parsed.file })
}

function replace(
  { files, corpus }: OpenCorpus,
  { document, token }: Store,
  { bytes, old }: { readonly bytes: Uint8Array; readonly old: Standing | null },
): void {
  const path = pathOf(corpus, document)
  const temporary = pathOf(corpus, temporaryFile(document, token))
  files.writeNew(temporary, bytes, old?.facts ?? null)
  try {
    files.syncFiles([temporary])
    files.alone(swapLockOf(corpus), () => {
      const free =
        old === null
          ? files.facts(path) === null
          : isAsItWasRead(files, path, { facts: old.facts, before: sha256Of(old.parsed.bytes) })
      if (!free) throw changed({ corpus }, document)
      files.rename(temporary, path)
    })
  } catch (error) {
    files.remove(temporary)
    throw error
  }
  files.syncFiles([path, ...foldersAbove(corpus, document)])
}

/** They may be as new as the document. */
function foldersAbove(corpus: Corpus, document: string): string[] {
  const names = document.split('/').slice(0, -1)
  return names.map((_, i) => pathOf(corpus, names.slice(0, i + 1).join('/')))
}

function changed({ corpus }: Pick<OpenCorpus, 'corpus'>, document: string): LockstepError {
  return new LockstepError('document-changed-meanwhile', { file: fileOf(corpus, document), by: 'program' })
}

/** What the system says of one file, as an error that names it. */
function named(open: OpenCorpus, { document }: Store, error: unknown): unknown {
  const code = systemCode(error)
  if (code === null || isLockstepError(error)) return error
  const reason = `${code} while writing it`
  return new LockstepError('document-unreadable', { file: fileOf(open.corpus, document), reason }, { cause: error })
}
