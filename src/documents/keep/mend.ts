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
  const before = leftoversIn(open).length
  const recovered = recoverRuns(files, corpus, now)
  for (const leftover of leftoversIn(open)) removeLeftover(files, corpus, leftover)
  removeRuns(open, [])
  const sum = (of: (one: (typeof recovered)[number]) => number): number =>
    recovered.reduce((all, one) => all + of(one), 0)
  const finished = sum((one) => one.finished.length)
  return {
    runs: recovered.map((one) => one.run),
    finished,
    takenBack: sum((one) => one.takenBack.length),
    changed: sum((one) => one.changed.length),
    leftovers: Math.max(0, before - finished - leftoversIn(open).length),
  }
}

function leftoversIn({ files, corpus }: Pick<CorpusPlace, 'files' | 'corpus'>): string[] {
  const found: string[] = []
  for (const one of scanCorpus(files, corpus)) if (one.kind === 'leftover') found.push(one.document)
  return found
}
