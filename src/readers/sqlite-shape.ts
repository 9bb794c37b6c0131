/** The shape of a SQLite database: what its pragmas tell, and by tokens what only its stored texts tell. */

import type { Shape, ShapeObject } from '../core/shape.ts'
import { columnOrderFact } from '../core/shape.ts'
import { compareText } from '../core/version.ts'
import { readCreateTable } from './sqlite-shape/create-table.ts'
import type { TableText } from './sqlite-shape/create-table.ts'
import { readSqliteCatalogue } from './sqlite-shape/catalogue.ts'
import type { Catalogue, ForeignKeyRow, IndexRow, KeyRow, TableRow } from './sqlite-shape/catalogue.ts'
import { closingOf, foldName, isSymbol, splitAtCommas, textOf, tokensOf } from './sqlite-shape/tokens.ts'
import type { Token } from './sqlite-shape/tokens.ts'
import type { SqliteReadClient } from './sqlite.ts'

export interface SqliteShapeOptions {
  /** Tables that are no part of the shape: the history's, unless said. */
  readonly exclude?: readonly string[]
  /** With the texts that made the objects. */
  readonly texts?: boolean
}

const historyTables: readonly string[] = ['lockstep_migrations', 'lockstep_log', 'lockstep_meta', 'lockstep_shape']

/**
 * Several statements: whoever wants them of one moment opens a transaction around the call. `user_version` and the like
 * are the application's and no part of the shape.
 */
export function readSqliteShape(client: SqliteReadClient, options: SqliteShapeOptions = {}): Shape {
  const catalogue = readSqliteCatalogue(client, options.exclude ?? historyTables)
  const objects = [...catalogue.tables.flatMap((table) => tableObjects(table, catalogue)), ...codeObjects(catalogue)]
  const told = options.texts === true ? objects : objects.map(({ kind, name, facts }) => ({ kind, name, facts }))
  return {
    rule: 'sqlite-1',
    objects: told.sort((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name)),
  }
}

function tableObjects(table: TableRow, catalogue: Catalogue): ShapeObject[] {
  const name = foldName(table.name)
  const tokens = tokensOf(table.sql, catalogue.names)
  if (table.type === 'virtual') {
    const definition = textOf(afterName(tokens, 'table'))
    return [{ kind: 'virtual table', name, facts: { definition }, texts: { create: table.sql } }]
  }
  const text = readCreateTable(tokens)
  const columns = catalogue.columns.filter((column) => column.table === table.name)
  return [
    {
      kind: 'table',
      name,
      texts: { create: table.sql },
      facts: {
        strict: table.strict || null,
        withoutRowid: table.withoutRowid || null,
        onConflict: text.conflicts.length === 0 ? null : [...text.conflicts].sort(compareText).join(', '),
        [columnOrderFact]: columns.map((column) => foldName(column.name)).join(', '),
      },
    },
    ...columnObjects(table, { catalogue, text }),
    ...checkObjects(table, text),
    ...keyObjects(table, { catalogue, text }),
    ...foreignKeyObjects(table, { catalogue, text }),
    ...indexObjects(table, catalogue),
  ]
}

interface About {
  readonly catalogue: Catalogue
  readonly text: TableText
}

function columnObjects(table: TableRow, { catalogue, text }: About): ShapeObject[] {
  return catalogue.columns
    .filter((column) => column.table === table.name)
    .map((column) => {
      const written = text.columns.get(foldName(column.name))
      const collation = written?.collation ?? 'binary'
      return {
        kind: 'column',
        name: `${foldName(table.name)}.${foldName(column.name)}`,
        facts: {
          type: textOf(tokensOf(column.type, catalogue.names)).toUpperCase(),
          nullable: !column.notNull,
          default: column.default === null ? null : textOf(tokensOf(column.default, catalogue.names)),
          collation: collation === 'binary' ? null : collation,
          generated: column.generated,
          expression: column.generated === null ? null : (written?.expression ?? null),
        },
      }
    })
}

function checkObjects(table: TableRow, { checks }: TableText): ShapeObject[] {
  return checks.map(({ name, definition }) => constraint(table, { name: name ?? 'check', definition }))
}

