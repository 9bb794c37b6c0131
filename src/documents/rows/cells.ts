/** Values of a document as cells of a table: text or nothing, so that no driver rounds or guesses on the way. */

import type { ColumnType, IndexColumn } from '../../core/address.ts'
import { type JsonValue, isExactNumber, isJsonArray, isJsonObject, numberText } from '../json/value.ts'

/** What stands in a table; `null` is NULL. */
export type Cell = string | null

export type CellAnswer =
  | { readonly ok: true; readonly cell: Cell }
  /** Why the value does not fit, in words. */
  | { readonly ok: false; readonly reason: string }

const integerMost = 2n ** 63n - 1n
/** A server's decimals are longer than anything that is a measurement, and not endless. */
const exponentMost = 1000
const digitsMost = 1000

/** The cell of a column. An absent path takes the default; `null` in a document is NULL, in a `json` column `null`. */
export function cellOf(value: JsonValue | undefined, column: IndexColumn): CellAnswer {
  if (value === undefined) return needed(column.default, column)
  if (column.type === 'json') return jsonCell(value)
  if (value === null) return needed(null, column)
  return fitting(value, column.type)
}

/** Compact JSON, numbers as exact as they were read. Keys keep their order. */
export function jsonText(value: JsonValue): string {
  if (typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)) return numberText(value)
  if (isJsonArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${jsonText(one)}`)
  return `{${members.join(',')}}`
}

function needed(cell: Cell, { needed: isNeeded }: IndexColumn): CellAnswer {
  return cell === null && isNeeded ? { ok: false, reason: 'there is no value, and the column needs one' } : good(cell)
}

function fitting(value: Exclude<JsonValue, null>, type: Exclude<ColumnType, 'json'>): CellAnswer {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? textCell(value) : wrong(value, 'text')
    case 'boolean':
      return typeof value === 'boolean' ? good(String(value)) : wrong(value, 'true or false')
    case 'time':
      return typeof value === 'string' ? timeCell(value) : wrong(value, 'a time as text')
    case 'integer':
    case 'decimal':
    case 'real':
      return isNumber(value) ? numberCell(numberText(value), type) : wrong(value, 'a number')
  }
}

function isNumber(value: JsonValue): value is number | bigint | Extract<JsonValue, { toJSON(): never }> {
  return typeof value === 'number' || typeof value === 'bigint' || isExactNumber(value)
}

function numberCell(text: string, type: 'integer' | 'decimal' | 'real'): CellAnswer {
  const no = (what: string): CellAnswer => ({ ok: false, reason: `${shown(text)} is ${what}` })
  switch (type) {
    case 'integer': {
      const whole = wholeOf(text)
      if (whole === null) return no('no whole number')
      return whole > integerMost || whole < -integerMost - 1n ? no('no whole number of 64 bits') : good(String(whole))
    }
    case 'decimal':
      return isEndless(text) ? no('longer than a table can hold') : good(text)
    case 'real':
      return Number.isFinite(Number(text)) ? good(text) : no('beyond what a double holds')
  }
}

/** `1e3` and `1.0` are whole numbers too. */
function wholeOf(text: string): bigint | null {
  const [, sign = '', head = '', tail = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const places = Number(exponent)
  if (head === '' || Math.abs(places) > exponentMost) return null
  const digits = head + tail
  const point = head.length + places
  const rest = point <= 0 ? digits : digits.slice(point)
  if (/[1-9]/.test(rest)) return null
  const whole = point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0')
  return BigInt(sign + whole)
}

const timeForm = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)$/

/** A moment, as ISO 8601 with its zone: what has none is another moment on every machine. */
function timeCell(text: string): CellAnswer {
  const [, year = '', month = '', day = ''] = timeForm.exec(text) ?? []
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`)
  const isDay = year > '0000' && !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day)
  if (isDay && !Number.isNaN(Date.parse(text))) return good(text)
  return { ok: false, reason: `${shown(text)} is no time such as 2026-02-28T10:30:00Z` }
}

/** No PostgreSQL text can hold U+0000, so no table does: the same documents give the same rows everywhere. */
function textCell(text: string): CellAnswer {
  return text.includes('\0') ? holdsNul : good(text)
}

function jsonCell(value: JsonValue): CellAnswer {
  const endless = endlessIn(value)
  if (endless !== null) return { ok: false, reason: `${shown(endless)} is longer than a table can hold` }
  const text = jsonText(value)
  return /(?:^|[^\\])(?:\\\\)*\\u0000/.test(text) ? holdsNul : good(text)
}

const holdsNul: CellAnswer = { ok: false, reason: 'it holds U+0000, which a table cannot' }

/** The first number somewhere in a value that is too long; `null` where there is none. */
function endlessIn(value: JsonValue): string | null {
  if (isNumber(value)) return isEndless(numberText(value)) ? numberText(value) : null
  const inside = isJsonArray(value) ? value : isJsonObject(value) ? Object.values(value) : []
  for (const one of inside) {
    const found = endlessIn(one)
    if (found !== null) return found
  }
  return null
}

function isEndless(text: string): boolean {
  const exponent = Number(/[eE]([+-]?\d+)$/.exec(text)?.[1] ?? 0)
  return Math.abs(exponent) > exponentMost || text.length > digitsMost
}

function good(cell: Cell): CellAnswer {
  return { ok: true, cell }
}

function wrong(value: JsonValue, wanted: string): CellAnswer {
  return { ok: false, reason: `it is ${shown(jsonText(value))}, not ${wanted}` }
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text
}
