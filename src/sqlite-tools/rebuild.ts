/**
 * Gives a table another form where ALTER TABLE cannot: a new table, the rows copied by the names of columns, the old one
 * dropped, and everything that belonged to it made again. Order of steps as SQLite's own manual asks for it.
 */

import { LockstepError } from '../core/error.ts'
import type { MigrationApi } from '../core/ports.ts'
import { planCopy, refuser, type CopyWords } from './copy.ts'
import { countChildren, drop, findBroken, readDependents, readIndexKey, tally } from './dependents.ts'
import type { Dependent, Dependents } from './dependents.ts'
import { check } from './fts5.ts'
import { inMain, quoted } from './names.ts'
import { createText, type NewForm } from './new-form.ts'
import { proveCopy, proveCounts } from './prove.ts'
import { planReplacements, type Replacements } from './replace.ts'
import { readTable, type TableFacts } from './table.ts'

export type RebuildSpec = NewForm &
  CopyWords & {
    /** Indexes, triggers and views whose text must change, by name; `null`: it goes. All others stay as they are. */
    readonly replaced?: Readonly<Record<string, string | null>>
  }

export interface Rebuilt {
  readonly rows: number
  /** Columns that were compared value by value. */
  readonly compared: readonly string[]
  /** Rows, and values of their foreign keys, of the tables that refer to this one. */
  readonly children: ReadonlyMap<string, number>
}

/**
 * Rebuilds `table`. Keeps its indexes, triggers, full-text indexes, AUTOINCREMENT counter, the views over it and the
 * rows of its children, and throws (`rebuild-refused`, `rebuild-differs`, `fts5-stale`) where it cannot prove it. An old
 * column that gets no place in the new form must be named in `dropped`.
 */
export async function rebuildTable(api: MigrationApi, table: string, spec: RebuildSpec): Promise<Rebuilt> {
  const old = await readOld(api, table)
  const found = await readDependents(api, old.name)
  const replacements = await planReplacements(api, { table: old.name, found, said: spec.replaced ?? {} })
  const before = { broken: await findBroken(api), children: await countChildren(api, old.name) }
  const keys = await readKeys(api, found)
  const counter = await readCounter(api, old.name)
  for (const one of replacements.dropped) await drop(api, one)

  const made = await makeNew(api, old, spec)
  const copy = planCopy(old, made, spec)
  await copyRows(api, { old, made, columns: copy.columns })
  const rows = await proveCopy(api, { old: old.name, made: made.name, copy })
  await api.exec(`DROP TABLE ${inMain(old.name)}`)
  await rename(api, made.name, old.name)
  if (made.autoincrement) await raiseCounter(api, old.name, counter)

  await makeAgain(api, old, replacements)
  await proveKeys(api, old, { keys, replacements })
  for (const index of found.searches) await refreshSearch(api, index, old.name)
  const children = await countChildren(api, old.name)
  proveCounts(old.name, before.children, children)
  refuseBroken(old, { before: before.broken, after: await findBroken(api) })
  const compared = copy.untouched.map(({ to }) => to)
  api.log(summary(old, { rows, compared: compared.length, kept: tally(old, found), children }))
  return { rows, compared, children }
}

async function readOld(api: MigrationApi, table: string): Promise<TableFacts> {
  const refuse = refuser(table)
  const old = await readTable(api, table)
  if (typeof old === 'string') {
    const reason = old === 'nothing' ? 'there is none of that name' : `it is ${words[old]}`
    return refuse(reason, 'name an ordinary table of this database')
  }
  const enforced = await api.query<{ foreign_keys: number }>('PRAGMA foreign_keys')
  if (enforced[0]?.foreign_keys !== 0) {
    refuse(
      'foreign keys are enforced, so dropping it would take the rows of its children along',
      'leave PRAGMA foreign_keys = ON out: Lockstep checks the keys before it commits',
    )
  }
  return old
}

const words = { view: 'a view', virtual: 'a virtual table', shadow: 'part of a virtual table' } as const

async function makeNew(api: MigrationApi, old: TableFacts, spec: RebuildSpec): Promise<TableFacts> {
  const name = await freeName(api, `lockstep_new_${old.name}`)
  // One statement: a second one in the text would be refused.
  await api.query(createText(old.name, name, spec))
  const made = await readTable(api, name)
  if (typeof made === 'string') return refuser(old.name)('its new form is no ordinary table', 'CREATE TABLE name (...)')
  return made
}

async function freeName(api: MigrationApi, wanted: string): Promise<string> {
  const taken = await api.query(`SELECT 1 FROM "main".sqlite_master WHERE name = ? COLLATE NOCASE`, [wanted])
  return taken.length === 0 ? wanted : await freeName(api, `${wanted}_`)
}

interface Copying {
  readonly old: TableFacts
  readonly made: TableFacts
  readonly columns: readonly { readonly to: string; readonly from: string }[]
}

