/** Makes a value unchangeable, and finds on the way whatever is no JSON. */

import { isExactNumber } from './value.ts'

/** Something in a value that no JSON text can say. */
export interface ValueFault {
  /** JSON pointer. */
  readonly at: string
  readonly reason: string
}

/** What a walk over a value found. */
export interface FrozenFacts {
  readonly fault: ValueFault | null
  /** Every number is one that `JSON.stringify` writes without loss. */
  readonly plain: boolean
}

interface Found {
  readonly plain: boolean
  /** Levels below and with this value. */
  readonly levels: number
}

interface Walk {
  readonly depthMax: number
  fault: { at: string; readonly reason: string } | null
}

const leaf: Found = { plain: true, levels: 0 }
const odd: Found = { plain: false, levels: 0 }

/**
 * Values that were walked already: frozen through and through, and known to be JSON. Only the upper levels of one
 * document are kept, since a transform mostly takes over whole members. Two short lists are enough for that: a map, weak
 * or not, takes the garbage collector as much time as all the walking.
 */
const walked: { readonly values: (object | null)[]; readonly found: Found[]; count: number } = {
  values: [],
  found: [],
  count: 0,
}
const walkedDepthMax = 1
/** Members beyond these are walked again; documents as a whole are always kept, in the places after them. */
const walkedMembersMax = 48
const walkedMax = 64

function forgetWalked(): void {
  walked.values.fill(null, 0, walked.count)
  walked.count = 0
}

function remember(value: object, found: Found, depth: number): void {
  if (depth > walkedDepthMax || (depth > 0 && walked.count >= walkedMembersMax)) return
  if (walked.count === walkedMax) walked.count = walkedMembersMax
  walked.values[walked.count] = value
  walked.found[walked.count++] = found
}

function recall(value: object): Found | undefined {
  // The latest are asked for most.
  for (let i = walked.count - 1; i >= 0; i--) if (walked.values[i] === value) return walked.found[i]
  return undefined
}

/**
 * Freezes a value and all below it. Parts that were frozen here before are not walked again, so that the second step
 * of a path costs only what the first one made new.
 */
export function freezeJson(value: unknown, depthMax: number): FrozenFacts {
  const walk: Walk = { depthMax, fault: null }
  const { plain } = freezeAt(value, walk, 0)
  return { fault: walk.fault, plain }
}

/** Whether a value was frozen here before and holds only plain numbers; asking walks nothing. */
export function isKnownPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && recall(value)?.plain === true
}

/**
 * Freezes what `JSON.parse` made of the text of the next document, without lone surrogates: it is JSON, so only the
 * depth is looked at. Says whether it is within the limit.
 */
export function freezeParsed(value: unknown, depthMax: number): boolean {
  forgetWalked()
  return levelsOf(value, depthMax, 0) <= depthMax
}

function levelsOf(value: unknown, depthMax: number, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth >= depthMax) return Infinity
  let levels = 0
  if (Array.isArray(value)) {
    for (const item of value) levels = Math.max(levels, levelsOf(item, depthMax, depth + 1))
  } else {
    // Only own keys are asked for, so the record is what it says.
    const members = value as Record<string, unknown>
    for (const key of Object.keys(members)) levels = Math.max(levels, levelsOf(members[key], depthMax, depth + 1))
  }
  Object.freeze(value)
  remember(value, { plain: true, levels: levels + 1 }, depth)
  return levels + 1
}

function freezeAt(value: unknown, walk: Walk, depth: number): Found {
  if (typeof value === 'object' && value !== null) return freezeObject(value, walk, depth)
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? leaf : fail(walk, 'a lone surrogate, which no UTF-8 text can hold')
    case 'number':
      if (!Number.isFinite(value)) return fail(walk, `${value}, which is no JSON number`)
      return Object.is(value, -0) ? odd : leaf
    case 'bigint':
      return odd
    case 'boolean':
    case 'object':
      return leaf
    case 'undefined':
    case 'function':
    case 'symbol':
      return fail(walk, `${typeof value}, which is no JSON value`)
  }
}

function freezeObject(value: object, walk: Walk, depth: number): Found {
  const known = recall(value)
  if (known !== undefined) return depth + known.levels > walk.depthMax ? fail(walk, tooDeep(walk)) : known
  if (isExactNumber(value)) return odd
  if (depth >= walk.depthMax) return fail(walk, tooDeep(walk))
  const found = Array.isArray(value) ? freezeItems(value, walk, depth) : freezeMembers(value, walk, depth)
  if (walk.fault !== null) return found
  Object.freeze(value)
  remember(value, found, depth)
  return found
}

function freezeItems(items: readonly unknown[], walk: Walk, depth: number): Found {
  let plain = true
  let levels = 0
  for (let i = 0; i < items.length; i++) {
    if (!(i in items)) return below(walk, String(i), fail(walk, 'a hole in an array'))
    const found = freezeAt(items[i], walk, depth + 1)
    if (walk.fault !== null) return below(walk, String(i), found)
    if (!found.plain) plain = false
    if (found.levels > levels) levels = found.levels
  }
  return { plain, levels: levels + 1 }
}

function freezeMembers(value: object, walk: Walk, depth: number): Found {
  const reason = strangeness(value)
  if (reason !== null) return fail(walk, reason)
  let plain = true
  let levels = 0
  for (const key of Object.keys(value)) {
    if (!key.isWellFormed()) return fail(walk, 'a key with a lone surrogate')
    // Only own keys are asked for, so the record is what it says.
    const found = freezeAt((value as Record<string, unknown>)[key], walk, depth + 1)
    if (walk.fault !== null) return below(walk, key, found)
    if (!found.plain) plain = false
    if (found.levels > levels) levels = found.levels
  }
  return { plain, levels: levels + 1 }
}

/** Dates, maps, class instances: `JSON.stringify` would write something, but not what is there. */
function strangeness(value: object): string | null {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return 'an object of a class, which is no JSON value'
  return Object.getOwnPropertySymbols(value).length > 0 ? 'a key that is a symbol' : null
}

function tooDeep(walk: Walk): string {
  return `more than ${walk.depthMax} levels, or a circle`
}

function fail(walk: Walk, reason: string): Found {
  walk.fault ??= { at: '', reason }
  return odd
}

function below(walk: Walk, key: string, found: Found): Found {
  if (walk.fault !== null) walk.fault.at = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${walk.fault.at}`
  return found
}
