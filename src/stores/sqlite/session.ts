/** A SQLite database under its lock. */

import { LockstepError } from '../../core/error.ts'
import type { HistoryChange } from '../../core/history.ts'
import type { Session, Signal } from '../../core/ports.ts'
import type { ProbeAnswer, Unit } from '../../core/script.ts'
import { readSqliteHistory } from '../../readers/sqlite.ts'
import { statementsOf, unitsOf } from '../sql/units.ts'
import { isBusy, readFailure, storeFailure } from './failure.ts'
import { createTables, writeChange } from './history.ts'
import { runAlone, runTogether } from './unit/run-unit.ts'
import { carrySettings } from './unit/carry-settings.ts'
import { dropTemporary, readSettings } from './unit/settings.ts'
import { inTransaction, whenFree, type Patience, type Workplace } from './transaction.ts'

export interface SessionOptions extends Workplace {
  /** The history table's name, unquoted. */
  readonly table: string
  readonly lockTimeoutMs: number
  readonly signal: Signal
}

/** Sets the connection up for migrations; its owner puts it back. */
export function makeSession(options: SessionOptions): Session {
  // A rebuild drops the old table, which would take the rows of its children along. A file that wants foreign keys
  // enforced says so at its head.
  options.client.exec('PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 0')
  const kept = readSettings(options.client)
  return {
    readHistory: async () => {
      try {
        return await whenFree(options, options, () => readSqliteHistory(options.client, options.table))
      } catch (error) {
        throw readFailure(error, options.about)
      }
    },
    createHistory: (meta, first) =>
      change(options, () => {
        options.client.exec(createTables(options.names))
        write(options, [{ kind: 'meta', meta }, ...first.map((row) => ({ kind: 'log' as const, row }))])
      }),
    write: (changes) => change(options, () => write(options, changes)),
    runTogether: (unit) => runTogether(options, unit, kept),
    runAlone: (unit, settings) => runAlone(options, unit, { settings, kept }),
    probe: (unit) => Promise.resolve(probeOf(unit)),
    readStatements: (source) => {
      dropTemporary(options.client, kept)
      return statementsOf(source, 'sqlite')
    },
    readUnits: (source) => {
      dropTemporary(options.client, kept)
      return carrySettings(unitsOf(source, 'sqlite', 'steps'))
    },
    // SQLite knows that somebody has locked the file, not who.
    readBlockers: () => Promise.resolve([]),
  }
}

function write({ client, names, clock }: Workplace, changes: readonly HistoryChange[]): void {
  for (const one of changes) writeChange(client, one, { names, nowMs: clock.now() })
}

async function change(options: SessionOptions & Patience, work: () => void): Promise<void> {
  try {
    await inTransaction(options, options, work)
  } catch (error) {
    throw changeFailure(error, options)
  }
}

function changeFailure(error: unknown, { about, lockTimeoutMs }: SessionOptions): unknown {
  if (!isBusy(error)) return storeFailure(error, about) ?? error
  const details = { file: about.place, attempts: 1, lockTimeoutMs, blockedBy: [] }
  return new LockstepError('lock-wait-exhausted', details, { store: about.store, cause: error })
}

/** Nothing in a SQLite file tells whether a statement without a transaction has run; some may simply run again. */
function probeOf({ statements }: Unit): ProbeAnswer {
  const probe = statements.find(({ traits }) => traits.probe !== null)?.traits.probe
  return probe?.kind === 'repeatable' ? 'not-done' : 'unknown'
}
