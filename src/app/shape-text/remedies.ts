/** Statements that would bring a structure back. They are printed for a person and never run. Pure. */

import { describeDifference, ownNameText, type Difference, type Shape, type ShapeObject } from '../../core/shape.ts'
import { splitName } from '../../rehearse/tables.ts'
import { lastOf, nameOf, ownerOf, sqlName } from './names.ts'
import { functionWithArguments } from './postgres-code.ts'
import { printColumn } from './postgres-tables.ts'
import { printShape } from './print-shape.ts'

export interface Remedies {
  /** In an order in which they can run; those that would lose rows are comments. */
  readonly remedies: readonly string[]
  /** Differences for which no statement is known, in words. */
  readonly unmended: readonly string[]
}

/** One remedy for an object, however many of its facts have changed. */
export function remediesOf(differences: readonly Difference[], shapes: Shapes): Remedies {
  const groups = [...Map.groupBy(differences, (one) => `${one.what} ${one.kind} ${one.name}`).values()]
  const found = groups.map((group) => ({ group, statements: mend(group, shapes) }))
  const unmended = found.filter((one) => one.statements === null).flatMap((one) => one.group)
  return {
    remedies: found.flatMap((one) => one.statements ?? []),
    unmended: unmended.map(describeDifference),
  }
}

/** What should be there, and what is. */
export interface Shapes {
  readonly expected: Shape
  readonly found: Shape
}

function mend(group: readonly Difference[], { expected, found }: Shapes): string[] | null {
  const [first] = group
  if (first === undefined) return null
  const isSqlite = expected.rule.startsWith('sqlite-')
  switch (first.what) {
    case 'unexpected':
      return drop(withOwnName(first, found), isSqlite)
    case 'missing':
      return make(first, expected)
    case 'changed':
      return change(group, { ...first, drops: withOwnName(first, found) }, expected)
  }
}

/** As the store names it: of several that share a name in the shape, the one that was found. */
function withOwnName({ kind, name, fact, found: text }: Difference, { objects }: Shape): Named {
  const definition = fact === null || fact === 'definition' ? text : null
  const same = objects.filter((one) => one.kind === kind && one.name === name)
  const object = same.find((one) => definition === null || one.facts['definition'] === definition)
  const own = object?.texts?.[ownNameText]
  if (own === undefined) return { kind, name }
  return { kind, name: sqlName([...splitName(name).slice(0, -1), own]) }
}

type Named = Pick<Difference, 'kind' | 'name'>

/** What would take rows along is for a person to decide. */
function drop({ kind, name }: Named, isSqlite: boolean): string[] | null {
  const careful = (text: string): string[] => [`-- would lose rows; look first: ${text}`]
  switch (kind) {
    case 'table':
    case 'virtual table':
      return careful(`DROP TABLE ${nameOf(name)}`)
    case 'column':
      return careful(`ALTER TABLE ${ownerOf(name)} DROP COLUMN ${lastOf(name)}`)
    case 'schema':
    case 'extension':
      return careful(`DROP ${kind.toUpperCase()} ${nameOf(name)}`)
    case 'constraint':
      return isSqlite ? null : [`ALTER TABLE ${ownerOf(name)} DROP CONSTRAINT ${lastOf(name)}`]
    case 'index':
      return [`DROP INDEX ${isSqlite ? lastOf(name) : besideTable(name)}`]
    case 'trigger':
      return [`DROP TRIGGER ${lastOf(name)}${isSqlite ? '' : ` ON ${ownerOf(name)}`}`]
    case 'policy':
    case 'rule':
      return [`DROP ${kind.toUpperCase()} ${lastOf(name)} ON ${ownerOf(name)}`]
    case 'function':
    case 'procedure':
      return [`DROP ${kind.toUpperCase()} ${functionWithArguments(name)}`]
    case 'view':
    case 'materialized view':
    case 'type':
    case 'domain':
    case 'sequence':
    case 'publication':
    case 'event trigger':
    case 'statistics':
      return [`DROP ${kind.toUpperCase()} ${nameOf(name)}`]
    default:
      return null
  }
}

/** An index lies in the schema of its table. */
function besideTable(name: string): string {
  const parts = splitName(name)
  return sqlName([...parts.slice(0, -2), ...parts.slice(-1)])
}

function make({ kind, name, fact, expected: text }: Difference, expected: Shape): string[] | null {
  const definition = fact === null || fact === 'definition' ? text : null
  const own = (one: ShapeObject): boolean =>
    one.kind === kind && one.name === name && (definition === null || one.facts['definition'] === definition)
  const object = expected.objects.find(own)
  if (object === undefined) return null
  if (kind === 'column') {
    const column = { ...object, facts: { ...object.facts, ...object.texts } }
    return [`ALTER TABLE ${ownerOf(name)} ADD COLUMN ${printColumn(column)}`]
  }
  const parts = expected.objects.filter((one) => own(one) || one.name.startsWith(`${name}.`))
  // A constraint is printed with its table only.
  const owner =
    kind === 'constraint'
      ? expected.objects.filter((one) => one.kind === 'table' && ownerOf(name) === nameOf(one.name))
      : []
  const printed = printShape({ ...expected, objects: [...owner, ...parts] })
  const statements = (printed?.statements ?? []).filter(
    (one) => !one.startsWith('SET ') && !(owner.length > 0 && one.startsWith('CREATE ')),
  )
  return statements.length === 0 ? null : statements
}

const remade: ReadonlySet<string> = new Set(['constraint', 'index', 'trigger', 'policy', 'rule', 'view', 'statistics'])

function change(
  group: readonly Difference[],
  first: Difference & { readonly drops: Named },
  expected: Shape,
): string[] | null {
  const { kind } = first
  const isSqlite = expected.rule.startsWith('sqlite-')
  if (kind === 'column' && !isSqlite) return changeColumn(group)
  const made = make(first, expected)
  if (made === null) return null
  if (kind === 'function' || kind === 'procedure')
    return made.map((one) => one.replace(/^CREATE /, 'CREATE OR REPLACE '))
  const dropped = remade.has(kind) ? drop(first.drops, isSqlite) : null
  return dropped === null ? null : [...dropped, ...made]
}

function changeColumn(group: readonly Difference[]): string[] | null {
  const statements = group.map(({ name, fact, expected }) => {
    const alter = `ALTER TABLE ${ownerOf(name)} ALTER COLUMN ${lastOf(name)}`
    if (fact === 'type') return `${alter} TYPE ${expected}`
    if (fact === 'nullable') return `${alter} ${expected === 'true' ? 'DROP' : 'SET'} NOT NULL`
    if (fact === 'default') return expected === null ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${expected}`
    return null
  })
  return statements.includes(null) ? null : statements.filter((one) => one !== null)
}
