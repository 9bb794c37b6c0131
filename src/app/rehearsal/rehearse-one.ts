/** One migration on a copy of what stands before it: up, down, up, without rows and with rows. */

import type { LockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import { compareShapes, type CompareOptions, type Shape } from '../../core/shape.ts'
import { judgeRound, type Judged, type Moment, type Round } from '../../rehearse/verdict.ts'
import { legOf, look, runDown, runUp, type Bench } from './bench.ts'
import { fill, type SeedFile } from './fill.ts'

export interface Rehearsing {
  readonly migration: Migration
  /** The structure that it finds, where it is known. */
  readonly before: Shape | null
  /** Runs the same script twice in a row. */
  readonly twice: boolean
  readonly upIsBlank: boolean
  readonly downIsBlank: boolean
  readonly compare: CompareOptions
  /** `null`: rows are generated. */
  readonly seeds: SeedFile | null
}

export interface Outcome {
  readonly judged: Judged<LockstepError>
  /** The rows on which it was decided. */
  readonly data: 'empty' | 'seeded'
  /** The structure that it leaves, where it is as it should be. */
  readonly after: Shape | null
  /** Every leg ran, and showed nothing that should not be. */
  readonly wentWell: boolean
  readonly notes: readonly string[]
}

/**
 * Rows are only put in where the way back is exact without them: otherwise the verdict is known. A look at the structure
 * is the dear part, so the second round looks only where rows can make a difference.
 */
export async function rehearseOne(bench: Bench, rehearsing: Rehearsing): Promise<Outcome> {
  const { migration, compare, seeds } = rehearsing
  const before = await look(bench, rehearsing.before)
  const round = await runRound(bench, { before, rehearsing, up: null })
  const judged = judgeRound(round, compare)
  const up = round.up.kind === 'passed' ? round.up.moment.shape : null
  const after = judged.verdict === 'exact' ? up : null
  const empty = { judged, data: 'empty' as const, after, wentWell: isClean(judged), notes: [] }
  if (judged.verdict !== 'exact' || migration.down === null) return empty
  const failure = await runDown(bench, migration)
  if (failure !== null) return { ...empty, judged: failedDown(failure), wentWell: false }
  const { rows, notes } = await fill(bench, before.shape, seeds)
  if (rows === 0) return { ...empty, notes: [...notes, 'not rehearsed on rows: there are none'] }
  const filled = await look(bench, mayChangeStructure(before.shape) ? null : before.shape)
  const isKnown = compareShapes(before.shape, filled.shape).length === 0
  const asked = { before: filled, rehearsing: { ...rehearsing, twice: false }, up: isKnown ? up : null }
  const seeded = await runRound(bench, asked)
  const second = judgeRound(seeded, compare)
  // Nobody has said that these rows are like the real ones, so an up that refuses them is no verdict.
  if (seeds === null && second.leg === 'up' && second.failure !== null) {
    const refused = `the up refuses generated rows: ${second.failure.message}`
    return { ...empty, wentWell: false, notes: [...notes, refused] }
  }
  const wentWell = isClean(second)
  return { judged: second, data: 'seeded', after, wentWell, notes: wentWell ? notes : [...notes, 'exact without rows'] }
}

/** Whether new rows may make or change objects: a table for each customer is made by a trigger. */
function mayChangeStructure({ objects }: Shape): boolean {
  return objects.some(({ kind }) => kind === 'trigger' || kind === 'rule')
}

function isClean({ failure, differences, lost }: Judged<LockstepError>): boolean {
  return failure === null && differences.length === 0 && lost.length === 0
}

interface RoundAsked {
  readonly before: Moment
  readonly rehearsing: Rehearsing
  /** The structure that the up makes, where it is known. */
  readonly up: Shape | null
}

async function runRound(bench: Bench, { before, rehearsing, up: known }: RoundAsked): Promise<Round<LockstepError>> {
  const { migration, twice, upIsBlank, downIsBlank } = rehearsing
  const round = { before, twice: null, down: null, again: null, upIsBlank, downIsBlank }
  const up = await legOf(bench, await runUp(bench, migration), known)
  if (up.kind === 'failed') return { ...round, up }
  const second = twice ? await legOf(bench, await runUp(bench, migration), null) : null
  if (second?.kind === 'failed' || migration.down === null || (downIsBlank && !upIsBlank))
    return { ...round, up, twice: second }
  const down = await legOf(bench, await runDown(bench, migration), null)
  if (down.kind === 'failed') return { ...round, up, twice: second, down }
  const again = await legOf(bench, await runUp(bench, migration), known)
  return { ...round, up, twice: second, down, again }
}

function failedDown(failure: LockstepError): Judged<LockstepError> {
  return { verdict: 'fails', leg: 'down', failure, differences: [], lost: [] }
}
