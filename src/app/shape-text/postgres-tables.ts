/** Tables of PostgreSQL and what belongs to them, as statements. Pure. */

import type { Facts, ShapeObject } from '../../core/shape.ts'
import { columnOrderFact } from '../../core/shape.ts'
import { splitName } from '../../rehearse/tables.ts'
import { lastOf, literal, nameOf, ownerOf, ownNameOf, sqlName, words } from './names.ts'

/** By the name of their table. */
export type Columns = ReadonlyMap<string, readonly ShapeObject[]>

/** The column of a parent that this one is; `null`: it is the table's own. */
function inheritedOf(column: ShapeObject, { inherits }: Facts, columns: Columns): ShapeObject | null {
  if (typeof inherits !== 'string') return null
  const last = splitName(column.name).at(-1)
  const found = inherits.split(', ').flatMap((parent) => columns.get(parent) ?? [])
  return found.find((one) => splitName(one.name).at(-1) === last) ?? null
}

/** What a child or a partition says of a column other than its parent. */
export function printInherited({ name, facts }: ShapeObject, columns: Columns): string[] {
  return (columns.get(name) ?? []).flatMap((column) => {
    const parent = inheritedOf(column, facts, columns)
    if (parent === null) return []
    const alter = `ALTER TABLE ${nameOf(name)} ALTER COLUMN ${lastOf(column.name)}`
    const { nullable, default: value = null, generated } = column.facts
    const same = value === (parent.facts['default'] ?? null) || generated !== undefined
    return [
      ...(nullable === false && parent.facts['nullable'] === true ? [`${alter} SET NOT NULL`] : []),
      ...(same ? [] : [value === null ? `${alter} DROP DEFAULT` : `${alter} SET DEFAULT ${String(value)}`]),
    ]
  })
}

/** Columns with their defaults; constraints come later, when all they refer to is there. */
export function printTable({ name, facts }: ShapeObject, columns: Columns): string {
  const storage = words(
    typeof facts['partitionedBy'] === 'string' && `PARTITION BY ${facts['partitionedBy']}`,
    typeof facts['accessMethod'] === 'string' && `USING ${sqlName([facts['accessMethod']])}`,
    typeof facts['options'] === 'string' && `WITH (${facts['options']})`,
  )
  const head = words('CREATE', facts['persistence'] === 'unlogged' && 'UNLOGGED', 'TABLE', nameOf(name))
  if (typeof facts['partition'] === 'string')
    return words(head, `PARTITION OF ${String(facts['inherits'])} ${facts['partition']}`, storage)
  const own = (columns.get(name) ?? []).filter((one) => inheritedOf(one, facts, columns) === null)
  const list = sorted(own, facts).map((column) => `  ${printColumn(column)}`)
  const body = list.length === 0 ? '()' : `(\n${list.join(',\n')}\n)`
  return words(head, body, typeof facts['inherits'] === 'string' && `INHERITS (${facts['inherits']})`, storage)
}

function sorted(columns: readonly ShapeObject[], facts: Facts): ShapeObject[] {
  const order = String(facts[columnOrderFact] ?? '').split(', ')
  const placeOf = ({ name }: ShapeObject): number => order.indexOf(splitName(name).at(-1) ?? '')
  return [...columns].sort((a, b) => placeOf(a) - placeOf(b))
}

/** A column as it stands in CREATE TABLE and in ADD COLUMN. */
export function printColumn({ name, facts }: ShapeObject): string {
  return words(
    lastOf(name),
    String(facts['type']),
    typeof facts['collation'] === 'string' && `COLLATE ${facts['collation']}`,
    valueOf(facts),
    facts['nullable'] === false && 'NOT NULL',
  )
}

function valueOf(facts: Facts): string {
  if (typeof facts['generated'] === 'string')
    return `GENERATED ALWAYS AS (${String(facts['expression'])}) ${facts['generated'].toUpperCase()}`
  if (typeof facts['identity'] === 'string')
    return `GENERATED ${facts['identity'].toUpperCase()} AS IDENTITY (${numbering(String(facts['identitySequence'] ?? ''))})`
  return facts['default'] === undefined || facts['default'] === null ? '' : `DEFAULT ${String(facts['default'])}`
}

/** `start 1 increment 1 minimum 1 ...` in the words of SQL. */
function numbering(text: string): string {
  return text
    .replace('start', 'START WITH')
    .replace('increment', 'INCREMENT BY')
    .replace('minimum', 'MINVALUE')
    .replace('maximum', 'MAXVALUE')
    .replace('cache', 'CACHE')
    .replace(/cycle$/, 'CYCLE')
}

