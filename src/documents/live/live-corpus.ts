/** Documents for a running program: read at the latest version whatever is stored, written only where they fit. */

import { LockstepError, assert } from '../../core/error.ts'
import { fileOf, pathOf } from '../files/corpus.ts'
import type { FileFacts } from '../files/file-system.ts'
import { temporaryFile } from '../files/names.ts'
import { isAsItWasRead } from '../files/replace.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { freezeJson } from '../json/freeze.ts'
import { type Format, printDocument } from '../json/print.ts'
import { plainStyle } from '../json/style.ts'
import { type JsonValue, isJsonObject } from '../json/value.ts'
import { faultsAgainst } from '../migrate/contracts.ts'
import { migrateDocument } from '../migrate/migrate-document.ts'
import { versionText } from '../migrate/version.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { readDocument } from '../runs/read-document.ts'
import { pathText, valueAt } from '../transforms/paths.ts'

export interface LiveDocument {
  /** At the latest version; frozen. */
  readonly value: JsonValue
  /** The version of the stored bytes. */
  readonly storedVersion: string
  /** Of the stored bytes; `write` wants it back, so that nobody's change is lost. */
  readonly stored: Sha256
}

export interface LiveCorpus {
  /** Reads a document, and carries it to the latest version in memory. Throws what `up` would refuse it for. */
  read(document: string): LiveDocument
  /**
   * Stores a value that keeps the latest contract, in the format of what stood there. `expected` is the `stored` of
   * the read that the value rests on, `null` for a new document; anything else there is left alone, with an error.
   */
  write(document: string, value: JsonValue, expected: Sha256 | null): Sha256
}

export interface LiveOptions {
  /** ISO 8601, for transforms that ask for the time. */
  readonly now: () => string
  /** Tells the temporary files of programs apart: letters and digits. */
  readonly token: () => string
}

/** Safe beside a migration: whoever comes second sees that the file is not the one that it read, and leaves it. */
export function openLive(open: OpenCorpus, options: LiveOptions): LiveCorpus {
  const { latest } = open.transforms.graph
  assert(latest !== null, 'a corpus without versions cannot be read at the latest one')
  return {
    read: (document) => readLatest(open, document, { latest, now: options.now() }),
    write(document, value, expected) {
      checkValue(open, value, { document, latest })
      return replace(open, { document, value, expected, token: `live-${options.token()}` })
    },
  }
}

function readLatest(
  open: OpenCorpus,
  document: string,
  at: { readonly latest: string; readonly now: string },
): LiveDocument {
  const read = readDocument(open, document, 'possible')
  if (!read.ok) throw read.error
  const { parsed } = read
  // In memory nothing is disturbed, so documents that are still being written are carried along too; and an entry in
  // the history is for what was stored.
  const rules = { ...open.rules, leaveAlone: [], history: null }
  const outcome = migrateDocument(parsed, {
    ...open,
    rules,
    direction: 'up',
    to: at.latest,
    now: at.now,
    purity: 'once',
  })
  const stored = sha256Of(parsed.bytes)
  switch (outcome.state) {
    case 'migrated':
      return { value: outcome.value, storedVersion: outcome.from, stored }
    case 'current':
      return { value: parsed.value, storedVersion: outcome.version, stored }
    case 'refused':
      throw outcome.error
    case 'left-alone':
      throw new LockstepError('internal', { message: `${parsed.file} was left alone by a read` })
  }
}

function checkValue(
  open: OpenCorpus,
  value: JsonValue,
  { document, latest }: { readonly document: string; readonly latest: string },
): void {
  const { fault } = freezeJson(value, open.rules.limits.depthMax)
  const version = isJsonObject(value) ? versionText(valueAt(value, open.rules.version)) : null
  const faults =
    fault !== null
      ? [`${fault.at || '/'}: ${fault.reason}`]
      : version === latest
        ? faultsAgainst(open.contracts, latest, value)
        : [`${pathText(open.rules.version)} is ${version ?? 'not there'}, not ${latest}`]
  if (faults.length > 0) {
    throw new LockstepError('document-result-invalid', { file: fileOf(open.corpus, document), version: latest, faults })
  }
}

interface Write {
  readonly document: string
  readonly value: JsonValue
  readonly expected: Sha256 | null
  readonly token: string
}

function replace(open: OpenCorpus, { document, value, expected, token }: Write): Sha256 {
  const { files, corpus } = open
  const old = expected === null ? null : storedAs(open, document, expected)
  const bytes = printDocument(value, old?.format ?? { style: plainStyle, source: null })
  const path = pathOf(corpus, document)
  const temporary = pathOf(corpus, temporaryFile(document, token))
  files.writeNew(temporary, bytes, old?.facts ?? null)
  try {
    files.sync(corpus.root, [temporary])
    const free =
      old === null || expected === null
        ? files.facts(path) === null
        : isAsItWasRead(files, corpus, { document, facts: old.facts, before: expected })
    if (!free) throw changed(open, document)
    files.rename(temporary, path)
  } catch (error) {
    files.remove(temporary)
    throw error
  }
  files.sync(corpus.root, [path])
  return sha256Of(bytes)
}

/** The document as it is stored, if these are the bytes that the program has read. */
function storedAs(
  open: OpenCorpus,
  document: string,
  expected: Sha256,
): { readonly facts: FileFacts; readonly format: Format } {
  const read = readDocument(open, document, 'possible')
  if (!read.ok) throw read.error
  if (sha256Of(read.parsed.bytes) !== expected) throw changed(open, document)
  return { facts: read.facts, format: read.parsed }
}

function changed(open: OpenCorpus, document: string): LockstepError {
  return new LockstepError('document-changed-meanwhile', { file: fileOf(open.corpus, document) })
}
