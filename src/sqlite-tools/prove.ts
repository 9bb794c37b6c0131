/** Whether a copy holds what its original holds: compared by SQLite itself, row by row, value by value. */

import { LockstepError } from '../core/error.ts'
import type { Copy } from './copy.ts'
import { inMain, quoted } from './names.ts'
import type { Asking } from './table.ts'

export interface Copied {
  readonly old: string
  readonly made: string
  readonly copy: Copy
}

/** The number of rows; throws `rebuild-differs`. */
export async function proveCopy(api: Asking, copied: Copied): Promise<number> {
  const { old, made } = copied
  const [before, after] = [await countRows(api, old), await countRows(api, made)]
  if (before !== after) differs(old, `${before} rows were there, ${after} are`)
  const rows = await countOtherRows(api, copied)
  if (rows > 0) differs(old, `${rows} of ${before} rows hold other values`)
  return after
}

/** Throws `rebuild-differs` where a count is not what it was. */
export function proveCounts(
  table: string,
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): void {
  for (const [what, count] of before) {
    const now = after.get(what)
    if (now !== count) differs(table, `${what} held ${count} values, ${now ?? 'none'} are left`)
  }
}

export async function countRows(api: Asking, table: string): Promise<number> {
  const rows = await api.query<{ n: number }>(`SELECT count(*) AS n FROM ${inMain(table)}`)
  return rows[0]?.n ?? 0
}

async function countOtherRows(api: Asking, { old, made, copy }: Copied): Promise<number> {
  const { untouched, rowid } = copy
  if (untouched.length === 0) return 0
  const text =
    rowid === null
      ? `SELECT count(*) AS n FROM (${valuesOf(old, untouched, 'from')} EXCEPT ${valuesOf(made, untouched, 'to')})`
      : `SELECT count(*) AS n FROM ${inMain(old)} o LEFT JOIN ${inMain(made)} m
         ON m.${quoted(rowid.to)} = o.${quoted(rowid.from)}
         WHERE m.${quoted(rowid.to)} IS NULL OR ${untouched.map(differing).join(' OR ')}`
  return (await api.query<{ n: number }>(text))[0]?.n ?? 0
}

/** `1` and `1.0` are equal to SQLite, and so are texts by the column's own collation; here they are not. */
function differing({ to, from }: Copy['untouched'][number]): string {
  const [a, b] = [`o.${quoted(from)}`, `m.${quoted(to)}`]
  return `${a} COLLATE BINARY IS NOT ${b} OR typeof(${a}) <> typeof(${b})`
}

/** Where rows have no name that lasts: each combination of values, and how often it is there. */
function valuesOf(table: string, untouched: Copy['untouched'], side: 'to' | 'from'): string {
  const values = untouched.map((pair) => `quote(${quoted(pair[side])})`)
  return `SELECT ${values.join(', ')}, count(*) FROM ${inMain(table)} GROUP BY ${values.map((_, i) => i + 1).join(', ')}`
}

function differs(table: string, reason: string): never {
  throw new LockstepError('rebuild-differs', { table, reason })
}
