import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'

type Files = Readonly<Record<string, string>>

interface Loaded {
  readonly answer?: string
  readonly keys?: readonly string[]
  readonly error?: string
  readonly help?: readonly string[]
}

/**
 * Loads the modules of all cases in one Node of their own: the test runner puts its own loader before Node's, which
 * would compile what Node refuses.
 */
function loadAll(): ReadonlyMap<string, Loaded> {
  const all: readonly (readonly [string, Files, 'up' | 'down'])[] = [
    ...good.map(([fact, files]) => [fact, files, 'up'] as const),
    ...bad.map(([fact, files]) => [fact, files, 'up'] as const),
    ...ways.map(([fact, text]) => [fact, { '1_a.mjs': text }, 'down'] as const),
  ]
  const folder = makeFolder(
    Object.fromEntries(
      all.flatMap(([, files], i) => Object.entries(files).map(([path, text]) => [`${i}/${path}`, text] as const)),
    ),
  )
  const script = `
    ${imports}
    import { describe } from ${here('../core/error.ts')}
    async function load(folder, direction) {
      const { migrations: [migration] } = readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql' })
      const body = migration[direction]
      if (body === null) return { error: 'no down' }
      const code = await makeBodyReader({ placeholders: {}, dialect: 'postgres' }).code(migration, body)
      const answer = await code[direction]({ query: async (text) => [{ text }], exec: async () => {}, log() {} })
      return { answer, keys: Object.keys(code).sort() }
    }
    const told = (error) => ({ error: error.message, help: describe(error.code, error.details).help })
    const found = []
    for (const [i, direction] of ${JSON.stringify(all.map(([, , direction]) => direction))}.entries()) {
      found.push(await load(${JSON.stringify(folder)} + '/' + i, direction).catch(told))
    }
    console.log(JSON.stringify(found))`
  const found = run(script) as readonly Loaded[]
  return new Map(all.map(([fact], i) => [fact, found[i] ?? {}]))
}

const here = (path: string): string => JSON.stringify(join(import.meta.dirname, path))

const imports = `
  import { makeBodyReader } from ${here('body-reader.ts')}
  import { readFolder } from ${here('read-folder.ts')}`

