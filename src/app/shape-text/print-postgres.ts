/** The shape of a PostgreSQL database as SQL, from its facts alone. Pure. */

import { ownNameText, type Shape, type ShapeObject } from '../../core/shape.ts'
import { literal, nameOf } from './names.ts'
import { inOrderOfNeed, type Item } from './need.ts'
import {
  functionWithArguments,
  printEventTrigger,
  printFunction,
  printPolicy,
  printPublication,
  printRule,
  printStatistics,
  printTrigger,
  printType,
  printView,
} from './postgres-code.ts'
import {
  printColumnRest,
  printConstraint,
  printIndex,
  printInherited,
  printSequence,
  printSequenceRest,
  printTable,
  printTableRest,
  told,
  type Columns,
} from './postgres-tables.ts'
import type { PrintedShape } from './printed.ts'

export function printPostgres(shape: Shape): PrintedShape {
  // As the server prints them: the one form for comparing leaves casts out that the server wants back.
  const objects = shape.objects.map((one) => ({ ...one, facts: { ...one.facts, ...one.texts } }))
  const of = (...kinds: readonly string[]): ShapeObject[] => objects.filter((one) => kinds.includes(one.kind))
  const statements = [
    // Bodies may speak of what comes later.
    'SET check_function_bodies = off',
    ...of('schema').flatMap(printSchema),
    ...of('extension').flatMap(printExtension),
    ...printStructure(objects, of),
    ...numbered(of('index')).flatMap(([one, number]) => printIndex(one, number)),
    ...of('sequence').flatMap(printSequenceRest),
    ...of('table').flatMap((one) => printInherited(one, columnsOf(objects))),
    ...of('column').flatMap(printColumnRest),
    ...numbered(of('statistics')).flatMap(([one, number]) => printStatistics(one, number)),
    ...of('trigger').flatMap(printTrigger),
    ...of('rule').flatMap(printRule),
    ...of('policy').flatMap(printPolicy),
    ...of('table').flatMap(printTableRest),
    ...of('type', 'domain', 'view', 'materialized view').flatMap(comment),
    ...of('function', 'procedure').flatMap(comment),
    ...of('publication').flatMap(printPublication),
    ...of('event trigger').flatMap(printEventTrigger),
  ]
  const unprinted = objects.filter((one) => !isPrinted(one)).map(({ kind, name }) => `${kind} ${name}`)
  return { statements, unprinted: [...unprinted, ...objects.flatMap(unprintedParts)] }
}

/** Of an object that is written what is left out: its catalogue tells it in one text that cannot be taken apart. */
function unprintedParts({ kind, name, facts }: ShapeObject): string[] {
  if (kind !== 'view' && kind !== 'materialized view') return []
  return [
    ...(typeof facts['columnComments'] === 'string' ? [`comments on columns of ${kind} ${name}`] : []),
    ...(String(facts['columns']).includes(' default ') ? [`defaults of columns of ${kind} ${name}`] : []),
  ]
}

const printedKinds: ReadonlySet<string> = new Set(
  'schema,extension,type,domain,sequence,table,column,constraint,index,statistics,view,materialized view,function,procedure,trigger,rule,policy,publication,event trigger'.split(
    ',',
  ),
)

function isPrinted(object: ShapeObject): boolean {
  return printedKinds.has(object.kind) && (object.kind !== 'type' || printType(object) !== null)
}

function printSchema({ name, facts }: ShapeObject): string[] {
  const create = name === 'public' ? [] : [`CREATE SCHEMA ${nameOf(name)}`]
  return [...create, ...told(facts['comment'], (one) => `COMMENT ON SCHEMA ${nameOf(name)} IS ${literal(one)}`)]
}

/** Every database has plpgsql. */
function printExtension({ name, facts }: ShapeObject): string[] {
  if (name === 'plpgsql') return []
  return [`CREATE EXTENSION IF NOT EXISTS ${nameOf(name)} SCHEMA ${nameOf(String(facts['schema']))}`]
}

type Of = (...kinds: readonly string[]) => ShapeObject[]

