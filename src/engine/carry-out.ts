/** Carries out one migration: as a whole where the store can, step by step where it must. */

import { isLockstepError, LockstepError, type ErrorDetails } from '../core/error.ts'
import { bodyOf, moved, nextRow, recordOf, stopIfAsked, type Assignment, type Engine, type Ran } from './engine.ts'
import { nextCommand, runSteps } from './steps.ts'
import { runWhole } from './whole.ts'

/** Runs and records it. Throws a LockstepError whose `state` tells what is left behind. */
export async function carryOut(assignment: Assignment, engine: Engine): Promise<Ran> {
  stopIfAsked(engine)
  const { planned } = assignment
  announce(assignment, engine)
  const begun = engine.clock.now()
  try {
    const steps = await runInMode(assignment, engine)
    const ms = engine.clock.now() - begun
    const { version, file, direction } = planned
    engine.emit({ type: 'migration-done', store: engine.store, version, file, direction, ms, steps })
    return { ms, steps }
  } catch (error) {
    throw await failed(error, assignment, engine)
  }
}

async function runInMode(assignment: Assignment, engine: Engine): Promise<number> {
  if (assignment.planned.mode === 'steps') return await runSteps(assignment, engine)
  try {
    return await runWhole(assignment, engine)
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'migration-failed') throw error
    const { reason, message } = error.details as { reason: string; message: string }
    if (reason !== 'needs-steps' || bodyOf(assignment).language === 'module') throw error
    // It was rolled back as a whole, so nothing ran: it may begin again in the other way.
    engine.emit({ type: 'mode-changed', store: engine.store, version: assignment.planned.version, why: message })
    return await runSteps(assignment, engine)
  }
}

function announce({ planned, index, count }: Assignment, engine: Engine): void {
  const { version, file, direction, mode, warnings } = planned
  engine.emit({ type: 'migration-started', store: engine.store, version, file, direction, mode, index, count })
  for (const message of warnings) engine.emit({ type: 'warning', store: engine.store, message: `${file}: ${message}` })
}

/** Writes the failure into the log where the store still answers, and says what is left. */
async function failed(error: unknown, assignment: Assignment, engine: Engine): Promise<unknown> {
  const { version } = assignment.planned
  if (engine.signal.aborted && !isLost(error)) return engine.signal.reason
  if (!isLockstepError(error)) return error
  engine.emit({ type: 'migration-failed', store: engine.store, version, code: error.code, message: error.message })
  if (isLost(error)) return error
  const row = nextRow(engine, 'failed', { version, detail: error.message.slice(0, 500) })
  const blocks = blocking(assignment, engine, error)
  try {
    await engine.session.write([...blocks, { kind: 'log', row }])
    moved(engine, row)
  } catch (cause) {
    const message = `the failure of ${version} could not be written to the log: ${cause instanceof Error ? cause.message : String(cause)}`
    engine.emit({ type: 'warning', store: engine.store, message })
  }
  return blocks.length === 0 ? error : withNext(error, nextCommand(assignment, engine))
}

/** The same failure, whose remedy begins with a person's word. */
function withNext(error: LockstepError, next: string): LockstepError {
  if (error.code !== 'migration-failed') return error
  const { place, statement, state, cause } = error
  const details = { ...(error.details as ErrorDetails<'migration-failed'>), next }
  return new LockstepError('migration-failed', details, { place, statement, state, cause })
}

/** Policy `retry: 'never'`: a failed migration stands in the history until a person has decided. */
function blocking(
  assignment: Assignment,
  engine: Engine,
  error: LockstepError,
): Parameters<Engine['session']['write']>[0] {
  const unproven = error.code === 'step-failed' || error.code === 'outcome-unknown'
  if (engine.policy.retry !== 'never' || unproven || assignment.planned.direction === 'down') return []
  const record = { ...recordOf(engine, assignment), state: 'failed' as const, stepsStarted: 0, stepsDone: 0 }
  return [{ kind: assignment.record === null ? 'insert' : 'update', record }]
}

function isLost(error: unknown): boolean {
  return isLockstepError(error) && error.code === 'connection-lost'
}
