/** What the text of a module says of it. It is not loaded for that: what is not pending is never imported. */

/**
 * Whether a module says the word `down` where a function could be named. A word too many is told when it is taken back, a
 * word too few would take the way back away.
 */
export function mentionsDown(text: string): boolean {
  return /\bdown\b['"]?\s*[(:=,}]|\b(?:function\*?|as)\s+['"]?down\b/.test(withoutComments(text))
}

/**
 * What a module calls its `description`: one text in quotes, before its `up`, because further down the word is a column
 * or a field of somebody's rows. A text that the module puts together is not known before it runs: `null`.
 */
export function describedIn(text: string): string | null {
  const code = withoutComments(text)
  const found = /\bdescription\b['"]?\s*(?::\s*string\s*=|[:=])\s*(['"`])((?:(?!\1|\$\{)[^\\\r\n])+)\1/.exec(code)
  if (found === null || namesUp.test(code.slice(0, found.index))) return null
  return found[2]?.trim() ?? null
}

const namesUp = /\bup\b['"]?\s*[(:=,}]|\bfunction\*?\s+up\b/

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '')
}
