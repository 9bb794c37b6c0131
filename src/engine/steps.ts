/**
 * A migration that cannot be one transaction: unit by unit, each journalled. A unit that can be a transaction commits
 * with its own proof; one that must be alone has its intent written before and its proof after. After a crash the
 * journal says where to go on, and a probe decides about an intent without a proof.
 */

import { LockstepError, assert, isLockstepError } from '../core/error.ts'
import type { HistoryChange, HistoryRecord } from '../core/history.ts'
import type { Sha256 } from '../core/log-chain.ts'
import type { Probe, Unit } from '../core/script.ts'
import { bodyOf, moved, nextRow, recordOf, stopIfAsked, type Assignment, type Engine } from './engine.ts'
import { settingsOf, withRetries } from './retry.ts'

/** The answer is the number of units that this call has run. */
export async function runSteps(assignment: Assignment, engine: Engine): Promise<number> {
  const { planned } = assignment
  const body = bodyOf(assignment)
  if (body.language === 'module')
    throw new LockstepError('module-invalid', { file: planned.file, reason: 'a module is always one transaction' })
  const units = [...engine.session.readUnits(engine.bodies.script(assignment.migration, body))]
  const journal = await openJournal(assignment, engine, units)
  await engine.session.resume(units.slice(0, journal.record.stepsDone))
  for (const unit of units.slice(journal.record.stepsDone)) {
    stopIfAsked(engine)
    await runUnit(unit, { assignment, engine, journal }).catch((error: unknown) =>
      stopped(error, { assignment, engine, journal }),
    )
    const { store } = engine
    engine.emit({
      type: 'step-done',
      store,
      version: planned.version,
      step: journal.record.stepsDone,
      steps: units.length,
    })
  }
  await engine.session.settle()
  await closeJournal(assignment, engine, journal)
  return units.length - journal.from
}

interface Journal {
  /** As it stands in the store. */
  record: HistoryRecord
  readonly from: number
  readonly hashes: readonly string[]
  readonly begunMs: number
}

interface Running {
  readonly assignment: Assignment
  readonly engine: Engine
  readonly journal: Journal
}

async function openJournal(assignment: Assignment, engine: Engine, units: readonly Unit[]): Promise<Journal> {
  const { planned, record } = assignment
  const hashes = prefixHashes(units, engine.sha256)
  const begunMs = engine.clock.now()
  const resumed = record !== null && record.state !== 'applied' && record.direction === planned.direction
  const done = resumed ? record.stepsDone : 0
  refuseEditedSteps(assignment, { store: engine.store, record: resumed ? record : null, hashes })
  const fresh: HistoryRecord = {
    ...(planned.direction === 'down' && record !== null ? record : recordOf(engine, assignment)),
    state: 'running',
    direction: planned.direction,
    stepsStarted: resumed ? record.stepsStarted : 0,
    stepsDone: done,
    stepsTotal: units.length,
    stepsHash: resumed ? record.stepsHash : null,
  }
  await engine.session.write([{ kind: record === null ? 'insert' : 'update', record: fresh }])
  return { record: fresh, from: done, hashes, begunMs }
}

/** Hash of the texts of the first n units, for every n. */
export function prefixHashes(units: readonly Unit[], sha256: Sha256): string[] {
  let hash = ''
  return units.map((unit) => (hash = sha256(`${hash}\n${unit.statements.map((one) => one.text).join(';')}`)))
}

function refuseEditedSteps(
  assignment: Assignment,
  { store, record, hashes }: { store: string; record: HistoryRecord | null; hashes: readonly string[] },
): void {
  if (record === null || record.stepsDone === 0 || record.stepsHash === hashes[record.stepsDone - 1]) return
  const { file, version } = assignment.planned
  const { stepsDone, stepsTotal } = record
  throw new LockstepError('steps-changed', { stepsDone, stepsTotal, version, file, store })
}

async function runUnit(unit: Unit, running: Running): Promise<void> {
  const { assignment, engine, journal } = running
  if (unit.alone || journal.record.stepsStarted > unit.index) return await runAlone(unit, running)
  const proof = proven(journal, unit)
  const work = {
    kind: 'statements' as const,
    statements: unit.statements,
    begin: unit.begin,
    file: assignment.planned.file,
  }
  try {
    await withRetries(assignment, engine, async (settings) => {
      await engine.session.runTogether({
        ...settings,
        sessionAfter: 'kept',
        before: [],
        works: [work],
        after: [{ kind: 'update', record: proof }],
      })
    })
  } catch (error) {
    // Only running it shows that a procedure commits by itself.
    if (unit.statements.length !== 1 || !mustBeAlone(error)) throw error
    return await runAlone(unit, running)
  }
  journal.record = proof
}

