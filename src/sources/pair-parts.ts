/** Ups with their downs. Two ups of one version both stay: the judge tells of them. */

import { LockstepError } from '../core/error.ts'
import { versionKey, type VersionScheme } from '../core/version.ts'
import type { Placed } from './place-entries.ts'

export interface Pair {
  readonly up: Placed
  readonly down: Placed | null
}

export interface Pairs {
  readonly pairs: readonly Pair[]
  /** Downs of which no up can be told. */
  readonly orphans: readonly string[]
}

/** Pairs by version, and by name where two share a version. */
export function pairParts(placed: readonly Placed[], scheme: VersionScheme, shownAs: string): Pairs {
  const pairs: Pair[] = []
  const orphans: string[] = []
  const groups = Map.groupBy(placed, ({ part }) =>
    part.repeatable ? `R__${part.name}` : versionKey(scheme, part.version),
  )
  for (const group of groups.values()) {
    const { ups, downs } = group.length === 1 ? splitOne(group) : splitByDirection(group)
    const downOf = new Map<Placed, Placed>()
    for (const down of downs) {
      const up = upOf(down, ups)
      if (up === null) orphans.push(down.path)
      else if (!downOf.has(up)) downOf.set(up, down)
      else throw twoDowns(down, downOf.get(up)?.path ?? '', shownAs)
    }
    for (const up of ups) pairs.push({ up, down: downOf.get(up) ?? null })
  }
  return { pairs, orphans }
}

interface Split {
  readonly ups: readonly Placed[]
  readonly downs: readonly Placed[]
}

function splitOne(group: readonly Placed[]): Split {
  const down = group[0]?.part.direction === 'down'
  return { ups: down ? [] : group, downs: down ? group : [] }
}

/**
 * `001_x_down.sql` is the down of `001_x.sql` or `001_x_up.sql`, but only where that file is there: `005_scale_down.sql`
 * alone is a migration that scales something down.
 */
function splitByDirection(group: readonly Placed[]): Split {
  const names = new Set(group.map(({ part }) => part.name))
  const isDown = ({ part }: Placed): boolean => {
    if (part.direction === 'down') return true
    const stem = withoutEnd(part.name, '_down')
    return stem !== part.name && (names.has(stem) || names.has(`${stem}_up`))
  }
  return { ups: group.filter((one) => !isDown(one)), downs: group.filter(isDown) }
}

function upOf({ part }: Placed, ups: readonly Placed[]): Placed | null {
  const stem = withoutEnd(part.name, '_down')
  const named = ups.filter((up) => [part.name, stem].includes(withoutEnd(up.part.name, '_up')))
  const fitting = named.length > 0 ? named : ups
  return fitting.length === 1 ? (fitting[0] ?? null) : null
}

function withoutEnd(name: string, end: string): string {
  return name.endsWith(end) ? name.slice(0, -end.length) : name
}

function twoDowns(down: Placed, other: string, shownAs: string): LockstepError {
  const reason = `${other} is a down of the same migration`
  return new LockstepError('file-refused', { file: `${shownAs}/${down.path}`, reason, help: 'keep one of them' })
}
