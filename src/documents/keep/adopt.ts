/** Writes down backups that an older tool has left beside documents, so that they can be put back like our own. */

import { join } from 'node:path'
import { isLockstepError } from '../../core/error.ts'
import { type Corpus, pathOf } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import { type JournalEntry, type RunHead, listRuns, printDone, printEntries, replacedBy } from '../files/journal.ts'
import { batchFile, endFile, sidecarFile } from '../files/names.ts'
import { openRun } from '../files/replace.ts'
import { scanCorpus } from '../files/scan.ts'
import { sha256Of } from '../json/canonical.ts'
import { type JsonValue, sameJson } from '../json/value.ts'
import { type ParsedDocument, parseDocument } from '../json/parse.ts'
import { readVersion } from '../migrate/version.ts'
import { pathText, valueAt } from '../transforms/paths.ts'
import { type OpenCorpus, batchDocumentsMax, nextTurn } from '../runs/open-corpus.ts'
import { readDocument } from '../runs/read-document.ts'

export interface AdoptedBackups {
  /** Backups that are written down now. */
  readonly adopted: number
  /** By the way that their documents have gone: `1.0.0 -> 1.2.0`. */
  readonly ways: ReadonlyMap<string, number>
  /** Backups of a run of ours. */
  readonly known: number
  /** The others that lie beside documents, each with the reason why it cannot be one. */
  readonly left: readonly { readonly document: string; readonly reason: string }[]
  readonly leftCount: number
}

export interface AdoptRun {
  readonly head: Omit<RunHead, 'format' | 'command' | 'files' | 'form'>
  readonly now: string
}

/** As many as an answer names. */
const shownMax = 1000

/**
 * A backup is one of its document where it has an older version from which there is a way to the present one, and the
 * same values in all protected paths. Nothing but the journal is written. Whoever calls this holds the lock.
 */
export async function adoptBackups(open: OpenCorpus, { head, now }: AdoptRun): Promise<AdoptedBackups> {
  const { files, corpus } = open
  const known = knownSidecars(files, corpus)
  const run = openRun(files, corpus, { ...head, form: 'sidecar', format: 1, command: 'adopt', files: corpus.files })
  const ways = new Map<string, number>()
  const left: { document: string; reason: string }[] = []
  let [adopted, ours, leftCount, batches] = [0, 0, 0, 0]
  let batch: JournalEntry[] = []
  const flush = (): void => {
    if (batch.length === 0) return
    // The head is on disk before any entry: without it a recovery would take the backups away.
    run.begin()
    const path = pathOf(corpus, batchFile(head.run, ++batches))
    files.writeNew(path, Buffer.concat([printEntries(batch), printDone([])]), null)
    files.sync(corpus.root, [path])
    adopted += batch.length
    batch = []
  }
  for (const found of scanCorpus(files, corpus)) {
    if (found.kind !== 'document') continue
    const backup = sidecarFile(found.document, 1)
    if (files.facts(pathOf(corpus, backup)) === null) continue
    if (known.has(backup)) {
      ours++
      continue
    }
    const entry = entryOf(open, found.document, backup)
    if (typeof entry === 'string') {
      leftCount++
      if (left.length < shownMax) left.push({ document: found.document, reason: entry })
      continue
    }
    const way = `${entry.from} -> ${entry.to}`
    ways.set(way, (ways.get(way) ?? 0) + 1)
    batch.push(entry)
    if (batch.length >= batchDocumentsMax) {
      flush()
      await nextTurn()
    }
  }
  flush()
  if (adopted > 0) {
    const end = { at: now, replaced: adopted, recovered: false }
    files.writeNew(pathOf(corpus, endFile(head.run)), Buffer.from(`${JSON.stringify(end)}\n`), null)
  }
  return { adopted, ways, known: ours, left, leftCount }
}

function knownSidecars(files: FileSystem, corpus: Corpus): Set<string> {
  const known = new Set<string>()
  for (const run of listRuns(files, corpus)) {
    for (const { backup } of replacedBy(files, corpus, run)) if (!backup.startsWith('.lockstep/')) known.add(backup)
  }
  return known
}

/** What the journal says of one, or in words why it is none. */
function entryOf(open: OpenCorpus, document: string, backup: string): JournalEntry | string {
  const { files, corpus, rules, transforms } = open
  const present = readDocument(open, document, 'none')
  if (!present.ok) return `the document itself cannot be read: ${present.error.message}`
  const bytes = files.read(pathOf(corpus, backup), rules.limits.bytesMax)?.bytes ?? null
  if (bytes === null) return 'it is no plain file, or too large'
  try {
    const old = parseDocument(bytes, join(corpus.name, backup), rules.limits)
    const [from, to] = [readVersion(old, rules), readVersion(present.parsed, rules)]
    if (from === to) return `it has the version of the document, ${to}`
    if (!transforms.findWay('up', from, to).found) return `no way leads from its version ${from} to ${to}`
    const other = otherPath(open, old, present.parsed)
    if (other !== null) return `its ${other} is another one`
    const [before, after] = [sha256Of(bytes), sha256Of(present.parsed.bytes)]
    return { document, from, to, before, after, backup, copy: null }
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return error.message
    throw error
  }
}

/** A protected path that differs where both have it: then it is a backup of something else. */
function otherPath({ rules }: OpenCorpus, old: ParsedDocument, present: ParsedDocument): string | null {
  const at = (value: JsonValue, path: readonly string[]): JsonValue | undefined => valueAt(value, path)
  const differing = rules.protect.find((path) => {
    const [then, now] = [at(old.value, path), at(present.value, path)]
    return then !== undefined && now !== undefined && !sameJson(then, now)
  })
  return differing === undefined ? null : pathText(differing)
}
