/** Counts what becomes of documents; the parts always add up to what was seen. */

import type { RecoveredRun } from '../files/recover.ts'
import type { LeftDocument } from '../files/prepare.ts'
import { type Census, mergeCensus, newCensus } from './census.ts'
import { refusalsShownMax } from './open-corpus.ts'
import type { CorpusSurvey } from './survey.ts'

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
  /** Where all documents stand now, found out on the way; `null` where not all of them were looked at. */
  readonly survey: CorpusSurvey | null
}

type Counted = 'seen' | 'migrated' | 'current' | 'leftAlone' | 'refused' | 'inexact' | 'links' | 'newBytes'

export interface Tally {
  readonly counts: Record<Counted, number>
  readonly ways: Map<string, number>
  readonly refusals: LeftDocument[]
  readonly leftAloneShown: { document: string; reason: string }[]
  readonly census: Census
}

export function newTally(): Tally {
  const counts = { seen: 0, migrated: 0, current: 0, leftAlone: 0, refused: 0, inexact: 0, links: 0, newBytes: 0 }
  return { counts, ways: new Map(), refusals: [], leftAloneShown: [], census: newCensus() }
}

export function tellRefused({ counts, refusals }: Tally, refusal: LeftDocument): void {
  counts.refused++
  if (refusals.length < refusalsShownMax) refusals.push(refusal)
}

export function tellLeftAlone({ counts, leftAloneShown }: Tally, one: { document: string; reason: string }): void {
  counts.leftAlone++
  if (leftAloneShown.length < refusalsShownMax) leftAloneShown.push(one)
}

/** Adds what was counted of other documents, after those that are counted already. */
export function mergeTally(into: Tally, { counts, ways, refusals, leftAloneShown, census }: Tally): void {
  // The keys of a record are those that its type names.
  for (const key of Object.keys(counts) as Counted[]) into.counts[key] += counts[key]
  for (const [way, count] of ways) into.ways.set(way, (into.ways.get(way) ?? 0) + count)
  into.refusals.push(...refusals.slice(0, refusalsShownMax - into.refusals.length))
  into.leftAloneShown.push(...leftAloneShown.slice(0, refusalsShownMax - into.leftAloneShown.length))
  mergeCensus(into.census, census)
}

export function answerOf(
  { counts, ways, refusals, leftAloneShown }: Tally,
  rest: Pick<CorpusAnswer, 'stoppedBy' | 'recovered' | 'unfinished' | 'survey'>,
): CorpusAnswer {
  return { ...counts, ways, refusals, leftAloneShown, ...rest }
}
