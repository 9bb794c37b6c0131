/** Versions are text, compared by the scheme of their layout. Real ones have twenty digits, so never a number. */

/**
 * `numeric`: digits, `1` equals `0001`; dashes inside do not count.
 * `timestamp`: the same, but times compare as far as they go (diesel): `2024-03-13` stands before `2024-03-13-170000`
 * and after all of the day before, whatever the number of digits.
 * `name`: digits and a name, both of which count (prisma): two of one second are two versions.
 * `dotted`: numbers joined by `.` or `_`; `1` equals `1.0` (Flyway).
 * `category`: a name that ends in digits (`task001`); each category is ordered by itself, categories by name.
 */
export type VersionScheme = 'numeric' | 'timestamp' | 'name' | 'dotted' | 'category'

/** A key that is equal for two spellings of one version. */
export function versionKey(scheme: VersionScheme, version: string): string {
  switch (scheme) {
    case 'numeric':
    case 'timestamp':
      return trimZeros(withoutDashes(version))
    case 'name':
      return version
    case 'dotted':
      return segmentsOf(version).join('.')
    case 'category': {
      const { category, number } = splitCategory(version)
      return number === '' ? category : `${category}${trimZeros(number)}`
    }
  }
}

/** Negative, zero or positive, as `Array.sort` wants it. */
export function compareVersions(scheme: VersionScheme, a: string, b: string): number {
  switch (scheme) {
    case 'numeric':
      return compareDigits(withoutDashes(a), withoutDashes(b))
    case 'timestamp':
      return compareTimes(trimZeros(withoutDashes(a)), trimZeros(withoutDashes(b)))
    case 'name':
      return compareNames(a, b)
    case 'dotted':
      return compareSegments(segmentsOf(a), segmentsOf(b))
    case 'category': {
      const left = splitCategory(a)
      const right = splitCategory(b)
      return compareText(left.category, right.category) || compareNumbers(left.number, right.number)
    }
  }
}

/** By code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** `my_feature001` is `my_feature` and `001`. */
export function splitCategory(version: string): { category: string; number: string } {
  const digits = /\d+$/.exec(version)?.[0] ?? ''
  return { category: version.slice(0, version.length - digits.length), number: digits }
}

function segmentsOf(version: string): string[] {
  const segments = version.split(/[._]/).map(trimZeros)
  while (segments.length > 1 && segments.at(-1) === '0') segments.pop()
  return segments
}

function compareSegments(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareDigits(a[i] ?? '0', b[i] ?? '0')
    if (order !== 0) return order
  }
  return 0
}

/** A category without a number (`init`) stands before its numbered ones. */
function compareNumbers(a: string, b: string): number {
  return a === '' || b === '' ? a.length - b.length : compareDigits(a, b)
}

/**
 * Numbers by value, then what is no number by text. All numbers come first: a mixed order (`9` before `10` by value,
 * `10` before `1a` before `9` by text) would be a circle, and sorting by it would depend on the order before.
 */
function compareDigits(a: string, b: string): number {
  const left = trimZeros(a)
  const right = trimZeros(b)
  const digits = isDigits(left)
  if (digits !== isDigits(right)) return digits ? -1 : 1
  return (digits ? left.length - right.length : 0) || compareText(left, right)
}

/** What is too short for a date is a number, and all numbers come before all dates. */
function compareTimes(a: string, b: string): number {
  return Math.min(a.length, b.length) < dateDigits ? compareDigits(a, b) : compareText(a, b)
}

/** As prisma sorts its folders; but `2_b` stands before `10_c`. */
function compareNames(a: string, b: string): number {
  const left = trimZeros(/^\d*/.exec(a)?.[0] ?? '')
  const right = trimZeros(/^\d*/.exec(b)?.[0] ?? '')
  return (Math.min(left.length, right.length) < dateDigits ? compareDigits(left, right) : 0) || compareText(a, b)
}

function withoutDashes(version: string): string {
  return version.includes('-') ? version.replaceAll('-', '') : version
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text)
}

function trimZeros(digits: string): string {
  if (digits !== '' && digits.charCodeAt(0) !== zero) return digits
  const trimmed = digits.replace(/^0+/, '')
  return trimmed === '' ? '0' : trimmed
}

const zero = 48
const dateDigits = 8
