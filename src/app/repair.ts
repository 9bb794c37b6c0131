/** `repair`: a person decides what the tool may not. Every decision is written to the log with its reason. */

import { LockstepError, assert } from '../core/error.ts'
import type { HistoryChange, HistoryRecord, LogEventName } from '../core/history.ts'
import { versionKey } from '../core/version.ts'
import { makeEngine, moved, nextRow, type Engine } from '../engine/engine.ts'
import { prefixHashes } from '../engine/steps.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { type Confirmation, refuseUnconfirmed } from './running/confirm.ts'
import { whileAllLocked, type Locked } from './running/locked.ts'
import type { Answer, StoreReport } from './answers/report.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'

export type Repair =
  /** The edit of an applied file, or the loss of one, is intended. */
  | { readonly kind: 'accept'; readonly version: string }
  /** What became of a step, or of a whole migration, that stopped half way. */
  | { readonly kind: 'resolve'; readonly version: string; readonly outcome: 'applied' | 'not-applied' }
  /** End the session that holds the lock. */
  | { readonly kind: 'unlock' }

export interface RepairOptions extends Confirmation {
  readonly repair: Repair
  readonly why: string
  readonly lockWaitMs: number
}

export async function repair(target: Target, options: RepairOptions, context: AppContext): Promise<Answer> {
  const command = 'repair'
  try {
    if (options.why.trim() === '') throw new LockstepError('why-needed', { command: `repair ${options.repair.kind}` })
    if (options.repair.kind === 'unlock') await endHolder(target)
    await whileAllLocked([target], { context, waitMs: options.lockWaitMs }, async ([locked]) => {
      assert(locked !== undefined, 'one target, one lock')
      await repairLocked(locked, options, context)
    })
    return answerOf(command, [reportOf(await judgeTarget(target))], [])
  } catch (error) {
    const report: StoreReport = await judgeTarget(target).then(
      (judged) => reportOf(judged),
      () => failedReport(target, error),
    )
    return answerOf(command, [{ ...report, error: failedReport(target, error).error }], [])
  }
}

async function endHolder(target: Target): Promise<void> {
  if ((await target.store.endHolder()) !== null) return
  throw new LockstepError('nothing-to-repair', { store: target.name, version: 'lock', reason: 'nobody holds the lock' })
}

async function repairLocked({ target, session }: Locked, options: RepairOptions, context: AppContext): Promise<void> {
  const { repair, why } = options
  const judged = await judgeTarget(target, session)
  if (isDecision(repair)) refuseUnconfirmed(judged, options)
  const { clock, emit, signal, author } = context
  const { name: store, bodies, policy } = target
  const engine = makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, judged.history)
  const { event, version, changes } = decide(repair, judged, engine)
  const row = nextRow(engine, event, { version, detail: why })
  await session.write([...changes, { kind: 'log', row }])
  moved(engine, row)
}

/**
 * What a person says of a history may be wrong, and then data is lost by the next run. Ending a session is not such a
 * word: it takes away what was not committed, as any lost connection does, and one that hangs must not have to wait.
 */
function isDecision({ kind }: Repair): boolean {
  return kind !== 'unlock'
}

interface Decision {
  readonly event: LogEventName
  readonly version: string | null
  readonly changes: readonly HistoryChange[]
}

function decide(repair: Repair, judged: Judged, engine: Engine): Decision {
  switch (repair.kind) {
    case 'unlock':
      return { event: 'unlocked', version: null, changes: [] }
    case 'accept':
      return accept(findRecord(judged, repair.version), judged)
    case 'resolve':
      return resolve(findRecord(judged, repair.version), { judged, engine, outcome: repair.outcome })
  }
}

function findRecord({ target, files, history }: Judged, version: string): HistoryRecord {
  const key = versionKey(files.scheme, version)
  const record = history.records.find((one) => one.version === version || versionKey(files.scheme, one.version) === key)
  if (record === undefined)
    throw new LockstepError('nothing-to-repair', { store: target.name, version, reason: 'it is not in the history' })
  return record
}

