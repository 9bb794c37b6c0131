/** The walls that tools hold: on a copy of the code with a violation planted, the compiler and the linter must fail. */

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
let copy: string

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'lockstep-walls-'))
  const parts = ['src/core', 'src/readers', 'src/engine', 'tsconfig.base.json', '.oxlintrc.json', 'package.json']
  const isCode = (path: string): boolean => !path.endsWith('.test.ts')
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true, filter: isCode })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** What a tool says of the copy with one more file in it. */
function withPlanted(file: string, text: string, [tool, ...args]: readonly [string, ...string[]]): string {
  const planted = join(copy, file)
  mkdirSync(dirname(planted), { recursive: true })
  writeFileSync(planted, `${text}\n`)
  try {
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
      cwd: copy,
      encoding: 'utf8',
    })
    return status === 0 ? 'nothing found' : stdout + stderr
  } finally {
    rmSync(planted)
  }
}

describe('the compiler', () => {
  const compile = (file: string, text: string): string =>
    withPlanted(file, text, ['tsc', '-b', join(copy, file.split('/').slice(0, 2).join('/'))])

  test('finds nothing in the code as it is', () => {
    expect(compile('src/core/planted.ts', 'export const planted = 1')).toBe('nothing found')
    expect(compile('src/readers/planted.ts', 'export const planted = process.pid')).toBe('nothing found')
  })

  const violations: readonly (readonly [fact: string, file: string, text: string, code: string])[] = [
    ['core asks the process', 'src/core/planted.ts', 'export const planted = process.env', 'TS2591'],
    ['core imports node:fs', 'src/core/planted.ts', "export { readFileSync } from 'node:fs'", 'TS2591'],
    ['core fetches', 'src/core/planted.ts', "export const planted = fetch('http://localhost')", 'TS2304'],
    ['core waits', 'src/core/planted.ts', 'export const planted = setTimeout(() => undefined, 1)', 'TS2304'],
    ['core prints', 'src/core/planted.ts', "console.log('planted')\nexport {}", 'TS2584'],
    [
      'a reader imports the engine',
      'src/readers/planted.ts',
      "export { makeEngine } from '../engine/engine.ts'",
      'TS6307',
    ],
    [
      'a reader imports a type of the engine',
      'src/readers/planted.ts',
      "export type { Engine } from '../engine/engine.ts'",
      'TS6307',
    ],
    ['an enum, which Node cannot strip', 'src/core/planted.ts', 'export enum Planted { One }', 'TS1294'],
  ]

  test.each(violations)('fails when %s', (_fact, file, text, code) => {
    expect(compile(file, text)).toMatch(new RegExp(`^${file}\\(\\d+,\\d+\\): error ${code}`, 'm'))
  })
})

describe('the linter', () => {
  const lint = (file: string, text: string): string =>
    withPlanted(file, text, ['oxlint', '--type-aware', '--deny-warnings', file])

  test('finds nothing in a good file', () => {
    expect(lint('src/core/planted.ts', 'export const planted = 1')).toBe('nothing found')
    expect(lint('src/readers/planted.ts', 'export const planted = Date.now()')).toBe('nothing found')
  })

  const violations: readonly (readonly [fact: string, file: string, text: string, rule: string])[] = [
    ['core asks the time', 'src/core/planted.ts', 'export const planted = Date.now()', 'no-restricted-globals'],
    ['core asks for chance', 'src/core/planted.ts', 'export const planted = Math.random()', 'no-restricted-properties'],
    [
      'a promise is forgotten',
      'src/engine/planted.ts',
      'async function later(): Promise<void> {}\nexport function planted(): void {\n  later()\n}',
      'no-floating-promises',
    ],
    [
      'a state is forgotten',
      'src/core/planted.ts',
      "export function planted(state: 'a' | 'b'): void {\n  switch (state) {\n    case 'a':\n  }\n}",
      'switch-exhaustiveness-check',
    ],
    ['an any', 'src/core/planted.ts', 'export const planted = (value: any): void => value', 'no-explicit-any'],
    ['a default export', 'src/core/planted.ts', 'export default 1', 'no-default-export'],
    [
      'a fourth parameter',
      'src/core/planted.ts',
      'export const planted = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d]',
      'max-params',
    ],
  ]

  test.each(violations)('fails when there is %s', (_fact, file, text, rule) => {
    expect(lint(file, text)).toContain(rule)
  })
})
