/** Runs one unit of a migration: together with its record, or a statement that must be alone. */

import { assert, isLockstepError, LockstepError } from '../../../core/error.ts'
import type { HistoryChange } from '../../../core/history.ts'
import type { TogetherUnit, UnitSettings, Work } from '../../../core/ports.ts'
import type { Statement, Unit } from '../../../core/script.ts'
import { shortened } from '../../sql/place.ts'
import { valueOf } from '../client.ts'
import { isSqliteError, messageOf, statementFailure } from '../failure.ts'
import { writeChange } from '../history.ts'
import { inTransaction, whenFree, type Workplace } from '../transaction.ts'
import { makeMigrationApi } from './code.ts'
import { dropSetting } from './drop-setting.ts'
import { locate } from './locate.ts'
import { watchRows, type RowWatch } from './row-watch.ts'
import { dropTemporary, putBackSettings, type ConnectionSettings } from './settings.ts'
import { makeTurns } from '../turns.ts'

/** Everything of `unit` or nothing, and the connection as it was before, however it ends. */
export async function runTogether(place: Workplace, unit: TogetherUnit, kept: ConnectionSettings): Promise<void> {
  const run: Run = { place, unit, changesSession: false }
  if (unit.works.some((work) => work.kind === 'code')) dropTemporary(place.client, kept)
  try {
    const [first] = unit.works
    if (unit.works.length === 1 && first?.kind === 'statements') await runFile(run, first)
    else await inRecordedTransaction(run, () => runWorks(run))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    throw statementFailure(error, place.about, { file: fileOf(unit), place: null, statement: null })
  } finally {
    if (run.changesSession) putBackSettings(place.client, kept)
  }
}

/** One statement after the other, outside any transaction of ours. */
export async function runAlone(
  place: Workplace,
  unit: Unit,
  { settings, kept }: { settings: UnitSettings; kept: ConnectionSettings },
): Promise<void> {
  const { client } = place
  try {
    for (const statement of unit.statements) {
      await runOutside(place, statement, { patience: settings, file: shortened(statement) })
    }
    assert(!client.isTransaction, 'a transaction was left open by a unit that runs alone')
  } finally {
    if (client.isTransaction) client.exec('ROLLBACK')
    if (unit.statements.some(({ traits }) => traits.session)) putBackSettings(client, kept)
  }
}

interface Run {
  readonly place: Workplace
  readonly unit: TogetherUnit
  changesSession: boolean
}

type WorkOf<Kind extends Work['kind']> = Extract<Work, { kind: Kind }>

/** The usual case: one file, with its settings before BEGIN and after COMMIT. */
async function runFile(run: Run, { file, statements }: WorkOf<'statements'>): Promise<void> {
  const { place, unit } = run
  const source = statements[Symbol.iterator]()
  const trailing: Statement[] = []
  try {
    const { leading, rest } = takeLeading(source)
    run.changesSession ||= leading.length > 0
    for (const statement of leading) await runOutside(place, statement, { patience: unit, file })
    if (leading.length > 0) keepSafe(place, file)
    await inRecordedTransaction(run, () =>
      runStatements(run, { file, statements: rest, outside: (statement) => void trailing.push(statement) }),
    )
  } finally {
    // It may hold the file open.
    source.return?.()
  }
  run.changesSession ||= trailing.length > 0
  for (const statement of trailing) await runTrailing(run, file, statement)
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
  const { client, clock, uninterrupted } = run.place
  const watch = watchRows(client, file)
  const turns = makeTurns(clock, run.unit.signal)
  let at: 'head' | 'end' = 'head'
  for (const statement of statements) {
    await turns.next()
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
  run.changesSession = true
  const { api, end } = makeMigrationApi({
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
  } finally {
    end()
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
  run.changesSession ||= statement.traits.session
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

interface Outside {
  readonly patience: UnitSettings
  readonly file: string
}

async function runOutside(place: Workplace, statement: Statement, { patience, file }: Outside): Promise<void> {
  try {
    await whenFree(place, patience, () => place.client.exec(statement.text))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    const context = { place: locate(place.client, error, { statement, file }), statement: shortened(statement) }
    throw statementFailure(error, place.about, { file, ...context })
  }
}

/** The migration is committed with its record, so this cannot make it fail any more; but it must be said. */
async function runTrailing({ place, unit }: Run, file: string, statement: Statement): Promise<void> {
  try {
    await runOutside(place, statement, { patience: unit, file })
  } catch (error) {
    place.notice(`${file} is applied, but its last setting failed: ${shortened(statement)}: ${messageOf(error)}`)
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
function keepSafe({ client }: Workplace, file: string): void {
  const mode = valueOf(client, 'PRAGMA main.journal_mode')
  const isFile = valueOf(client, "SELECT file FROM pragma_database_list WHERE name = 'main'") !== ''
  if (isFile && (mode === 'off' || mode === 'memory')) {
    const reason = `with journal_mode = ${mode} a killed migration could not be rolled back`
    throw new LockstepError('script-refused', { file, reason, help: 'leave the PRAGMA out' })
  }
  client.exec('PRAGMA synchronous = FULL')
}

function fileOf({ works }: TogetherUnit): string {
  return works.map((work) => work.file).join(', ')
}
