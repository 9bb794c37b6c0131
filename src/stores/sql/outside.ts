/** SQLite's settings that a transaction keeps from taking effect: lifted out of it at both ends of a file. */

import type { Statement } from '../../core/script.ts'
import { positionIn } from './place.ts'
import { refuse } from './refuse.ts'

/**
 * Brings the `outside` statements at the head of a file before everything else, and those at its end behind it; among
 * settings the order does not matter. One in the middle goes to `onMisplaced`: there it would do nothing, and say nothing.
 * ATTACH works in a transaction too, and stays where it is; `foreign_keys` may stay where it makes no difference.
 */
export function* liftOutside(
  statements: Iterable<Statement>,
  onMisplaced: (statement: Statement) => void,
): Generator<Statement> {
  let held: Statement[] = []
  let atHead = true
  const keys = followForeignKeys(onMisplaced)
  for (const statement of statements) {
    if (isSetting(statement)) {
      held.push(statement)
      continue
    }
    for (const setting of held) keys.set(setting, atHead ? 'head' : 'middle')
    yield* atHead ? atTheHead(held) : inTheMiddle(held, onMisplaced)
    keys.check(statement)
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
    if (!/^attach\b/i.test(one.text) && wantedKeys(one) === null) onMisplaced(one)
    return { ...one, traits: { ...one.traits, outside: false } }
  })
}

type Keys = 'on' | 'off'

/** Told of each setting in turn, and where it stands: where it takes effect, or in the middle of a transaction. */
export interface ForeignKeys {
  set(setting: Statement, where: 'head' | 'middle'): void
  /** Calls back where this statement would notice that the last setting did nothing. */
  check(statement: Statement): void
}

/**
 * Tools write `foreign_keys = OFF` and `ON` around each table that they rebuild, and indexes after it. Inside the
 * transaction both do nothing, so they may stand where no statement after them would notice: violations are found before
 * COMMIT in any case, and only what changes or drops rows can make others follow.
 */
export function followForeignKeys(onMisplaced: (statement: Statement) => void): ForeignKeys {
  // A migration's session begins with them off.
  let real: Keys = 'off'
  let wanted: Keys = 'off'
  let last: Statement | null = null
  return {
    set(setting, where) {
      const keys = wantedKeys(setting)
      if (keys === null) return
      wanted = keys
      if (where === 'head') real = keys
      last = setting
    },
    check({ text, traits }) {
      if (last === null || wanted === real || !traits.touchesRows) return
      if (wanted === 'off' || !isPlainInsert(text)) onMisplaced(last)
    },
  }
}

/** What a setting of `foreign_keys` asks for; `null` for every other statement. */
export function wantedKeys({ text, traits }: Statement): Keys | null {
  const value = traits.outside
    ? /^pragma\s+(?:\w+\s*\.\s*)?foreign_keys\s*(?:=|\()\s*['"]?(\w+)/i.exec(text)?.[1]
    : undefined
  if (value === undefined) return null
  return /^(?:1|on|yes|true)$/i.test(value) ? 'on' : 'off'
}

/** It can break a foreign key, but never makes rows of another table follow. */
function isPlainInsert(text: string): boolean {
  return /^insert\s+(?:or\s+(?:ignore|abort|fail|rollback)\s+)?into\b/i.test(text) && !/\bon\s+conflict\b/i.test(text)
}
