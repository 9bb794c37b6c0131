import { inspect } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeRedactor, makeSecret, shortestRedacted } from './secret.ts'

const canary = 'p@ss/w:ord%#?&\'"\n'

test.each<[string, (secret: unknown) => string]>([
  ['a template', (secret) => `it is ${String(secret)}`],
  ['JSON', (secret) => JSON.stringify({ secret })],
  ['inspect', (secret) => inspect({ secret }, { depth: 5, showHidden: true })],
  ['inspect without custom printers', (secret) => inspect(secret, { customInspect: false, showHidden: true })],
  ['a spread', (secret) => inspect({ ...(secret as object) })],
])('a secret is not shown by %s', (_fact, print) => {
  expect(print(makeSecret('canary-1234'))).not.toContain('canary-1234')
})

test('a secret is what it was for who asks', () => {
  expect(makeSecret(canary).reveal()).toBe(canary)
})

const quoteShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
const encoders: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  component: encodeURIComponent,
  'component, small digits': (text) => encodeURIComponent(text).replaceAll(/%../g, (hex) => hex.toLowerCase()),
  'every character': (text) => [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  form: (text) => new URLSearchParams({ x: text }).toString().slice(2),
  url: (text) => {
    const url = new URL('postgres://user@host/db')
    url.password = text
    return url.href
  },
  json: (text) => JSON.stringify(text),
  'json in json': (text) => JSON.stringify(JSON.stringify(text)),
  inspected: (text) => inspect(text, { breakLength: Infinity }),
  'sql literal': (text) => `'${text.replaceAll("'", "''")}'`,
  'sql escape literal': (text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`,
  'libpq value': (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`,
  'shell, single quotes': quoteShell,
  'shell, double quotes': (text) => `"${text.replaceAll(/["$`\\]/g, String.raw`\$&`)}"`,
  html: (text) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
}

test.each(Object.entries(encoders))('the canary is hidden as %s', (_name, encode) => {
  expect(makeRedactor([canary])(`before ${encode(canary)} after`)).toMatch(/^before \S{0,40}\*\*\*\S{0,9} after$/)
})

const hostile = fc
  .array(fc.constantFrom(...Array.from('ab1@/:%#?&\'"\n\\`$ {}<>+é😀*.^|()[]')), {
    minLength: shortestRedacted,
    maxLength: 24,
  })
  .map((characters) => characters.join(''))
  .filter((text) => text.trim().length >= shortestRedacted)

test.each(Object.entries(encoders))('any secret is hidden as %s', (_name, encode) => {
  fc.assert(
    fc.property(hostile, fc.string(), fc.string(), (secret, before, after) => {
      const form = encode(secret)
      const shown = makeRedactor([secret])(`${before}|${form}|${after}`)
      // What surrounds it may hold the same characters by chance; the secret's own place may not.
      expect(shown).toContain('***')
      expect(shown.split('***').join('')).not.toContain(form)
    }),
  )
})

test('two secrets that overlap leave no half behind', () => {
  expect(makeRedactor(['abcdef', 'defghi', 'abcd'])('x abcdefghi y abcd z')).toBe('x *** y *** z')
})

test.each([
  ['a single line of a secret of several', ['-----BEGIN KEY\nMIIEabcd\n'], 'found:   MIIEabcd  ', 'found:   ***  '],
  ['a short secret only in an address', ['abc'], 'abc postgres://u:abc@h/abc', 'abc postgres://u:***@h/abc'],
  ['an unknown password', [], 'at redis://:s3cr3t@h:1/0, mail a@b', 'at redis://:***@h:1/0, mail a@b'],
  ['an unknown password with an @', [], 'postgres://u:p@ss/w@h/db', 'postgres://u:***@h/db'],
  ['an unknown password with a quote', [], 'postgres://u:p"x@h/db', 'postgres://u:***@h/db'],
  ['only the address in JSON', [], '{"u":"bolt://a:b@h","m":"c@d"}', '{"u":"bolt://a:***@h","m":"c@d"}'],
  ['several addresses', [], 'a://b:c@d e://f:g@h', 'a://b:***@d e://f:***@h'],
])('hidden: %s', (_fact, secrets, text, shown) => {
  expect(makeRedactor(secrets)(text)).toBe(shown)
})

test.each([
  ['a port', 'http://localhost:4873/@scope/name'],
  ['an address without a password', 'postgres://user@host:5432/db'],
  ['words', 'nothing to hide: 12:30 at a@b'],
])('not touched: %s', (_fact, text) => {
  expect(makeRedactor(['canary-1234', '', ' '])(text)).toBe(text)
})
