/** The new form of a table as its author writes it, and the statement that makes it under another name first. */

import { refuser } from './copy.ts'
import { inMain, isSameName, quoted } from './names.ts'

/** A whole CREATE TABLE, or its parts. */
export type NewForm =
  | { readonly create: string; readonly columns?: never; readonly constraints?: never; readonly options?: never }
  | {
      readonly create?: never
      /** Name to what stands behind it: `{ id: 'INTEGER PRIMARY KEY', name: 'TEXT NOT NULL' }`. */
      readonly columns: Readonly<Record<string, string>>
      /** Those of the table: `['UNIQUE (name)', 'FOREIGN KEY (a) REFERENCES b (id)']`. */
      readonly constraints?: readonly string[]
      readonly options?: readonly ('STRICT' | 'WITHOUT ROWID')[]
    }

/** The statement; a table that refers to itself keeps the name by which it will be known. */
export function createText(table: string, name: string, form: NewForm): string {
  if (form.create !== undefined) return `CREATE TABLE ${inMain(name)} ${bodyOf(table, form.create)}`
  const { columns, constraints = [], options = [] } = form
  const items = [
    ...Object.entries(columns).map(([column, rest]) => `${quoted(column)} ${rest}`.trimEnd()),
    ...constraints,
  ]
  return `CREATE TABLE ${inMain(name)} (\n  ${items.join(',\n  ')}\n)${options.length === 0 ? '' : ` ${options.join(', ')}`}`
}

const blank = String.raw`(?:\s|--[^\n]*\n|/\*[^]*?\*/)`
const oneName = String.raw`(?:"(?:[^"]|"")*"|\`(?:[^\`]|\`\`)*\`|\[[^\]]*\]|'(?:[^']|'')*'|[\w$\u0080-\uffff]+)`
const head = new RegExp(
  `^${blank}*create${blank}+table${blank}+(?:if${blank}+not${blank}+exists${blank}+)?(?:${oneName}${blank}*\\.${blank}*)?(${oneName})${blank}*(?=\\()`,
  'i',
)

/** What stands behind the name. */
function bodyOf(table: string, text: string): string {
  const refuse = refuser(table)
  const found = head.exec(text)
  if (found === null) return refuse('`create` is no CREATE TABLE with columns', `create: 'CREATE TABLE ${table} (...)'`)
  const name = unquoted(found[1] ?? '')
  if (!isSameName(name, table)) refuse(`\`create\` makes ${name}`, `create: 'CREATE TABLE ${table} (...)'`)
  return text.slice(found[0].length).replace(/[\s;]+$/, '')
}

function unquoted(name: string): string {
  const mark = name.slice(0, 1)
  if (!['"', '`', '[', "'"].includes(mark)) return name
  const inner = name.slice(1, -1)
  return mark === '[' ? inner : inner.replaceAll(mark + mark, mark)
}
