/** The structure found in a store, one entry an object, in a form that does not depend on who made it or when. */

export interface ShapeObject {
  /** `table`, `column`, `index`, `constraint`, `trigger`, `view`, `function`, `type`, `sequence`, `extension`, ... */
  readonly kind: string
  /** Qualified, stable: `public.users.email`. */
  readonly name: string
  /** What it is, attribute by attribute; compared one by one. */
  readonly facts: Readonly<Record<string, string | number | boolean | null>>
}

export interface Shape {
  /** Name of the rule that made it (`postgres-1`): another rule is another shape, not drift. */
  readonly rule: string
  readonly objects: readonly ShapeObject[]
}

export interface Difference {
  readonly kind: string
  readonly name: string
  readonly what: 'missing' | 'unexpected' | 'changed'
  /** The attribute, where one changed. */
  readonly fact: string | null
  readonly expected: string | null
  readonly found: string | null
}

/** What `found` has other than `expected`, by kind and name. */
export function compareShapes(expected: Shape, found: Shape): Difference[] {
  const wanted = byKey(expected)
  const there = byKey(found)
  const keys = [...new Set([...wanted.keys(), ...there.keys()])].sort()
  return keys.flatMap((key) => compareObjects(wanted.get(key), there.get(key)))
}

function byKey(shape: Shape): Map<string, ShapeObject> {
  return new Map(shape.objects.map((object) => [`${object.kind} ${object.name}`, object]))
}

function compareObjects(expected: ShapeObject | undefined, found: ShapeObject | undefined): Difference[] {
  if (expected === undefined) return found === undefined ? [] : [whole(found, 'unexpected')]
  if (found === undefined) return [whole(expected, 'missing')]
  const facts = [...new Set([...Object.keys(expected.facts), ...Object.keys(found.facts)])].sort()
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

function whole(object: ShapeObject, what: 'missing' | 'unexpected'): Difference {
  return { kind: object.kind, name: object.name, what, fact: null, expected: null, found: null }
}

function textOf(value: string | number | boolean | null | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