function run(script: string): unknown {
  const args = ['--input-type=module', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', '-e', script]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

let loaded: ReadonlyMap<string, Loaded> | null = null

function load(fact: string): Loaded {
  loaded ??= loadAll()
  return loaded.get(fact) ?? {}
}

const good: readonly (readonly [fact: string, files: Files, wanted: Loaded])[] = [
  [
    'a default object in TypeScript',
    {
      '1_a.ts':
        "export default { description: 'x' as string, async up(api: { query: unknown }): Promise<string> { return typeof api.query }, down() {} }",
    },
    { answer: 'function', keys: ['description', 'down', 'up'] },
  ],
  [
    'an object by way of a function',
    {
      '1_a.ts':
        "const define = <T,>(it: T): T => it\nexport default define({ up: () => 'defined', transaction: false })",
    },
    { answer: 'defined', keys: ['transaction', 'up'] },
  ],
  [
    'named exports',
    { '1_a.mjs': "export const up = () => 'named'\nexport function down() {}" },
    { answer: 'named', keys: ['down', 'up'] },
  ],
  [
    'CommonJS',
    { '1_a.cjs': "module.exports = { up: () => 'cjs', down() {} }" },
    { answer: 'cjs', keys: ['down', 'up'] },
  ],
  ['CommonJS in a .js', { '1_a.js': "exports.up = () => 'cjs'" }, { answer: 'cjs', keys: ['up'] }],
  [
    'CommonJS made by a compiler',
    {
      '1_a.cjs':
        "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = { up: () => 'compiled' }",
    },
    { answer: 'compiled', keys: ['up'] },
  ],
  [
    'a method that uses this',
    { '1_a.mjs': "export default { word: 'own', up() { return this.word } }" },
    { answer: 'own', keys: ['up'] },
  ],
  [
    'a module that imports another',
    {
      '1_a.ts': "import { x } from './x/names.ts'\nexport const up = () => x",
      'x/names.ts': "export const x: string = 'imported'",
    },
    { answer: 'imported', keys: ['up'] },
  ],
]

test.each(good)('a module is loaded: %s', (fact, _files, wanted) => {
  expect(load(fact)).toEqual(wanted)
})

const bad: readonly (readonly [fact: string, files: Files, error: string, help: string])[] = [
  [
    'an enum',
    { '1_a.ts': 'enum A { b }\nexport const up = () => A.b' },
    'm/1_a.ts is not a usable migration module: it needs a compiler',
    'erasableSyntaxOnly',
  ],
  [
    'a parameter property',
    { '1_a.ts': 'class A { constructor(readonly b: string) {} }\nexport const up = () => new A("")' },
    'it needs a compiler',
    'erasableSyntaxOnly',
  ],
  ['broken syntax', { '1_a.ts': 'export const up = (' }, 'it is no valid TypeScript', 'export default'],
  [
    'a missing package',
    { '1_a.ts': "import 'not-there-at-all'\nexport const up = 1" },
    "Cannot find package 'not-there-at-all'",
    'npm install not-there-at-all',
  ],
  [
    'a missing extension',
    { '1_a.ts': "import './x/names'\nexport const up = 1", 'x/names.ts': '' },
    'Cannot find module',
    'with their extension',
  ],
  [
    'a type imported as a value',
    { '1_a.ts': "import { T } from './x/t.ts'\nexport const up = (_: T) => 1", 'x/t.ts': 'export type T = string' },
    'does not provide an export named',
    'import type',
  ],
  [
    'an error while loading',
    { '1_a.mjs': "throw new Error('boom\\nsecond line')" },
    'loading it failed: boom',
    'export default',
  ],
  ['a thrown text', { '1_a.mjs': "throw 'boom'" }, 'loading it failed: boom', 'export default'],
  ['no up', { '1_a.mjs': 'export const dwon = () => 1' }, 'it exports no function "up"', 'export default'],
  [
    'an up that is no function',
    { '1_a.mjs': 'export default { up: "select 1" }' },
    'it exports no function "up"',
    'export default',
  ],
  [
    'a default that is no object',
    { '1_a.mjs': 'export default () => 1' },
    'its default export is function',
    'export default',
  ],
  [
    'a description that is no text',
    { '1_a.mjs': 'export default { up() {}, description: 1 }' },
    '"description" is no text',
    'export default',
  ],
  [
    'a transaction that is no boolean',
    { '1_a.mjs': 'export default { up() {}, transaction: "no" }' },
    '"transaction" is neither',
    'export default',
  ],
  [
    'a down that is no function',
    { '1_a.mjs': 'export default { up() {}, down: 1 }' },
    '"down" is no function',
    'export default',
  ],
]

test.each(bad)('module-invalid: %s', (fact, _files, error, help) => {
  const found = load(fact)
  expect(found.error).toContain(error)
  expect(found.help?.join(' ')).toContain(help)
})

const ways: readonly (readonly [fact: string, text: string, wanted: Loaded])[] = [
  ['a method', "export default { up() {}, down() { return 'back' } }", { answer: 'back', keys: ['down', 'up'] }],
  [
    'an exported function',
    "export const up = () => 1; export async function down() { return 'back' }",
    { answer: 'back', keys: ['down', 'up'] },
  ],
  [
    'a list of exports',
    "const up = () => 1, away = () => 'back'; export { up, away as down }",
    { answer: 'back', keys: ['down', 'up'] },
  ],
  ['none', '// no down\n/* down() {} */\nexport const up = () => "slow down"', { error: 'no down' }],
  [
    'one that is only talked of',
    "const note = 'down: later'\nexport const up = () => note",
    { error: 'm/1_a.mjs is not a usable migration module: it has no function "down"' },
  ],
]

test.each(ways)('the way back of a module: %s', (fact, _text, wanted) => {
  expect(load(fact)).toMatchObject(wanted)
})

test('modules are loaded one after the other, an edited one anew, and never one that changed since', () => {
  const folder = makeFolder({ '1_a.mjs': 'export const up = () => 1', '2_b.mjs': 'export const up = () => 2' })
  const script = `
    import { writeFileSync } from 'node:fs'
    ${imports}
    const folder = ${JSON.stringify(folder)}
    const read = () => readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql' }).migrations
    const reader = makeBodyReader({ placeholders: {}, dialect: 'postgres' })
    const [a, b] = read()
    const both = await Promise.all([a, b].map((one) => reader.code(one, one.up)))
    const again = await reader.code(a, a.up)
    writeFileSync(folder + '/1_a.mjs', 'export const up = () => 3')
    const stale = await reader.code(a, a.up).catch((error) => error.code)
    const [edited] = read()
    const fresh = await reader.code(edited, edited.up)
    console.log(JSON.stringify([...both.map((one) => one.up()), again.up(), stale, fresh.up()]))`
  expect(run(script)).toEqual([1, 2, 1, 'file-changed-meanwhile', 3])
})