/** Types, tables, functions; then keys and checks; then views, which may rest on them; references last. */
function printStructure(objects: readonly ShapeObject[], of: Of): string[] {
  const tables = new Set(of('table').map((one) => one.name))
  const columns = columnsOf(objects)
  const views = of('view', 'materialized view').map((one) => item(one, printView(one), 3))
  const code = of('function', 'procedure').flatMap((one) => codeItem(one))
  const isLate = (one: Item): boolean => views.some((view) => one.text.includes(view.name))
  const domains = of('domain').map((one) => item(one, [printType(one), ...domainChecks(one, objects)], 0))
  const first = [
    ...of('type').flatMap((one) => (printType(one) === null ? [] : [item(one, printType(one), 0)])),
    ...domains,
    ...of('sequence').map((one) => item(one, printSequence(one), 0)),
    ...of('table').map((one) => item(one, printTable(one, columns), 1)),
    ...code.filter((one) => !isLate(one)),
  ]
  const constraints = numbered(
    of('constraint').filter((one) => tables.has(parentOf(one.name)) && !isInherited(one, objects)),
  )
  const references = ([one]: readonly [ShapeObject, string]): boolean =>
    String(one.facts['definition']).startsWith('FOREIGN KEY')
  const print = ([one, number]: readonly [ShapeObject, string]): string[] => printConstraint(one, number, 'TABLE')
  return [
    ...inOrderOfNeed(first),
    ...constraints.filter((one) => !references(one)).flatMap(print),
    ...inOrderOfNeed([...views, ...code.filter(isLate)]),
    ...constraints.filter(references).flatMap(print),
  ]
}

function item({ name }: ShapeObject, text: string | null | readonly (string | null)[], rank: number): Item {
  const statements = [text].flat().filter((one) => one !== null)
  return { name, statements, text: statements.join('\n'), rank }
}

/** Its body is not looked at before it runs; what it takes and gives must be there. */
function codeItem(object: ShapeObject): Item[] {
  const statement = printFunction(object)
  const { returns, arguments: taken, sqlBody } = object.facts
  const text = [returns, taken, sqlBody].join('\n')
  return statement === null ? [] : [{ name: object.name.replace(/\(.*$/s, ''), statements: [statement], text, rank: 2 }]
}

function domainChecks(domain: ShapeObject, objects: readonly ShapeObject[]): string[] {
  const checks = objects.filter((one) => one.kind === 'constraint' && parentOf(one.name) === domain.name)
  return numbered(checks).flatMap(([one, number]) => printConstraint(one, number, 'DOMAIN'))
}

/** A check that a child table has from its parent comes with the parent's. */
function isInherited(constraint: ShapeObject, objects: readonly ShapeObject[]): boolean {
  const definition = constraint.facts['definition']
  const child = objects.find((one) => one.kind === 'table' && one.name === parentOf(constraint.name))
  const parents = String(child?.facts['inherits'] ?? '').split(', ')
  const own = constraint.name.slice(parentOf(constraint.name).length)
  return (
    String(definition).startsWith('CHECK') &&
    objects.some(
      (one) =>
        one.kind === 'constraint' &&
        one.facts['definition'] === definition &&
        parents.some((parent) => one.name === `${parent}${own}`),
    )
  )
}

/** Several objects of one name get a number, as the server gave them one; none where it is known which. */
function numbered(objects: readonly ShapeObject[]): (readonly [ShapeObject, string])[] {
  const seen = new Map<string, number>()
  const known = new Set(objects.filter((one) => one.facts[ownNameText] !== undefined).map((one) => one.name))
  return objects.map((one) => {
    const count = seen.get(one.name) ?? 0
    seen.set(one.name, count + 1)
    return [one, count === 0 || known.has(one.name) ? '' : String(count)]
  })
}

function comment({ kind, name, facts }: ShapeObject): string[] {
  const named = kind === 'function' || kind === 'procedure' ? functionWithArguments(name) : nameOf(name)
  return told(facts['comment'], (one) => `COMMENT ON ${kind.toUpperCase()} ${named} IS ${literal(one)}`)
}

function columnsOf(objects: readonly ShapeObject[]): Columns {
  return Map.groupBy(
    objects.filter((one) => one.kind === 'column'),
    (one) => parentOf(one.name),
  )
}

function parentOf(name: string): string {
  const parts = [...name.matchAll(/(?:"(?:[^"]|"")*"|[^."])+/g)]
  const last = parts.at(-1)
  return last === undefined || parts.length < 2 ? '' : name.slice(0, last.index - 1)
}
