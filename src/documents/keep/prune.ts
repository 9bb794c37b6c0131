/** Lets old runs go, with the originals that they kept. What a killed prune has left is finished by the next one. */

import { join } from 'node:path'
import { sha256Of } from '../json/canonical.ts'
import { type Corpus, pathOf } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import { matches } from '../files/glob.ts'
import {
  type JournalEntry,
  listLeaving,
  listRuns,
  preparedBy,
  readEnd,
  readHead,
  replacedBy,
} from '../files/journal.ts'
import { isSidecarOf, leavingName, runFolder } from '../files/names.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'

type Place = Pick<OpenCorpus, 'files' | 'corpus'>

/** A run that has come to its end, and so can go. */
export interface EndedRun {
  readonly run: string
  /** When it ended; ISO 8601. */
  readonly at: string
}

/** Runs that may go. One that did not come to its end is what the next `up` needs. */
export function listEndedRuns({ files, corpus }: Place): EndedRun[] {
  return listRuns(files, corpus).flatMap((run) => {
    const end = readHead(files, corpus, run) === null ? null : readEnd(files, corpus, run)
    return end === null ? [] : [{ run, at: end.at }]
  })
}

/**
 * Removes runs and the originals that they kept, in their folders or beside the documents. A sidecar that holds other
 * bytes by now is not theirs, and stays. Whoever calls this holds the lock of the corpus.
 */
export function removeRuns({ files, corpus }: Place, runs: readonly string[]): void {
  // One rename ends a run: killed at any moment later, nobody looks for originals that are half gone.
  for (const run of runs) files.rename(pathOf(corpus, runFolder(run)), pathOf(corpus, runFolder(leavingName(run))))
  const leaving = listLeaving(files, corpus)
  if (leaving.length === 0) return
  files.sync(
    corpus.root,
    leaving.map((name) => pathOf(corpus, runFolder(name))),
  )
  for (const name of leaving) {
    // Their journal may only go once they have: a sidecar that nobody knows would stay for ever.
    if (removeSidecars(files, corpus, name) > 0) files.sync(corpus.root, [])
    removeTree(files, pathOf(corpus, runFolder(name)))
  }
}

/** Answers how many; of a run that kept its originals in its own folder there are none. */
function removeSidecars(files: FileSystem, corpus: Corpus, run: string): number {
  let removed = 0
  // Of documents that went while the run was at them: the last copies, by name.
  const lastCopies = new Map<string, JournalEntry>()
  for (const { entry, isReplaced } of preparedBy(files, corpus, run)) {
    const { document, backup } = entry
    if (!matches(corpus.glob, document) || !isBeside(document, backup)) continue
    if (isReplaced) removed += removeSidecar(files, corpus, entry)
    else if (files.facts(pathOf(corpus, document)) === null) lastCopies.set(backup, entry)
  }
  // The document may have come back, and a later run have taken the same name.
  const others = lastCopies.size === 0 ? [] : listRuns(files, corpus)
  for (const other of others) for (const { backup } of replacedBy(files, corpus, other)) lastCopies.delete(backup)
  for (const entry of lastCopies.values()) removed += removeSidecar(files, corpus, entry)
  return removed
}

/** Answers how many: one, or none where it holds other bytes by now. */
function removeSidecar(files: FileSystem, corpus: Corpus, { backup, before }: JournalEntry): 0 | 1 {
  const path = pathOf(corpus, backup)
  const bytes = files.read(path, Infinity)?.bytes ?? null
  if (bytes === null || sha256Of(bytes) !== before) return 0
  files.remove(path)
  return 1
}

/** A journal is a file that anybody may have edited: only a backup of the document beside it is ever removed. */
function isBeside(document: string, backup: string): boolean {
  const cut = backup.lastIndexOf('/') + 1
  return (
    backup.slice(0, cut) === document.slice(0, document.lastIndexOf('/') + 1) &&
    isSidecarOf(document, backup.slice(cut))
  )
}

/** The journal goes last: as long as it is there, a prune that was killed can go on. */
function removeTree(files: FileSystem, folder: string): void {
  const entries = [...files.list(folder)].sort((a, b) => rank(a.kind) - rank(b.kind))
  for (const { name, kind } of entries) {
    if (kind === 'folder') removeTree(files, join(folder, name))
    else files.remove(join(folder, name))
  }
  files.removeFolder(folder)
}

function rank(kind: 'file' | 'folder' | 'link' | 'other'): number {
  return kind === 'folder' ? 0 : 1
}
