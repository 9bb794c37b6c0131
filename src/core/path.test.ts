import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type VersionEdge,
  compareSemver,
  findPath,
  isNewerVersion,
  makeVersionGraph,
  nearestVersions,
  sameMajor,
} from './path.ts'

const edges = (...steps: readonly string[]): VersionEdge[] =>
  steps.map((step) => ({ from: step.split('>')[0] ?? '', to: step.split('>')[1] ?? '' }))

const paths: readonly (readonly [string, readonly string[], string, string])[] = [
  ['a line', ['1>2', '2>3'], '1>3', '1 2 3'],
  ['a direct step wins', ['1.0>1.1', '1.1>1.2', '1.0>1.2'], '1.0>1.2', '1.0 1.2'],
  ['the shortest of several', ['1>2', '2>3', '3>4', '1>3'], '1>4', '1 3 4'],
  ['of two equally short ones the older versions', ['1>3', '1>2', '2>4', '3>4'], '1>4', '1 2 4'],
  ['numbers, not text, decide which is older', ['1>1.10', '1>1.9', '1.9>2', '1.10>2'], '1>2', '1 1.9 2'],
  ['already there', ['1>2'], '2>2', '2'],
  ['none', ['1>2', '3>4'], '1>4', 'none; beside: 2'],
  ['never backwards', ['1>2'], '2>1', 'none; beside: 1'],
  ['from a version between two known ones', ['1>2', '2>4'], '3>4', 'none; beside: 2 4'],
]

for (const [fact, steps, wanted, answer] of paths) {
  test(`path: ${fact}`, () => {
    const [from = '', to = ''] = wanted.split('>')
    const found = findPath(edges(...steps), from, to)
    expect(found.found ? found.path.join(' ') : `none; beside: ${found.nearest.join(' ')}`).toBe(answer)
  })
}

test('path: any order of the steps gives the same one', () => {
  const steps = edges('1>2', '1>3', '2>4', '3>4', '4>5', '4>6', '5>7', '6>7')
  fc.assert(
    fc.property(fc.shuffledSubarray(steps, { minLength: steps.length }), (shuffled) => {
      expect(findPath(shuffled, '1', '7')).toEqual(findPath(steps, '1', '7'))
    }),
  )
})

test('semver order', () => {
  const sorted = [
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc',
    '1.0.0',
    '1.2.0',
    '1.9.0',
    '1.10.0',
    '2.0.0',
    '99999999999999999999.0',
    'draft',
  ]
  expect(sorted.toReversed().sort(compareSemver)).toEqual(sorted)
})

const faults: readonly (readonly [string, readonly string[], readonly string[], unknown])[] = [
  ['two steps between the same versions', ['1>2', '1>2'], [], { kind: 'duplicate-step', from: '1', to: '2' }],
  ['a step to an older version', ['1.10>1.9'], [], { kind: 'backward-step', from: '1.10', to: '1.9' }],
  ['a step to itself', ['1>1'], [], { kind: 'backward-step', from: '1', to: '1' }],
  ['words in a circle', ['a>b', 'b>a'], [], { kind: 'circle', versions: ['a', 'b', 'a'] }],
  ['a version that leads nowhere', ['1>2', '1>3'], [], { kind: 'dead-end', version: '2', latest: '3' }],
  ['a contract that no step reaches', ['1>2'], ['1.5'], { kind: 'dead-end', version: '1.5', latest: '2' }],
]

for (const [fact, steps, known, fault] of faults) {
  test(`refused: ${fact}`, () => {
    const made = makeVersionGraph(edges(...steps), known)
    expect(made.ok ? [] : made.faults).toContainEqual(fault)
  })
}

test('a graph knows its versions, its latest one and what is newer', () => {
  const made = makeVersionGraph(edges('1.0.0>1.9.0', '1.9.0>1.10.0'))
  if (!made.ok) throw new Error('refused')
  expect(made.graph.versions).toEqual(['1.0.0', '1.9.0', '1.10.0'])
  expect(made.graph.latest).toBe('1.10.0')
  expect(['1.11.0', '1.10.0', '1.9.5'].map((version) => isNewerVersion(made.graph, version))).toEqual([
    true,
    false,
    false,
  ])
  expect(nearestVersions(made.graph.versions, '1.9.5')).toEqual(['1.9.0', '1.10.0'])
})

test('nothing known, nothing latest', () => {
  expect(makeVersionGraph([])).toEqual({ ok: true, graph: { versions: [], latest: null, edges: [] } })
})

test('one major version', () => {
  expect([sameMajor('1.0', '1.9'), sameMajor('1.9', '2.0'), sameMajor('draft', 'draft')]).toEqual([true, false, false])
})
