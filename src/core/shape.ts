/** The structure found in a store, one entry an object, in a form that does not depend on who made it or when. */

import { assert } from './error.ts'
import { compareText } from './version.ts'

export interface ShapeObject {
  /** `table`, `column`, `index`, `constraint`, `trigger`, `view`, `function`, `type`, `sequence`, `extension`, ... */
  readonly kind: string
  /** Qualified, stable: `public.users.email`. Objects that the store itself named and numbered share one name. */
  readonly name: string
  /** What it is, attribute by attribute; compared one by one. An absent fact is the same as `null`. */
  readonly facts: Facts
  /** Facts as the store's own texts, where those are not in the one form that is compared; for writing it out. */
  readonly texts?: Readonly<Record<string, string>>
}

export type Facts = Readonly<Record<string, string | number | boolean | null>>

export interface Shape {
  /** Name of the rule that made it (`postgres-1`): another rule is another shape, not drift. */
  readonly rule: string
  readonly objects: readonly ShapeObject[]
}

/** A shape as it was written down after a run that changed something. */
export interface ShapeSnapshot {
  readonly shape: Shape
  /** Names the records it belongs to: with others, a run has ended without writing its shape down. */
  readonly mark: string
  /** ISO 8601, UTC. */
  readonly takenAt: string
  readonly runId: string
}

export interface Difference {
  readonly kind: string
  readonly name: string
  readonly what: 'missing' | 'unexpected' | 'changed'
  /** The attribute, where one changed. */
  readonly fact: string | null
  /** Of a missing object its definition, where it has one. */
  readonly expected: string | null
  /** Of an unexpected object its definition, where it has one. */
  readonly found: string | null
}

/** The text of an object that tells its name with the number that the store gave it. */
export const ownNameText = 'ownName'

/** The fact of a table that tells the order of its columns. */
export const columnOrderFact = 'columnOrder'

export interface CompareOptions {
  /**
   * `ignored` unless said: a column that is dropped and added again stands last, and nobody can help it. What depends
   * on the order is `SELECT *` and INSERT without names.
   */
  readonly columnOrder?: 'ignored' | 'compared'
}

/** What `found` has other than `expected`, by kind and name. Both must be made by the same rule. */
export function compareShapes(expected: Shape, found: Shape, options: CompareOptions = {}): Difference[] {
  assert(expected.rule === found.rule, `a shape of rule ${expected.rule} was compared with one of rule ${found.rule}`)
  const wanted = byKey(expected)
  const there = byKey(found)
  const keys = [...new Set([...wanted.keys(), ...there.keys()])].sort(compareText)
  const differences = keys
    .flatMap((key) => compareNamesakes(wanted.get(key) ?? [], there.get(key) ?? []))
    .filter((one) => one.fact !== columnOrderFact || (options.columnOrder === 'compared' && isReordering(one)))
  return withoutParts(differences)
}

/** One line for people: `column public.users.email: nullable was false, found true`. */
export function describeDifference(difference: Difference): string {
  const { kind, name, what, fact, expected, found } = difference
  switch (what) {
    case 'missing':
      return `${kind} ${name} is missing${expected === null ? '' : `: ${excerpt(expected, 0)}`}`
    case 'unexpected':
      return `${kind} ${name} is unexpected${found === null ? '' : `: ${excerpt(found, 0)}`}`
    case 'changed': {
      const from = firstDifferent(expected ?? '', found ?? '')
      return `${kind} ${name}: ${fact} was ${value(expected, from)}, found ${value(found, from)}`
    }
  }
}

function byKey(shape: Shape): Map<string, ShapeObject[]> {
  return Map.groupBy(shape.objects, (object) => `${object.kind} ${object.name}`)
}

/** Several objects of one name are the store's own numbering: equal ones are taken out first, whatever their order. */
function compareNamesakes(expected: readonly ShapeObject[], found: readonly ShapeObject[]): Difference[] {
  if (expected.length <= 1 && found.length <= 1) return compareObjects(expected[0], found[0])
  const unmatched = [...found]
  const missing = expected.filter((object) => {
    const at = unmatched.findIndex((other) => compareObjects(object, other).length === 0)
    if (at >= 0) unmatched.splice(at, 1)
    return at < 0
  })
  const rest = Math.max(missing.length, unmatched.length)
  return Array.from({ length: rest }, (_, i) => compareObjects(missing[i], unmatched[i])).flat()
}

function compareObjects(expected: ShapeObject | undefined, found: ShapeObject | undefined): Difference[] {
  if (expected === undefined) return found === undefined ? [] : [whole(found, 'unexpected')]
  if (found === undefined) return [whole(expected, 'missing')]
  const facts = [...new Set([...Object.keys(expected.facts), ...Object.keys(found.facts)])].sort(compareText)
  return facts
    .filter((fact) => (expected.facts[fact] ?? null) !== (found.facts[fact] ?? null))
    .map((fact) => ({
      kind: expected.kind,
      name: expected.name,
      what: 'changed' as const,
      fact,
      expected: textOf(expected.facts[fact]),
      found: textOf(found.facts[fact]),
    }))
}

/** Where a table is missing, so are its columns: the table says it. */
function withoutParts(differences: readonly Difference[]): Difference[] {
  const wholes = new Set(
    differences
      .filter((one) => one.what !== 'changed' && one.kind !== 'schema')
      .map((one) => `${one.what} ${one.name}`),
  )
  return differences.filter((one) => !prefixesOf(one.name).some((prefix) => wholes.has(`${one.what} ${prefix}`)))
}

/** Of `a.b.c`: `a` and `a.b`. */
function prefixesOf(name: string): string[] {
  return [...name.matchAll(/\./g)].map((dot) => name.slice(0, dot.index))
}

function whole(object: ShapeObject, what: 'missing' | 'unexpected'): Difference {
  const text = textOf(object.facts['definition'])
  const of = { kind: object.kind, name: object.name, what, fact: null }
  return what === 'missing' ? { ...of, expected: text, found: null } : { ...of, expected: null, found: text }
}

/** The same columns in another order; columns that are missing or unexpected are differences of their own. */
function isReordering({ expected, found }: Difference): boolean {
  return sortedList(expected) === sortedList(found)
}

function sortedList(list: string | null): string {
  return (list ?? '').split(', ').sort(compareText).join(', ')
}

function textOf(value: string | number | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}

function value(text: string | null, from: number): string {
  return text === null ? 'nothing' : excerpt(text, from)
}

const excerptChars = 100
const leadChars = 30

/** A long text is shown from a little before the place that matters. */
function excerpt(text: string, from: number): string {
  const line = text.replaceAll(/\s/g, ' ')
  if (line === '') return "''"
  if (line.length <= excerptChars) return line
  const start = from <= excerptChars - leadChars ? 0 : from - leadChars
  const end = start + excerptChars
  return `${start > 0 ? '…' : ''}${line.slice(start, end)}${end < line.length ? '…' : ''}`
}

function firstDifferent(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  for (let i = 0; i < shorter; i++) if (a[i] !== b[i]) return i
  return shorter
}
