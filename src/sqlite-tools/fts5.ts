/** A full-text index (FTS5) over a table that keeps its own text: external content, kept in step by three triggers. */

import { isLockstepError, LockstepError } from '../core/error.ts'
import { nearestWord } from '../core/nearest.ts'
import type { MigrationApi } from '../core/ports.ts'
import { folded, inMain, isSameName, literal, mentions, quoted } from './names.ts'
import { columnOf, readTable, type TableFacts } from './table.ts'

export interface Fts5Spec {
  /** Name of the index; its triggers are `<index>_insert`, `<index>_update` and `<index>_delete`. */
  readonly index: string
  /** The table whose text is searched. */
  readonly table: string
  /** Columns of that table, by name; the index has them under the same names. */
  readonly columns: readonly string[]
  /** Those of them that are only kept, not searched. */
  readonly unindexed?: readonly string[]
  /** As FTS5 writes it: `porter unicode61`, `trigram`. */
  readonly tokenize?: string
  /** Lengths of beginnings that are looked up often: `[2, 3]`. */
  readonly prefix?: readonly number[]
}

/**
 * What a migration can do with one index. Everything runs in the migration's own transaction.
 *
 * Rows that `INSERT OR REPLACE` takes away fire no delete trigger (unless the application sets `recursive_triggers`), and
 * their words stay in the index: applications write `INSERT ... ON CONFLICT DO UPDATE` on such a table.
 */
export interface Fts5Index {
  /** Makes the index and its triggers, and fills it in bulk with what the table holds. */
  create(api: MigrationApi): Promise<void>
  /** Makes its three triggers anew; refuses where others write to the index too. The index itself stays as it is. */
  createTriggers(api: MigrationApi): Promise<void>
  /** Reads the whole table again: after rows were changed past the triggers. */
  rebuild(api: MigrationApi): Promise<void>
  /** Merges what many small changes have left behind, for faster searches. Writes much: a migration of its own. */
  optimize(api: MigrationApi): Promise<void>
  /** Throws `fts5-stale` where index and table differ. `PRAGMA integrity_check` does not find that. */
  check(api: MigrationApi): Promise<void>
  /** Drops the index and its triggers; the table stays. */
  drop(api: MigrationApi): Promise<void>
}

/** Describes an index once, for the up and the down; nothing is done before one of its methods is called. */
export function fts5(spec: Fts5Spec): Fts5Index {
  const command = async (api: MigrationApi, word: string): Promise<void> =>
    await api.exec(`INSERT INTO ${inMain(spec.index)} (${quoted(spec.index)}) VALUES (${literal(word)})`)
  return {
    create: async (api) => {
      const table = await readContent(api, spec)
      await api.exec(createText(spec, table))
      await replaceTriggers(api, spec, table)
      await command(api, 'rebuild')
    },
    createTriggers: async (api) => await replaceTriggers(api, spec, await readContent(api, spec)),
    rebuild: async (api) => await command(api, 'rebuild'),
    optimize: async (api) => await command(api, 'optimize'),
    check: async (api) => await check(api, spec),
    drop: async (api) => {
      await dropTriggers(api, spec)
      await api.exec(`DROP TABLE ${inMain(spec.index)}`)
    },
  }
}

/** Throws `fts5-stale` where an index does not hold what its table holds. */
export async function check(
  api: Pick<MigrationApi, 'exec'>,
  { index, table }: Pick<Fts5Spec, 'index' | 'table'>,
): Promise<void> {
  try {
    // Rank 1 compares with the table; without it only the index itself is looked at.
    await api.exec(`INSERT INTO ${inMain(index)} (${quoted(index)}, rank) VALUES ('integrity-check', 1)`)
  } catch (error) {
    if (!isCorruption(error)) throw error
    // Not as its cause: SQLite calls it a malformed database image, which it is not.
    throw new LockstepError('fts5-stale', { index, table })
  }
}

function isCorruption(error: unknown): boolean {
  return isLockstepError(error) && (error.details as { code?: unknown }).code === 'SQLITE_CORRUPT'
}

function createText(spec: Fts5Spec, table: TableFacts): string {
  const { index, columns, unindexed = [], tokenize, prefix = [] } = spec
  const isKept = (column: string): boolean => unindexed.some((one) => isSameName(one, column))
  const parts = [
    ...columns.map((column) => `${quoted(spelled(table, column))}${isKept(column) ? ' UNINDEXED' : ''}`),
    `content = ${literal(table.name)}`,
    `content_rowid = ${literal(rowidOf(spec, table))}`,
    ...(tokenize === undefined ? [] : [`tokenize = ${literal(tokenize)}`]),
    ...(prefix.length === 0 ? [] : [`prefix = ${literal(prefix.join(' '))}`]),
  ]
  return `CREATE VIRTUAL TABLE ${inMain(index)} USING fts5 (${parts.join(', ')})`
}

const events = ['insert', 'update', 'delete'] as const

function triggerName({ index }: Fts5Spec, event: (typeof events)[number]): string {
  return `${index}_${event}`
}

