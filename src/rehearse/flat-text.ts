/** The text of a statement without what hides its words: comments, quotes, escapes. Pure. */

import type { Sql } from './tables.ts'

export interface FlatText {
  /** In lower case, comments gone, names without quotes that need none, and `'…'` for each string. */
  readonly plain: string
  /** The same with what is in the strings: of a block every word may run. */
  readonly bare: string
}

export function flatten(text: string, { dialect }: Sql): FlatText {
  const [plain, bare]: [string[], string[]] = [[], []]
  for (const part of dialect === 'sqlite' ? matches(text, sqliteParts) : postgresParts(text)) {
    const { comment, string, name, other = '' } = part
    if (comment !== undefined) {
      plain.push(' ')
      bare.push(' ')
    } else if (string !== undefined) {
      plain.push("'…'")
      bare.push(`'${string}'`)
    } else {
      const word = name === undefined ? other : /^[a-z_][\w$]*$/.test(name) ? name : `"${name}"`
      plain.push(word)
      bare.push(word)
    }
  }
  return { plain: plain.join('').trim().toLowerCase(), bare: bare.join('').trim().toLowerCase() }
}

/** One of them is there. */
interface Part {
  readonly comment?: string
  /** Its content. */
  readonly string?: string
  readonly name?: string
  readonly other?: string
}

const sqliteParts = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*|/\*[^]*?(?:\*/|$))`,
    `'(?<string>(?:[^']|'')*)'?`,
    `"(?<name>(?:[^"]|"")*)"?`,
    '[`[](?<quoted>[^`\\]]*)[`\\]]?',
    '(?<other>[^\'"`[/-]+|[^])',
  ].join('|'),
  'gy',
)

/** Comments that hold others come apart before: no pattern counts. */
const serverParts = new RegExp(
  [
    String.raw`(?<comment>--[^\n]*)`,
    String.raw`(?<![\w$])[eE]'(?<escaped>(?:[^'\\]|\\[^]|'')*)'?`,
    `'(?<string>(?:[^']|'')*)'?`,
    String.raw`(?<![\w$])\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$(?<dollar>[^]*?)(?:\$\k<tag>\$|$)`,
    `"(?<name>(?:[^"]|"")*)"?`,
    String.raw`(?<open>/\*)`,
    String.raw`(?<other>[^'"$/eE-]+|[^])`,
  ].join('|'),
  'gy',
)

function* postgresParts(text: string): Generator<Part> {
  const pattern = new RegExp(serverParts)
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const { open, escaped, dollar, ...part } = found.groups ?? {}
    if (open !== undefined) {
      pattern.lastIndex = endOfComment(text, found.index)
      yield { comment: '' }
    } else if (escaped !== undefined) yield { string: escaped.replaceAll(/\\([^])/g, '$1') }
    // Inside a body comments are comments again.
    else if (dollar !== undefined) yield { string: withoutComments(dollar) }
    else yield part
  }
}

function* matches(text: string, pattern: RegExp): Generator<Part> {
  for (const { groups = {} } of text.matchAll(pattern)) {
    const { quoted, ...part } = groups
    yield quoted === undefined ? part : { name: quoted }
  }
}

function endOfComment(text: string, from: number): number {
  const marks = /\/\*|\*\//g
  marks.lastIndex = from
  let depth = 0
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    depth += mark[0] === '/*' ? 1 : -1
    if (depth === 0) return marks.lastIndex
  }
  return text.length
}

function withoutComments(body: string): string {
  return flatten(body, { dialect: 'postgres' }).bare
}
