/** Durations as people write them. */

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** `500ms`, `30s`, `1.5m`, `1h` in milliseconds; `null` for anything else, a number without a unit too. */
export function parseDuration(text: string): number | null {
  const found = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text)
  const unit = unitsMs[found?.[2] ?? '']
  return found === null || unit === undefined ? null : Math.round(Number(found[1]) * unit)
}

/** A duration in the largest unit that keeps it readable: `12 ms`, `3.4 s`, `2 min 5 s`, `1 h 2 min`. */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}
