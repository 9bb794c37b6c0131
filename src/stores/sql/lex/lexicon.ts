/** What a dialect's characters mean: the differences between the lexers of the servers, as data. */

export interface Lexicon {
  /** Code that closes a quote opened by this code; 0 where it opens none. */
  readonly closes: (code: number) => number
  /** A comment within a comment must be closed too. */
  readonly nestedComments: boolean
  /** A lone carriage return ends a `--` comment. */
  readonly returnEndsComment: boolean
  /** `$tag$ ... $tag$` is a string. */
  readonly dollarQuotes: boolean
  /** `E'...'` has backslash escapes. */
  readonly escapeStrings: boolean
  /** Between parentheses a semicolon belongs to the statement (CREATE RULE ... DO (a; b)). */
  readonly parenthesesHold: boolean
}

/** Character codes by name. */
export const code = {
  tab: 9,
  lineFeed: 10,
  return: 13,
  blank: 32,
  doubleQuote: 34,
  dollar: 36,
  quote: 39,
  open: 40,
  close: 41,
  star: 42,
  dash: 45,
  dot: 46,
  slash: 47,
  semicolon: 59,
  openBracket: 91,
  backslash: 92,
  closeBracket: 93,
  backtick: 96,
} as const

/** After `scan.l` and `psqlscan.l` of PostgreSQL. */
export const postgresLexicon: Lexicon = {
  closes: (one) => (one === code.quote || one === code.doubleQuote ? one : 0),
  nestedComments: true,
  returnEndsComment: true,
  dollarQuotes: true,
  escapeStrings: true,
  parenthesesHold: true,
}

/** After `tokenize.c` of SQLite; an open comment at the end, which SQLite takes, is refused all the same. */
export const sqliteLexicon: Lexicon = {
  closes: (one) => {
    if (one === code.openBracket) return code.closeBracket
    return one === code.quote || one === code.doubleQuote || one === code.backtick ? one : 0
  },
  nestedComments: false,
  returnEndsComment: false,
  dollarQuotes: false,
  escapeStrings: false,
  parenthesesHold: false,
}

/** What a character can begin. Everything beyond ASCII is a letter, as it is for both servers. */
export type CodeClass = 'blank' | 'letter' | 'digit' | 'symbol'

const classes: readonly CodeClass[] = Array.from({ length: 128 }, (_, one) => {
  if (one === code.blank || (one >= code.tab && one <= code.return)) return 'blank'
  if (one >= 48 && one <= 57) return 'digit'
  return /[A-Za-z_]/.test(String.fromCharCode(one)) ? 'letter' : 'symbol'
})

/** Class of a UTF-16 code unit. */
export function classOf(one: number): CodeClass {
  return classes[one] ?? 'letter'
}
