/** Names and texts as SQL writes them. */

/** A name in quotes: whatever stands in it, it is that name and nothing else. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A name of the main database, whatever is attached or temporary. */
export function inMain(name: string): string {
  return `"main".${quoted(name)}`
}

/** A text as a literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** SQLite does not tell upper case from lower, in ASCII alone. */
export function folded(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

export function isSameName(a: string, b: string): boolean {
  return folded(a) === folded(b)
}

/** Whether a text has `name` as a word of its own; in a comment or a string it counts too. */
export function mentions(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`(?<![\\w$\\u0080-\\u{10ffff}])${escaped}(?![\\w$\\u0080-\\u{10ffff}])`, 'iu').test(text)
}