function accept(record: HistoryRecord, { target, files, judgement }: Judged): Decision {
  const problem = judgement.problems.find(
    (one) => one.version === record.version && (one.code === 'checksum-changed' || one.code === 'missing-file'),
  )
  const { version } = record
  if (problem === undefined) {
    throw new LockstepError('nothing-to-repair', { store: target.name, version, reason: 'its file fits its record' })
  }
  // An empty file name says: accepted as gone. See judge.ts.
  if (problem.code === 'missing-file')
    return { event: 'accepted', version, changes: [{ kind: 'update', record: { ...record, file: '' } }] }
  const file = files.migrations.find((one) => one.file === problem.file)
  assert(file !== undefined, 'an edited file is among the files')
  const { checksum, description } = file
  return {
    event: 'accepted',
    version,
    changes: [{ kind: 'update', record: { ...record, checksum, description, file: file.file } }],
  }
}

interface Resolving {
  readonly judged: Judged
  readonly engine: Engine
  readonly outcome: 'applied' | 'not-applied'
}

/** A step whose end was not seen is decided by itself; otherwise the word is about the whole migration. */
function resolve(record: HistoryRecord, resolving: Resolving): Decision {
  const { judged, outcome } = resolving
  const { version, state, stepsStarted, stepsDone } = record
  if (state === 'applied') {
    throw new LockstepError('nothing-to-repair', {
      store: judged.target.name,
      version,
      reason: 'it did not stop half way',
    })
  }
  const { retry } = judged.target.policy
  // Under `retry: 'never'` the word of a person is what lets it go on; steps that are proven never run again.
  const goesOn = retry === 'never' && state !== 'resolved' && record.direction === 'up' && stepsDone > 0
  if (stepsStarted === stepsDone && outcome === 'not-applied' && goesOn)
    return { event: 'resolved', version, changes: [{ kind: 'update', record: { ...record, state: 'resolved' } }] }
  const changes = stepsStarted > stepsDone ? decideStep(record, resolving) : decideWhole(record, outcome)
  return { event: 'resolved', version, changes }
}

function decideStep(record: HistoryRecord, { judged, engine, outcome }: Resolving): HistoryChange[] {
  const { stepsDone, stepsTotal } = record
  if (outcome === 'not-applied')
    return [{ kind: 'update', record: { ...record, state: 'resolved', stepsStarted: stepsDone } }]
  const done = stepsDone + 1
  const finished = done === stepsTotal
  if (finished && record.direction === 'down') return [{ kind: 'remove', version: record.version }]
  const stepsHash = hashOfSteps(record, done, { judged, engine })
  return [
    {
      kind: 'update',
      record: { ...record, state: finished ? 'applied' : 'resolved', stepsDone: done, stepsStarted: done, stepsHash },
    },
  ]
}

function decideWhole(record: HistoryRecord, outcome: 'applied' | 'not-applied'): HistoryChange[] {
  if (outcome === 'not-applied') return [{ kind: 'remove', version: record.version }]
  const { stepsTotal } = record
  return [
    {
      kind: 'update',
      record: { ...record, state: 'applied', direction: 'up', stepsStarted: stepsTotal, stepsDone: stepsTotal },
    },
  ]
}

function hashOfSteps(
  record: HistoryRecord,
  steps: number,
  { judged, engine }: Omit<Resolving, 'outcome'>,
): string | null {
  const { files, target } = judged
  const key = versionKey(files.scheme, record.version)
  const migration = files.migrations.find((one) => versionKey(files.scheme, one.version) === key)
  const body = record.direction === 'up' ? migration?.up : migration?.down
  if (migration === undefined || body == null) return null
  return prefixHashes([...engine.session.readUnits(target.bodies.script(migration, body))], sha256)[steps - 1] ?? null
}
