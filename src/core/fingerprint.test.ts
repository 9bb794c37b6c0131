import { expect, test } from 'vitest'
import { record, records, sha256, sum } from '../../test/support/histories.ts'
import { fingerprintOf } from './fingerprint.ts'
import { noHistory, type History } from './history.ts'

const history: History = { ...noHistory, records: records('1', '2'), head: { id: 3, hash: 'abc' } }

/** The second record replaced. */
const second = (more: Parameters<typeof record>[2]): History => ({
  ...history,
  records: [record('1', 1), record('2', 2, more)],
})

const changes: readonly (readonly [fact: string, changed: History])[] = [
  ['a migration more', { ...history, records: records('1', '2', '3') }],
  ['a migration less', { ...history, records: records('1') }],
  ['an accepted edit', second({ checksum: sum('edited') })],
  ['a state', second({ state: 'failed' })],
  ['a proven step', second({ stepsDone: 2 })],
  ['another order of application', { ...history, records: [record('1', 2), record('2', 1)] }],
  ['a row of the log', { ...history, head: { id: 4, hash: 'abd' } }],
  ['a log that is gone', { ...history, head: null }],
]

test.each(changes)('changes with %s', (_fact, changed) => {
  expect(fingerprintOf(changed, sha256)).not.toBe(fingerprintOf(history, sha256))
})

const same: readonly (readonly [fact: string, changed: History])[] = [
  ['a second reading', { ...history, records: records('1', '2') }],
  ['where it is read', { ...history, readOnly: true }],
  ['tables of others', { ...history, holdsTables: true }],
]

test.each(same)('does not change with %s', (_fact, changed) => {
  expect(fingerprintOf(changed, sha256)).toBe(fingerprintOf(history, sha256))
})

test('an empty history has one too', () => {
  expect(fingerprintOf(noHistory, sha256)).toMatch(/^[0-9a-f]{64}$/)
})
