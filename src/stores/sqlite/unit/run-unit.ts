/** Runs one unit of a migration: together with its record, or a statement that must be alone. */

import { assert, isLockstepError, LockstepError } from '../../../core/error.ts'
import type { HistoryChange } from '../../../core/history.ts'
import type { TogetherUnit, UnitSettings, Work } from '../../../core/ports.ts'
import type { Statement, Unit } from '../../../core/script.ts'
import { shortened } from '../../sql/place.ts'
import { valueOf } from '../client.ts'
import { isSqliteError, messageOf, statementFailure } from '../failure.ts'
import { writeChange } from '../history.ts'
import { inTransaction, setDurability, whenFree, type Workplace } from '../transaction.ts'
import { makeMigrationApi } from './code.ts'
import { dropSetting } from './drop-setting.ts'
import { locate } from './locate.ts'
import { watchRows, type RowWatch } from './row-watch.ts'
import { putBackSettings, type ConnectionSettings } from './settings.ts'
import { takeTurn } from '../turns.ts'

/** The connection's settings as it was opened, and whether a script has changed them since. */
export interface SessionState {
  readonly kept: ConnectionSettings
  changed: boolean
}

/** Everything of `unit` or nothing. */
export async function runTogether(place: Workplace, unit: TogetherUnit, state: SessionState): Promise<void> {
  // Left behind by a script that stopped half way.
  if (unit.sessionAfter === 'reset') await putBack(place, state)
  const run: Run = { place, unit, state }
  try {
    const [first] = unit.works
    if (unit.works.length === 1 && first?.kind === 'statements') await runFile(run, first)
    else await inRecordedTransaction(run, () => runWorks(run))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    throw statementFailure(error, place.about, { file: unit.file, place: null, statement: null })
  } finally {
    if (unit.sessionAfter === 'reset') await putBack(place, state)
  }
}

/** One statement after the other, outside any transaction of ours. */
export async function runAlone(place: Workplace, unit: Unit, settings: UnitSettings): Promise<void> {
  try {
    for (const statement of unit.statements) await runOutside(place, statement, settings)
    assert(!place.client.isTransaction, 'a transaction was left open by a unit that runs alone')
  } finally {
    if (place.client.isTransaction) place.client.exec('ROLLBACK')
  }
}

/** Of what comes next nothing may run with the settings of this file, so a signal does not cut this short. */
export async function putBack(place: Workplace, state: SessionState): Promise<void> {
  if (!state.changed) return
  const signal = new AbortController().signal
  await whenFree(place, { lockTimeoutMs: putBackMostMs, signal }, () => putBackSettings(place.client, state.kept))
  state.changed = false
}

const putBackMostMs = 10_000

interface Run {
  readonly place: Workplace
  readonly unit: TogetherUnit
  readonly state: SessionState
}

type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>

/** The usual case: one file, with its settings before BEGIN and after COMMIT. */
async function runFile(run: Run, { file, statements }: WorkOf<'statements'>): Promise<void> {
  const { place, unit, state } = run
  const source = statements[Symbol.iterator]()
  const trailing: Statement[] = []
  try {
    const { leading, rest } = takeLeading(source)
    state.changed ||= leading.length > 0
    for (const statement of leading) await runOutside(place, statement, unit)
    if (state.changed) await whenFree(place, unit, () => keepSafe(place, file))
    await inRecordedTransaction(run, () =>
      runStatements(run, { file, statements: rest, outside: (statement) => void trailing.push(statement) }),
    )
  } finally {
    // It may hold the file open.
    source.return?.()
  }
  state.changed ||= trailing.length > 0
  for (const statement of trailing) await runTrailing(place, statement, unit)
}

/** Code, or several files in one transaction (`--atomic`), where no file can have settings of its own. */
async function runWorks(run: Run): Promise<void> {
  const { client, about } = run.place
  for (const work of run.unit.works) {
    if (work.kind === 'code') await runCode(run, work)
    else {
      const outside: Inside['outside'] = (statement, at) =>
        dropSetting(client, statement, { store: about.store, file: work.file, at })
      await runStatements(run, { ...work, outside })
    }
  }
}

/** The record first, so that a second migrator stops at its key even if it had no lock. */
async function inRecordedTransaction({ place, unit }: Run, work: () => Promise<void>): Promise<void> {
  const write = (changes: readonly HistoryChange[]): void => {
    for (const change of changes) writeChange(place.client, change, { names: place.names, nowMs: place.clock.now() })
  }
  await inTransaction(place, unit, async () => {
    write(unit.before)
    await work()
    if (unit.signal.aborted) throw unit.signal.reason
    write(unit.after)
  })
}

