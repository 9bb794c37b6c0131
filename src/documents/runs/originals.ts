/**
 * The very bytes that documents had before they were migrated. A transform's way back gives the same content at best:
 * `1.10` where it computed, a key in its old place, a number that became a text are only known to the backup.
 */

import { isLockstepError } from '../../core/error.ts'
import { readBackup } from '../files/backup.ts'
import type { Corpus } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import { type JournalEntry, listBatches, listRuns, readBatch, readHead } from '../files/journal.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { parseDocument } from '../json/parse.ts'
import type { DocumentOutcome } from '../migrate/migrate-document.ts'
import type { OpenCorpus } from './open-corpus.ts'

/** As many documents as are remembered; each takes some 50 bytes. What lies further back counts as not kept. */
const rememberedMax = 2_000_000

/** What a run did to a document, and how many runs came after it. */
interface Written {
  readonly entry: JournalEntry
  readonly age: number
}

/** The oldest run that wrote these bytes of a document; `null` where none is known. */
export type Originals = (document: string, after: Sha256) => Written | null

/** Reads the journals when the first document asks for them. */
export function makeOriginals(files: FileSystem, corpus: Corpus): Originals {
  let places: ReadonlyMap<number, Place> | null = null
  let near: { readonly place: Place; readonly entries: readonly JournalEntry[] } | null = null
  return (document, after) => {
    places ??= placesIn(files, corpus)
    const place = places.get(keyOf(document, after))
    if (place === undefined) return null
    // Documents come in the order in which they were journalled.
    if (near?.place !== place) near = { place, entries: readBatch(files, corpus, place).entries }
    const entry = near.entries.find((one) => one.document === document && one.after === after)
    return entry === undefined ? null : { entry, age: place.age }
  }
}

/**
 * A down that does not give the bytes from before by its transforms, as the backups have it: only for a document whose
 * bytes are those that a run wrote, and a run before that, so that nothing which was done since is lost.
 */
export function exactly(
  outcome: DocumentOutcome,
  open: OpenCorpus,
  { document, originals }: { readonly document: string; readonly originals: Originals },
): DocumentOutcome {
  if (outcome.state !== 'migrated' || outcome.exact === true) return outcome
  const bytes = bytesBefore(open, { document, originals, ...outcome })
  if (bytes === null) return outcome
  const { value } = parseDocument(bytes, document, open.rules.limits)
  // It was a document when it was replaced.
  return { ...outcome, value: value as typeof outcome.value, bytes, after: sha256Of(bytes), exact: true }
}

function bytesBefore(
  { files, corpus, transforms }: OpenCorpus,
  way: {
    readonly document: string
    readonly originals: Originals
    readonly from: string
    readonly to: string
    readonly before: Sha256
  },
): Uint8Array | null {
  let found: Written | null = null
  let [version, bytes] = [way.from, way.before]
  while (version !== way.to) {
    const next = way.originals(way.document, bytes)
    // Back in time only, and never below the goal: what happened there says nothing of it.
    if (next === null || next.entry.to !== version || next.age <= (found?.age ?? -1)) return null
    if (!transforms.findWay('up', way.to, next.entry.from).found) return null
    found = next
    version = next.entry.from
    bytes = next.entry.before
  }
  try {
    return found === null ? null : readBackup(files, corpus, found.entry).bytes
  } catch (error) {
    // Gone, or not what it was: then the transforms must do, and the run says that it is not exact.
    if (isLockstepError(error) && error.code === 'backup-damaged') return null
    throw error
  }
}

interface Place {
  readonly run: string
  readonly number: number
  readonly age: number
}

/** Newest run first; where two wrote the same bytes the older one counts. A restore leads nowhere new. */
function placesIn(files: FileSystem, corpus: Corpus): Map<number, Place> {
  const places = new Map<number, Place>()
  const runs = listRuns(files, corpus)
    .map((run) => readHead(files, corpus, run))
    .filter((head) => head !== null && head.command !== 'restore')
    .sort((a, b) => ((a?.at ?? '') < (b?.at ?? '') ? 1 : -1))
  for (const [age, head] of runs.entries()) {
    const run = head?.run ?? ''
    for (const number of listBatches(files, corpus, run)) {
      const place = { run, number, age }
      const { entries, left } = readBatch(files, corpus, place)
      for (const { document, after } of entries) {
        const key = keyOf(document, after)
        if (left === null || left.includes(document)) continue
        places.set(key, place)
        if (places.size >= rememberedMax) return places
      }
    }
  }
  return places
}

/** So many digits of a checksum as a number holds; whoever looks there compares all of it. */
function keyOf(document: string, after: Sha256): number {
  return Number.parseInt(sha256Of(`${document}\n${after}`).slice('sha256:'.length, 'sha256:'.length + 13), 16)
}
