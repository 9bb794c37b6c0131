/** Which backups may go: by age and by count, and never the last one that is known to be whole. */

export interface Kept {
  readonly file: string
  readonly takenAtMs: number
  /** It has a manifest that fits it, as far as was looked. */
  readonly verified: boolean
}

export interface Retention {
  readonly keepDays: number
  readonly keepAtLeast: number
}

const dayMs = 86_400_000

/**
 * Of one store, oldest first. Unverified ones do not count towards `keepAtLeast`, and go by age alone. What is dated in the
 * future, or has no date, was made by a clock that was wrong: nobody knows its age, so it stays, and counts for nothing.
 */
export function choosePruned(backups: readonly Kept[], { keepDays, keepAtLeast }: Retention, nowMs: number): string[] {
  const dated = backups.filter((one) => one.takenAtMs <= nowMs)
  const newestFirst = dated.toSorted((a, b) => b.takenAtMs - a.takenAtMs)
  const least = Math.max(1, keepAtLeast)
  let whole = 0
  const pruned = newestFirst.filter((one) => {
    if (one.verified) whole++
    const needed = one.verified && whole <= least
    return !needed && nowMs - one.takenAtMs > keepDays * dayMs
  })
  return pruned.map((one) => one.file).toReversed()
}
