/** On a Node that is too old the program says so in one line: the file that says it must be readable there. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { root, run } from './installed.ts'

const bin = join(inject('packedProject'), 'node_modules/lockstep/dist/bin.js')

describe('a Node that says it is', () => {
  const cases: readonly (readonly [version: string, good: boolean])[] = [
    ['12.22.12', false],
    ['20.20.2', false],
    ['22.17.1', false],
    ['22.18.0', true],
    ['24.0.0', true],
  ]

  test.each(cases)('%s will do: %s', (version, good) => {
    const script = `
      Object.defineProperty(process.versions, 'node', { value: '${version}' })
      process.argv.splice(1, 0, 'lockstep', '--version')
      import(${JSON.stringify(bin)})`
    const { exit, stdout, stderr } = run(process.execPath, ['-e', script], root)
    expect({ exit, answered: stdout !== '' }).toEqual({ exit: good ? 0 : 2, answered: good })
    expect(stderr).toMatch(good ? /^$/ : /^error\[node-too-old\].* this is [\d.]+: install Node 24.*\n$/)
  })
})

test('the file uses nothing that Node 12 cannot read', () => {
  const text = readFileSync(bin, 'utf8')
  expect(text).not.toMatch(/\?\?|\?\.[a-z[(]|\|\|=|&&=|#[a-z]+[=(;]/i)
  expect(text).not.toMatch(/^import\b/m)
})

const old = oldNodes()
// Nothing older on this machine: the cases above still hold.
if (old.length === 0) console.warn('SKIPPED, on a real old Node: none was found on PATH')

test.skipIf(old.length === 0)('on a real old Node', () => {
  for (const node of old) {
    const { exit, stdout, stderr } = run(node, [bin, 'up'], root)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toMatch(/^error\[node-too-old\].*\n$/)
  }
})

function oldNodes(): string[] {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin']
  const nodes = folders
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file) && statSync(file).isFile())
  return [...new Set(nodes)].filter((node) => {
    const [major = 0, minor = 0] = execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })
      .split('.')
      .map(Number)
    return major < 22 || (major === 22 && minor < 18)
  })
}
