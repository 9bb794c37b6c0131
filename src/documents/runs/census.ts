/** Where documents stand, counted. Threads count apart from each other; the sums are the same in any order. */

import type { JsonValue } from '../json/value.ts'
import { reasonToLeaveAlone } from '../migrate/migrate-document.ts'
import { placeOfVersion } from '../migrate/version.ts'
import type { OpenCorpus } from './open-corpus.ts'

export type CensusCounted =
  | 'seen'
  | 'needsMigration'
  | 'newer'
  | 'unknown'
  | 'withoutVersion'
  | 'unreadable'
  | 'invalid'
  | 'leftAlone'
  | 'links'

export interface Census {
  readonly counts: Record<CensusCounted, number>
  readonly versions: Map<string, number>
}

export function newCensus(): Census {
  const counts = {
    seen: 0,
    needsMigration: 0,
    newer: 0,
    unknown: 0,
    withoutVersion: 0,
    unreadable: 0,
    invalid: 0,
    leftAlone: 0,
    links: 0,
  }
  return { counts, versions: new Map() }
}

/** Counts a document by its version, and says whether anybody knows that one. It was counted as seen before. */
export function countVersion(
  { counts, versions }: Census,
  { transforms: { graph }, rules }: Pick<OpenCorpus, 'transforms' | 'rules'>,
  { version, value }: { readonly version: string; readonly value: JsonValue },
): boolean {
  versions.set(version, (versions.get(version) ?? 0) + 1)
  const place = placeOfVersion(graph, version)
  if (place !== 'known') {
    counts[place]++
    return false
  }
  if (reasonToLeaveAlone(value, rules) !== null) counts.leftAlone++
  if (version !== graph.latest) counts.needsMigration++
  return true
}

export function mergeCensus(into: Census, { counts, versions }: Census): void {
  // The keys of a record are those that its type names.
  for (const key of Object.keys(counts) as CensusCounted[]) into.counts[key] += counts[key]
  for (const [version, count] of versions) into.versions.set(version, (into.versions.get(version) ?? 0) + count)
}
