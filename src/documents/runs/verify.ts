/** Recomputes what documents and backups say of themselves. */

import { dirname } from 'node:path'
import { isLockstepError } from '../../core/error.ts'
import { readBackup } from '../files/backup.ts'
import { pathOf } from '../files/corpus.ts'
import { type JournalEntry, listRuns, replacedBy } from '../files/journal.ts'
import { unfinishedRuns } from '../files/recover.ts'
import type { LeftDocument } from '../files/prepare.ts'
import { scanCorpus } from '../files/scan.ts'
import { checkOwnContract } from '../migrate/contracts.ts'
import { asEntry, checksumWithoutOwn, readEntries } from '../migrate/history-entry.ts'
import { checkVersion, readVersion } from '../migrate/version.ts'
import { type OpenCorpus, chunkDocuments, nextTurn, refusalsShownMax } from './open-corpus.ts'
import { readDocument } from './read-document.ts'

export interface CorpusVerification {
  readonly seen: number
  /** Readable, of a known version, and keeping its contract. */
  readonly good: number
  readonly refused: number
  readonly refusals: readonly LeftDocument[]
  /** Documents with a history entry whose content still is what the entry says. */
  readonly asMigrated: number
  /** Documents that were changed since their last migration, as programs do. */
  readonly changedSince: number
  readonly changedSinceShown: readonly string[]
  readonly backups: number
  /** Backups beside documents that are gone too, as whole folders go or get another name: nobody misses these. */
  readonly goneToo: number
  /** Backups that are gone or do not hold the bytes that they should. */
  readonly damaged: readonly LeftDocument[]
  readonly unfinished: readonly string[]
}

/** Checks every document and every backup. Reads only. */
export async function verifyCorpus(open: OpenCorpus): Promise<CorpusVerification> {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const counts = { seen: 0, good: 0, refused: 0, asMigrated: 0, changedSince: 0 }
  const refusals: LeftDocument[] = []
  const changedSinceShown: string[] = []
  const refuse = (one: LeftDocument): void => {
    counts.refused++
    if (refusals.length < refusalsShownMax) refusals.push(one)
  }
  for (const found of scanCorpus(open.files, open.corpus)) {
    if (found.kind === 'leftover' || found.kind === 'link') continue
    counts.seen++
    if (counts.seen % chunkDocuments === 0) await nextTurn()
    if (found.kind === 'refused') {
      refuse(found)
      continue
    }
    const { document } = found
    const judged = judge(open, document, unfinished.length > 0 ? 'possible' : 'none')
    if (typeof judged === 'object') {
      refuse(judged)
      continue
    }
    counts.good++
    if (judged === 'as-migrated') counts.asMigrated++
    if (judged === 'changed-since') {
      counts.changedSince++
      if (changedSinceShown.length < refusalsShownMax) changedSinceShown.push(document)
    }
  }
  return { ...counts, refusals, changedSinceShown, ...(await verifyBackups(open)), unfinished }
}

function judge(
  open: OpenCorpus,
  document: string,
  ownLinks: 'possible' | 'none',
): LeftDocument | 'as-migrated' | 'changed-since' | 'never-migrated' {
  const read = readDocument(open, document, ownLinks)
  if (!read.ok) return { document, error: read.error }
  const { parsed } = read
  try {
    const version = readVersion(parsed, open.rules)
    checkVersion(open.transforms.graph, version, parsed.file)
    checkOwnContract(parsed, version, open.contracts)
  } catch (error) {
    if (isLockstepError(error)) return { document, error }
    throw error
  }
  const last = asEntry(readEntries(parsed.value, open.rules)?.at(-1))
  if (last === null) return 'never-migrated'
  return checksumWithoutOwn(parsed, open.rules) === last.checksum_after ? 'as-migrated' : 'changed-since'
}

async function verifyBackups(open: OpenCorpus): Promise<Pick<CorpusVerification, 'backups' | 'goneToo' | 'damaged'>> {
  let backups = 0
  let goneToo = 0
  const damaged: LeftDocument[] = []
  for (const run of listRuns(open.files, open.corpus)) {
    for (const entry of replacedBy(open.files, open.corpus, run)) {
      backups++
      if (backups % chunkDocuments === 0) await nextTurn()
      try {
        readBackup(open.files, open.corpus, entry)
      } catch (error) {
        if (!isLockstepError(error)) throw error
        // Pruned while this was looking: nobody misses what it kept.
        if (!listRuns(open.files, open.corpus).includes(run)) break
        if (isGoneToo(open, entry)) goneToo++
        else if (damaged.length < refusalsShownMax) damaged.push({ document: entry.document, error })
      }
    }
  }
  return { backups: backups - goneToo, goneToo, damaged }
}

function isGoneToo({ files, corpus }: OpenCorpus, { document, backup }: JournalEntry): boolean {
  if (dirname(document) !== dirname(backup)) return false
  return [document, backup].every((one) => files.facts(pathOf(corpus, one)) === null)
}
