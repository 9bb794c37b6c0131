import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-load-')))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

const loader = new URL('load-configuration.ts', import.meta.url).href
const self = new URL('configuration.ts', import.meta.url).href

/** In one process of its own: the test runner loads modules in its own way, Node's is what counts. */
const script = `
  import { utimesSync, writeFileSync } from 'node:fs'
  const { loadConfiguration } = await import(${JSON.stringify(loader)})
  const load = async (file) =>
    loadConfiguration({ file, shownAs: 'it' }, ${JSON.stringify(self)}).catch((error) => error.code + ': ' + error.message)
  const answers = []
  for (const { file, afterwards } of JSON.parse(process.argv[1])) {
    answers.push(await load(file))
    if (afterwards === undefined) continue
    writeFileSync(file, afterwards)
    utimesSync(file, 1, 1)
    answers.push(await load(file))
  }
  console.log(JSON.stringify(answers))
`

type Files = Readonly<Record<string, string>>

interface Case {
  readonly file: string
  readonly files: Files
  /** What the file is overwritten with before it is loaded once more. */
  readonly afterwards?: string
}

function loadAll(cases: readonly Case[]): unknown[] {
  const asked = cases.map(({ file, files, afterwards }, i) => {
    for (const [path, text] of Object.entries(files)) {
      const place = join(root, String(i), path)
      mkdirSync(dirname(place), { recursive: true })
      writeFileSync(place, text)
    }
    return { file: join(root, String(i), file), afterwards }
  })
  const args = ['--no-warnings', '--input-type=module', '--eval', script, JSON.stringify(asked)]
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', cwd: root })) as unknown[]
}

const imports = "import { defineConfig } from 'lockstep'\n"

const loaded: readonly [fact: string, file: string, files: Files, expected: unknown][] = [
  [
    'TypeScript',
    'c.ts',
    { 'c.ts': `${imports}const a: number = 1\nexport default defineConfig({ a } as never)` },
    { a: 1 },
  ],
  [
    'TypeScript beside CommonJS',
    'c.mts',
    { 'package.json': '{"type":"commonjs"}', 'c.mts': `${imports}export default defineConfig({ a: 1 } as never)` },
    { a: 1 },
  ],
  ['JavaScript', 'c.mjs', { 'c.mjs': `${imports}export default defineConfig({ a: 1 })` }, { a: 1 }],
  [
    'CommonJS',
    'c.js',
    { 'package.json': '{"type":"commonjs"}', 'c.js': "module.exports = require('lockstep').defineConfig({ a: 1 })" },
    { a: 1 },
  ],
  [
    'a promise',
    'c.js',
    { 'package.json': '{"type":"module"}', 'c.js': 'export default Promise.resolve({ a: 1 })' },
    { a: 1 },
  ],
  ['JSON with a byte-order mark', 'c.json', { 'c.json': '\u{FEFF}{"a":1}' }, { a: 1 }],
  ['package.json', 'package.json', { 'package.json': '{"name":"x","lockstep":{"a":1}}' }, { a: 1 }],
  [
    'an installed lockstep goes first',
    'c.mjs',
    {
      'node_modules/lockstep/index.js': 'exports.defineConfig = () => ({ installed: true })',
      'c.mjs': `${imports}export default defineConfig({})`,
    },
    { installed: true },
  ],
]

test('what each form of configuration holds', () => {
  const answers = loadAll(loaded.map(([, file, files]) => ({ file, files })))
  expect(loaded.map(([fact], i) => [fact, answers[i]])).toEqual(loaded.map(([fact, , , expected]) => [fact, expected]))
})

const refused: readonly [fact: string, file: string, text: string, reason: RegExp][] = [
  [
    'a cut module',
    'c.ts',
    'export default {\n  stores: {',
    /^configuration-unreadable: it could not be read: .* \(line 2\)/,
  ],
  ['what type stripping cannot do', 'c.ts', 'enum A { B }\nexport default {}', /enum is not supported .*\(line 1\)/],
  ['a module that throws', 'c.mjs', "\nthrow new Error('no VAULT here')", /no VAULT here \(line 2\)/],
  [
    'a module that imports what is not there',
    'c.mjs',
    "import 'nowhere'\nexport default {}",
    /Cannot find package 'nowhere'/,
  ],
  ['no default export', 'c.mjs', 'export const a = 1', /it has no default export: export default defineConfig/],
  ['an empty file', 'c.ts', '\n', /it is empty/],
  ['JSON with a comment', 'c.json', '{\n  // no\n}', /it is not JSON: line 2, column 3/],
  ['cut JSON', 'c.json', '{"a": ', /it is not JSON: it ends too early/],
  [
    'TypeScript in a CommonJS project: the way out is named',
    'commonjs/lockstep.config.ts',
    `${imports}export default {}`,
    /call it lockstep\.config\.mts/,
  ],
]

test('what is told of a configuration that cannot be read', () => {
  const manifest = { 'commonjs/package.json': '{"type":"commonjs"}' }
  const answers = loadAll(refused.map(([, file, text]) => ({ file, files: { ...manifest, [file]: text } })))
  const expected = refused.map(([fact, , , reason]) => [fact, expect.stringMatching(reason)])
  expect(refused.map(([fact], i) => [fact, answers[i]])).toEqual(expected)
  for (const answer of answers) expect(answer).toMatch(/^configuration-unreadable: it could not be read: /)
})

test('a module that was edited is read again in the same process', () => {
  const edited = { file: 'c.mjs', files: { 'c.mjs': 'export default { a: 1 }' }, afterwards: 'export default { a: 2 }' }
  expect(loadAll([edited])).toEqual([{ a: 1 }, { a: 2 }])
})
