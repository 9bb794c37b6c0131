/** Which versions a corpus has, and what stands in the way of the others: the answer of `status`. */

import type { LockstepError } from '../../core/error.ts'
import { isLockstepError } from '../../core/error.ts'
import { compareSemver } from '../../core/path.ts'
import { fileOf } from '../files/corpus.ts'
import { unfinishedRuns } from '../files/recover.ts'
import type { LeftDocument } from '../files/prepare.ts'
import { type Found, scanCorpus } from '../files/scan.ts'
import { parseDocument } from '../json/parse.ts'
import type { JsonValue } from '../json/value.ts'
import { checkOwnContract } from '../migrate/contracts.ts'
import { readVersion } from '../migrate/version.ts'
import { type Census, type CensusCounted, countVersion, newCensus } from './census.ts'
import { type OpenCorpus, nextTurn, refusalsShownMax } from './open-corpus.ts'
import { readBytes } from './read-document.ts'

export interface CorpusSurvey {
  /** Documents found; each is in `versions`, or `withoutVersion`, or `unreadable`. */
  readonly seen: number
  /** Count by version, oldest first; strange ones too. */
  readonly versions: ReadonlyMap<string, number>
  readonly latest: string | null
  /** Of a known version below the latest. */
  readonly needsMigration: number
  readonly newer: number
  /** Of a version that no transform and no contract knows. */
  readonly unknown: number
  readonly withoutVersion: number
  readonly unreadable: number
  /** Not keeping the contract of their own version; counted only where contracts were looked at. */
  readonly invalid: number
  readonly leftAlone: number
  readonly links: number
  /** The first of all that are newer, unknown, without version, unreadable or invalid. */
  readonly refusals: readonly LeftDocument[]
  /** Runs that a crash has ended; the next `up` finishes or sweeps them. */
  readonly unfinished: readonly string[]
}

export interface SurveyOptions {
  /** `versions` only reads; `contracts` checks each document as `up` would before it touches it. */
  readonly depth: 'versions' | 'contracts'
  readonly onProgress?: (seen: number) => void
}

interface Work {
  readonly open: OpenCorpus
  readonly depth: SurveyOptions['depth']
  readonly ownLinks: 'possible' | 'none'
  readonly census: Census
  readonly refusals: LeftDocument[]
}

/** How often progress is told. */
const progressEvery = 1000

/** Counts. Reads everything, writes nothing, needs no lock. */
export async function surveyCorpus(open: OpenCorpus, { depth, onProgress }: SurveyOptions): Promise<CorpusSurvey> {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const ownLinks = unfinished.length > 0 ? 'possible' : 'none'
  const census = newCensus()
  const refusals: LeftDocument[] = []
  const work: Work = { open, depth, ownLinks, census, refusals }
  for (const found of scanCorpus(open.files, open.corpus)) {
    count(work, found)
    if (census.counts.seen % progressEvery !== 0) continue
    onProgress?.(census.counts.seen)
    await nextTurn()
  }
  return surveyOf(census, { open, refusals, unfinished })
}

/** What was counted, by whomever, as the answer. */
export function surveyOf(
  { counts, versions }: Census,
  { open, refusals, unfinished }: Pick<CorpusSurvey, 'refusals' | 'unfinished'> & { readonly open: OpenCorpus },
): CorpusSurvey {
  const sorted = new Map([...versions].sort(([a], [b]) => compareSemver(a, b)))
  return { ...counts, versions: sorted, latest: open.transforms.graph.latest, refusals, unfinished }
}

function count(work: Work, found: Found): void {
  const { open } = work
  const { counts } = work.census
  if (found.kind === 'leftover') return
  if (found.kind === 'link') {
    counts.links++
    return
  }
  counts.seen++
  if (found.kind === 'refused') return refuse(work, 'unreadable', found)
  const { document } = found
  const read = readBytes(open, document, work.ownLinks)
  if (!read.ok) return refuse(work, 'unreadable', { document, error: read.error })
  const file = fileOf(open.corpus, document)
  const error = caught(() => {
    const parsed = parse(work, read.bytes, file)
    const version = caught(() => judge(work, parsed, document))
    if (version !== null) refuse(work, 'withoutVersion', { document, error: version })
  })
  if (error !== null) refuse(work, 'unreadable', { document, error })
}

/** For the versions alone a plain parse will do; what it cannot read is read again for the reason. */
function parse(work: Work, bytes: Uint8Array, file: string): { readonly file: string; readonly value: JsonValue } {
  if (work.depth === 'versions') {
    try {
      return {
        file,
        value: JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')) as JsonValue,
      }
    } catch {
      // A byte-order mark, or no JSON: the careful reader tells.
    }
  }
  return parseDocument(bytes, file, work.open.rules.limits)
}

function judge(work: Work, parsed: ReturnType<typeof parse>, document: string): void {
  const { open, census } = work
  const version = readVersion(parsed, open.rules)
  const known = countVersion(census, open, { version, value: parsed.value })
  if (!known || work.depth === 'versions') return
  const error = caught(() => checkOwnContract(parsed, version, open.contracts))
  if (error !== null) refuse(work, 'invalid', { document, error })
}

function refuse({ census, refusals }: Work, counted: CensusCounted, { document, error }: LeftDocument): void {
  census.counts[counted]++
  if (refusals.length < refusalsShownMax) refusals.push({ document, error })
}

/** A refusal is an answer here; only a fault of ours goes on upwards. */
function caught(work: () => void): LockstepError | null {
  try {
    work()
    return null
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return error
    throw error
  }
}
