/** What only the text of a CREATE TABLE tells, and no pragma. */

import { closingOf, foldName, isSymbol, isWord, splitAtCommas, textOf } from './tokens.ts'
import type { Token } from './tokens.ts'

export interface TableText {
  readonly columns: ReadonlyMap<string, ColumnText>
  readonly checks: readonly { readonly name: string | null; readonly definition: string }[]
  /** One entry a foreign key, in the order of the text: whether it waits for the end of the transaction. */
  readonly deferred: readonly boolean[]
  readonly autoincrement: boolean
  /** What happens on a conflict, where it is not the default: `email unique: replace`. */
  readonly conflicts: readonly string[]
}

export interface ColumnText {
  readonly collation: string | null
  /** Of a generated column. */
  readonly expression: string | null
}

const tableConstraintWords = ['constraint', 'primary', 'unique', 'check', 'foreign']

/** Reads the tokens of a whole CREATE TABLE statement; keys of columns are folded names. */
export function readCreateTable(tokens: readonly Token[]): TableText {
  const open = tokens.findIndex((token) => isSymbol(token, '('))
  const items = open < 0 ? [] : splitAtCommas(tokens.slice(open + 1, closingOf(tokens, open)))
  const found: Found = { columns: new Map(), checks: [], deferred: [], autoincrement: false, conflicts: [] }
  for (const item of items) {
    const [first] = item
    const isConstraint = first?.kind === 'word' && tableConstraintWords.includes(first.text)
    if (isConstraint) readItem(item, { column: null, found })
    else if (first !== undefined) readItem(item.slice(1), { column: columnName(first), found })
  }
  return found
}

interface Found {
  readonly columns: Map<string, ColumnText>
  readonly checks: { name: string | null; definition: string }[]
  readonly deferred: boolean[]
  autoincrement: boolean
  readonly conflicts: string[]
}

/** A column with its constraints, or constraints of the table: SQLite wants no comma between them. */
function readItem(tokens: readonly Token[], { column, found }: { column: string | null; found: Found }): void {
  let name: string | null = null
  let about = ''
  let text: ColumnText = { collation: null, expression: null }
  for (let i = 0; i < tokens.length; i++) {
    const next = tokens[i + 1]
    const group = isSymbol(next, '(') ? textOf(tokens.slice(i + 1, closingOf(tokens, i + 1) + 1)) : ''
    const word = tokens[i]?.kind === 'word' ? tokens[i]?.text : ''
    if (isSymbol(tokens[i], '(')) i = closingOf(tokens, i)
    else if (word === 'constraint') name = next?.text ?? null
    else if (word === 'collate') text = { ...text, collation: next?.text ?? null }
    else if (word === 'as') text = { ...text, expression: group }
    else if (word === 'autoincrement') found.autoincrement = true
    else if (word === 'references') found.deferred.push(false)
    else if (isDeferral(tokens, i)) found.deferred[found.deferred.length - 1] = true
    else if (isConflict(tokens, i)) found.conflicts.push(`${column ?? 'table'} ${about}: ${tokens[i + 2]?.text ?? ''}`)
    if (word === 'check') found.checks.push({ name, definition: `check${group}` })
    if (word !== undefined && namedWords.includes(word)) {
      about = word
      name = null
    }
  }
  if (column !== null) found.columns.set(column, text)
}

/** A name given by CONSTRAINT is used up by the first of these. */
const namedWords: readonly string[] = ['not', 'unique', 'primary', 'check', 'foreign', 'references', 'default', 'as']

function isConflict(tokens: readonly Token[], at: number): boolean {
  return isWord(tokens[at], 'on') && isWord(tokens[at + 1], 'conflict')
}

/** SQLite takes a string for a name where only a name can be. */
function columnName(token: Token): string {
  return token.kind === 'string' ? foldName(token.text.slice(1, -1)) : token.text
}

/** Only this form waits; SQLite reads all others and checks at once. */
function isDeferral(tokens: readonly Token[], at: number): boolean {
  const words = ['deferrable', 'initially', 'deferred']
  return words.every((word, i) => isWord(tokens[at + i], word)) && !isWord(tokens[at - 1], 'not')
}
