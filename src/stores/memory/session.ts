/** The memory world under its lock. A session dies with its first crash, and what it had not committed with it. */

import { assert, isLockstepError, LockstepError } from '../../core/error.ts'
import type { HistoryChange } from '../../core/history.ts'
import type { Clock, MigrationApi, Session, Signal, TogetherUnit, UnitSettings, Work } from '../../core/ports.ts'
import type { ProbeAnswer, Statement, Unit } from '../../core/script.ts'
import { readWorld } from './read.ts'
import { commandOf, placeOf, statementsOf, unitsOf } from './script.ts'
import { changeDraft, draftOf, type Draft, type MemoryWorld, type WorldLock } from './world.ts'

/** Called at each point at which a process could die; what it throws is the crash. */
export type AtPoint = (point: string) => void

export interface MemoryConnection {
  readonly name: string
  readonly place: string
  readonly world: MemoryWorld
  readonly clock: Clock
  readonly atPoint: AtPoint
  /** The lock this session rests on: once the world has another, or none, the session is dead. */
  readonly lock: WorldLock
  dead: boolean
}

export function makeSession(connection: MemoryConnection): Session {
  return {
    readHistory: () => calling(connection, 'readHistory', () => readWorld(connection.world)),
    createHistory: (meta, first) =>
      calling(connection, 'createHistory', () =>
        commit(connection, (draft) => {
          assert(draft.meta === null, 'the history is there already')
          write(connection, draft, { changes: [{ kind: 'meta', meta }, ...first.map(logChange)], file: 'history' })
        }),
      ),
    write: (changes) =>
      calling(connection, 'write', () =>
        commit(connection, (draft) => write(connection, draft, { changes, file: 'history' })),
      ),
    runTogether: (unit) => calling(connection, 'runTogether', () => runTogether(connection, unit)),
    runAlone: (unit, settings) => calling(connection, 'runAlone', () => runAlone(connection, unit, settings)),
    probe: (unit) => calling(connection, 'probe', () => probe(connection, unit)),
    readStatements: statementsOf,
    readUnits: unitsOf,
    // Nothing of a script is kept in a session.
    resume: () => calling(connection, 'resume', () => undefined),
    settle: () => calling(connection, 'settle', () => undefined),
    readBlockers: () => calling(connection, 'readBlockers', () => []),
  }
}

/** Every call can crash before it does anything, and after it has done everything. */
async function calling<T>(connection: MemoryConnection, call: string, work: () => T | Promise<T>): Promise<T> {
  reach(connection, `before ${call}`)
  const answer = await work()
  reach(connection, `after ${call}`)
  return answer
}

function reach(connection: MemoryConnection, point: string): void {
  refuseDead(connection)
  try {
    connection.atPoint(point)
  } catch (error) {
    connection.dead = true
    throw error
  }
}

function refuseDead({ dead, lock, world, name, place }: MemoryConnection): void {
  if (!dead && world.lock === lock) return
  throw new LockstepError('connection-lost', { store: name, place, reason: 'this session is over' })
}

/** Works on a copy, which takes the place of the world's state as a whole or not at all. */
async function commit(connection: MemoryConnection, work: (draft: Draft) => void | Promise<void>): Promise<void> {
  const { world } = connection
  const base = world.state
  const draft = draftOf(base)
  await work(draft)
  reach(connection, 'before COMMIT')
  assert(world.state === base, 'somebody wrote without the lock')
  world.state = draft
  reach(connection, 'after COMMIT')
}

interface Writing {
  readonly changes: readonly HistoryChange[]
  readonly file: string
}

function write(connection: MemoryConnection, draft: Draft, { changes, file }: Writing): void {
  for (const change of changes) {
    changeDraft(draft, change, { nowMs: connection.clock.now(), file })
    reach(connection, `within a transaction, after ${change.kind}`)
  }
}

function logChange(row: Extract<HistoryChange, { kind: 'log' }>['row']): HistoryChange {
  return { kind: 'log', row }
}

