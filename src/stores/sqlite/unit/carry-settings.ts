/** Settings of a file that runs step by step: each step begins with those that the file has made before it. */

import { plainTraits, type Statement, type Unit } from '../../../core/script.ts'

/**
 * After each unit the connection is put back, and a run that goes on after a crash skips what is proven. So a step must
 * bring along what the steps before it have set (PRAGMA, ATTACH), or it would not mean what its author wrote. Temporary
 * objects are not made again: their content could be another by now.
 */
export function* carrySettings(units: Iterable<Unit>): Generator<Unit> {
  const carried: Statement[] = []
  for (const unit of units) {
    yield carried.length === 0 ? unit : { ...unit, statements: [...carried, ...unit.statements] }
    for (const statement of unit.statements) {
      if (isSetting(statement)) carried.push({ ...statement, traits: { ...plainTraits, session: true, outside: true } })
    }
  }
}

function isSetting({ text, traits }: Statement): boolean {
  return traits.session && /^(?:pragma|attach|detach)\b/i.test(text)
}