async function replaceTriggers(api: MigrationApi, spec: Fts5Spec, table: TableFacts): Promise<void> {
  await dropTriggers(api, spec)
  for (const event of events) await api.exec(triggerText(spec, table, event))
}

async function dropTriggers(api: MigrationApi, spec: Fts5Spec): Promise<void> {
  const ours = events.map((event) => folded(triggerName(spec, event)))
  const found = await api.query<{ name: string; sql: string }>(
    `SELECT name, sql FROM "main".sqlite_master WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE`,
    [spec.table],
  )
  const foreign = found.find(({ name, sql }) => !ours.includes(folded(name)) && mentions(sql, spec.index))
  if (foreign !== undefined) {
    const reason = `trigger ${foreign.name} on ${spec.table} writes to it as well`
    refuse(spec, reason, `drop it first: DROP TRIGGER ${quoted(foreign.name)}`)
  }
  for (const { name } of found) if (ours.includes(folded(name))) await api.exec(`DROP TRIGGER ${inMain(name)}`)
}

function triggerText(spec: Fts5Spec, table: TableFacts, event: (typeof events)[number]): string {
  const index = quoted(spec.index)
  const columns = spec.columns.map((column) => quoted(spelled(table, column)))
  const rowid = quoted(rowidOf(spec, table))
  const row = (which: 'old' | 'new'): string => [rowid, ...columns].map((column) => `${which}.${column}`).join(', ')
  const names = ['rowid', ...columns].join(', ')
  // FTS5 finds the words to take out by the text they came from, so they must go before the new ones come.
  const take = `INSERT INTO ${index} (${index}, ${names}) VALUES ('delete', ${row('old')});`
  const put = `INSERT INTO ${index} (${names}) VALUES (${row('new')});`
  const body = { insert: put, update: `${take} ${put}`, delete: take }[event]
  const when = event === 'update' ? `UPDATE${updatedColumns(spec, table)}` : event.toUpperCase()
  return `CREATE TRIGGER ${inMain(triggerName(spec, event))} AFTER ${when} ON ${quoted(table.name)} BEGIN ${body} END`
}

/** An update of other columns need not touch the index. A generated column or a nameless rowid changes unnamed. */
function updatedColumns({ columns }: Fts5Spec, table: TableFacts): string {
  const named = columns.map((column) => columnOf(table, column))
  if (table.integerKey === null || named.some((column) => column === undefined || column.generated)) return ''
  const names = new Set([table.integerKey, ...named.flatMap((column) => column?.name ?? [])])
  return ` OF ${[...names].map(quoted).join(', ')}`
}

async function readContent(api: MigrationApi, spec: Fts5Spec): Promise<TableFacts> {
  const table = await readTable(api, spec.table)
  if (typeof table === 'string') {
    const reason = table === 'nothing' ? `there is no table ${spec.table}` : `${spec.table} is no ordinary table`
    return refuse(spec, reason, 'make the table first; an index follows the rows of one table')
  }
  refuseNames(spec, table)
  rowidOf(spec, table)
  if (table.integerKey === null) {
    api.log(
      `${table.name} has no INTEGER PRIMARY KEY, so VACUUM may give its rows other numbers: rebuild ${spec.index} after it`,
    )
  }
  return table
}

function refuseNames(spec: Fts5Spec, table: TableFacts): void {
  const { columns, unindexed = [], index } = spec
  if (columns.length === 0) refuse(spec, 'it has no columns', `columns: ['${table.columns[0]?.name ?? ''}']`)
  for (const column of columns) {
    if (columnOf(table, column) === undefined) {
      const known = table.columns.map((one) => one.name)
      const nearest = nearestWord(column, known)
      refuse(
        spec,
        `${table.name} has no column ${column}`,
        nearest === null ? `it has ${known.join(', ')}` : `did you mean ${nearest}?`,
      )
    }
    if (['rank', 'rowid', folded(index)].includes(folded(column))) {
      refuse(spec, `FTS5 keeps the name ${column} for itself`, 'rename the column, or give the index another name')
    }
  }
  const twice = columns.find((column, i) => columns.findIndex((one) => isSameName(one, column)) !== i)
  if (twice !== undefined) refuse(spec, `column ${twice} is named twice`, 'name it once')
  const stranger = unindexed.find((column) => !columns.some((one) => isSameName(one, column)))
  if (stranger !== undefined)
    refuse(spec, `${stranger} is unindexed, but no column of it`, 'name it in columns as well')
}

function rowidOf(spec: Fts5Spec, { name, rowid }: TableFacts): string {
  if (rowid !== null) return rowid
  return refuse(spec, `the rows of ${name} have no rowid`, 'give it an INTEGER PRIMARY KEY and no WITHOUT ROWID')
}

/** As the table spells it. */
function spelled(table: TableFacts, column: string): string {
  return columnOf(table, column)?.name ?? column
}

function refuse({ index }: Fts5Spec, reason: string, help: string): never {
  throw new LockstepError('fts5-refused', { index, reason, help })
}
