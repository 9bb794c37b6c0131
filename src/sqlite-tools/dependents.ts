/** What belongs to a table and goes with it when it is dropped, or names it and must still fit afterwards. */

import type { MigrationApi } from '../core/ports.ts'
import { inMain, isSameName, mentions, quoted } from './names.ts'
import type { Asking, TableFacts } from './table.ts'

/** One row of the schema that has a text. */
export interface Dependent {
  readonly kind: 'index' | 'trigger' | 'view'
  readonly name: string
  /** The table or view that it stands on; a view's own name. */
  readonly on: string
  readonly sql: string
}

export interface Dependents {
  /** Go with the table: its indexes and triggers, in the order in which they were made. */
  readonly own: readonly Dependent[]
  /** Views, and triggers of other tables, that name it. */
  readonly others: readonly Dependent[]
  /** Full-text indexes over it. */
  readonly searches: readonly string[]
}

export async function readDependents(api: Asking, table: string): Promise<Dependents> {
  const rows = await api.query<{ type: Dependent['kind']; name: string; tbl_name: string; sql: string }>(
    `SELECT type, name, tbl_name, sql FROM "main".sqlite_master
     WHERE sql IS NOT NULL AND type IN ('index', 'trigger', 'view') ORDER BY rowid`,
  )
  const all = rows.map(({ type, name, tbl_name: on, sql }) => ({ kind: type, name, on, sql }))
  return {
    own: all.filter((one) => isSameName(one.on, table)),
    others: all.filter((one) => !isSameName(one.on, table) && one.kind !== 'index' && mentions(one.sql, table)),
    searches: await readSearches(api, table),
  }
}

/** `content = 't'`, in any of the quotes that FTS5 reads. */
const contentOption =
  /\bcontent\s*=\s*(?:'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([\w$\u0080-\uffff]+))/i

async function readSearches(api: Asking, table: string): Promise<string[]> {
  const rows = await api.query<{ name: string; sql: string }>(
    `SELECT name, sql FROM "main".sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%'`,
  )
  return rows
    .filter(({ sql }) => /\busing\s+fts5\b/i.test(sql) && isSameName(contentOf(sql), table))
    .map((one) => one.name)
}

function contentOf(sql: string): string {
  const [, single, double, back, square, bare] = contentOption.exec(sql) ?? []
  return single?.replaceAll("''", "'") ?? double?.replaceAll('""', '"') ?? back ?? square ?? bare ?? ''
}

/** Rows, and values of their foreign keys, of every table that refers to `table`. */
export async function countChildren(api: Asking, table: string): Promise<ReadonlyMap<string, number>> {
  const keys = await api.query<{ name: string; column: string }>(
    `SELECT m.name AS name, k."from" AS column FROM "main".sqlite_master m, pragma_foreign_key_list(m.name, 'main') k
     WHERE m.type = 'table' AND k."table" = ? COLLATE NOCASE ORDER BY m.name, k.id, k.seq`,
    [table],
  )
  const counts = new Map<string, number>()
  for (const [name, columns] of Map.groupBy(keys, (key) => key.name)) {
    if (isSameName(name, table)) continue
    const asked = ['count(*)', ...columns.map(({ column }) => `count(${quoted(column)})`)]
    const row = (
      await api.query(`SELECT ${asked.map((one, i) => `${one} AS n${i}`).join(', ')} FROM ${inMain(name)}`)
    )[0]
    counts.set(name, Number(row?.['n0']))
    columns.forEach(({ column }, i) => counts.set(`${name}.${column}`, Number(row?.[`n${i + 1}`])))
  }
  return counts
}

/** Views and triggers that SQLite cannot compile, and what it says; nothing is run. */
export async function findBroken(api: Asking): Promise<ReadonlyMap<string, string>> {
  const broken = new Map<string, string>()
  const compile = async (what: string, text: string): Promise<void> => {
    try {
      await api.query(`EXPLAIN ${text}`)
    } catch (error) {
      broken.set(what, error instanceof Error ? error.message : String(error))
    }
  }
  const views = await api.query<{ name: string }>(`SELECT name FROM "main".sqlite_master WHERE type = 'view'`)
  for (const { name } of views) await compile(`view ${name}`, `SELECT * FROM ${inMain(name)}`)
  const targets = await api.query<{ name: string }>(
    `SELECT DISTINCT tbl_name AS name FROM "main".sqlite_master WHERE type = 'trigger' ORDER BY 1`,
  )
  for (const { name } of targets) {
    // The columns of a broken view cannot even be asked for.
    if (broken.has(`view ${name}`)) continue
    for (const [event, text] of await changesOf(api, name)) await compile(`trigger of ${name} (${event})`, text)
  }
  return broken
}

/** One change of each sort, of all columns at once: what fires every trigger. */
async function changesOf(api: Asking, table: string): Promise<[event: string, text: string][]> {
  const rows = await api.query<{ name: string }>(
    "SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0 ORDER BY cid",
    [table],
  )
  const columns = rows.map((row) => quoted(row.name))
  const target = inMain(table)
  return [
    ['insert', `INSERT INTO ${target} (${columns.join(', ')}) VALUES (${columns.map(() => 'NULL').join(', ')})`],
    ['update', `UPDATE ${target} SET ${columns.map((column) => `${column} = ${column}`).join(', ')}`],
    ['delete', `DELETE FROM ${target}`],
  ]
}

/**
 * What the key of an index is made of. A name that is no column any more can be a text to SQLite, in double quotes: then
 * the index is made without a word, and of nothing.
 */
export async function readIndexKey(api: Asking, index: string): Promise<string> {
  const rows = await api.query<{ name: string | null }>(
    "SELECT name FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno",
    [index],
  )
  return rows.map((row) => row.name ?? '(an expression)').join(', ')
}

export async function drop(api: Pick<MigrationApi, 'exec'>, { kind, name }: Dependent): Promise<void> {
  await api.exec(`DROP ${kind.toUpperCase()} ${inMain(name)}`)
}

/** A short count for people: `2 indexes, 3 triggers`. */
export function tally(table: Pick<TableFacts, 'name'>, { own, searches }: Dependents): string[] {
  const indexes = own.filter((one) => one.kind === 'index').length
  const triggers = own.length - indexes
  const parts: readonly (readonly [number, string, string])[] = [
    [indexes, 'index', 'indexes'],
    [triggers, 'trigger', 'triggers'],
    [searches.length, `full-text index over ${table.name}`, `full-text indexes over ${table.name}`],
  ]
  return parts.filter(([count]) => count > 0).map(([count, one, many]) => `${count} ${count === 1 ? one : many}`)
}
