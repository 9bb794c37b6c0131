import { expect, test } from 'vitest'
import type { RehearsedReport, RehearseReport } from '../../../app/rehearse.ts'
import { githubText, junitText } from './rehearsal-reports.ts'

const hostile = `a<b>&"c"\u0000\u001b[31m\uFFFF\uD800,d:e%\n::error::f]]>`

const one: RehearsedReport = {
  version: hostile,
  file: `m/${hostile}`,
  verdict: 'differs',
  acceptable: false,
  leg: 'down',
  data: 'empty',
  reason: hostile,
  error: null,
  differences: [{ kind: 'table', name: hostile, what: 'missing', fact: null, expected: null, found: null }],
  lost: [],
  notes: [hostile],
  ms: 1_234,
}

const error = { message: hostile } as NonNullable<RehearseReport['error']>
const report = { store: hostile, rehearsed: [one, { ...one, acceptable: true }], error } as unknown as RehearseReport

/** Tags that stand in each other, attributes in quotes, and nothing that XML 1.0 has no form for. */
function expectWellFormed(text: string): void {
  const open: string[] = []
  const tag = /<(?:\?[^>]*\?|(?<end>\/)?(?<name>[\w-]+)(?<attributes>(?: [\w-]+="[^"<]*")*)(?<alone>\/)?)>/g
  for (const { groups } of text.matchAll(tag)) {
    if (groups?.['name'] === undefined) continue
    if (groups['end'] !== undefined) expect(open.pop()).toBe(groups['name'])
    else if (groups['alone'] === undefined) open.push(groups['name'])
  }
  expect(open).toEqual([])
  const rest = text.replaceAll(tag, '')
  expect(rest).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/)
  // oxlint-disable-next-line no-control-regex -- they are what must not be there
  expect(text).not.toMatch(/[\0-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  expect(text.isWellFormed()).toBe(true)
}

test('JUnit is XML whatever names and texts there are, and counts what stopped a store', () => {
  const text = junitText([report])
  expectWellFormed(text)
  expect(text).toContain('tests="3" failures="1" errors="1"')
  expect(text.match(/<testcase /g)).toHaveLength(3)
})

test('GitHub reads one annotation a line, whatever names and texts there are', () => {
  const lines = githubText([report]).split('\n')
  expect(lines.map((line) => /^::(error|notice) (?:file=[^,:]*,)?title=[^,:]*::/.exec(line)?.[1])).toEqual([
    'error',
    'notice',
    'error',
  ])
})
