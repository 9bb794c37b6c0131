import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { presets } from '../../core/policy.ts'
import { checkConfiguration } from './check-configuration.ts'
import type { Rule } from './rule.ts'
import { configurationRule } from './rules.ts'

const reference = readFileSync(new URL('../../../docs/reference/configuration.md', import.meta.url), 'utf8')

/** Every key and every word that a configuration can hold. */
function wordsOf(rule: Rule): string[] {
  switch (rule.is) {
    case 'word':
      return [...rule.words]
    case 'list':
    case 'map':
      return wordsOf(rule.of)
    case 'object':
      return Object.entries(rule.fields).flatMap(([name, field]) => [name, ...wordsOf(field)])
    case 'variant':
      return Object.values(rule.of).flatMap(wordsOf)
    case 'text':
    case 'whole':
    case 'flag':
      return []
  }
}

test('the reference names every key and every word', () => {
  const words = [...new Set(wordsOf(configurationRule))]
  expect(words.length).toBeGreaterThan(60)
  expect(
    words.filter(
      (word) =>
        !new RegExp(String.raw`\x60[^\x60]*(?<![\w-])${word.replace('$', String.raw`\$`)}(?![\w-])`).test(reference),
    ),
  ).toEqual([])
})

test('the reference tells what each preset sets', () => {
  for (const [name, rules] of Object.entries(presets)) {
    const said = Object.entries(rules).map(
      ([rule, value]) => `\`${rule}: ${typeof value === 'string' ? `'${value}'` : String(value)}\``,
    )
    expect(reference).toContain(`| \`${name}\` | ${said.join(', ')} |`)
  }
})

test('the examples of the reference are valid configurations', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-reference-'))
  const blocks = [...reference.matchAll(/```(ts|json)\n(.*?)```/gs)]
  expect(blocks.map((block) => block[1])).toEqual(['ts', 'json'])
  const [module = '', json = ''] = blocks.map((block) => block[2])
  const file = join(folder, 'example.mjs')
  writeFileSync(file, module.replace("import { defineConfig } from 'lockstep'", 'const defineConfig = (it) => it'))
  const loaded = (await import(pathToFileURL(file).href)) as { default: unknown }
  rmSync(folder, { recursive: true })
  expect(Object.keys(checkConfiguration(loaded.default, 'the example').stores)).toHaveLength(6)
  expect(Object.keys(checkConfiguration(JSON.parse(json), 'the example in JSON').stores)).toEqual(['app'])
})
