/** Which column of the new table gets what of the old one. Pure: two tables and what the author said, and the answer. */

import { LockstepError } from '../core/error.ts'
import { nearestWord } from '../core/nearest.ts'
import { folded, isSameName, mentions, quoted } from './names.ts'
import { columnOf, type Column, type TableFacts } from './table.ts'

export interface CopyWords {
  /** New name to old name. */
  readonly renamed?: Readonly<Record<string, string>>
  /** New name to an expression over a row of the old table. */
  readonly values?: Readonly<Record<string, string>>
  /** Old columns that are meant to go. */
  readonly dropped?: readonly string[]
}

export interface CopiedColumn {
  readonly to: string
  /** As SQL, over a row of the old table. */
  readonly from: string
}

export interface Copy {
  readonly columns: readonly CopiedColumn[]
  /** Pairs that must hold the same values afterwards. */
  readonly untouched: readonly { readonly to: string; readonly from: string }[]
  /** The names of the rowids, where each row keeps its own. */
  readonly rowid: { readonly to: string; readonly from: string } | null
}

/** Throws `rebuild-refused` where a column would be lost without a word, or is not there. */
export function planCopy(old: TableFacts, made: TableFacts, words: CopyWords): Copy {
  const { renamed = {}, values = {}, dropped = [] } = words
  const refuse = refuser(old.name)
  for (const name of [...Object.keys(renamed), ...Object.keys(values)]) refuseTarget(made, name, refuse)
  for (const name of [...Object.values(renamed), ...dropped]) refuseSource(old, name, refuse)
  const sources = made.columns.filter((column) => !column.generated).map((column) => sourceOf(column, old, words))
  refuseLosses(old, { sources, words, refuse })
  const named = sources.flatMap(({ to, column }) => (column === null ? [] : [{ to, from: column }]))
  const rowid = rowidsOf(old, made, named)
  const columns = sources.flatMap(({ to, from }) => (from === null ? [] : [{ to: quoted(to.name), from }]))
  const extra = rowid !== null && made.integerKey === null ? [{ to: quoted(rowid.to), from: quoted(rowid.from) }] : []
  return {
    columns: [...extra, ...columns],
    untouched: named
      .filter(({ to, from }) => affinityOf(to, made) === affinityOf(from, old))
      .map(({ to, from }) => ({ to: to.name, from: from.name })),
    rowid,
  }
}

interface Source {
  readonly to: Column
  /** `null`: the default of the new column. */
  readonly from: string | null
  /** Where it is a column as it stands. */
  readonly column: Column | null
}

function sourceOf(to: Column, old: TableFacts, { renamed = {}, values = {}, dropped = [] }: CopyWords): Source {
  const value = saidOf(values, to.name)
  if (value !== undefined) return { to, from: `(${value})`, column: null }
  const said = saidOf(renamed, to.name)
  const column = columnOf(old, said ?? to.name)
  const isDropped = said === undefined && dropped.some((name) => isSameName(name, to.name))
  return column === undefined || isDropped
    ? { to, from: null, column: null }
    : { to, from: quoted(column.name), column }
}

function saidOf(words: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.entries(words).find(([key]) => isSameName(key, name))?.[1]
}

interface Losses {
  readonly sources: readonly Source[]
  readonly words: CopyWords
  readonly refuse: Refuse
}

function refuseLosses(old: TableFacts, { sources, words, refuse }: Losses): void {
  const { values = {}, dropped = [] } = words
  const taken = new Set(sources.flatMap(({ column }) => (column === null ? [] : [folded(column.name)])))
  const isUsed = ({ name }: Column): boolean =>
    taken.has(folded(name)) ||
    dropped.some((one) => isSameName(one, name)) ||
    Object.values(values).some((value) => mentions(value, name))
  const lost = old.columns.filter((column) => !column.generated && !isUsed(column)).map((column) => column.name)
  if (lost.length === 0) return
  const names = lost.map((name) => `'${name}'`).join(', ')
  refuse(
    `its ${lost.length === 1 ? 'column' : 'columns'} ${lost.join(', ')} would be lost`,
    `if that is meant: dropped: [${names}]\nif it has another name now: renamed: { new_name: '${lost[0]}' }`,
  )
}

function refuseTarget(made: TableFacts, name: string, refuse: Refuse): void {
  const column = columnOf(made, name)
  if (column === undefined) refuse(`its new form has no column ${name}`, known(name, made))
  else if (column.generated) refuse(`${name} is generated, so nothing can be copied into it`, 'leave it out')
}

function refuseSource(old: TableFacts, name: string, refuse: Refuse): void {
  if (columnOf(old, name) === undefined) refuse(`it has no column ${name}`, known(name, old))
}

function known(name: string, { columns }: TableFacts): string {
  const names = columns.map((column) => column.name)
  const nearest = nearestWord(name, names)
  return nearest === null ? `it has ${names.join(', ')}` : `did you mean ${nearest}?`
}

/** Rowids stay where both have them: full-text indexes and applications know rows by them. */
function rowidsOf(
  old: TableFacts,
  made: TableFacts,
  named: readonly { readonly to: Column; readonly from: Column }[],
): Copy['rowid'] {
  if (old.rowid === null || made.rowid === null) return null
  if (made.integerKey === null) return { to: made.rowid, from: old.rowid }
  const source = named.find(({ to }) => to.name === made.integerKey)?.from.name
  return source !== undefined && source === old.integerKey ? { to: made.rowid, from: old.rowid } : null
}

/** What SQLite turns values into, by the words in a column's type: where it differs, values may change their type. */
export function affinityOf({ type }: Column, { strict }: Pick<TableFacts, 'strict'>): string {
  if (strict && /^any$/i.test(type)) return 'blob'
  if (/int/i.test(type)) return 'integer'
  if (/char|clob|text/i.test(type)) return 'text'
  if (type === '' || /blob/i.test(type)) return 'blob'
  return /real|floa|doub/i.test(type) ? 'real' : 'numeric'
}

export type Refuse = (reason: string, help: string) => never

export function refuser(table: string): Refuse {
  return (reason, help) => {
    throw new LockstepError('rebuild-refused', { table, reason, help })
  }
}
