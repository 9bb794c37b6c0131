/** Counts what becomes of documents; the parts always add up to what was seen. */

import type { RecoveredRun } from '../files/recover.ts'
import type { LeftDocument } from '../files/replace.ts'
import { refusalsShownMax } from './open-corpus.ts'

/** What a run did, or what a plan would do. */
export interface CorpusAnswer {
  readonly seen: number
  readonly migrated: number
  /** At the goal, or beyond it. */
  readonly current: number
  readonly leftAlone: number
  readonly refused: number
  /** Documents by the way that they go: `1.0.0 -> 1.1.0`. */
  readonly ways: ReadonlyMap<string, number>
  /** Downs that did not give the bytes from before the up. */
  readonly inexact: number
  /** The first of all that were refused or left alone, each with its reason. */
  readonly refusals: readonly LeftDocument[]
  readonly leftAloneShown: readonly { readonly document: string; readonly reason: string }[]
  /** Symbolic links, which are not followed. */
  readonly links: number
  /** Bytes that all new texts need beside the old ones. */
  readonly newBytes: number
  /** `limit`: there are more documents to migrate; `signal`: stopped between two batches. */
  readonly stoppedBy: 'limit' | 'signal' | null
  readonly recovered: readonly RecoveredRun[]
  /** Dead runs that the next run will finish or sweep; only a plan finds any. */
  readonly unfinished: readonly string[]
}

type Counted = 'seen' | 'migrated' | 'current' | 'leftAlone' | 'refused' | 'inexact' | 'links' | 'newBytes'

export interface Tally {
  readonly counts: Record<Counted, number>
  readonly ways: Map<string, number>
  readonly refusals: LeftDocument[]
  readonly leftAloneShown: { document: string; reason: string }[]
}

export function newTally(): Tally {
  const counts = { seen: 0, migrated: 0, current: 0, leftAlone: 0, refused: 0, inexact: 0, links: 0, newBytes: 0 }
  return { counts, ways: new Map(), refusals: [], leftAloneShown: [] }
}

export function tellRefused({ counts, refusals }: Tally, refusal: LeftDocument): void {
  counts.refused++
  if (refusals.length < refusalsShownMax) refusals.push(refusal)
}

export function tellLeftAlone({ counts, leftAloneShown }: Tally, one: { document: string; reason: string }): void {
  counts.leftAlone++
  if (leftAloneShown.length < refusalsShownMax) leftAloneShown.push(one)
}

export function answerOf(
  { counts, ways, refusals, leftAloneShown }: Tally,
  rest: Pick<CorpusAnswer, 'stoppedBy' | 'recovered' | 'unfinished'>,
): CorpusAnswer {
  return { ...counts, ways, refusals, leftAloneShown, ...rest }
}