/** PRIMARY KEY and UNIQUE. The key of a rowid table that is its rowid has no index. */
function keyObjects(table: TableRow, { catalogue, text }: About): ShapeObject[] {
  const indexes = catalogue.indexes.filter((index) => index.table === table.name && index.origin !== 'c')
  const unique = indexes.filter((index) => index.origin === 'u')
  const primary = indexes.find((index) => index.origin === 'pk')
  const rowid = catalogue.columns.filter((column) => column.table === table.name && column.primaryKey > 0)
  const keys = primary === undefined ? rowid.map((column) => foldName(column.name)) : keyTexts(primary, catalogue)
  const definition = `primary key(${keys.join(', ')})${text.autoincrement ? ' autoincrement' : ''}`
  return [
    ...(keys.length === 0 ? [] : [constraint(table, { name: 'primary key', definition })]),
    ...unique.map((index) =>
      constraint(table, { name: 'unique', definition: `unique(${keyTexts(index, catalogue).join(', ')})` }),
    ),
  ]
}

function foreignKeyObjects(table: TableRow, { catalogue, text }: About): ShapeObject[] {
  const rows = catalogue.foreignKeys.filter((row) => row.table === table.name)
  const ids = [...new Set(rows.map((row) => row.id))].sort((a, b) => b - a)
  // The pragma counts from the last one of the text to the first.
  return ids.map((id, i) => {
    const parts = rows.filter((row) => row.id === id)
    const definition =
      foreignKeyText(parts, catalogue) + (text.deferred[i] === true ? ' deferrable initially deferred' : '')
    return constraint(table, { name: 'foreign key', definition })
  })
}

function foreignKeyText(parts: readonly ForeignKeyRow[], { columns }: Catalogue): string {
  const parent = parts[0]?.parent ?? ''
  // A reference without columns means the primary key.
  const key = columns
    .filter((column) => column.table.toLowerCase() === parent.toLowerCase() && column.primaryKey > 0)
    .sort((a, b) => a.primaryKey - b.primaryKey)
  const to = parts.map((part, i) => part.to ?? key[i]?.name).filter((name) => name !== undefined)
  const actions = [
    [' on update ', parts[0]?.onUpdate],
    [' on delete ', parts[0]?.onDelete],
  ].map(([words, action]) => (action === 'NO ACTION' ? '' : `${words}${action?.toLowerCase()}`))
  const target = `${foldName(parent)}${to.length === 0 ? '' : `(${to.map(foldName).join(', ')})`}`
  return `foreign key(${parts.map((part) => foldName(part.from)).join(', ')}) references ${target}${actions.join('')}`
}

function indexObjects(table: TableRow, catalogue: Catalogue): ShapeObject[] {
  return catalogue.indexes
    .filter((index) => index.table === table.name && index.origin === 'c')
    .map((index) => {
      const { where } = indexText(index, catalogue)
      return {
        kind: 'index',
        ...(index.sql === null ? {} : { texts: { create: index.sql } }),
        name: `${foldName(table.name)}.${foldName(index.name)}`,
        facts: {
          unique: index.unique || null,
          definition: `(${keyTexts(index, catalogue).join(', ')})${where === '' ? '' : ` ${where}`}`,
        },
      }
    })
}

/** Its columns by the pragma, so that what is said and what is meant by default are the same. */
function keyTexts(index: IndexRow, catalogue: Catalogue): string[] {
  const { items } = indexText(index, catalogue)
  return catalogue.keys
    .filter((key) => key.index === index.name)
    .map((key, i) => (key.column === null ? textOf(items[i] ?? []) : keyText(key)))
}

function keyText({ column, collation, descending }: KeyRow): string {
  const collate = collation.toLowerCase() === 'binary' ? '' : ` collate ${foldName(collation)}`
  return `${foldName(column ?? '')}${collate}${descending ? ' desc' : ''}`
}

/** The parts of a CREATE INDEX; an index that SQLite made has no text. */
function indexText({ sql }: IndexRow, { names }: Catalogue): { items: Token[][]; where: string } {
  const tokens = tokensOf(sql ?? '', names)
  const open = tokens.findIndex((token) => isSymbol(token, '('))
  if (open < 0) return { items: [], where: '' }
  const close = closingOf(tokens, open)
  return { items: splitAtCommas(tokens.slice(open + 1, close)), where: textOf(tokens.slice(close + 1)) }
}

function codeObjects({ code, names }: Catalogue): ShapeObject[] {
  return code.map(({ type, name, table, sql }) => ({
    kind: type,
    texts: { create: sql },
    name: type === 'view' ? foldName(name) : `${foldName(table)}.${foldName(name)}`,
    facts: { definition: textOf(afterName(tokensOf(sql, names), type)) },
  }))
}

/** Without CREATE, the kind and the name, which are told already. */
function afterName(tokens: readonly Token[], kind: string): Token[] {
  return tokens.slice(tokens.findIndex((token) => token.text === kind) + 2)
}

function constraint(table: TableRow, { name, definition }: { name: string; definition: string }): ShapeObject {
  return { kind: 'constraint', name: `${foldName(table.name)}.${name}`, facts: { definition } }
}
