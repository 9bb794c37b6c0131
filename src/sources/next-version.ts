/** The version of a new file, in the way of the files that are there. */

import { compareVersions, splitCategory, type VersionScheme } from '../core/version.ts'
import type { FirstVersion } from './layouts/layout.ts'

export interface VersionQuestion {
  readonly scheme: VersionScheme
  /** Those of the folder, in any order; of several folders where one version is to span them. */
  readonly existing: readonly string[]
  /** What a folder without files begins with. */
  readonly first: FirstVersion
  /** Milliseconds since 1970. */
  readonly now: number
}

/** One more than the newest, as wide as the newest; or the time, in UTC, where the newest is a time. */
export function nextVersion({ scheme, existing, first, now }: VersionQuestion): string {
  const newest = existing.toSorted((a, b) => compareVersions(scheme, a, b)).at(-1)
  if (newest === undefined) return firstVersion(first, now)
  const style = timeStyleOf(newest)
  if (style === null) return increment(newest)
  const time = formatTime(style, now)
  // Clocks of colleagues run ahead: a new file must still come last.
  return compareVersions(scheme, time, newest) > 0 ? time : increment(newest)
}

/** Categories by name, and the newest version of each. */
export function newestByCategory(versions: readonly string[]): ReadonlyMap<string, string> {
  const newest = new Map<string, string>()
  for (const version of versions) {
    const { category } = splitCategory(version)
    const best = newest.get(category)
    if (best === undefined || compareVersions('category', version, best) > 0) newest.set(category, version)
  }
  return newest
}

function firstVersion(first: FirstVersion, now: number): string {
  switch (first) {
    case 'timestamp':
      return formatTime('seconds', now)
    case 'dashed-timestamp':
      return formatTime('dashed', now)
    default:
      return '1'.padStart(first.width, '0')
  }
}

type TimeStyle = 'seconds' | 'dashed' | 'date' | 'unix' | 'unix-ms'

function timeStyleOf(version: string): TimeStyle | null {
  if (/^\d{4}-\d{2}-\d{2}-\d{6}(-\d{4})?$/.test(version)) return 'dashed'
  if (/^\d{4}-\d{2}-\d{2}$/.test(version)) return 'date'
  if (/^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{6}$/.test(version)) return 'seconds'
  if (/^1\d{12}$/.test(version)) return 'unix-ms'
  return /^1\d{9}$/.test(version) ? 'unix' : null
}

function formatTime(style: TimeStyle, now: number): string {
  const iso = new Date(now).toISOString()
  switch (style) {
    case 'seconds':
      return iso.slice(0, 19).replace(/\D/g, '')
    case 'dashed':
      return `${iso.slice(0, 10)}-${iso.slice(11, 19).replaceAll(':', '')}`
    case 'date':
      return iso.slice(0, 10)
    case 'unix':
      return String(Math.floor(now / 1_000))
    case 'unix-ms':
      return String(now)
  }
}

/** The last number of a version, one up, as wide as it was: never through a JS number. */
function increment(version: string): string {
  const { category: before, number } = splitCategory(version)
  return before + String(BigInt(number === '' ? '0' : number) + 1n).padStart(number.length, '0')
}
