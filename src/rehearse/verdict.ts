/** What a rehearsal has shown, as one word for each file. Pure: the legs were run by somebody else. */

import { compareShapes, type CompareOptions, type Difference, type Shape } from '../core/shape.ts'
import { compareRows, type LostRows, type TableRows } from './rows.ts'

export type RehearsalVerdict =
  /** The down takes back exactly what the up did, and the up runs again. */
  | 'exact'
  /** The down does nothing at all. */
  | 'empty'
  | 'fails'
  /** Something is left over, missing or other than before. */
  | 'differs'
  /** The structure comes back; rows do not. */
  | 'loses data'
  /** There is no down. */
  | 'none'
  /** It reaches beyond its database, so it was not run on a shared server. */
  | 'refused'

/** `up twice`: the same script once more, with nothing taken back in between (policy `idempotent`). */
export type LegName = 'up' | 'up twice' | 'down' | 'up again'

/** A store between two legs. */
export interface Moment {
  readonly shape: Shape
  readonly rows: TableRows
}

export type Leg<Failure> =
  | { readonly kind: 'passed'; readonly moment: Moment }
  | { readonly kind: 'failed'; readonly failure: Failure }

/** The legs of one migration on one set of rows; `null`: it was not run. */
export interface Round<Failure> {
  readonly before: Moment
  readonly up: Leg<Failure>
  readonly twice: Leg<Failure> | null
  readonly down: Leg<Failure> | null
  readonly again: Leg<Failure> | null
  /** A script without a statement. */
  readonly upIsBlank: boolean
  readonly downIsBlank: boolean
}

export interface Judged<Failure> {
  readonly verdict: RehearsalVerdict
  /** The leg that decided it; `null` where all are as they should be. */
  readonly leg: LegName | null
  readonly failure: Failure | null
  readonly differences: readonly Difference[]
  readonly lost: readonly LostRows[]
}

/** The worst comes first: what fails is not compared. */
export function judgeRound<F>(round: Round<F>, options: CompareOptions = {}): Judged<F> {
  if (round.up.kind === 'failed') return failed('up', round.up.failure)
  const { moment } = round.up
  const twice = round.twice === null ? null : judgeRepeated(round.twice, moment, { leg: 'up twice', options })
  if (twice !== null) return twice
  if (round.downIsBlank && !round.upIsBlank) return word('empty', 'down')
  if (round.down === null) return word('none', null)
  const down = judgeDown(round.down, round, { up: moment, options })
  if (down !== null) return down
  return (round.again === null ? null : judgeRepeated(round.again, moment, { leg: 'up again', options })) ?? exact()
}

function judgeDown<F>(
  down: Leg<F>,
  { before }: Round<F>,
  { up, options }: { up: Moment; options: CompareOptions },
): Judged<F> | null {
  if (down.kind === 'failed') return failed('down', down.failure)
  const after = down.moment
  const differences = compareShapes(before.shape, after.shape, options)
  const rows = compareRows(before.rows, after.rows)
  if (differences.length === 0 && rows.lost.length === 0 && rows.added.length === 0) return null
  const unmoved = compareShapes(up.shape, after.shape).length === 0 && compareRows(up.rows, after.rows).same
  if (unmoved) return { ...word('empty', 'down'), differences, lost: rows.lost }
  const found = [...differences, ...rows.added, ...rows.lost.map(lostAsDifference)]
  const verdict = differences.length === 0 && rows.lost.length > 0 ? 'loses data' : 'differs'
  return { ...word(verdict, 'down'), differences: found, lost: rows.lost }
}

/**
 * A second up must give what the first one gave. Of rows only their number counts: times, sequences and random values
 * are others each time.
 */
function judgeRepeated<F>(
  leg: Leg<F>,
  first: Moment,
  { leg: name, options }: { leg: LegName; options: CompareOptions },
): Judged<F> | null {
  if (leg.kind === 'failed') return failed(name, leg.failure)
  const rows = compareRows(first.rows, leg.moment.rows)
  const differences = [...compareShapes(first.shape, leg.moment.shape, options), ...rows.counts]
  return differences.length === 0 ? null : { ...word('differs', name), differences }
}

function lostAsDifference({ table, rows, lost }: LostRows): Difference {
  return {
    kind: 'rows',
    name: table,
    what: 'changed',
    fact: 'as they were',
    expected: String(rows),
    found: String(rows - lost),
  }
}

function failed<F>(leg: LegName, failure: F): Judged<F> {
  return { verdict: 'fails', leg, failure, differences: [], lost: [] }
}

function word(verdict: RehearsalVerdict, leg: LegName | null): Judged<never> {
  return { verdict, leg, failure: null, differences: [], lost: [] }
}

function exact(): Judged<never> {
  return word('exact', null)
}

/** What a file and its policy say beforehand about the way back. */
export interface Declared {
  /** Why there is no way back. */
  readonly irreversible: string | null
  /** Rules that the file allows itself to break: `allow loses-data <why>`. */
  readonly allowed: readonly string[]
  readonly direction: 'any' | 'reversible' | 'forward-only'
}

/** Whether a pipeline may go on with it. What is said to be irreversible may lack its down, or lose what it dropped. */
export function isAcceptable(verdict: RehearsalVerdict, { irreversible, allowed, direction }: Declared): boolean {
  switch (verdict) {
    case 'exact':
      return true
    case 'none':
      return irreversible !== null || direction !== 'reversible'
    case 'empty':
    case 'differs':
    case 'loses data':
      return (verdict !== 'differs' && irreversible !== null) || allowed.includes(verdict.replace(' ', '-'))
    case 'fails':
    case 'refused':
      return false
  }
}
