import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { choosePruned, type Kept } from './retention.ts'

const dayMs = 86_400_000
const now = 1000 * dayMs

/** `12` is a whole one of twelve days ago, `x12` one that is damaged. */
function check(
  fact: string,
  days: readonly string[],
  keep: readonly [number, number],
  pruned: readonly string[],
): void {
  test(fact, () => {
    const [keepDays, keepAtLeast] = keep
    expect(choosePruned(days.map(backup), { keepDays, keepAtLeast }, now)).toEqual(pruned)
  })
}

function backup(word: string): Kept {
  return { file: word, takenAtMs: now - Number(word.replace('x', '')) * dayMs, verified: !word.startsWith('x') }
}

check('what is young stays, however many', ['1', '2', '3', '4'], [30, 1], [])
check('what is too old goes, oldest first', ['1', '40', '50'], [30, 1], ['50', '40'])
check('the newest stay, however old', ['40', '50', '60'], [30, 2], ['60'])
check('on the last day it stays', ['30', '31', '1'], [30, 1], ['31'])
check('the last whole one stays, whatever is asked', ['400'], [0, 0], [])
check('a damaged one does not count among those that are kept', ['x1', '40', 'x50', '60'], [30, 1], ['60', 'x50'])
check('a damaged one that is young may be looked at', ['x1', '2'], [30, 1], [])
check('one of tomorrow stays, and counts for nothing', ['-1', '40', '50'], [30, 1], ['50'])
check('many of tomorrow do not push out what is real', ['-1', '-2', '-3', '40', '50'], [30, 2], [])
check('one of tomorrow alone lets damaged ones go by age', ['-1', 'x40'], [30, 1], ['x40'])
check('one without a date stays, and the others keep their order', ['40', 'NaN', '60', '50'], [30, 1], ['60', '50'])
check('a clock that went back lets nothing go', ['-400', '-500', '-600'], [30, 1], [])

test('whatever lies there, a whole one is left if there was one, and nothing young goes', () => {
  const kept = fc.record({
    file: fc.uuid(),
    takenAtMs: fc.oneof(
      fc.integer({ min: 0, max: now }),
      fc.integer({ min: 0, max: 2 * now }),
      fc.constant(Number.NaN),
    ),
    verified: fc.boolean(),
  })
  const rule = fc.record({ keepDays: fc.nat(100), keepAtLeast: fc.nat(5) })
  fc.assert(
    fc.property(fc.uniqueArray(kept, { selector: (one) => one.file }), rule, (backups, retention) => {
      const pruned = new Set(choosePruned(backups, retention, now))
      const left = backups.filter((one) => !pruned.has(one.file))
      const whole = backups.filter((one) => one.verified).length
      expect(left.filter((one) => one.verified).length).toBeGreaterThanOrEqual(
        Math.min(whole, Math.max(1, retention.keepAtLeast)),
      )
      for (const one of backups)
        if (pruned.has(one.file)) expect(now - one.takenAtMs).toBeGreaterThan(retention.keepDays * dayMs)
    }),
  )
})