async function copyRows(api: MigrationApi, { old, made, columns }: Copying): Promise<void> {
  if (columns.length === 0) refuser(old.name)('no column of it is copied', 'name at least one in columns')
  const to = columns.map((column) => column.to).join(', ')
  const from = columns.map((column) => column.from).join(', ')
  const order = old.rowid === null ? '' : ` ORDER BY ${quoted(old.rowid)}`
  await api.exec(`INSERT INTO ${inMain(made.name)} (${to}) SELECT ${from} FROM ${inMain(old.name)}${order}`)
}

/** In the old way of ALTER TABLE, which leaves every other text alone: views, triggers and foreign keys name the table. */
async function rename(api: MigrationApi, from: string, to: string): Promise<void> {
  const was = await api.query<{ legacy_alter_table: number }>('PRAGMA legacy_alter_table')
  await api.exec('PRAGMA legacy_alter_table = ON')
  await api.exec(`ALTER TABLE ${inMain(from)} RENAME TO ${quoted(to)}`)
  if (was[0]?.legacy_alter_table === 0) await api.exec('PRAGMA legacy_alter_table = OFF')
}

/** The highest number that AUTOINCREMENT has given, whether its row is still there or not. */
async function readCounter(api: MigrationApi, table: string): Promise<number | bigint> {
  const there = await api.query(`SELECT 1 FROM "main".sqlite_master WHERE name = 'sqlite_sequence'`)
  if (there.length === 0) return 0
  const rows = await api.query<{ seq: number | bigint }>('SELECT seq FROM "main".sqlite_sequence WHERE name = ?', [
    table,
  ])
  return rows[0]?.seq ?? 0
}

async function raiseCounter(api: MigrationApi, table: string, counter: number | bigint): Promise<void> {
  const now = await readCounter(api, table)
  const highest = counter > now ? counter : now
  await api.query('DELETE FROM "main".sqlite_sequence WHERE name = ?', [table])
  await api.query('INSERT INTO "main".sqlite_sequence (name, seq) VALUES (?, ?)', [table, highest])
}

async function makeAgain(api: MigrationApi, { name }: TableFacts, { made }: Replacements): Promise<void> {
  for (const { name: object, kind, sql } of made) {
    try {
      await api.query(sql)
    } catch (error) {
      const reason = `its ${kind} ${object} cannot be made again: ${error instanceof Error ? error.message : String(error)}`
      throw new LockstepError('rebuild-refused', { table: name, reason, help: helpFor(object, kind) }, { cause: error })
    }
  }
}

function helpFor(object: string, kind: Dependent['kind']): string {
  return `say its new text, or null if it is to go: replaced: { '${object}': 'CREATE ${kind.toUpperCase()} ...' }`
}

async function readKeys(api: MigrationApi, { own }: Dependents): Promise<ReadonlyMap<string, string>> {
  const keys = new Map<string, string>()
  for (const { kind, name } of own) if (kind === 'index') keys.set(name, await readIndexKey(api, name))
  return keys
}

interface Keys {
  readonly keys: ReadonlyMap<string, string>
  readonly replacements: Replacements
}

async function proveKeys(api: MigrationApi, { name }: TableFacts, { keys, replacements }: Keys): Promise<void> {
  for (const [index, key] of keys) {
    if (replacements.names.has(index)) continue
    const now = await readIndexKey(api, index)
    if (now !== key)
      refuser(name)(`its index ${index} was made of ${key}, now it is of ${now}`, helpFor(index, 'index'))
  }
}

async function refreshSearch(api: MigrationApi, index: string, table: string): Promise<void> {
  try {
    await api.exec(`INSERT INTO ${inMain(index)} (${quoted(index)}) VALUES ('rebuild')`)
  } catch (error) {
    const reason = `full-text index ${index} does not fit it any more: ${error instanceof Error ? error.message : String(error)}`
    const help = 'drop the index before the rebuild, and create it again behind it'
    throw new LockstepError('rebuild-refused', { table, reason, help }, { cause: error })
  }
  await check(api, { index, table })
}

interface Broken {
  readonly before: ReadonlyMap<string, string>
  readonly after: ReadonlyMap<string, string>
}

/** What was broken before is not our concern. */
function refuseBroken({ name }: TableFacts, { before, after }: Broken): void {
  const broken = [...after].filter(([what]) => !before.has(what))
  if (broken.length === 0) return
  const reason = broken.map(([what, message]) => `${what} does not fit its new form: ${message}`).join('; ')
  refuser(name)(reason, "say its new text, or null if it is to go: replaced: { name: 'CREATE ...' }")
}

interface Summary {
  readonly rows: number
  readonly compared: number
  readonly kept: readonly string[]
  readonly children: ReadonlyMap<string, number>
}

function summary({ name }: TableFacts, { rows, compared, kept, children }: Summary): string {
  const tables = [...children].filter(([what]) => !what.includes('.')).map(([child, count]) => `${count} in ${child}`)
  const parts = [
    `${rows} ${rows === 1 ? 'row' : 'rows'}`,
    `${compared} ${compared === 1 ? 'column' : 'columns'} compared value by value`,
    ...(kept.length === 0 ? [] : [`kept ${kept.join(', ')}`]),
    ...(tables.length === 0 ? [] : [`child rows as they were: ${tables.join(', ')}`]),
  ]
  return `${name} was rebuilt: ${parts.join('; ')}`
}