interface Inside {
  readonly file: string
  readonly statements: Iterable<Statement>
  /** What becomes of a statement that has no effect inside a transaction; it stands at one of the file's ends. */
  readonly outside: (statement: Statement, at: 'head' | 'end') => void
}

async function runStatements(run: Run, { file, statements, outside }: Inside): Promise<void> {
  const { client, uninterrupted } = run.place
  const watch = watchRows(client, file)
  let at: 'head' | 'end' = 'head'
  for (const statement of statements) {
    await takeTurn(run.unit.signal)
    if (statement.traits.outside) {
      outside(statement, at)
      continue
    }
    at = 'end'
    runInside(run, statement, { watch, file, work: () => client.exec(statement.text) })
  }
  uninterrupted(() => watch.confirm())
}

async function runCode(run: Run, { file, run: code }: WorkOf<'code'>): Promise<void> {
  const { client, about, uninterrupted } = run.place
  const { signal } = run.unit
  const watch = watchRows(client, file)
  run.state.changed = true
  const api = makeMigrationApi({
    client,
    file,
    signal,
    run: (statement, work) => runInside(run, statement, { watch, file, work }),
  })
  try {
    await code(api)
    if (!client.isTransaction) throw new Error('a failure that it caught has ended its transaction')
  } catch (error) {
    if (signal.aborted && error === signal.reason) throw error
    throw statementFailure(error, about, { file, place: null, statement: null })
  }
  uninterrupted(() => watch.confirm())
}

interface Step<T> {
  readonly watch: RowWatch
  readonly file: string
  readonly work: () => T
}

function runInside<T>(run: Run, statement: Statement, { watch, file, work }: Step<T>): T {
  const { client, about, uninterrupted } = run.place
  run.state.changed ||= statement.traits.session
  try {
    const answer = uninterrupted(() => watch.around(statement, work))
    assert(client.isTransaction, `${shortened(statement)} ended the transaction that its record belongs to`)
    return answer
  } catch (error) {
    const context = { place: locate(client, error, { statement, file }), statement: shortened(statement) }
    if (isLockstepError(error)) throw new LockstepError(error.code, error.details, { ...context, cause: error.cause })
    throw statementFailure(error, about, { file, ...context })
  }
}

/** A statement outside any transaction, once nobody is in its way. */
export async function runOutside(place: Workplace, statement: Statement, settings: UnitSettings): Promise<void> {
  const { file } = settings
  try {
    await whenFree(place, settings, () => place.client.exec(statement.text))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    const context = { place: locate(place.client, error, { statement, file }), statement: shortened(statement) }
    throw statementFailure(error, place.about, { file, ...context })
  }
}

/** The migration is committed with its record, so this cannot make it fail any more; but it must be said. */
async function runTrailing(place: Workplace, statement: Statement, settings: UnitSettings): Promise<void> {
  try {
    await runOutside(place, statement, settings)
  } catch (error) {
    place.notice(
      `${settings.file} is applied, but its last setting failed: ${shortened(statement)}: ${messageOf(error)}`,
    )
  }
}

/** Statements that stand before the transaction; the others are not read yet. */
function takeLeading(source: Iterator<Statement>): { leading: readonly Statement[]; rest: Iterable<Statement> } {
  const leading: Statement[] = []
  let next = source.next()
  for (; next.done !== true && next.value.traits.outside; next = source.next()) leading.push(next.value)
  const rest = function* (): Generator<Statement> {
    for (; next.done !== true; next = source.next()) yield next.value
  }
  return { leading, rest: rest() }
}

/** A file may choose its settings, but not one with which a killed migration would leave a broken database. */
function keepSafe(place: Workplace, file: string): void {
  const { client } = place
  const mode = valueOf(client, 'PRAGMA main.journal_mode')
  const isFile = valueOf(client, "SELECT file FROM pragma_database_list WHERE name = 'main'") !== ''
  if (isFile && (mode === 'off' || mode === 'memory')) {
    const reason = `with journal_mode = ${mode} a killed migration could not be rolled back`
    throw new LockstepError('script-refused', { file, reason, help: 'leave the PRAGMA out' })
  }
  setDurability(place)
}
