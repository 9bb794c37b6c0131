/** The values of a document: JSON's, and numbers that a JavaScript number cannot hold. */

/**
 * A number kept as its source text, because a double would change it: 1e400, or more than 17 digits. `String(x)` gives
 * the text; arithmetic and `JSON.stringify` fail loudly instead of rounding.
 */
export class ExactNumber {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }

  valueOf(): never {
    throw new TypeError(`${this.#text} cannot be held by a JavaScript number; use String(value)`)
  }

  toJSON(): never {
    return this.valueOf()
  }
}

export type JsonObject = { readonly [key: string]: JsonValue }
export type JsonValue = null | boolean | string | number | bigint | ExactNumber | readonly JsonValue[] | JsonObject

export function makeExactNumber(text: string): ExactNumber {
  const number = new ExactNumber(text)
  Object.freeze(number)
  return number
}

export function isExactNumber(value: unknown): value is ExactNumber {
  return value instanceof ExactNumber
}

/** A number's text as JavaScript would write it, or as the source had it where it could not. */
export function numberText(value: number | bigint | ExactNumber): string {
  if (typeof value === 'object') return value.toString()
  return Object.is(value, -0) ? '-0' : String(value)
}

export function isJsonArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value)
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
}

/** Own members only: `__proto__` is a key like any other, `constructor` is not there unless it is written. */
export function memberOf(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** The object with one member set where it stands, or added at the end. Keys such as `__proto__` stay plain keys. */
export function withMember(object: JsonObject, key: string, value: JsonValue): JsonObject {
  return { ...object, [key]: value }
}

export function withoutMember(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))
}

/** Equal as data: the order of keys does not count, 0 and -0 differ. */
export function sameJson(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  if (Object.is(a, b)) return true
  if (isExactNumber(a) || isExactNumber(b))
    return isExactNumber(a) && isExactNumber(b) && numberText(a) === numberText(b)
  if (isJsonArray(a)) return isJsonArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]))
  if (!isJsonObject(a) || !isJsonObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** Numbers as plain doubles, for a validator that knows no others; the very same value where there is nothing to do. */
export function plainNumbers(value: JsonValue): JsonValue {
  if (typeof value === 'bigint') return Number(value)
  if (isExactNumber(value)) return Number(numberText(value))
  if (isJsonArray(value)) {
    const items = value.map(plainNumbers)
    return items.every((item, i) => Object.is(item, value[i])) ? value : items
  }
  if (!isJsonObject(value)) return value
  const members = Object.entries(value).map(([key, item]) => [key, plainNumbers(item)] as const)
  return members.every(([key, item]) => Object.is(item, value[key])) ? value : Object.fromEntries(members)
}
