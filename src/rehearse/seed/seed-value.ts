/** One value for one column, the same each time: distinct from row to row, and within its type. Pure. */

import type { SeedColumn, Sql } from '../tables.ts'
import { literalsIn } from '../tables.ts'

export interface Wanted {
  /** From 0; rows differ in every column that can. */
  readonly row: number
  /** From 0: other values where earlier ones were refused. */
  readonly attempt: number
  /** Checks that name this column. */
  readonly checks: readonly string[]
}

/** The value as a literal of SQL; `null` where the type is unknown. */
export function seedValue(column: SeedColumn, wanted: Wanted, { dialect }: Sql): string | null {
  const { type } = column
  const plain = dialect === 'sqlite' ? sqliteText(type.name, wanted) : postgresText(column, wanted)
  if (plain === null) return null
  const text = fromChecks(wanted, plain) ?? plain
  if (type.isArray) return quote(`{"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"}`)
  if (dialect === 'sqlite' && /^(?:x'[\da-f]*'|-?\d+(?:\.\d+)?)$/i.test(text) && !/char|text|clob/.test(type.name))
    return text
  return quote(text)
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** Ids begin here, so that they do not meet those that migrations insert themselves. */
const firstNumber = 1_001

/** Literals of a check are the likeliest values that meet it; a number also from its two sides. */
function fromChecks({ checks, row, attempt }: Wanted, plain: string): string | null {
  if (checks.length === 0) return null
  const isNumber = /^-?\d+(?:\.\d+)?$/.test(plain)
  const text = checks.join(' ')
  const literals = literalsIn(text)
  const numbers = [...text.replaceAll(/'(?:[^']|'')*'/g, '').matchAll(/(?<![\w.])\d+(?:\.\d+)?/g)].flatMap(([one]) => {
    const number = Number(one)
    return [number + row + 1, number - row - 1, number].map(String)
  })
  const candidates = isNumber ? numbers : [...literals, ...(literals.length === 0 ? lengths(numbers, row) : [])]
  // Enumerations first, plain values where they do not fit; bounds the other way round.
  const turn = isNumber || literals.length === 0 ? attempt - 1 : attempt
  return (
    candidates[(turn < 0 ? candidates.length : turn + (literals.length > 0 ? row : 0)) % (candidates.length + 1)] ??
    null
  )
}

/** A check that counts characters: texts of the lengths it names. */
function lengths(numbers: readonly string[], row: number): string[] {
  return numbers.map((one) => 'abcdefgh'.charAt(row % 8).repeat(Math.min(Math.max(Number(one), 0), 100)))
}

function postgresText({ type }: SeedColumn, wanted: Wanted): string | null {
  const { row } = wanted
  if (type.labels.length > 0) return type.labels[row % type.labels.length] ?? null
  const number = firstNumber + row
  const found = postgresTypes.find(([pattern]) => pattern.test(type.name))
  if (found !== undefined) return found[1](row, sizeOf(type.name))
  return /^(?:character|char|bpchar|text|name|citext|.*\.citext)/.test(type.name)
    ? fitted(`seed ${number}`, sizeOf(type.name))
    : null
}

type Make = (row: number, size: number | null) => string

const postgresTypes: readonly (readonly [RegExp, Make])[] = [
  [/^(?:smallint|integer|bigint|oid|real|double precision)$/, (row) => String(firstNumber + row)],
  [/^(?:numeric|money)/, (row, size) => (size !== null && size < 4 ? String(row + 1) : String(firstNumber + row))],
  [/^boolean$/, (row) => (row % 2 === 0 ? 'true' : 'false')],
  [/^uuid$/, (row) => `00000000-0000-4000-8000-${String(firstNumber + row).padStart(12, '0')}`],
  [/^date$/, (row) => `2024-02-${String(28 - row)}`],
  [/^timestamp/, (row) => `2024-02-${String(28 - row)} 12:34:56.789`],
  [/^time/, (row) => `12:34:0${row}`],
  [/^interval/, (row) => `${row + 1} days`],
  [/^jsonb?$/, (row) => `{"seed": ${firstNumber + row}}`],
  [/^bytea$/, (row) => `\\x0${row + 1}`],
  [/^inet$/, (row) => `192.0.2.${row + 1}`],
  [/^cidr$/, (row) => `192.0.${row + 1}.0/24`],
  [/^macaddr$/, (row) => `00:00:5e:00:53:0${row + 1}`],
  [/^bit varying/, (row) => (row % 2 === 0 ? '1' : '0')],
  [/^bit/, (row, size) => String(row % 2).repeat(size ?? 1)],
  [/^point$/, (row) => `(${row},1)`],
  [/^tsvector$/, (row) => `seed${row}`],
  [/^xml$/, (row) => `<seed>${row}</seed>`],
  [/^(?:int4|int8|num)range$/, (row) => `[${row * 10 + 1},${row * 10 + 5})`],
  [/^(?:ts|tstz|date)range$/, (row) => `[2024-02-0${row + 1},2024-02-0${row + 2})`],
  [/(?:^|\.)hstore$/, (row) => `seed=>${row}`],
  [/(?:^|\.)ltree$/, (row) => `seed.n${row}`],
  [/(?:^|\.)vector\(/, (row, size) => `[${Array.from({ length: size ?? 1 }, () => row + 1).join(',')}]`],
]

/** By the affinity of the type's name, as SQLite reads it; names of dates are common and have none. */
function sqliteText(type: string, { row }: Wanted): string {
  const number = String(firstNumber + row)
  if (/bool/.test(type)) return String(row % 2)
  if (/int|real|floa|doub|num|dec/.test(type)) return number
  if (/date|time/.test(type)) return `2024-02-${String(28 - row)} 12:34:56`
  if (/json/.test(type)) return `{"seed": ${number}}`
  if (/blob/.test(type)) return `x'0${row + 1}'`
  return type === '' || /char|text|clob|uuid/.test(type) ? fitted(`seed ${number}`, sizeOf(type)) : number
}

function sizeOf(type: string): number | null {
  const found = /\((\d+)/.exec(type)
  if (found !== null) return Number(found[1])
  return /^(?:character|char|bit)$/.test(type) ? 1 : null
}

/** The end of it is what tells rows apart. */
function fitted(text: string, size: number | null): string {
  return size === null || text.length <= size ? text : text.slice(text.length - size)
}
