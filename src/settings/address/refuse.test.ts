import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { outside, refusal } from './memory-outside.ts'
import { parseAddress } from './parse-address.ts'
import { maskAddress } from './refuse.ts'

const canary = 'p@ss/w:ord%#?&\'"\n'

const brokenForms: Readonly<Record<string, (password: string) => string>> = {
  'not encoded': (password) => `postgres://u:${password}@h/d?nonsense=1`,
  'not encoded, no host': (password) => `postgre://u:${password}`,
  'nearly a scheme': (password) => `postgre://u:${password}@h/d`,
  mysql: (password) => `mysql://u:${password}@h`,
  bolt: (password) => `bolt://u:${password}@`,
  'as a parameter': (password) => `postgres://h/d?password=${encodeURIComponent(password)}&nonsense=1`,
  pairs: (password) => `host=h password='${password.replaceAll(/['\\]/g, String.raw`\$&`)}' nonsense=1`,
}

test.each(Object.entries(brokenForms))('a refused address does not show its password: %s', (_name, write) => {
  for (const password of [canary, 'canary-1234', 'can@ry%:1234', "can'ary 1234", 'canary/1234?x']) {
    const shown = refusal(write(password))
    expect(shown).toMatch(/^url-invalid/)
    for (const piece of [password, encodeURIComponent(password), 'canary', 'ord%', '1234']) {
      expect(shown).not.toContain(piece)
    }
  }
})

test('a masked address keeps what is no secret', () => {
  expect(maskAddress('postgres://u:p@h:5432/d?sslmode=require')).toBe('postgres://u:***@h:5432/d?sslmode=require')
  expect(maskAddress('postgres://h:5432/d')).toBe('postgres://h:5432/d')
  expect(maskAddress("host=h password='a b' user=u")).toBe('host=h password=*** user=u')
})

test('a parsed address does not print its password', () => {
  const { address } = parseAddress('postgres://u:canary-1234@h/d', outside())
  expect(inspect(address, { depth: 9, showHidden: true }) + JSON.stringify(address)).not.toContain('canary')
})
