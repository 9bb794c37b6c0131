/** A migration as one transaction: its record goes in first, so that a second migrator stops at the key. */

import { LockstepError, isLockstepError } from '../core/error.ts'
import type { HistoryChange } from '../core/history.ts'
import type { Work } from '../core/ports.ts'
import { watchCalls, type Watching } from './calls.ts'
import { bodyOf, moved, nextRow, recordOf, type Assignment, type Engine } from './engine.ts'
import { placedInModule } from './place-in-module.ts'
import { withRetries } from './retry.ts'

/** Everything or nothing; the answer is the number of steps, which is one. */
export async function runWhole(assignment: Assignment, engine: Engine): Promise<number> {
  const work = await workOf(assignment, engine)
  await withRetries(assignment, engine, async (settings) => {
    const { before, after, row } = changesOf(assignment, engine)
    await engine.session.runTogether({ ...settings, sessionAfter: 'reset', before, works: [work], after })
    moved(engine, row)
  }).catch((error: unknown) => {
    throw explained(error, assignment)
  })
  if (assignment.planned.direction === 'up') engine.position++
  return 1
}

function changesOf(
  assignment: Assignment,
  engine: Engine,
): { before: HistoryChange[]; after: HistoryChange[]; row: ReturnType<typeof nextRow> } {
  const { planned, record } = assignment
  const version = record?.version ?? planned.version
  if (planned.direction === 'down') {
    const row = nextRow(engine, 'reverted', { version, detail: planned.file })
    return {
      before: [],
      after: [
        { kind: 'remove', version },
        { kind: 'log', row },
      ],
      row,
    }
  }
  const row = nextRow(engine, 'applied', { version, detail: `${planned.file} ${planned.checksum}` })
  const kind = record === null ? 'insert' : 'update'
  return {
    before: [{ kind, record: recordOf(engine, assignment) }],
    after: [
      { kind: 'finish', version, startedAtMs: engine.clock.now() },
      { kind: 'log', row },
    ],
    row,
  }
}

/** What runs: the statements of a script, read afresh by every attempt, or the code of a module. */
export async function workOf(assignment: Assignment, engine: Engine): Promise<Work> {
  const { migration, planned } = assignment
  const body = bodyOf(assignment)
  if (body.language === 'module') {
    const code = await engine.bodies.code(migration, body)
    return {
      kind: 'code',
      file: planned.file,
      run: async (api) =>
        await watchCalls({ ...api, log: logger(assignment, engine) }, watchingOf(assignment, engine), (watched) =>
          callCode(code, assignment, watched),
        ),
    }
  }
  const source = engine.bodies.script(migration, body)
  return {
    kind: 'statements',
    // Read afresh by every attempt.
    statements: { [Symbol.iterator]: () => engine.session.readStatements(source)[Symbol.iterator]() },
    begin: null,
    file: planned.file,
  }
}

function logger({ planned }: Assignment, engine: Engine): (message: string) => void {
  return (message) => engine.emit({ type: 'notice', store: engine.store, version: planned.version, message })
}

function watchingOf({ planned: { file } }: Assignment, { store, emit }: Engine): Watching {
  return { file, tellLate: ({ message }) => emit({ type: 'warning', store, message }) }
}

type Code = Awaited<ReturnType<Engine['bodies']['code']>>

async function callCode(code: Code, { planned }: Assignment, api: Parameters<Code['up']>[0]): Promise<void> {
  if (planned.direction === 'up') return await code.up(api)
  if (code.down === undefined)
    throw new LockstepError('module-invalid', { file: planned.file, reason: 'it has no down()' })
  return await code.down(api)
}

function explained(error: unknown, assignment: Assignment): unknown {
  if (!isLockstepError(error) || error.code === 'connection-lost') return error
  const placed = placedInModule(error, bodyOf(assignment))
  return placed.withState('nothing of it is left: the transaction was rolled back')
}
