/** Brings a corpus to order without migrating anything: what `up` does before it begins, and no more. */

import { removeLeftover, recoverRuns } from '../files/recover.ts'
import { scanCorpus } from '../files/scan.ts'
import type { CorpusPlace } from '../runs/open-corpus.ts'
import { removeRuns } from './prune.ts'

export interface MendedCorpus {
  readonly runs: readonly string[]
  /** Documents that a dead run had prepared and that have their new text now. */
  readonly finished: number
  /** Documents that are as they were before it. */
  readonly takenBack: number
  /** Documents that somebody else has changed since. */
  readonly changed: number
  /** New texts that nobody would have put in place any more. */
  readonly leftovers: number
}

/** Whoever calls this holds the lock of the corpus, so every other run is dead. */
export function mendCorpus(open: Pick<CorpusPlace, 'files' | 'corpus'>, now: string): MendedCorpus {
  const { files, corpus } = open
  const recovered = recoverRuns(files, corpus, now)
  let leftovers = 0
  for (const found of scanCorpus(files, corpus)) {
    if (found.kind !== 'leftover') continue
    leftovers++
    removeLeftover(files, corpus, found.document)
  }
  removeRuns(open, [])
  const sum = (of: (one: (typeof recovered)[number]) => number): number =>
    recovered.reduce((all, one) => all + of(one), 0)
  return {
    runs: recovered.map((one) => one.run),
    finished: sum((one) => one.finished.length),
    takenBack: sum((one) => one.takenBack.length),
    changed: sum((one) => one.changed.length),
    leftovers,
  }
}
