/** A PostgreSQL database under its lock: each unit of a migration and its record, in one transaction, in one round trip. */

import { assert, isLockstepError } from '../../core/error.ts'
import type { HistoryChange } from '../../core/history.ts'
import type { Session, Signal, TogetherUnit, UnitSettings, Work } from '../../core/ports.ts'
import type { Statement, Unit } from '../../core/script.ts'
import type { Shape } from '../../core/shape.ts'
import { readPostgresHistory, type HistoryPlace } from '../../readers/postgres.ts'
import { statementsOf, unitsOf } from '../sql/units.ts'
import { makeMigrationApi } from './code.ts'
import { cancelling } from './connection/cancel.ts'
import type { PostgresClient } from './client.ts'
import { connectionFailure, statementFailure, type About } from './failure.ts'
import { changeText, createTables } from './history.ts'
import { batchesOf, locate, type Batch } from './message.ts'
import { probeUnit } from './probe.ts'
import { readShapeInside } from './shape.ts'
import { readTimeouts, resume, settingTexts, timeoutText } from './timeouts.ts'
import { atomically, innerBounds, ownBounds, whileTakenBack, type Bounds } from './trial.ts'

export interface SessionOptions {
  readonly about: About
  readonly place: HistoryPlace
  /** Characters a message may have; 0 sends each statement by itself (no network between). */
  readonly batchChars: number
  /** Looks, over a second connection, at who keeps this one waiting; `null` where there is no second one. */
  readonly watch: (<T>(work: Promise<T>, seen: (blockers: readonly string[]) => void) => Promise<T>) | null
  /** What puts the session back as it was opened. */
  readonly reset: string
  readonly defaultLockTimeoutMs: number
  /** Between which statements a unit is all or nothing; a transaction of its own unless said. */
  readonly bounds?: Bounds
}

export function makeSession(client: PostgresClient, options: SessionOptions): Session {
  let blockers: readonly string[] = []
  const { bounds = ownBounds } = options
  const watched = async <T>(work: Promise<T>): Promise<T> => {
    blockers = []
    return options.watch === null ? await work : await options.watch(work, (seen) => (blockers = seen))
  }
  const run = (text: string): Promise<unknown> => translated(client.run(text), options.about)
  return {
    readHistory: () => translated(readPostgresHistory(client, options.place), options.about),
    createHistory: async (meta, first) => {
      const changes: HistoryChange[] = [{ kind: 'meta', meta }, ...first.map((row) => ({ kind: 'log' as const, row }))]
      await atomically(client, [createTables(options.place), ...texts(changes, options.place)], { bounds, run })
    },
    write: (changes) => atomically(client, texts(changes, options.place), { bounds, run }),
    runTogether: (unit) => watched(runTogether(client, unit, options)),
    runAlone: (unit, settings) => watched(runAlone(client, unit, { settings, options })),
    probe: (unit) => translated(probeUnit(client, unit), options.about),
    readStatements: (source) => statementsOf(source, 'postgres'),
    readUnits: (source) => unitsOf(source, 'postgres', 'steps'),
    resume: (proven) => translated(resume(client, proven), options.about),
    settle: async () => void (await translated(client.run(options.reset), options.about)),
    readBlockers: () => Promise.resolve(blockers),
    ...(options.bounds === undefined ? { tryOut: trying(client, options) } : {}),
  }
}

function trying(client: PostgresClient, options: SessionOptions): NonNullable<Session['tryOut']> {
  const session = makeSession(client, { ...options, bounds: innerBounds })
  const readShape = (): Promise<Shape> => readShapeInside(client, options.place)
  return (work) =>
    translated(
      whileTakenBack(client, () => work({ session, readShape })),
      options.about,
    )
}

function texts(changes: readonly HistoryChange[], place: HistoryPlace): string[] {
  return changes.map((change) => changeText(change, place))
}

async function runTogether(client: PostgresClient, unit: TogetherUnit, options: SessionOptions): Promise<void> {
  const [first] = unit.works
  const begin = first?.kind === 'statements' ? (first.begin ?? 'begin') : 'begin'
  const { bounds = ownBounds } = options
  const before = [
    bounds.begin(begin),
    ...settingTexts(unit, options.defaultLockTimeoutMs),
    ...texts(unit.before, options.place),
  ]
  const { after, reset } = closingOf(unit, options)
  try {
    await cancelling(client, unit.signal, async () => {
      // The usual case: one file, one message.
      if (unit.works.length === 1 && first?.kind === 'statements') {
        return await sendStatements(client, { before, after, reset, work: first, options })
      }
      await run(client, before, options)
      for (const work of unit.works)
        await sendWork(client, { before: [], after: [], reset: [], work, options }, unit.signal)
      await run(client, [ownRole, ...after, ...reset], options)
    })
  } catch (error) {
    await takeBack(client, options)
    throw error
  }
}

