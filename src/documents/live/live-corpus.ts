/** Documents for a running program: read at the latest version whatever is stored, written only where they fit. */

import { assert } from '../../core/error.ts'
import { sameMajor } from '../../core/path.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import type { ParsedDocument } from '../json/parse.ts'
import type { JsonValue } from '../json/value.ts'
import { migrateInMemory } from '../migrate/migrate-document.ts'
import { placeOfVersion, readVersion } from '../migrate/version.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { readDocument } from '../runs/read-document.ts'
import { storeDocument } from './store-document.ts'

export interface LiveDocument {
  /** At the latest version, or newer; frozen. */
  readonly value: JsonValue
  /** The version of the stored bytes. */
  readonly storedVersion: string
  /** Of the stored bytes; `write` takes it back, so that nobody's change is lost. */
  readonly stored: Sha256
  /** `migrated`: carried here in memory. `newer`: as it is stored, by a program that knows more. */
  readonly state: 'current' | 'migrated' | 'newer'
}

/** Documents of a version that the code does not know yet: none are read, those of the same major version, or all. */
export type ReadNewer = 'refuse' | 'same-major' | 'any'

export interface LiveCorpus {
  /** Reads a document, and carries it to the latest version in memory. Throws what `up` would refuse it for. */
  read(document: string): LiveDocument
  /**
   * Stores a value that keeps the latest contract, in the format of what stood there. `over` is the `stored` of the
   * read that the value rests on, `null` for a new document, `undefined` for whatever stands there; where anything
   * else does, it is left alone, with an error. Gives the new `stored`.
   */
  write(document: string, value: JsonValue, over: Sha256 | null | undefined): Sha256
}

export interface LiveOptions {
  /** ISO 8601, for transforms that ask for the time, and for the history of what a write carries to the latest version. */
  readonly now: () => string
  /** Tells the temporary files of programs apart: letters and digits. */
  readonly token: () => string
  readonly readNewer: ReadNewer
}

/** Safe beside a migration: whoever comes second sees that the file is not the one that it read, and leaves it. */
export function openLive(open: OpenCorpus, options: LiveOptions): LiveCorpus {
  const { latest } = open.transforms.graph
  assert(latest !== null, 'a corpus without versions cannot be read at the latest one')
  return {
    read(document) {
      const read = readDocument(open, document, 'possible')
      if (!read.ok) throw read.error
      return readLatest(open, read.parsed, { latest, now: options.now(), readNewer: options.readNewer })
    },
    write: (document, value, over) =>
      storeDocument(open, { document, value, over, latest, now: options.now(), token: `live-${options.token()}` }),
  }
}

function readLatest(
  open: OpenCorpus,
  parsed: ParsedDocument,
  { latest, now, readNewer }: { readonly latest: string; readonly now: string; readonly readNewer: ReadNewer },
): LiveDocument {
  const stored = sha256Of(parsed.bytes)
  const version = readVersion(parsed, open.rules)
  const readable = readNewer === 'any' || (readNewer === 'same-major' && sameMajor(version, latest))
  if (readable && placeOfVersion(open.transforms.graph, version) === 'newer') {
    return { value: parsed.value, storedVersion: version, stored, state: 'newer' }
  }
  const outcome = migrateInMemory(parsed, { ...open, to: latest, now })
  switch (outcome.state) {
    case 'migrated':
      return { value: outcome.value, storedVersion: outcome.from, stored, state: 'migrated' }
    case 'current':
      return { value: parsed.value, storedVersion: outcome.version, stored, state: 'current' }
    case 'refused':
      throw outcome.error
  }
}
