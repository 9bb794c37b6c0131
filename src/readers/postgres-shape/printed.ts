/**
 * Brings what PostgreSQL prints from its own trees to one form. The same CHECK prints differently before and after a
 * dump and restore, and from one minor version to the next; without this, that would be drift.
 */

interface Token {
  readonly text: string
  /** Blanks stood before it. */
  readonly spaced: boolean
}

type Node = Token | Group

/** What stands between a pair of brackets. */
interface Group {
  readonly open: '(' | '['
  readonly spaced: boolean
  readonly inner: readonly Node[]
}

/** The same text for two printings of the same expression, as far as the causes of false drift are known. */
export function canonicalPrinted(text: string): string {
  const tokens = tokensOf(text)
  const nodes = nest(tokens)
  return nodes === null ? tokens.map(withBlank).join('').trim() : print(simplify(nodes)).trim()
}

const tokenPattern =
  /\s+|[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|[a-zA-Z_\u0080-\uffff][\w$\u0080-\uffff]*|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|::|[-+*/<>=~!@#%^&|`?:]+|./gsu

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let spaced = false
  for (const [part] of text.matchAll(tokenPattern)) {
    const blank = /^\s/.test(part)
    if (!blank) tokens.push({ text: part, spaced })
    spaced = blank
  }
  return tokens
}

/** `null` where brackets do not match: then the text is left as it is. */
function nest(tokens: readonly Token[]): Node[] | null {
  const stack: { open: '(' | '['; spaced: boolean; inner: Node[] }[] = []
  let inner: Node[] = []
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') {
      stack.push({ open: token.text, spaced: token.spaced, inner })
      inner = []
    } else if (token.text === ')' || token.text === ']') {
      const frame = stack.pop()
      if (frame === undefined || closing(frame.open) !== token.text) return null
      frame.inner.push({ open: frame.open, spaced: frame.spaced, inner })
      inner = frame.inner
    } else {
      inner.push(token)
    }
  }
  return stack.length === 0 ? inner : null
}

function closing(open: '(' | '['): string {
  return open === '(' ? ')' : ']'
}

function isGroup(node: Node | undefined): node is Group {
  return node !== undefined && 'open' in node
}

/** Inner groups first, so that each rule sees simple parts. */
function simplify(nodes: readonly Node[]): Node[] {
  const inside = nodes.map((node) => (isGroup(node) ? { ...node, inner: simplify(node.inner) } : node))
  return flatten(withoutArrayCasts(withoutLiteralCasts(inside)))
}

/** `('x'::character varying)::text` is `'x'`. Other casts stay: to integer or to numeric is not the same. */
function withoutLiteralCasts(nodes: readonly Node[]): Node[] {
  const out: Node[] = []
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node
    const literal = bareLiteral(node, out.at(-1))
    if (literal === null) {
      out.push(node)
      continue
    }
    out.push(literal)
    for (let length = textCastAt(nodes, i + 1); length > 0; length = textCastAt(nodes, i + 1)) i += length
  }
  return out
}

/** A string, or one alone in brackets that are no call's. */
function bareLiteral(node: Node, before: Node | undefined): Token | null {
  if (!isGroup(node)) return node.text.endsWith("'") ? node : null
  const [only] = node.inner
  const called = before !== undefined && !isGroup(before) && /[\w"$]$/.test(before.text)
  if (node.open !== '(' || node.inner.length !== 1 || called || only === undefined || isGroup(only)) return null
  return only.text.endsWith("'") ? { text: only.text, spaced: node.spaced } : null
}

/** How many nodes from `at` on are a cast to a text type without length; 0 where there is none. */
function textCastAt(nodes: readonly Node[], at: number): number {
  const length = textTypeLength(nodes, at)
  const next = nodes[at + length]
  return length > 0 && !(isGroup(next) && !next.spaced) ? length : 0
}

function textTypeLength(nodes: readonly Node[], at: number): number {
  const [cast, first, second] = nodes.slice(at, at + 3).map((node) => (isGroup(node) ? '' : node.text))
  if (cast !== '::') return 0
  if (first === 'character' && second === 'varying') return 3
  return first === 'text' || first === 'bpchar' ? 2 : 0
}

/** `(ARRAY['x', 'y'])::text[]` is `ARRAY['x', 'y']`. */
function withoutArrayCasts(nodes: readonly Node[]): Node[] {
  const out: Node[] = []
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node
    const length = textTypeLength(nodes, i + 1)
    const brackets = nodes[i + 1 + length]
    const isCast = length > 0 && isGroup(brackets) && brackets.open === '[' && brackets.inner.length === 0
    if (isCast && isGroup(node) && isArrayOfStrings(node)) {
      out.push(...node.inner.map((one, at) => (at === 0 ? { ...one, spaced: node.spaced } : one)))
      i += length + 1
    } else {
      out.push(node)
    }
  }
  return out
}

function isArrayOfStrings({ open, inner: [word, list, ...rest] }: Group): boolean {
  if (open !== '(' || isGroup(word) || word?.text !== 'ARRAY' || !isGroup(list) || rest.length > 0) return false
  return list.inner.every((one) => !isGroup(one) && (one.text === ',' || one.text.endsWith("'")))
}

/** `((a AND b) AND c)` is `(a AND b AND c)`. */
function flatten(nodes: readonly Node[]): Node[] {
  const connective = connectiveOf(nodes)
  if (connective === null) return [...nodes]
  return nodes.flatMap((node, i) => {
    const alone = isConnective(nodes[i - 1], connective) && isConnective(nodes[i + 1], connective)
    if (!alone || !isGroup(node) || node.open !== '(' || connectiveOf(node.inner) !== connective) return [node]
    return node.inner.map((one, at) => (at === 0 ? { ...one, spaced: node.spaced } : one))
  })
}

function connectiveOf(nodes: readonly Node[]): 'AND' | 'OR' | null {
  const words = nodes.map((node) => (isGroup(node) ? '' : node.text))
  if (words.includes('AND')) return words.includes('OR') ? null : 'AND'
  return words.includes('OR') ? 'OR' : null
}

/** The ends of a list count as its connective. */
function isConnective(node: Node | undefined, connective: string): boolean {
  return node === undefined || (!isGroup(node) && node.text === connective)
}

function print(nodes: readonly Node[]): string {
  return nodes
    .map((node) => {
      if (!isGroup(node)) return withBlank(node)
      const text = `${node.open}${print(node.inner).trim()}${closing(node.open)}`
      return withBlank({ text, spaced: node.spaced })
    })
    .join('')
}

function withBlank({ text, spaced }: Token): string {
  return spaced ? ` ${text}` : text
}
