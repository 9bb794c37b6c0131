/** A SQLite database under its lock. */

import { LockstepError } from '../../core/error.ts'
import type { History, HistoryChange } from '../../core/history.ts'
import type { Session, Signal } from '../../core/ports.ts'
import type { ProbeAnswer, Unit } from '../../core/script.ts'
import { statementsOf, unitsOf } from '../sql/units.ts'
import { valueOf, type SqliteClient } from './client.ts'
import { isBusy, readFailure, storeFailure } from './failure.ts'
import { createTables, writeChange } from './history.ts'
import { putBack, runAlone, runTogether, type SessionState } from './unit/run-unit.ts'
import { isSetting, readSettings, type ConnectionSettings } from './unit/settings.ts'
import { inTransaction, setDurability, whenFree, type Workplace } from './transaction.ts'

export interface SessionOptions extends Workplace {
  readonly readHistory: (client: SqliteClient) => History
  readonly lockTimeoutMs: number
  readonly signal: Signal
}

/** Sets the connection up for migrations; its owner puts it back. */
export async function openSession(options: SessionOptions): Promise<Session> {
  return makeSession(options, await answered(options, () => setUp(options)))
}

function setUp(options: SessionOptions): ConnectionSettings {
  const { client } = options
  // A rebuild drops the old table, which would take the rows of its children along. A file that wants foreign keys
  // enforced says so at its head.
  client.exec('PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 0')
  setDurability(options)
  // The driver opens without reading; what is no database is found out here.
  valueOf(client, 'SELECT count(*) FROM "main".sqlite_master')
  return readSettings(client)
}

function makeSession(options: SessionOptions, kept: ConnectionSettings): Session {
  const state: SessionState = { kept, changed: false }
  return {
    readHistory: async () => {
      try {
        return await answered(options, () => options.readHistory(options.client))
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
    runTogether: (unit) => runTogether(options, unit, state),
    runAlone: async (unit, settings) => {
      state.changed ||= unit.statements.some(({ traits }) => traits.session)
      await runAlone(options, unit, settings)
    },
    probe: (unit) => Promise.resolve(probeOf(unit)),
    readStatements: (source) => statementsOf(source, 'sqlite'),
    readUnits: (source) => unitsOf(source, 'sqlite', 'steps'),
    resume: (proven) => resume(options, proven, state),
    settle: () => putBack(options, state),
    // SQLite knows that somebody has locked the file, not who.
    readBlockers: () => Promise.resolve([]),
  }
}

function write({ client, names, clock }: Workplace, changes: readonly HistoryChange[]): void {
  for (const one of changes) writeChange(client, one, { names, nowMs: clock.now() })
}

async function change(options: SessionOptions, work: () => void): Promise<void> {
  try {
    await inTransaction(options, options, work)
  } catch (error) {
    throw changeFailure(error, options)
  }
}

async function answered<T>(options: SessionOptions, ask: () => T): Promise<T> {
  try {
    return await whenFree(options, options, ask)
  } catch (error) {
    throw changeFailure(error, options)
  }
}

function changeFailure(error: unknown, { about, lockTimeoutMs }: SessionOptions): unknown {
  if (!isBusy(error)) return storeFailure(error, about) ?? error
  const details = { file: about.place, attempts: 1, lockTimeoutMs, blockedBy: [] }
  return new LockstepError('lock-wait-exhausted', details, { store: about.store, cause: error })
}

/** PRAGMA and ATTACH of the proven units; temporary tables are not made again, their rows could be others by now. */
async function resume(options: SessionOptions, proven: readonly Unit[], state: SessionState): Promise<void> {
  await putBack(options, state)
  for (const statement of proven.flatMap((unit) => unit.statements)) {
    if (!isSetting(statement)) continue
    state.changed = true
    await answered(options, () => options.client.exec(statement.text))
  }
}

/** Nothing in a SQLite file tells whether a statement without a transaction has run; some may simply run again. */
function probeOf({ statements }: Unit): ProbeAnswer {
  const probe = statements.find(({ traits }) => traits.probe !== null)?.traits.probe
  return probe?.kind === 'repeatable' ? 'not-done' : 'unknown'
}
