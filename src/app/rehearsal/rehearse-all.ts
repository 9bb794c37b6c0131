/** Rehearses migrations in their order: one scratch store grows with them, and each is tried on it or on a copy. */

import { isLockstepError, LockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import type { Shape } from '../../core/shape.ts'
import type { Sql } from '../../rehearse/tables.ts'
import { asLockstepError } from '../answers/answer.ts'
import type { AppContext } from '../opening/context.ts'
import { readAllowed } from '../opening/empty-down.ts'
import type { Scratch, Target } from '../opening/target.ts'
import { isWhole, onBench, runUp, type Bench } from './bench.ts'
import type { SeedFile } from './fill.ts'
import { readTold, withoutBeyond, type Beyond, type Reading, type ScriptTold } from './read.ts'
import { rehearseOne, type Outcome, type Rehearsing } from './rehearse-one.ts'
import { reportOutcome, reportRefusal, type RehearsedReport } from './report.ts'

export interface TrialOptions {
  /** `pglite`: in memory, also for a store on a server. */
  readonly on: 'same' | 'pglite'
  /** `null`: rows are generated. */
  readonly seeds: SeedFile | null
  readonly columnOrder: 'ignored' | 'compared'
}

export interface Rehearsal {
  /** All that the chosen ones rest on, and more. */
  readonly order: readonly Migration[]
  readonly chosen: ReadonlySet<Migration>
  readonly options: TrialOptions
  readonly context: AppContext
  /** Filled one by one, so that what was found before a failure is not lost. */
  readonly rehearsed: RehearsedReport[]
}

interface Stage {
  readonly target: Target
  readonly sql: Sql
  /** Holds everything that comes before the migration in hand. */
  readonly base: Scratch
  readonly options: TrialOptions
  /** Tells nobody what becomes of each leg. */
  readonly quiet: AppContext
  readonly told: ReadonlyMap<Migration, { readonly up: ScriptTold; readonly down: ScriptTold }>
  /** Others have their databases where the scratch store is. */
  readonly isShared: boolean
  /** Migrations that could not be built up: what comes after may fail because of them. */
  readonly broken: string[]
  /** The structure that the base has now, where it is known. */
  shape: Shape | null
}

export async function rehearseAll(target: Target, rehearsal: Rehearsal): Promise<void> {
  const { order, chosen, options, context, rehearsed } = rehearsal
  const sql: Sql = { dialect: target.store.kind === 'sqlite' ? 'sqlite' : 'postgres' }
  const isShared = target.store.kind !== 'pglite' && options.on === 'same'
  const reading: Reading = { sql, reaching: new Set() }
  const last = Math.max(...[...chosen].map((one) => order.indexOf(one)))
  const needed = order.slice(0, last + 1)
  const told = new Map(needed.map((migration) => [migration, readBoth(target, migration, reading)]))
  const base = await openBase(
    target,
    options,
    [...told.values()].flatMap((one) => one.up.extensions),
  )
  const bodies = isShared ? withoutBeyond(target.bodies, reading) : target.bodies
  const quiet: AppContext = { ...context, emit: () => undefined }
  const stage: Stage = {
    target: { ...target, bodies },
    sql,
    base,
    options,
    quiet,
    told,
    isShared,
    broken: [],
    shape: null,
  }
  try {
    for (const run of runsOf(needed, chosen)) {
      const [first] = run
      if (first !== undefined && chosen.has(first)) rehearsed.push(await rehearseNext(first, stage))
      else stage.shape = null
      await buildUp(run, stage)
    }
  } finally {
    await base.drop()
  }
}

function readBoth(target: Target, migration: Migration, reading: Reading): { up: ScriptTold; down: ScriptTold } {
  return {
    up: readTold(target, { migration, body: migration.up }, reading),
    down: readTold(target, { migration, body: migration.down }, reading),
  }
}

/** Each chosen one by itself; what lies between them together. */
function runsOf(needed: readonly Migration[], chosen: ReadonlySet<Migration>): Migration[][] {
  const runs: Migration[][] = []
  for (const migration of needed) {
    const before = runs.at(-1)
    const joins = before?.[0] !== undefined && !chosen.has(before[0]) && !chosen.has(migration)
    if (joins) before.push(migration)
    else runs.push([migration])
  }
  return runs
}

async function openBase(target: Target, { on }: TrialOptions, extensions: readonly string[]): Promise<Scratch> {
  const impossible = (reason: string, cause?: unknown): LockstepError =>
    new LockstepError('scratch-impossible', { store: target.name, reason }, { store: target.name, cause })
  if (target.scratch === null) throw impossible(`stores of kind ${target.store.kind} have none`)
  if (on === 'pglite' && target.store.kind === 'sqlite')
    throw impossible('PGlite stands in for PostgreSQL, not for SQLite')
  try {
    return await target.scratch({ on, extensions })
  } catch (error) {
    if (isLockstepError(error) && error.code === 'driver-missing') throw error
    throw impossible(error instanceof Error ? error.message : String(error), error)
  }
}

async function buildUp(migrations: readonly Migration[], stage: Stage): Promise<void> {
  await onStage(stage.base, stage, async (bench) => {
    for (const migration of migrations) {
      const failure = await runUp(bench, migration)
      if (failure === null) continue
      stage.broken.push(migration.file)
      stage.shape = null
    }
  })
}

async function rehearseNext(migration: Migration, stage: Stage): Promise<RehearsedReport> {
  const { told, target, base, quiet, sql, isShared } = stage
  const scripts = told.get(migration)
  const beyond: Beyond | undefined = [...(scripts?.up.beyond ?? []), ...(scripts?.down.beyond ?? [])][0]
  if (isShared && beyond !== undefined) return reportRefusal(migration, beyond, sql)
  const begun = quiet.clock.now()
  const broken = [...stage.broken]
  const outcome = (await tryInPlace(migration, stage)) ?? (await tryOnCopy(migration, stage))
  stage.shape = outcome.after
  const { direction } = target.policy
  const allowed = readAllowed(target, migration)
  const unread =
    isShared && sql.dialect === 'postgres' ? [...(scripts?.up.unread ?? []), ...(scripts?.down.unread ?? [])] : []
  const around = { direction, allowed, told: scripts?.up, unread, missing: base.missing, broken }
  return { ...reportOutcome(migration, outcome, around), ms: quiet.clock.now() - begun }
}

/**
 * On the base itself, in a transaction that is taken back: no copy, and nothing is written to a disk. Only what goes
 * well counts; `null`: it must be tried where each leg is committed, as it will be in earnest.
 */
async function tryInPlace(migration: Migration, stage: Stage): Promise<Outcome | null> {
  return await onStage(stage.base, stage, async (bench) => {
    const { tryOut } = bench.session
    if (tryOut === undefined || !isWhole(bench, migration)) return null
    const outcome = await tryOut(({ session, readShape }) => {
      const store = { ...bench.target.store, readShape }
      return rehearseOne({ ...bench, session, target: { ...bench.target, store } }, rehearsing(migration, stage))
    })
    return outcome.wentWell ? outcome : null
  })
}

async function tryOnCopy(migration: Migration, stage: Stage): Promise<Outcome> {
  const copy = await stage.base.copy()
  try {
    return await onStage(copy, stage, (bench) => rehearseOne(bench, rehearsing(migration, stage)))
  } finally {
    await copy.drop()
  }
}

async function onStage<T>(scratch: Scratch, stage: Stage, work: (bench: Bench) => Promise<T>): Promise<T> {
  const { target, quiet, sql } = stage
  try {
    return await onBench(scratch, { target, context: quiet, sql }, work)
  } catch (error) {
    throw quiet.signal.aborted ? quiet.signal.reason : asLockstepError(error)
  }
}

function rehearsing(migration: Migration, { told, target, options, shape }: Stage): Rehearsing {
  const scripts = told.get(migration)
  return {
    migration,
    before: shape,
    twice: target.policy.idempotent || migration.repeatable,
    upIsBlank: scripts?.up.isBlank ?? false,
    downIsBlank: migration.down !== null && (scripts?.down.isBlank ?? false),
    compare: { columnOrder: options.columnOrder },
    seeds: options.seeds,
  }
}
