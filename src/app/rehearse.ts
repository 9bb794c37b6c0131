/** `rehearse`: runs up, down, up of each migration on a scratch store and says whether the way back can be trusted. */

import { isLockstepError, LockstepError } from '../core/error.ts'
import type { Migration } from '../core/migration.ts'
import type { Shape } from '../core/shape.ts'
import type { Sql } from '../rehearse/tables.ts'
import { answerOf, asLockstepError, failedReport } from './answers/answer.ts'
import type { AppContext } from './opening/context.ts'
import { onBench, runUp } from './rehearsal/bench.ts'
import { choose, type RehearsalChoice } from './rehearsal/choose.ts'
import type { SeedFile } from './rehearsal/fill.ts'
import { readTold, withoutBeyond, type ScriptTold } from './rehearsal/read.ts'
import { rehearseOne } from './rehearsal/rehearse-one.ts'
import { reportOutcome, type RehearsedReport } from './rehearsal/report.ts'
import type { Answer, StoreReport } from './answers/report.ts'
import type { Scratch, Target } from './opening/target.ts'

export type { RehearsalChoice } from './rehearsal/choose.ts'
export type { SeedFile } from './rehearsal/fill.ts'
export type { RehearsedReport } from './rehearsal/report.ts'

export interface RehearseOptions {
  readonly choice: RehearsalChoice
  /** `pglite`: in memory, also for a store on a server. */
  readonly on: 'same' | 'pglite'
  /** `null`: rows are generated. */
  readonly seeds: SeedFile | null
  readonly columnOrder: 'ignored' | 'compared'
}

export interface RehearseReport extends StoreReport {
  readonly rehearsed: readonly RehearsedReport[]
}

export async function rehearse(
  targets: readonly Target[],
  options: RehearseOptions,
  context: AppContext,
): Promise<Answer<RehearseReport>> {
  const reports: RehearseReport[] = []
  for (const target of targets) reports.push(await rehearseStore(target, options, context))
  const wrong = reports.some((report) => report.rehearsed.some((one) => !one.acceptable))
  return answerOf('rehearse', reports, wrong ? [3] : [])
}

async function rehearseStore(target: Target, options: RehearseOptions, context: AppContext): Promise<RehearseReport> {
  const rehearsed: RehearsedReport[] = []
  try {
    const { report, order, chosen } = await choose(target, options.choice)
    if (chosen.size === 0) return { ...report, rehearsed }
    await rehearseAll(target, { order, chosen, options, context, rehearsed })
    return { ...report, rehearsed }
  } catch (error) {
    return { ...failedReport(target, error), rehearsed }
  }
}

interface Rehearsal {
  readonly order: readonly Migration[]
  readonly chosen: ReadonlySet<Migration>
  readonly options: RehearseOptions
  readonly context: AppContext
  readonly rehearsed: RehearsedReport[]
}

interface Stage {
  readonly target: Target
  readonly sql: Sql
  /** Holds everything that comes before the migration in hand. */
  readonly base: Scratch
  readonly shared: boolean
  readonly quiet: AppContext
  readonly told: ReadonlyMap<Migration, { readonly up: ScriptTold; readonly down: ScriptTold }>
  /** Migrations that could not be built up: what comes after may fail because of them. */
  readonly broken: string[]
  /** The structure that the base has now, where it is known. */
  shape: Shape | null
}

async function rehearseAll(target: Target, rehearsal: Rehearsal): Promise<void> {
  const { order, chosen, options, context, rehearsed } = rehearsal
  const sql: Sql = { dialect: target.store.kind === 'sqlite' ? 'sqlite' : 'postgres' }
  const shared = target.store.kind !== 'pglite' && options.on === 'same'
  const last = Math.max(...[...chosen].map((one) => order.indexOf(one)))
  const needed = order.slice(0, last + 1)
  const told = new Map(
    needed.map((migration) => [
      migration,
      {
        up: readTold(target, { migration, body: migration.up }, sql),
        down: readTold(target, { migration, body: migration.down }, sql),
      },
    ]),
  )
  const extensions = [...told.values()].flatMap((one) => one.up.extensions)
  const base = await openBase(target, options, extensions)
  const bodies = shared ? withoutBeyond(target.bodies, sql) : target.bodies
  const quiet: AppContext = { ...context, emit: () => undefined }
  const stage: Stage = { target: { ...target, bodies }, sql, base, shared, quiet, told, broken: [], shape: null }
  try {
    for (const run of runsOf(needed, chosen)) {
      const [first] = run
      if (first !== undefined && chosen.has(first)) rehearsed.push(await rehearseNext(first, stage, rehearsal))
      await buildUp(run, stage)
      if (first === undefined || !chosen.has(first)) stage.shape = null
    }
  } finally {
    await base.drop()
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

async function openBase(target: Target, { on }: RehearseOptions, extensions: readonly string[]): Promise<Scratch> {
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

async function buildUp(migrations: readonly Migration[], { base, target, sql, quiet, broken }: Stage): Promise<void> {
  await onBench(base, { target, context: quiet, sql }, async (bench) => {
    for (const migration of migrations) {
      const failure = await runUp(bench, migration)
      if (failure !== null) broken.push(migration.file)
    }
  })
}

async function rehearseNext(migration: Migration, stage: Stage, rehearsal: Rehearsal): Promise<RehearsedReport> {
  const { target, sql, quiet, told, base } = stage
  const { options, context } = rehearsal
  const begun = context.clock.now()
  const scripts = told.get(migration)
  const beyond = [...(scripts?.up.beyond ?? []), ...(scripts?.down.beyond ?? [])][0]
  const about = { version: migration.version, file: migration.file }
  const known = stage.shape
  stage.shape = null
  if (stage.shared && beyond !== undefined) {
    const reason = `line ${beyond.line} of ${beyond.file}: ${beyond.why}: ${beyond.statement}`
    const none = { leg: null, data: 'empty' as const, error: null, differences: [], lost: [] }
    return { ...about, verdict: 'refused', acceptable: false, reason, ...none, notes: [refusedNote(sql)], ms: 0 }
  }
  const { direction } = target.policy
  const around = { direction, told: scripts?.up, missing: base.missing, broken: stage.broken }
  const copy = await base.copy()
  try {
    const outcome = await onBench(copy, { target, context: quiet, sql }, (bench) =>
      rehearseOne(bench, {
        migration,
        before: known,
        twice: target.policy.idempotent || migration.repeatable,
        upIsBlank: scripts?.up.isBlank ?? false,
        downIsBlank: migration.down !== null && (scripts?.down.isBlank ?? false),
        compare: { columnOrder: options.columnOrder },
        seeds: options.seeds,
      }),
    )
    stage.shape = outcome.after
    return { ...about, ...reportOutcome(migration, outcome, around), ms: context.clock.now() - begun }
  } catch (error) {
    throw context.signal.aborted ? context.signal.reason : asLockstepError(error)
  } finally {
    await copy.drop()
  }
}

function refusedNote({ dialect }: Sql): string {
  return dialect === 'sqlite' ? 'try it on a copy of the files by hand' : 'nothing is shared in memory: --on pglite'
}