/**
 * A role that the script took on may not be allowed to write the history; until the end of the transaction we are
 * ourselves again.
 */
const ownRole = 'set local session authorization default'

function closingOf(
  unit: TogetherUnit,
  options: SessionOptions,
): { after: readonly string[]; reset: readonly string[] } {
  const after = [...texts(unit.after, options.place), ...(options.bounds ?? ownBounds).commit]
  return unit.sessionAfter === 'kept' ? { after: [ownRole, ...after], reset: [] } : { after, reset: [options.reset] }
}

async function run(client: PostgresClient, statements: readonly string[], { about }: SessionOptions): Promise<void> {
  await translated(client.run(statements.join(';\n')), about)
}

async function sendWork(client: PostgresClient, sending: Sending<Work>, signal: Signal): Promise<void> {
  const { work } = sending
  if (work.kind === 'statements') await sendStatements(client, { ...sending, work })
  else await runCode(client, work, { options: sending.options, signal })
}

interface Sending<W> {
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** What puts the session back, where the statements have changed it. */
  readonly reset: readonly string[]
  readonly work: W
  readonly options: SessionOptions
}

type StatementWork = Extract<Work, { kind: 'statements' }>
type CodeWork = Extract<Work, { kind: 'code' }>

async function sendStatements(
  client: PostgresClient,
  { before, after, reset, work, options }: Sending<StatementWork>,
): Promise<void> {
  let session = false
  const statements = function* (): Generator<Statement> {
    for (const statement of work.statements) {
      session ||= statement.traits.session
      yield statement
    }
  }
  const closing = (): readonly string[] => (session && reset.length > 0 ? [ownRole, ...after, ...reset] : after)
  for (const batch of batchesOf(statements(), { opening: before, closing, mostChars: options.batchChars })) {
    await send(client, batch, { file: work.file, about: options.about })
  }
}

async function send(
  client: PostgresClient,
  batch: Batch,
  { file, about }: { file: string; about: About },
): Promise<void> {
  try {
    await client.run(batch.text)
  } catch (error) {
    throw connectionFailure(error, about) ?? statementFailure(error, { file, ...locate(batch, error, file) })
  }
}

async function runCode(
  client: PostgresClient,
  work: CodeWork,
  { options, signal }: { options: SessionOptions; signal: Signal },
): Promise<void> {
  try {
    await work.run(makeMigrationApi(client, { signal, file: work.file }))
  } catch (error) {
    if (isLockstepError(error)) throw error
    throw (
      connectionFailure(error, options.about) ??
      statementFailure(error, { file: work.file, place: null, statement: null })
    )
  }
  assert(client.transaction !== 'I', `${work.file} ended the transaction that its record belongs to`)
  if (client.transaction === 'E') {
    // COMMIT would answer ROLLBACK without an error, and the record would be gone in silence.
    throw statementFailure(new Error('a statement in it failed, and its code went on'), {
      file: work.file,
      place: null,
      statement: null,
    })
  }
}

/** After a failure: nothing of it stays, and the session is as it was opened. */
async function takeBack(client: PostgresClient, options: SessionOptions): Promise<void> {
  if (client.lost) return
  const { rollback } = options.bounds ?? ownBounds
  const texts = client.transaction === 'I' ? [options.reset] : [rollback, options.reset]
  try {
    for (const text of texts) await client.run(text)
  } catch (error) {
    // The server has rolled back already or does so when the connection ends; what failed first is what is told.
    if (!client.lost && connectionFailure(error, options.about) === null) throw error
  }
}

/**
 * Statements that must be alone. No lock_timeout: CREATE INDEX CONCURRENTLY waits for every older snapshot, and a
 * timeout there would only leave an invalid index.
 */
async function runAlone(
  client: PostgresClient,
  unit: Unit,
  { settings, options }: { settings: UnitSettings; options: SessionOptions },
): Promise<void> {
  const before = await translated(readTimeouts(client), options.about)
  await translated(client.run(timeoutText('0', `${settings.statementTimeoutMs}`)), options.about)
  try {
    await cancelling(client, settings.signal, async () => {
      for (const statement of unit.statements) {
        const [batch] = batchesOf([statement], { opening: [], closing: () => [], mostChars: 0 })
        assert(batch !== undefined, 'a statement makes a message')
        await send(client, batch, { file: settings.file, about: options.about })
      }
    })
  } catch (error) {
    await takeBack(client, options)
    throw error
  }
  await translated(client.run(timeoutText(before.lock, before.statement)), options.about)
}

async function translated<T>(work: Promise<T>, about: About): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw connectionFailure(error, about) ?? error
  }
}
