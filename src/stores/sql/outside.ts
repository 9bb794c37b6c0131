/** SQLite's settings that a transaction keeps from taking effect: lifted out of it at both ends of a file. */

import type { Statement } from '../../core/script.ts'
import { positionIn } from './place.ts'
import { refuse } from './refuse.ts'

/**
 * Brings the `outside` statements at the head of a file before everything else, and those at its end behind it; among
 * settings the order does not matter. One in the middle goes to `onMisplaced`: there it would do nothing, and say nothing.
 * ATTACH works in a transaction too, and stays where it is.
 */
export function* liftOutside(
  statements: Iterable<Statement>,
  onMisplaced: (statement: Statement) => void,
): Generator<Statement> {
  let held: Statement[] = []
  let atHead = true
  for (const statement of statements) {
    if (isSetting(statement)) {
      held.push(statement)
      continue
    }
    yield* atHead ? atTheHead(held) : inTheMiddle(held, onMisplaced)
    yield statement
    held = []
    atHead = false
  }
  yield* atHead ? atTheHead(held) : atTheEnd(held)
}

/** For a file that runs as one transaction. */
export function refuseMisplaced(statement: Statement, file: string): never {
  return refuse(positionIn(statement, 0, file), {
    reason: 'this has no effect inside the transaction of the migration',
    help: 'move it to the head of the file, or run the file step by step: -- lockstep: no-transaction',
  })
}

function isSetting({ text, traits }: Statement): boolean {
  return traits.outside || /^pragma\b/i.test(text)
}

function atTheHead(settings: readonly Statement[]): Statement[] {
  return [...settings.filter((one) => one.traits.outside), ...settings.filter((one) => !one.traits.outside)]
}

function atTheEnd(settings: readonly Statement[]): Statement[] {
  return [...settings.filter((one) => !one.traits.outside), ...settings.filter((one) => one.traits.outside)]
}

function inTheMiddle(settings: readonly Statement[], onMisplaced: (statement: Statement) => void): Statement[] {
  return settings.map((one) => {
    if (!one.traits.outside) return one
    if (!/^attach\b/i.test(one.text)) onMisplaced(one)
    return { ...one, traits: { ...one.traits, outside: false } }
  })
}
