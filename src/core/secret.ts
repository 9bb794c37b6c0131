/** Secrets: values that no printer can print by accident, and the redactor for texts that others wrote. */

/** What stands where a secret stood. */
export const mask = '***'

/** A value that prints as `***` wherever it is printed. `reveal` is called by drivers only. */
export interface Secret {
  reveal(): string
  toString(): string
  toJSON(): string
}

const masked = (): string => mask

/** Wraps a text. It is kept in a closure: neither a spread nor a debugger's property list shows it. */
export function makeSecret(text: string): Secret {
  const secret = { reveal: () => text, toString: masked, toJSON: masked }
  // What `util.inspect` and `console.log` ask for; the core knows no Node, the name is enough.
  return Object.freeze(Object.assign(secret, { [Symbol.for('nodejs.util.inspect.custom')]: masked }))
}

/** Shorter secrets are parts of ordinary words: they are hidden in addresses only. */
export const shortestRedacted = 4

/**
 * Makes a function that hides `secrets` in any text, in every form that a URL, JSON, SQL, a shell or HTML gives them,
 * and the password of any `scheme://user:password@`, known or not.
 */
export function makeRedactor(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap(piecesOf))].filter((piece) => piece.length >= shortestRedacted)
  const forms = [...new Set(known.flatMap(formsOf))]
  const patterns = known.flatMap((piece) => [percentPattern(piece), htmlPattern(piece)])
  return (text) => {
    const found = [
      ...forms.flatMap((form) => placesOf(form, text)),
      ...patterns.flatMap((pattern) => matchesOf(pattern, text)),
      ...passwordsInAddresses(text),
    ]
    return hide(text, found)
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

/** A secret of several lines is shown line by line, indented or trimmed, by whoever prints it. */
function piecesOf(secret: string): string[] {
  return [secret, secret.trim(), ...secret.split(/[\r\n]+/).map((line) => line.trim())]
}

/** Everything an encoder makes of the whole text. */
function formsOf(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1)
  const lineFeeds = text.replaceAll('\r', String.raw`\r`).replaceAll('\n', String.raw`\n`)
  const backslashes = text.replaceAll('\\', '\\\\')
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    lineFeeds,
    // SQL and connection strings.
    text.replaceAll("'", "''"),
    text.replaceAll('"', '""'),
    backslashes,
    backslashes.replaceAll("'", "''"),
    backslashes.replaceAll("'", String.raw`\'`),
    // Shells.
    text.replaceAll("'", String.raw`'\''`),
    text.replaceAll("'", `'"'"'`),
    text.replaceAll(/["$`\\]/g, String.raw`\$&`),
    text.replaceAll(/[^\w\n]/g, String.raw`\$&`),
    // JavaScript, as `util.inspect` quotes.
    escapeControls(backslashes),
    escapeControls(backslashes.replaceAll("'", String.raw`\'`)),
    escapeControls(backslashes.replaceAll('`', '\\`')),
  ]
}

function escapeControls(text: string): string {
  const control = /[\0-\u001F\u007F]/g // oxlint-disable-line no-control-regex -- they are what is looked for
  return text.replaceAll(control, (character) => {
    const short = { '\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r' }[character]
    return short === undefined ? `\\x${hexOf(character.charCodeAt(0))}` : `\\${short}`
  })
}

/** Encoders differ in what they leave as it is, so each character may be either. */
function percentPattern(text: string): RegExp {
  const characters = Array.from(text, (character) => {
    const encoded = percentOf(character).replaceAll(/[A-F]/g, (digit) => `[${digit}${digit.toLowerCase()}]`)
    return character === ' ' ? String.raw`(?:%20|\+| )` : `(?:${encoded}|${escapePattern(character)})`
  })
  return new RegExp(characters.join(''), 'g')
}

const entities: Readonly<Record<string, string>> = {
  '&': '(?:&amp;|&)',
  '<': '(?:&lt;|<)',
  '>': '(?:&gt;|>)',
  '"': '(?:&quot;|&#34;|")',
  "'": "(?:&#0?39;|&#x27;|&apos;|')",
}

function htmlPattern(text: string): RegExp {
  const characters = Array.from(text, (character) => entities[character] ?? escapePattern(character))
  return new RegExp(characters.join(''), 'g')
}

function escapePattern(character: string): string {
  return character.replaceAll(/[$()*+./?[\\\]^{|}-]/g, String.raw`\$&`)
}

function percentOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return `%${hexOf(code)}`
  // A lone surrogate has no UTF-8: encoders write the replacement character.
  return encodeURIComponent(code >= 0xd800 && code <= 0xdfff ? '\u{FFFD}' : character)
}

function hexOf(code: number): string {
  return code.toString(16).toUpperCase().padStart(2, '0')
}

function placesOf(form: string, text: string): Range[] {
  const places: Range[] = []
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) {
    places.push({ start: at, end: at + form.length })
  }
  return places
}

function matchesOf(pattern: RegExp, text: string): Range[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }))
}

/** `scheme://user:` and what follows, unless that is a port. */
const credentials = /[a-z][a-z0-9+.-]*:\/\/[^\s:/@'"]*:(?!\d*(?:[/?#"'\s,)]|$))/gi

function passwordsInAddresses(text: string): Range[] {
  return [...text.matchAll(credentials)].flatMap((match) => {
    const start = match.index + match[0].length
    const word = /^\S*/.exec(text.slice(start))?.[0] ?? ''
    const unquoted = /^[^"'`<>]*/.exec(word)?.[0] ?? ''
    // The last "@", not the first: too much hidden is better than half a password shown.
    const length = unquoted.includes('@') ? unquoted.lastIndexOf('@') : word.lastIndexOf('@')
    return length <= 0 ? [] : [{ start, end: start + length }]
  })
}

/** Overlapping finds become one, so that no half of a secret is left over. */
function hide(text: string, found: readonly Range[]): string {
  const [first, ...others] = found.toSorted((a, b) => a.start - b.start)
  if (first === undefined) return text
  let shown = text.slice(0, first.start) + mask
  let end = first.end
  for (const range of others) {
    if (range.start > end) shown += text.slice(end, range.start) + mask
    end = Math.max(end, range.end)
  }
  return shown + text.slice(end)
}