function mustBeAlone(error: unknown): boolean {
  return isLockstepError(error) && (error.details as { reason?: unknown }).reason === 'needs-steps'
}

async function runAlone(unit: Unit, { assignment, engine, journal }: Running): Promise<void> {
  const begunBefore = journal.record.stepsStarted > unit.index
  if (begunBefore && (await decide(unit, { assignment, engine, journal })) === 'done')
    return await prove(unit, engine, journal)
  const intent = { ...journal.record, stepsStarted: unit.index + 1 }
  await engine.session.write([{ kind: 'update', record: intent }])
  journal.record = intent
  await engine.session.runAlone(unit, settingsOf(assignment, engine))
  await checkIndex(unit, { assignment, engine, journal })
  await prove(unit, engine, journal)
}

/** An intent without a proof: the catalogue decides, or a person must. */
async function decide(unit: Unit, { assignment, engine, journal }: Running): Promise<'done' | 'not-done'> {
  const answer = await engine.session.probe(unit)
  if (answer !== 'unknown') return answer
  const { version, file } = assignment.planned
  const { stepsDone: done, stepsTotal: total } = journal.record
  const statement = (unit.statements[0]?.text ?? '').slice(0, 120)
  const context = { state: `${done} of ${total} steps are committed` }
  throw new LockstepError('outcome-unknown', { store: engine.store, version, file, done, total, statement }, context)
}

/** `IF NOT EXISTS` is satisfied by an invalid index: what was asked for is looked at, dropped and made again. */
async function checkIndex(unit: Unit, { assignment, engine }: Running): Promise<void> {
  const probe = probeOf(unit)
  if (probe?.kind !== 'index-valid' || probe.name === null) return
  if ((await engine.session.probe(unit)) === 'done') return
  await engine.session.runAlone(unit, settingsOf(assignment, engine))
  assert((await engine.session.probe(unit)) === 'done', `index ${probe.name} is not valid after it was made`)
}

async function prove(unit: Unit, engine: Engine, journal: Journal): Promise<void> {
  const proof = proven(journal, unit)
  await engine.session.write([{ kind: 'update', record: proof }])
  journal.record = proof
}

function probeOf({ statements }: Unit): Probe | null {
  return statements.find(({ traits }) => traits.probe !== null)?.traits.probe ?? null
}

function proven(journal: Journal, unit: Unit): HistoryRecord {
  const done = unit.index + 1
  return { ...journal.record, stepsStarted: done, stepsDone: done, stepsHash: journal.hashes[unit.index] ?? null }
}

async function closeJournal(assignment: Assignment, engine: Engine, journal: Journal): Promise<void> {
  const { planned } = assignment
  const { version } = journal.record
  const event = planned.direction === 'up' ? 'applied' : 'reverted'
  const row = nextRow(engine, event, { version, detail: `${planned.file} ${planned.checksum}` })
  const durationMs = engine.clock.now() - journal.begunMs
  const change: HistoryChange =
    planned.direction === 'down'
      ? { kind: 'remove', version }
      : { kind: 'update', record: { ...journal.record, state: 'applied', checksum: planned.checksum, durationMs } }
  await engine.session.write([change, { kind: 'log', row }])
  moved(engine, row)
  if (planned.direction === 'up') engine.position++
}

/** What the store refused, told with what is committed; the record says `failed`, so that a dead run has a name. */
async function stopped(error: unknown, { assignment, engine, journal }: Running): Promise<never> {
  if (!isLockstepError(error) || error.code === 'connection-lost' || error.code === 'outcome-unknown') throw error
  journal.record = { ...journal.record, state: 'failed' }
  await engine.session.write([{ kind: 'update', record: journal.record }])
  const { stepsDone: done, stepsTotal: total } = journal.record
  if (error.code !== 'migration-failed') throw error.withState(`${done} of ${total} steps are committed`)
  const { message, code } = error.details as { message: string; code: string | null }
  const { place, statement } = error
  const state = done === 0 ? 'no step is committed' : `${done} of ${total} steps are committed`
  throw new LockstepError(
    'step-failed',
    { file: assignment.planned.file, message, code, done, total, next: nextCommand(assignment, engine) },
    { place, statement, state, cause: error },
  )
}

/** What goes on with a migration that stopped: the same verb again, or first a person's word where the policy wants one. */
export function nextCommand({ planned: { direction, version } }: Assignment, { store, policy }: Engine): string {
  if (direction === 'up' && policy.retry === 'never')
    return `lockstep repair resolve ${version} --store ${store} --not-applied --why "..."`
  return `lockstep ${direction}`
}
