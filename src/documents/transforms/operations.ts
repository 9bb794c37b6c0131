/** Small changes with two directions. A transform that is a list of them needs no code and can always be taken back. */

import {
  type JsonObject,
  type JsonValue,
  isJsonArray,
  isJsonObject,
  memberOf,
  sameJson,
  withMember,
  withoutMember,
} from '../json/value.ts'
import { type Path, editParents, parsePath, pathText, valueAt } from './paths.ts'

export interface Operation {
  /** What it does, for the `changes` of a history entry. */
  readonly change: string
  readonly up: (document: JsonValue) => JsonValue
  readonly down: (document: JsonValue) => JsonValue
  /** What a way up and down again does not bring back; `null` for nothing. */
  readonly loses: string | null
}

/**
 * Adds a value where there is none: what is there is never overwritten. On the way down it is taken away again if it
 * is still the default; anything else was written by somebody and stays.
 */
export function add(path: string, value: JsonValue): Operation {
  const at = parsePath(path)
  return {
    change: `Add ${path} field`,
    up: (document) =>
      editParents(document, at, (parent, key) => (has(parent, key) ? parent : withMember(parent, key, value))),
    down: (document) =>
      editParents(document, at, (parent, key) =>
        sameJson(memberOf(parent, key), value) ? withoutMember(parent, key) : parent,
      ),
    loses: null,
  }
}

/** Gives a key another name, at the same place. */
export function rename(path: string, to: string): Operation {
  const at = parsePath(path)
  const back = [...at.slice(0, -1), to]
  return {
    change: `Rename ${path} to ${to}`,
    up: (document) => editParents(document, at, (parent, key) => withName(parent, key, to)),
    down: (document) => editParents(document, back, (parent, key) => withName(parent, key, at.at(-1) ?? key)),
    loses: null,
  }
}

/** Takes a value away. `back` is what a down puts there; without it a down leaves the place empty. */
export function remove(path: string, back?: JsonValue): Operation {
  const at = parsePath(path)
  return {
    change: `Remove ${path} field`,
    up: (document) => editParents(document, at, withoutMember),
    down: (document) =>
      back === undefined
        ? document
        : editParents(document, at, (parent, key) => (has(parent, key) ? parent : withMember(parent, key, back))),
    loses: `the value of ${path}`,
  }
}

/** Takes a value to another place; objects on the way are made, and taken away again when they end up empty. */
export function move(from: string, to: string): Operation {
  const source = onePlace(from)
  const goal = onePlace(to)
  return {
    change: `Move ${from} to ${to}`,
    up: (document) => moved(document, source, goal),
    down: (document) => moved(document, goal, source),
    loses: source.length > 1 || goal.length > 1 ? `the place of ${from} among its neighbours` : null,
  }
}

/** Replaces each value at a place by another one: by a table of texts, or by two functions. */
export function map(path: string, change: Readonly<Record<string, string>> | MapFunctions): Operation {
  const at = parsePath(path)
  const { up, down } = isFunctions(change) ? change : tableFunctions(path, change)
  return {
    change: `Change the values of ${path}`,
    up: (document) => editParents(document, at, eachValue(up)),
    down: (document) => editParents(document, at, eachValue(down)),
    loses: null,
  }
}

export interface MapFunctions {
  readonly up: (value: JsonValue) => JsonValue
  readonly down: (value: JsonValue) => JsonValue
}

/** Puts a value into an object of its own, under a key: `"x"` becomes `{ "key": "x" }`. */
export function wrap(path: string, key: string): Operation {
  return {
    ...map(path, { up: (value) => ({ [key]: value }), down: (value) => unwrapped(path, value, key) }),
    change: `Wrap ${path} in an object under ${key}`,
  }
}

/** Puts a value into a list of its own: `"x"` becomes `["x"]`. */
export function wrapInList(path: string): Operation {
  return {
    ...map(path, { up: (value) => [value], down: (value) => unlisted(path, value) }),
    change: `Wrap ${path} in a list`,
  }
}

function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key)
}

function withName(parent: JsonObject, key: string, name: string): JsonObject {
  if (!has(parent, key)) return parent
  if (has(parent, name)) throw new Error(`both ${key} and ${name} are there`)
  return Object.fromEntries(Object.entries(parent).map(([old, value]) => [old === key ? name : old, value]))
}

function onePlace(path: string): Path {
  const place = parsePath(path)
  if (place.includes('*')) throw new Error(`a move needs one place, not ${path}`)
  return place
}

function moved(document: JsonValue, from: Path, to: Path): JsonValue {
  const value = valueAt(document, from)
  if (value === undefined) return document
  const without = withoutPlace(document, from)
  if (valueAt(without, to) !== undefined) throw new Error(`both ${pathText(from)} and ${pathText(to)} are there`)
  return withPlace(without, to, value)
}

function withPlace(document: JsonValue | undefined, path: Path, value: JsonValue): JsonValue {
  const [head, ...rest] = path
  if (head === undefined) return value
  if (document !== undefined && !isJsonObject(document)) throw new Error(`there is no object to hold ${head}`)
  const object = document ?? {}
  return withMember(object, head, withPlace(memberOf(object, head), rest, value))
}

/** Takes a place out, and with it every object above it that has nothing else. */
function withoutPlace(document: JsonValue, path: Path): JsonValue {
  const without = editParents(document, path, withoutMember)
  const above = path.slice(0, -1)
  const parent = above.length === 0 ? undefined : valueAt(without, above)
  const empty = parent !== undefined && isJsonObject(parent) && Object.keys(parent).length === 0
  return empty ? withoutPlace(without, above) : without
}

function eachValue(by: (value: JsonValue) => JsonValue): (parent: JsonObject, key: string) => JsonObject {
  return (parent, key) => {
    const value = memberOf(parent, key)
    return value === undefined ? parent : withMember(parent, key, by(value))
  }
}

function isFunctions(change: Readonly<Record<string, string>> | MapFunctions): change is MapFunctions {
  return typeof change['up'] === 'function'
}

function tableFunctions(path: string, table: Readonly<Record<string, string>>): MapFunctions {
  const back = Object.fromEntries(Object.entries(table).map(([from, to]) => [to, from]))
  if (Object.keys(back).length !== Object.keys(table).length) {
    throw new Error(`the table for ${path} leads from two values to one, so it cannot be taken back`)
  }
  return { up: byTable(table), down: byTable(back) }
}

function byTable(table: Readonly<Record<string, string>>): (value: JsonValue) => JsonValue {
  return (value) => (typeof value === 'string' && Object.hasOwn(table, value) ? (table[value] ?? value) : value)
}

function unwrapped(path: string, value: JsonValue, key: string): JsonValue {
  const inner = isJsonObject(value) && Object.keys(value).length === 1 ? memberOf(value, key) : undefined
  if (inner === undefined) throw new Error(`${path} holds more than ${key}, which has no place in the older version`)
  return inner
}

function unlisted(path: string, value: JsonValue): JsonValue {
  const only = isJsonArray(value) && value.length === 1 ? value[0] : undefined
  if (only === undefined) throw new Error(`${path} holds not exactly one value, as the older version needs`)
  return only
}
