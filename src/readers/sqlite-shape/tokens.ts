/**
 * SQLite keeps the text of each CREATE as it was written, but ALTER adds quotes and text to it. So two texts are
 * compared by their tokens: comments and blanks gone, quotes of names and the case of words brought to one form.
 */

export interface Token {
  /** `name`: was quoted. A string, a number and a symbol stand as they are. */
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'symbol'
  /** In its one form. */
  readonly text: string
}

const pattern = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n]*|/\*[^]*?(?:\*/|$))`,
    String.raw`(?<string>[xX]?'(?:[^']|'')*'?)`,
    String.raw`(?<double>"(?:[^"]|"")*"?)`,
    '(?<other>`(?:[^`]|``)*`?|\\[[^\\]]*\\]?)',
    String.raw`(?<number>0[xX][0-9a-fA-F_]+|(?:\d[\d_]*(?:\.[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)`,
    String.raw`(?<word>[A-Za-z_\u0080-\u{10ffff}][\w$\u0080-\u{10ffff}]*)`,
    String.raw`(?<symbol>->>|->|\|\||<<|>>|<=|>=|<>|!=|==|[^])`,
  ].join('|'),
  'gu',
)

/**
 * The tokens of a text. `names` are the columns and tables of the database, in lower case: a word in double quotes that
 * is none of them may be a string, where the case counts.
 */
export function tokensOf(sql: string, names: ReadonlySet<string>): Token[] {
  const tokens: Token[] = []
  for (const { groups } of sql.matchAll(pattern)) {
    const token = groups === undefined ? null : tokenOf(groups, names)
    if (token !== null) tokens.push(token)
  }
  return tokens
}

/** One line, the same for texts with the same tokens. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map((token, i) => (isTight(tokens[i - 1], token) ? token.text : ` ${token.text}`)).join('')
}

/** The index of the bracket that closes the one at `open`; of the last token where none does. */
export function closingOf(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let i = open; i < tokens.length; i++) {
    if (isSymbol(tokens[i], '(')) depth++
    if (isSymbol(tokens[i], ')') && --depth === 0) return i
  }
  return tokens.length - 1
}

/** What stands between commas, outside of inner brackets. */
export function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]]
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as Token
    if (isSymbol(token, ',')) items.push([])
    else if (!isSymbol(token, '(')) items.at(-1)?.push(token)
    else {
      const end = closingOf(tokens, i)
      items.at(-1)?.push(...tokens.slice(i, end + 1))
      i = end
    }
  }
  return items
}

export function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}

/** A key word, in lower case. */
export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text
}

/** A name in its one form: SQLite does not tell upper case from lower. */
export function foldName(name: string): string {
  const lower = name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  return /^[a-z_][a-z0-9_$]*$/.test(lower) ? lower : `"${lower.replaceAll('"', '""')}"`
}

function tokenOf(groups: Record<string, string | undefined>, names: ReadonlySet<string>): Token | null {
  const { string, double, other, number, word, symbol } = groups
  if (string !== undefined) return { kind: 'string', text: /^x/i.test(string) ? string.toLowerCase() : string }
  if (double !== undefined) return doubleQuoted(double, names)
  if (other !== undefined) return { kind: 'name', text: foldName(unquoted(other)) }
  if (number !== undefined) return { kind: 'number', text: number.toLowerCase().replaceAll('_', '') }
  if (word !== undefined) return { kind: 'word', text: word.toLowerCase() }
  return symbol === undefined ? null : { kind: 'symbol', text: symbol }
}

function doubleQuoted(text: string, names: ReadonlySet<string>): Token {
  const name = unquoted(text)
  const folded = foldName(name)
  return { kind: 'name', text: name === name.toLowerCase() || names.has(name.toLowerCase()) ? folded : text }
}

function unquoted(text: string): string {
  const inner = text.slice(1, -1)
  return text.startsWith('[') ? inner : inner.replaceAll(text.slice(0, 1).repeat(2), text.slice(0, 1))
}

function isTight(before: Token | undefined, token: Token): boolean {
  if (before === undefined || isSymbol(before, '(') || isSymbol(before, '.')) return true
  if (token.kind !== 'symbol') return false
  if (token.text === '(') return before.kind === 'word' || before.kind === 'name'
  return [',', ')', '.', ';'].includes(token.text)
}