async function runTogether(connection: MemoryConnection, unit: TogetherUnit): Promise<void> {
  const file = unit.works.map((work) => work.file).join(', ')
  await commit(connection, async (draft) => {
    write(connection, draft, { changes: unit.before, file })
    for (const work of unit.works) await runWork(connection, draft, { work, signal: unit.signal })
    stopIfAsked(unit.signal)
    write(connection, draft, { changes: unit.after, file })
  })
}

async function runWork(
  connection: MemoryConnection,
  draft: Draft,
  { work, signal }: { work: Work; signal: Signal },
): Promise<void> {
  if (work.kind === 'code') return await runCode(connection, draft, { work, signal })
  for (const statement of work.statements) {
    stopIfAsked(signal)
    assert(statement.traits.alone === null, `${statement.text} in a transaction`)
    carryOut(draft.data, statement, work.file)
    reach(connection, 'within a transaction, after a statement')
  }
}

async function runCode(
  connection: MemoryConnection,
  draft: Draft,
  { work, signal }: { work: Extract<Work, { kind: 'code' }>; signal: Signal },
): Promise<void> {
  const run = (text: string): void => {
    stopIfAsked(signal)
    const source = { file: work.file, noTransaction: false, read: () => [text] }
    for (const statement of statementsOf(source)) {
      if (statement.traits.alone !== null) refuseAlone(statement, work.file)
      carryOut(draft.data, statement, work.file)
      reach(connection, 'within a transaction, after a statement')
    }
  }
  const api: MigrationApi = {
    // `get key` is the one question there is; the caller names the row's type.
    query: async (text) => {
      if (!/^get\s/.test(text)) run(text)
      return rowsOf(draft, text) as never
    },
    exec: async (text) => run(text),
    signal,
    log: () => undefined,
  }
  try {
    await work.run(api)
  } catch (error) {
    if (isLockstepError(error) || connection.dead || (signal.aborted && error === signal.reason)) throw error
    throw failure(work.file, error instanceof Error ? error.message : String(error), { cause: error })
  }
}

function rowsOf({ data }: Draft, text: string): { key: string; value: string }[] {
  const key = /^get\s+(\S+)/.exec(text)?.[1] ?? ''
  const value = data.get(key)
  return value === undefined ? [] : [{ key, value }]
}

function refuseAlone({ text }: Statement, file: string): never {
  const help = 'put it into a migration of its own'
  throw new LockstepError('script-refused', { file, reason: `${text} inside a migration's own transaction`, help })
}

/** At once and for good, as a statement without a transaction is. */
function runAlone(connection: MemoryConnection, unit: Unit, { signal }: UnitSettings): void {
  const { world } = connection
  for (const statement of unit.statements) {
    stopIfAsked(signal)
    const data = new Map(world.state.data)
    carryOut(data, statement, statement.text)
    world.state = { ...world.state, data }
    reach(connection, 'after a statement outside any transaction')
  }
}

function probe({ world }: MemoryConnection, { statements }: Unit): ProbeAnswer {
  const [statement] = statements
  const command = statement === undefined ? null : commandOf(statement.text)
  if (command?.verb !== 'put' || statement?.traits.probe === null) return 'unknown'
  return world.state.data.get(command.key) === command.value ? 'done' : 'not-done'
}

function carryOut(data: Map<string, string>, statement: Statement, file: string): void {
  const command = commandOf(statement.text)
  assert(command !== null, `${statement.text} was read as a statement`)
  switch (command.verb) {
    case 'put':
      data.set(command.key, command.value)
      return
    case 'del':
      if (!data.delete(command.key)) throw failure(file, `there is no ${command.key}`, { statement })
      return
    case 'fail':
      throw failure(file, command.why, { statement })
  }
}

function failure(file: string, message: string, about: { statement?: Statement; cause?: unknown }): LockstepError {
  const { statement, cause } = about
  const place = statement === undefined ? null : placeOf(statement, file)
  const context = { place, statement: statement?.text ?? null, cause: cause ?? new Error(message) }
  return new LockstepError('migration-failed', { file, message, code: 'REFUSED', reason: 'refused' }, context)
}

function stopIfAsked(signal: Signal): void {
  if (signal.aborted) throw signal.reason
}
