/** `adopt`: takes over a database that was made by other means, after comparing what is there with what would be. */

import { LockstepError, assert } from '../core/error.ts'
import { historyFormat, type HistoryChange, type LogRow } from '../core/history.ts'
import type { Migration } from '../core/migration.ts'
import { compareShapes, describeDifference, type Difference, type Shape } from '../core/shape.ts'
import { compareVersions, versionKey } from '../core/version.ts'
import { makeEngine, moved, nextRow, recordOf, type Engine } from '../engine/engine.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { recordShape } from './running/drift.ts'
import { whileAllLocked, type Locked } from './running/locked.ts'
import { factsReader } from './plan.ts'
import { planUp } from '../core/make-plan.ts'
import type { AdoptReport, Answer } from './answers/report.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'
import { replay, type Replayed } from './running/replay.ts'

export interface AdoptOptions {
  /** The newest version that is already there; `null`: the newest whose structure is the one found. */
  readonly at: string | null
  readonly acceptDifferences: boolean
  readonly why: string | null
  readonly lockWaitMs: number
}

export async function adopt(target: Target, options: AdoptOptions, context: AppContext): Promise<Answer<AdoptReport>> {
  try {
    if (options.acceptDifferences && (options.why ?? '').trim() === '')
      throw new LockstepError('why-needed', { command: 'adopt --accept-differences' })
    const done = await whileAllLocked([target], { context, waitMs: options.lockWaitMs }, async ([locked]) => {
      assert(locked !== undefined, 'one target, one lock')
      return await adoptLocked(locked, options, context)
    })
    return answerOf('adopt', [{ ...reportOf(await judgeTarget(target)), ...done }], [])
  } catch (error) {
    return answerOf(
      'adopt',
      [{ ...failedReport(target, error), adopted: [], comparison: 'not compared', differences: [] }],
      [],
    )
  }
}

type Adopted = Pick<AdoptReport, 'adopted' | 'comparison' | 'differences'>

async function adoptLocked({ target, session }: Locked, options: AdoptOptions, context: AppContext): Promise<Adopted> {
  const judged = await judgeTarget(target, session)
  const { name: store } = target
  if (judged.history.meta !== null)
    throw new LockstepError('already-adopted', { store, records: judged.history.records.length })
  const found = await compare(judged, options, context)
  if (found.differences.length > 0 && !options.acceptDifferences) {
    const differences = found.differences.map(describeDifference)
    throw new LockstepError('adopt-differs', { store, version: found.migrations.at(-1)?.version ?? '', differences })
  }
  const { clock, emit, signal, author } = context
  const { bodies, policy } = target
  const engine = makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, judged.history)
  await session.createHistory(
    { format: historyFormat, identity: policy.identity, protected: policy.protected, policy: JSON.stringify(policy) },
    [],
  )
  await session.write(
    recordAll(found.migrations, { engine, target, why: options.why ?? `adopted, ${found.comparison}` }),
  )
  await recordShape({ target, session }, context)
  return {
    adopted: found.migrations.map((one) => one.version),
    comparison: found.comparison,
    differences: found.differences,
  }
}

interface Compared {
  readonly migrations: readonly Migration[]
  readonly comparison: string
  readonly differences: readonly Difference[]
}

/** Replays the files on a scratch store; without one, the user's word has to do. */
async function compare(judged: Judged, { at }: AdoptOptions, context: AppContext): Promise<Compared> {
  const { target } = judged
  const upTo = filesUpTo(judged, at)
  if (target.scratch === null)
    return { migrations: upTo, comparison: 'not compared: this kind of store has no scratch copy', differences: [] }
  const live = await target.store.readShape()
  const replayed = await replay(target, { migrations: upTo, context, each: at === null ? live : null })
  if (typeof replayed === 'string')
    return { migrations: upTo, comparison: `not compared: ${replayed}`, differences: [] }
  return chosen(replayed, upTo, live)
}

function chosen({ shape, equalAt }: Replayed, upTo: readonly Migration[], live: Shape): Compared {
  if (equalAt !== null) return { migrations: upTo.slice(0, equalAt), comparison: 'compared', differences: [] }
  return { migrations: upTo, comparison: 'compared', differences: compareShapes(shape, live) }
}

function filesUpTo({ target, files }: Judged, at: string | null): readonly Migration[] {
  if (at === null) return files.migrations
  const key = versionKey(files.scheme, at)
  const versioned = files.migrations.filter((one) => !one.repeatable)
  if (!versioned.some((one) => versionKey(files.scheme, one.version) === key)) {
    throw new LockstepError('target-unknown', {
      wanted: at,
      store: target.name,
      known: versioned.map((one) => one.version),
    })
  }
  const within = versioned.filter((one) => compareVersions(files.scheme, one.version, at) <= 0)
  return within.length === versioned.length ? files.migrations : within
}

function recordAll(
  migrations: readonly Migration[],
  { engine, target, why }: { engine: Engine; target: Target; why: string },
): HistoryChange[] {
  const changes: HistoryChange[] = []
  const log = (version: string): LogRow => nextRow(engine, 'adopted', { version, detail: why })
  for (const [index, migration] of migrations.entries()) {
    const planned = planUp({ migration, record: null }, factsReader(target))
    const record = recordOf(engine, { planned, migration, record: null, index, count: migrations.length })
    const row = log(migration.version)
    changes.push({ kind: 'insert', record }, { kind: 'log', row })
    moved(engine, row)
    engine.position++
  }
  return changes
}
