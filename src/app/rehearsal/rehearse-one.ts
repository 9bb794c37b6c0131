/** One migration on a copy of what stands before it: up, down, up, without rows and with rows. */

import type { LockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import type { CompareOptions } from '../../core/shape.ts'
import { judgeRound, type Judged, type Moment, type Round } from '../../rehearse/verdict.ts'
import { legOf, look, runDown, runUp, type Bench } from './bench.ts'
import { fill, type SeedFile } from './fill.ts'

export interface Rehearsing {
  readonly migration: Migration
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
  readonly notes: readonly string[]
}

/** Rows are only put in where the way back is exact without them: otherwise the verdict is known. */
export async function rehearseOne(bench: Bench, rehearsing: Rehearsing): Promise<Outcome> {
  const { migration, compare, seeds } = rehearsing
  const before = await look(bench)
  const judged = judgeRound(await runRound(bench, { before, rehearsing }), compare)
  if (judged.verdict !== 'exact' || migration.down === null) return { judged, data: 'empty', notes: [] }
  const failure = await runDown(bench, migration)
  if (failure !== null) return { judged: failedDown(failure), data: 'empty', notes: [] }
  const { rows, notes } = await fill(bench, before.shape, seeds)
  if (rows === 0) return { judged, data: 'empty', notes: [...notes, 'not rehearsed on rows: there are none'] }
  const seeded = { before: await look(bench), rehearsing: { ...rehearsing, twice: false } }
  const second = judgeRound(await runRound(bench, seeded), compare)
  // Nobody has said that these rows are like the real ones, so an up that refuses them is no verdict.
  if (seeds === null && second.leg === 'up' && second.failure !== null)
    return { judged, data: 'empty', notes: [...notes, `the up refuses generated rows: ${second.failure.message}`] }
  return { judged: second, data: 'seeded', notes }
}

async function runRound(
  bench: Bench,
  { before, rehearsing }: { before: Moment; rehearsing: Rehearsing },
): Promise<Round<LockstepError>> {
  const { migration, twice, upIsBlank, downIsBlank } = rehearsing
  const round = { before, twice: null, down: null, again: null, upIsBlank, downIsBlank }
  const up = await legOf(bench, await runUp(bench, migration))
  if (up.kind === 'failed') return { ...round, up }
  const second = twice ? await legOf(bench, await runUp(bench, migration)) : null
  if (second?.kind === 'failed' || migration.down === null || (downIsBlank && !upIsBlank))
    return { ...round, up, twice: second }
  const down = await legOf(bench, await runDown(bench, migration))
  if (down.kind === 'failed') return { ...round, up, twice: second, down }
  const again = await legOf(bench, await runUp(bench, migration))
  return { ...round, up, twice: second, down, again }
}

function failedDown(failure: LockstepError): Judged<LockstepError> {
  return { verdict: 'fails', leg: 'down', failure, differences: [], lost: [] }
}
