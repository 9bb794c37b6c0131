/**
 * What must be true of the rows before COMMIT: no foreign key is broken that was whole before, and no child lost its
 * rows because its parent was dropped while foreign keys were enforced.
 */

import { LockstepError } from '../../../core/error.ts'
import type { Statement } from '../../../core/script.ts'
import { quoteSqliteName } from '../../../readers/sqlite.ts'
import { rowsOf, valueOf, type SqliteClient } from '../client.ts'
import { messageOf } from '../failure.ts'

export interface RowWatch {
  /** Runs a statement between two looks, where looks are needed. */
  around<T>(statement: Statement, run: () => T): T
  /** Throws `foreign-keys-broken`; to be asked last. */
  confirm(): void
}

/** Watches one transaction. The first look is taken only once a statement touches rows: a look reads whole tables. */
export function watchRows(client: SqliteClient, file: string): RowWatch {
  let before: Violations | null = null
  return {
    around: (statement, run) => {
      if (statement.traits.touchesRows) before ??= readViolations(client)
      return mayCascade(client, statement) ? withoutLoss(client, file, run) : run()
    },
    confirm: () => {
      if (before === null) return
      const violations = addedTo(before, readViolations(client))
      if (violations.length > 0) throw new LockstepError('foreign-keys-broken', { file, violations })
    },
  }
}

/** A violation in words, and how many rows show it. Rows are told apart by their values: a rebuild changes rowids. */
type Violations = ReadonlyMap<string, number>

/** Above this many of one kind they are counted, not told apart. */
const toldApartMax = 10_000

function readViolations(client: SqliteClient): Violations {
  if (isSound(client)) return new Map()
  const violations = new Map<string, number>()
  for (const table of referringTables(client)) {
    for (const [words, count] of violationsOf(client, table))
      violations.set(words, (violations.get(words) ?? 0) + count)
  }
  return violations
}

/** One question for all tables: the usual answer, and much cheaper than table by table. */
function isSound(client: SqliteClient): boolean {
  try {
    return rowsOf(client, 'SELECT 1 FROM pragma_foreign_key_check LIMIT 1').length === 0
  } catch (error) {
    if (!/foreign key mismatch/.test(messageOf(error))) throw error
    return false
  }
}

function* violationsOf(client: SqliteClient, table: string): Generator<[string, number]> {
  let kinds
  try {
    kinds = rowsOf(
      client,
      `SELECT fkid, parent, count(*) AS n, count(rowid) AS told FROM pragma_foreign_key_check(?, 'main') GROUP BY fkid, parent`,
      table,
    )
  } catch (error) {
    // The parent's columns are no key: SQLite cannot check, and will refuse to write once foreign keys are enforced.
    if (!/foreign key mismatch/.test(messageOf(error))) throw error
    yield [messageOf(error), 1]
    return
  }
  for (const { fkid, parent, n, told } of kinds) {
    const columns = columnsOf(client, table, Number(fkid))
    const words = `${table} (${columns.join(', ')}) has no row in ${String(parent)}`
    if (told === 0 || Number(n) > toldApartMax) yield [words, Number(n)]
    else yield* valuesOf(client, { table, columns, fkid: Number(fkid), words })
  }
}

interface Kind {
  readonly table: string
  readonly columns: readonly string[]
  readonly fkid: number
  readonly words: string
}

function* valuesOf(client: SqliteClient, { table, columns, fkid, words }: Kind): Generator<[string, number]> {
  const shown = columns.map((column) => `quote(t.${quoteSqliteName(column)})`).join(` || ', ' || `)
  const text = `SELECT ${shown} AS shown, count(*) AS n FROM pragma_foreign_key_check(?, 'main') k
    JOIN "main".${quoteSqliteName(table)} t ON t.rowid = k.rowid WHERE k.fkid = ? GROUP BY 1`
  for (const row of rowsOf(client, text, table, fkid)) yield [`${words}: ${String(row['shown'])}`, Number(row['n'])]
}

function addedTo(before: Violations, after: Violations): string[] {
  return [...after].flatMap(([words, count]) => {
    const added = count - (before.get(words) ?? 0)
    return added <= 0 ? [] : [added === 1 ? words : `${words} (${added} rows)`]
  })
}

function mayCascade(client: SqliteClient, { text }: Statement): boolean {
  return /^drop(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)+table\b/i.test(text) && valueOf(client, 'PRAGMA foreign_keys') === 1
}

function withoutLoss<T>(client: SqliteClient, file: string, run: () => T): T {
  const before = countChildren(client)
  const answer = run()
  const after = countChildren(client)
  for (const [table, rows] of before) {
    const left = after.get(table)
    // A table that is gone was dropped by name.
    if (left !== undefined && left < rows)
      throw new LockstepError('rows-lost', { file, table, before: rows, after: left })
  }
  return answer
}

/** Rows of each table with a foreign key, and how many of them have a value there: ON DELETE SET NULL takes that. */
function countChildren(client: SqliteClient): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const table of referringTables(client)) {
    const columns = [...new Set(foreignKeysOf(client, table).map((key) => key.from))]
    const asked = ['count(*)', ...columns.map((column) => `count(${quoteSqliteName(column)})`)]
    const answers = asked.map((one, i) => `${one} AS n${i}`).join(', ')
    const row = rowsOf(client, `SELECT ${answers} FROM "main".${quoteSqliteName(table)}`)[0] ?? {}
    counts.set(table, Number(row['n0']))
    columns.forEach((column, i) => counts.set(`${table} (values of ${column})`, Number(row[`n${i + 1}`])))
  }
  return counts
}

function referringTables(client: SqliteClient): string[] {
  const text = `SELECT name FROM "main".sqlite_master WHERE type = 'table'
    AND EXISTS (SELECT 1 FROM pragma_foreign_key_list(sqlite_master.name, 'main')) ORDER BY name`
  return rowsOf(client, text).map((row) => String(row['name']))
}

interface ForeignKeyColumn {
  readonly id: number
  readonly from: string
}

function foreignKeysOf(client: SqliteClient, table: string): ForeignKeyColumn[] {
  const text = `SELECT id, "from" FROM pragma_foreign_key_list(?, 'main') ORDER BY id, seq`
  return rowsOf(client, text, table).map((row) => ({ id: Number(row['id']), from: String(row['from']) }))
}

function columnsOf(client: SqliteClient, table: string, id: number): string[] {
  return foreignKeysOf(client, table)
    .filter((key) => key.id === id)
    .map((key) => key.from)
}
