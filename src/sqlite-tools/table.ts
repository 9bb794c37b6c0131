/** What the schema says of one ordinary table. */

import type { MigrationApi } from '../core/ports.ts'
import { isSameName } from './names.ts'

export type Asking = Pick<MigrationApi, 'query'>

export interface Column {
  readonly name: string
  readonly type: string
  /** Its value is made of others, and can be neither inserted nor updated. */
  readonly generated: boolean
}

export interface TableFacts {
  /** As the schema spells it. */
  readonly name: string
  readonly columns: readonly Column[]
  /** The column that is the rowid itself (INTEGER PRIMARY KEY); `null` where the rowid is no column. */
  readonly integerKey: string | null
  /** A name by which the rowid can be asked for; `null` for a table WITHOUT ROWID, or where columns have taken all three. */
  readonly rowid: string | null
  readonly strict: boolean
  readonly autoincrement: boolean
}

/** What stands under a name in the main database where it is no ordinary table. */
export type NoTable = 'nothing' | 'view' | 'virtual' | 'shadow'

export async function readTable(api: Asking, table: string): Promise<TableFacts | NoTable> {
  const listed = await api.query<{ name: string; type: string; wr: number; strict: number }>(
    "SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE",
    [table],
  )
  const found = listed[0]
  if (found === undefined) return 'nothing'
  if (found.type !== 'table') return found.type as NoTable
  const rows = await api.query<{ name: string; type: string; pk: number; hidden: number }>(
    "SELECT name, type, pk, hidden FROM pragma_table_xinfo(?, 'main') ORDER BY cid",
    [found.name],
  )
  const columns = rows.map(({ name, type, hidden }) => ({ name, type, generated: hidden === 2 || hidden === 3 }))
  const integerKey = found.wr === 1 ? null : await readIntegerKey(api, found.name, rows)
  return {
    name: found.name,
    columns,
    integerKey,
    rowid: found.wr === 1 ? null : (integerKey ?? freeRowidName(columns)),
    strict: found.strict === 1,
    autoincrement: integerKey !== null && (await hasAutoincrement(api, found.name)),
  }
}

export function columnOf(table: TableFacts, name: string): Column | undefined {
  return table.columns.find((column) => isSameName(column.name, name))
}

/** A primary key of one column without an index of its own is the rowid. */
async function readIntegerKey(
  api: Asking,
  table: string,
  columns: readonly { readonly name: string; readonly pk: number }[],
): Promise<string | null> {
  const keys = columns.filter((column) => column.pk > 0)
  if (keys.length !== 1) return null
  const indexes = await api.query("SELECT 1 FROM pragma_index_list(?, 'main') WHERE origin = 'pk'", [table])
  return indexes.length === 0 ? (keys[0]?.name ?? null) : null
}

function freeRowidName(columns: readonly Column[]): string | null {
  return ['rowid', '_rowid_', 'oid'].find((name) => !columns.some((column) => isSameName(column.name, name))) ?? null
}

/** No pragma tells; the word can stand in the text for nothing else but in a name, a string or a comment. */
async function hasAutoincrement(api: Asking, table: string): Promise<boolean> {
  const rows = await api.query<{ sql: string }>(
    `SELECT sql FROM "main".sqlite_master WHERE type = 'table' AND name = ?`,
    [table],
  )
  const text = (rows[0]?.sql ?? '').replaceAll(
    /--[^\n]*|\/\*[^]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]/g,
    ' ',
  )
  return /\bautoincrement\b/i.test(text)
}