/** What a column is told after its table is there. */
export function printColumnRest({ name, facts }: ShapeObject): string[] {
  const alter = `ALTER TABLE ${ownerOf(name)} ALTER COLUMN ${lastOf(name)}`
  return [
    ...told(facts['storage'], (one) => `${alter} SET STORAGE ${one.toUpperCase()}`),
    ...told(facts['compression'], (one) => `${alter} SET COMPRESSION ${one}`),
    ...told(facts['statisticsTarget'], (one) => `${alter} SET STATISTICS ${one}`),
    ...told(facts['options'], (one) => (one === '' ? null : `${alter} SET (${one})`)),
    ...told(facts['comment'], (one) => `COMMENT ON COLUMN ${nameOf(name)} IS ${literal(one)}`),
  ]
}

/** What a table is told after its constraints and indexes are there. */
export function printTableRest({ name, facts }: ShapeObject): string[] {
  const alter = `ALTER TABLE ${nameOf(name)}`
  const security = String(facts['rowSecurity'] ?? '')
  return [
    ...(security === 'enabled' || security === 'forced' ? [`${alter} ENABLE ROW LEVEL SECURITY`] : []),
    ...(security.startsWith('forced') ? [`${alter} FORCE ROW LEVEL SECURITY`] : []),
    ...told(facts['replicaIdentity'], (one) => (one === 'index' ? null : `${alter} REPLICA IDENTITY ${one}`)),
    ...told(facts['ofType'], (one) => `${alter} OF ${one}`),
    ...told(facts['comment'], (one) => `COMMENT ON TABLE ${nameOf(name)} IS ${literal(one)}`),
  ]
}

/** `number`: of several that the server gave one name. */
export function printConstraint(constraint: ShapeObject, number: string, of: 'TABLE' | 'DOMAIN'): string[] {
  const { name, facts } = constraint
  const own = sqlName([ownNameOf(constraint, number)])
  const on = of === 'TABLE' ? ownerOf(name) : `DOMAIN ${ownerOf(name)}`
  return [
    `ALTER ${of} ${ownerOf(name)} ADD CONSTRAINT ${own} ${String(facts['definition'])}`,
    ...told(facts['comment'], (one) => `COMMENT ON CONSTRAINT ${own} ON ${on} IS ${literal(one)}`),
    ...(of === 'TABLE' ? marks(ownerOf(name), own, facts) : []),
  ]
}

export function printIndex(index: ShapeObject, number: string): string[] {
  const { name, facts } = index
  const parts = splitName(name)
  const own = ownNameOf(index, number)
  const create = words('CREATE', facts['unique'] === true && 'UNIQUE', 'INDEX', sqlName([own]), 'ON', ownerOf(name))
  const qualified = sqlName([...parts.slice(0, -2), own])
  return [
    `${create} USING ${String(facts['definition'])}`,
    ...told(facts['comment'], (one) => `COMMENT ON INDEX ${qualified} IS ${literal(one)}`),
    ...marks(ownerOf(name), sqlName([own]), facts),
  ]
}

function marks(table: string, index: string, facts: Facts): string[] {
  return [
    ...(facts['clustered'] === true ? [`ALTER TABLE ${table} CLUSTER ON ${index}`] : []),
    ...(facts['replicaIdentity'] === true ? [`ALTER TABLE ${table} REPLICA IDENTITY USING INDEX ${index}`] : []),
  ]
}

export function printSequence({ name, facts }: ShapeObject): string {
  return words(
    'CREATE',
    facts['persistence'] === 'unlogged' && 'UNLOGGED',
    `SEQUENCE ${nameOf(name)} AS ${String(facts['type'])}`,
    `START WITH ${String(facts['start'])} INCREMENT BY ${String(facts['increment'])}`,
    `MINVALUE ${String(facts['minimum'])} MAXVALUE ${String(facts['maximum'])} CACHE ${String(facts['cache'])}`,
    facts['cycle'] === true && 'CYCLE',
  )
}

export function printSequenceRest({ name, facts }: ShapeObject): string[] {
  return [
    ...told(facts['ownedBy'], (one) => `ALTER SEQUENCE ${nameOf(name)} OWNED BY ${nameOf(one)}`),
    ...told(facts['comment'], (one) => `COMMENT ON SEQUENCE ${nameOf(name)} IS ${literal(one)}`),
  ]
}

/** A statement where the fact is told. */
export function told(fact: Facts[string] | undefined, print: (text: string) => string | null): string[] {
  if (fact === undefined || fact === null) return []
  const text = print(String(fact))
  return text === null ? [] : [text]
}
