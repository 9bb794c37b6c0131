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
/** What was refused once is tried with others. */
const numbersApart = 10

function numberOf({ row, attempt }: Wanted): number {
  return firstNumber + row + attempt * numbersApart
}

/** A text may be meant as a name, a number, a version, an address; triggers and indexes on expressions tell which. */
const textForms: readonly ((number: number) => string)[] = [
  (number) => `seed_${number}`,
  (number) => `1.0.${number}`,
  String,
  (number) => `{"seed": ${number}}`,
  (number) => `seed${number}@example.org`,
  (number) => `https://example.org/${number}`,
  (number) => `2024-02-${10 + (number % numbersApart)}`,
]

function textOf(wanted: Wanted): string {
  const form = textForms[wanted.attempt % textForms.length] ?? String
  return form(numberOf(wanted))
}

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
  const { row, attempt } = wanted
  if (type.labels.length > 0) return type.labels[(row + attempt) % type.labels.length] ?? null
  const found = postgresTypes.find(([pattern]) => pattern.test(type.name))
  if (found !== undefined) return found[1](row, { size: sizeOf(type.name), number: numberOf(wanted) })
  return /^(?:character|char|bpchar|text|name|citext|.*\.citext)/.test(type.name)
    ? fitted(textOf(wanted), sizeOf(type.name))
    : null
}

interface Given {
  readonly size: number | null
  /** Another one for each row and attempt. */
  readonly number: number
}

type Make = (row: number, given: Given) => string

const postgresTypes: readonly (readonly [RegExp, Make])[] = [
  [/^(?:smallint|integer|bigint|oid|xid|real|double precision)$/, (_, { number }) => String(number)],
  [/^(?:numeric|money)/, (row, { size, number }) => String(size !== null && size < 4 ? row + 1 : number)],
  [/^boolean$/, (row) => (row % 2 === 0 ? 'true' : 'false')],
  [/^uuid$/, (_, { number }) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`],
  [/^date$/, (row) => `2024-02-${String(28 - row)}`],
  [/^timestamp/, (row) => `2024-02-${String(28 - row)} 12:34:56.789`],
  [/^time/, (row) => `12:34:0${row}`],
  [/^interval/, (row) => `${row + 1} days`],
  [/^jsonb?$/, (_, { number }) => `{"seed": ${number}}`],
  [/^jsonpath$/, (row) => `$.seed${row}`],
  [/^bytea$/, (row) => `\\x0${row + 1}`],
  [/^inet$/, (row) => `192.0.2.${row + 1}`],
  [/^cidr$/, (row) => `192.0.${row + 1}.0/24`],
  [/^macaddr8$/, (row) => `00:00:5e:00:53:00:00:0${row}`],
  [/^macaddr$/, (row) => `00:00:5e:00:53:0${row}`],
  [/^bit varying/, (row) => (row % 2 === 0 ? '1' : '0')],
  [/^bit/, (row, { size }) => String(row % 2).repeat(size ?? 1)],
  [/^"char"$/, (row) => 'abc'.charAt(row)],
  [/^pg_lsn$/, (row) => `0/${row + 1}`],
  [/^point$/, (row) => `(${row},1)`],
  [/^(?:box|lseg|path|polygon)$/, (row) => `((${row},0),(${row + 1},1))`],
  [/^circle$/, (row) => `<(${row},0),1>`],
  [/^line$/, (row) => `{1,1,${row}}`],
  [/^tsvector$/, (row) => `seed${row}`],
  [/^tsquery$/, (row) => `seed${row}`],
  [/^xml$/, (row) => `<seed>${row}</seed>`],
  [/^(?:int4|int8|num)range$/, (row) => `[${row * 10 + 1},${row * 10 + 5})`],
  [/^(?:int4|int8|num)multirange$/, (row) => `{[${row * 10 + 1},${row * 10 + 5})}`],
  [/^(?:ts|tstz|date)range$/, (row) => `[2024-02-0${row + 1},2024-02-0${row + 2})`],
  [/^(?:ts|tstz|date)multirange$/, (row) => `{[2024-02-0${row + 1},2024-02-0${row + 2})}`],
  [/(?:^|\.)hstore$/, (row) => `seed=>${row}`],
  [/(?:^|\.)ltree$/, (_, { number }) => `seed.n${number}`],
  [/(?:^|\.)cube$/, (row) => `(${row},1)`],
  [
    /(?:^|\.)(?:vector|halfvec)(?:\(|$)/,
    (row, { size }) =>
      `[${Array(size ?? 1)
        .fill(row + 1)
        .join(',')}]`,
  ],
]

/** By the affinity of the type's name, as SQLite reads it; names of dates are common and have none. */
function sqliteText(type: string, wanted: Wanted): string {
  const { row } = wanted
  const number = String(numberOf(wanted))
  if (/bool/.test(type)) return String(row % 2)
  if (/int|real|floa|doub|num|dec/.test(type)) return number
  if (/date|time/.test(type)) return `2024-02-${String(28 - row)} 12:34:56`
  if (/json/.test(type)) return `{"seed": ${number}}`
  if (/blob/.test(type)) return `x'0${row + 1}'`
  return type === '' || /char|text|clob|uuid/.test(type) ? fitted(textOf(wanted), sizeOf(type)) : number
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
