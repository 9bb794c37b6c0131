/** Tables as seeding sees them, read from a shape: columns, keys, what refers to what. */

import type { Shape, ShapeObject } from '../core/shape.ts'

export interface Sql {
  readonly dialect: 'postgres' | 'sqlite'
}

export interface SeedColumn {
  readonly name: string
  readonly type: SeedType
  readonly nullable: boolean
  /** Filled by the store: a sequence, an identity, a generated column. */
  readonly filled: boolean
  readonly hasDefault: boolean
}

/** A type by what it is made of. */
export interface SeedType {
  /** As the store prints it, in lower case: `character varying(20)`. */
  readonly name: string
  /** Of an enum. */
  readonly labels: readonly string[]
  /** `int[]` is an array of `int`. */
  readonly isArray: boolean
}

export interface Reference {
  readonly columns: readonly string[]
  /** As in the shape. */
  readonly table: string
  readonly keys: readonly string[]
}

export interface SeedTable {
  /** As in the shape: `public.users`. */
  readonly name: string
  /** Its parts, unquoted. */
  readonly path: readonly string[]
  readonly columns: readonly SeedColumn[]
  readonly keys: readonly (readonly string[])[]
  readonly references: readonly Reference[]
  /** Texts of the checks that rows must meet. */
  readonly checks: readonly string[]
  /** A partition gets its rows through its parent. */
  readonly partition: boolean
}

/** Every table of the shape. */
export function readTables(shape: Shape): SeedTable[] {
  const parts = Map.groupBy(shape.objects, (object) => parentOf(object.name))
  const types = new Map(
    shape.objects.filter((one) => one.kind === 'type' || one.kind === 'domain').map((one) => [one.name, one]),
  )
  const tables = shape.objects.filter((object) => object.kind === 'table')
  const partitions = Map.groupBy(
    tables.filter((one) => present(one.facts['partition'])),
    (one) => String(one.facts['inherits']),
  )
  return tables.map((table) => readTable(table, { parts: parts.get(table.name) ?? [], types, all: parts, partitions }))
}

interface Around {
  readonly parts: readonly ShapeObject[]
  readonly types: ReadonlyMap<string, ShapeObject>
  readonly all: ReadonlyMap<string, readonly ShapeObject[]>
  /** By the name of their parent. */
  readonly partitions: ReadonlyMap<string, readonly ShapeObject[]>
}

function readTable(table: ShapeObject, around: Around): SeedTable {
  const definitions = around.parts.filter((one) => one.kind === 'constraint').map(definitionOf)
  const columns = around.parts.filter((one) => one.kind === 'column')
  const domains = columns.flatMap((column) => domainChecks(column, around))
  return {
    name: table.name,
    path: splitName(table.name),
    columns: columns.map((column) => readColumn(column, around)),
    keys: definitions.flatMap((one) => listAfter(one, /^(?:primary key|unique(?: nulls not distinct)?)\s*\(/i)),
    references: definitions.flatMap(readReference),
    checks: [...definitions.filter((one) => /^check\b/i.test(one)), ...domains, ...boundsOf(table, around)],
    partition: table.facts['partition'] !== undefined,
  }
}

/** Of a partitioned table: what its partitions take, told of the columns that decide it. */
function boundsOf({ name, facts }: ShapeObject, { partitions }: Around): string[] {
  const by = facts['partitionedBy']
  if (!present(by)) return []
  return (partitions.get(name) ?? []).map((one) => `${String(by)} ${String(one.facts['partition'])}`)
}

function definitionOf({ kind, facts }: ShapeObject): string {
  const text = String(facts['definition'] ?? '')
  // SQLite's are told by what is in the brackets.
  return kind === 'constraint' && !/^(?:primary|unique|foreign|check|exclude)\b/i.test(text) ? `check ${text}` : text
}

/** A domain's checks, told of the column that has it. */
function domainChecks(column: ShapeObject, { types, all }: Around): string[] {
  const domain = types.get(String(column.facts['type']))
  if (domain?.kind !== 'domain') return []
  const name = splitName(column.name).at(-1) ?? ''
  return (all.get(domain.name) ?? [])
    .filter((one) => one.kind === 'constraint')
    .map((one) => definitionOf(one).replaceAll(/\bVALUE\b/g, () => name))
}

function readColumn({ name, facts }: ShapeObject, { types }: Around): SeedColumn {
  const given = facts['default']
  const isSequence = typeof given === 'string' && /^nextval\(/i.test(given)
  return {
    name: splitName(name).at(-1) ?? '',
    type: readType(String(facts['type'] ?? ''), types),
    nullable: facts['nullable'] === true && !isNotNullDomain(facts, types),
    filled: present(facts['identity']) || present(facts['generated']) || isSequence,
    hasDefault: present(given),
  }
}

function isNotNullDomain(facts: ShapeObject['facts'], types: Around['types']): boolean {
  const domain = types.get(String(facts['type']))
  return domain?.kind === 'domain' && domain.facts['nullable'] === false
}

function present(fact: unknown): boolean {
  return fact !== undefined && fact !== null
}

function readType(written: string, types: Around['types']): SeedType {
  const isArray = written.endsWith('[]')
  const name = isArray ? written.slice(0, -2) : written
  const found = types.get(name)
  if (found?.kind === 'domain') return { ...readType(String(found.facts['type'] ?? ''), types), isArray }
  const labels = literalsIn(String(found?.facts['labels'] ?? ''))
  return { name: name.toLowerCase(), labels, isArray }
}

/** The texts between single quotes. */
export function literalsIn(text: string): string[] {
  return [...text.matchAll(/'((?:[^']|'')*)'/g)].map(([, inner = '']) => inner.replaceAll("''", "'"))
}

function readReference(definition: string): Reference[] {
  const found = /^foreign key\s*\((.*?)\)\s*references\s+(.+?)\s*(?:\((.*?)\).*|)$/is.exec(definition)
  if (found === null) return []
  const [, columns = '', table = '', keys = ''] = found
  return [{ columns: splitList(columns), table: table.trim(), keys: splitList(keys) }]
}

function listAfter(definition: string, head: RegExp): string[][] {
  const found = head.exec(definition)
  if (found === null) return []
  const rest = definition.slice(found[0].length)
  return [splitList(rest.slice(0, rest.lastIndexOf(')')))]
}

function splitList(text: string): string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"|[^,\s"]+/g)].map(([word, quoted]) => quoted?.replaceAll('""', '"') ?? word)
}

/** The parts of a qualified name, unquoted. */
export function splitName(name: string): string[] {
  return [...name.matchAll(/"((?:[^"]|"")*)"|[^."]+/g)].map(([part, quoted]) => quoted?.replaceAll('""', '"') ?? part)
}

/** Of `a.b.c`: `a.b`; dots inside of quotes do not count. */
function parentOf(name: string): string {
  const parts = [...name.matchAll(/(?:"(?:[^"]|"")*"|[^."])+/g)]
  const last = parts.at(-1)
  return last === undefined || parts.length < 2 ? '' : name.slice(0, last.index - 1)
}
