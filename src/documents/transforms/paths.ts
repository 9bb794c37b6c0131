/** Places in a document: `a.b`, or `/a/b` where a key holds a dot; `*` stands for every key or index. */

import { type JsonObject, type JsonValue, isJsonArray, isJsonObject, memberOf, withMember } from '../json/value.ts'

export type Path = readonly string[]

export function parsePath(text: string): Path {
  if (!text.startsWith('/')) return text.split('.')
  return text
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** As people write it: dots where that is clear. */
export function pathText(path: Path): string {
  if (path.every((key) => key !== '' && !/[./~]/.test(key))) return path.join('.')
  return path.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Every place that is there and fits the pattern. */
export function findPlaces(value: JsonValue, pattern: Path): readonly Path[] {
  if (!pattern.includes('*')) return valueAt(value, pattern) === undefined ? [] : [pattern]
  const [head, ...rest] = pattern
  if (head === undefined) return [[]]
  return childrenOf(value, head).flatMap(([key, child]) => findPlaces(child, rest).map((path) => [key, ...path]))
}

export function valueAt(value: JsonValue, path: Path): JsonValue | undefined {
  let found: JsonValue | undefined = value
  for (const key of path) {
    if (found === undefined) return undefined
    found = childAt(found, key)
  }
  return found
}

/** Whether two paths lead to one place. */
export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((key, i) => key === b[i])
}

/** The document with each object that the pattern's parents lead to replaced by what `edit` makes of it. */
export function editParents(
  value: JsonValue,
  pattern: Path,
  edit: (parent: JsonObject, key: string) => JsonObject,
): JsonValue {
  const [head, ...rest] = pattern
  if (head === undefined) return value
  if (rest.length === 0) return isJsonObject(value) ? edit(value, head) : value
  if (isJsonArray(value)) {
    return value.map((item, i) => (head === '*' || head === String(i) ? editParents(item, rest, edit) : item))
  }
  if (!isJsonObject(value)) return value
  return childrenOf(value, head).reduce<JsonObject>((object, [key, child]) => {
    const edited = editParents(child, rest, edit)
    return edited === child ? object : withMember(object, key, edited)
  }, value)
}

function childrenOf(value: JsonValue, key: string): (readonly [string, JsonValue])[] {
  if (key === '*') {
    if (isJsonArray(value)) return value.map((item, i) => [String(i), item] as const)
    return isJsonObject(value) ? Object.entries(value) : []
  }
  const child = childAt(value, key)
  return child === undefined ? [] : [[key, child]]
}

function childAt(value: JsonValue, key: string): JsonValue | undefined {
  if (isJsonArray(value)) return /^(?:0|[1-9][0-9]*)$/.test(key) ? value[Number(key)] : undefined
  return isJsonObject(value) ? memberOf(value, key) : undefined
}
