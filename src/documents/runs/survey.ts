/** Which versions a corpus has, and what stands in the way of the others: the answer of `status`. */

import type { LockstepError } from '../../core/error.ts'
import { isLockstepError } from '../../core/error.ts'
import { compareSemver } from '../../core/path.ts'
import { fileOf } from '../files/corpus.ts'
import { unfinishedRuns } from '../files/recover.ts'
import type { LeftDocument } from '../files/replace.ts'
import { type Found, scanCorpus } from '../files/scan.ts'
import { parseDocument } from '../json/parse.ts'
import type { JsonValue } from '../json/value.ts'
import { checkOwnContract } from '../migrate/contracts.ts'
import { reasonToLeaveAlone } from '../migrate/migrate-document.ts'
import { placeOfVersion, readVersion } from '../migrate/version.ts'
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

type Counted =
  | 'seen'
  | 'needsMigration'
  | 'newer'
  | 'unknown'
  | 'withoutVersion'
  | 'unreadable'
  | 'invalid'
  | 'leftAlone'
  | 'links'

interface Work {
  readonly open: OpenCorpus
  readonly depth: SurveyOptions['depth']
  readonly ownLinks: 'possible' | 'none'
  readonly tally: Record<Counted, number>
  readonly versions: Map<string, number>
  readonly refusals: LeftDocument[]
}

/** How often progress is told. */
const progressEvery = 1000

/** Counts. Reads everything, writes nothing, needs no lock. */
export async function surveyCorpus(open: OpenCorpus, { depth, onProgress }: SurveyOptions): Promise<CorpusSurvey> {
  const unfinished = unfinishedRuns(open.files, open.corpus)
  const tally = {
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
  const work: Work = {
    open,
    depth,
    tally,
    versions: new Map(),
    refusals: [],
    ownLinks: unfinished.length > 0 ? 'possible' : 'none',
  }
  for (const found of scanCorpus(open.files, open.corpus)) {
    count(work, found)
    if (tally.seen % progressEvery !== 0) continue
    onProgress?.(tally.seen)
    await nextTurn()
  }
  const versions = new Map([...work.versions].sort(([a], [b]) => compareSemver(a, b)))
  return { ...tally, versions, latest: open.transforms.graph.latest, refusals: work.refusals, unfinished }
}

function count(work: Work, found: Found): void {
  const { tally, open } = work
  if (found.kind === 'leftover') return
  if (found.kind === 'link') {
    tally.links++
    return
  }
  tally.seen++
  if (found.kind === 'refused') return refuse(work, 'unreadable', found)
  const { document } = found
  const read = readBytes(open, document, work.ownLinks)
  if (!read.ok) return refuse(work, 'unreadable', { document, error: read.error })
  const file = fileOf(open.corpus, document)
  const error = caught(() => {
    const parsed = parse(work, read.bytes, file)
    const version = caught(() => countVersion(work, parsed, document))
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

function countVersion(work: Work, parsed: ReturnType<typeof parse>, document: string): void {
  const { open, tally, versions } = work
  const { graph } = open.transforms
  const version = readVersion(parsed, open.rules)
  versions.set(version, (versions.get(version) ?? 0) + 1)
  const place = placeOfVersion(graph, version)
  if (place !== 'known') {
    tally[place]++
    return
  }
  if (reasonToLeaveAlone(parsed.value, open.rules) !== null) tally.leftAlone++
  if (version !== graph.latest) tally.needsMigration++
  if (work.depth === 'versions') return
  const error = caught(() => checkOwnContract(parsed, version, open.contracts))
  if (error !== null) refuse(work, 'invalid', { document, error })
}

function refuse({ tally, refusals }: Work, counted: Counted, { document, error }: LeftDocument): void {
  tally[counted]++
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
