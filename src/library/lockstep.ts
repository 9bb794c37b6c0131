/** The library: the verbs of the command line as typed functions over opened stores. */

import type { AdoptOptions } from '../app/adopt.ts'
import type { AppContext } from '../app/opening/context.ts'
import { openBeside } from '../app/opening/beside.ts'
import { type AnyTarget, closeAnyTargets, databasesIn, openAnyTargets, refuseCorpora } from '../app/opening/by-kind.ts'
import { adopt, doctor, finishRuns, repair } from '../app/mending/any-verbs.ts'
import type { RepairOptions } from '../app/repair.ts'
import type {
  AdoptReport,
  Answer,
  DoctorReport,
  HistoryReport,
  PlanReport,
  RestoreReport,
  RunReport,
  VerifyReport,
} from '../app/answers/report.ts'
import type { RehearseOptions, RehearseReport } from '../app/rehearse.ts'
import { shape, type ShapeReport } from '../app/shape.ts'
import type { Target } from '../app/opening/target.ts'
import { defaultUpOptions } from '../app/up.ts'
import {
  down,
  history,
  plan,
  rehearse,
  reindex,
  status,
  up,
  verify,
  type DownOptions,
  type PlanOptions,
  type ReindexOptions,
  type UpOptions,
  type VerifyOptions,
} from '../app/verbs.ts'
import type { RunEvent } from '../core/event.ts'
import { LockstepError } from '../core/error.ts'
import type { Configuration } from '../settings/configuration/configuration.ts'
import { readSettings } from '../settings/read-settings.ts'
import type { Settings, SettingsOptions } from '../settings/settings.ts'
import { backupsOver, restoreOver, type Backups, type RestoreChoice } from './backups.ts'
import { makeContext, type Verbs } from './context.ts'
import { makeStream, type Stream } from './events.ts'

export interface LockstepOptions {
  /** A configuration, or the path of one; default: found as the command line finds it. */
  readonly config?: Configuration | string
  /** An address instead of a configuration: `sqlite:app.db`, `postgres://...`, `env:DATABASE_URL`. */
  readonly url?: string
  /** Folder of the migrations, with `url`. */
  readonly migrations?: string
  /** Only these stores. */
  readonly stores?: readonly string[]
  /** Default: the process's working folder. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Recorded with each migration. */
  readonly release?: string
  readonly lockWaitMs?: number
  /** Stops at the next safe point; what is under way in a transaction is taken back. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** Opened stores and the verbs over them. Every answer is a value; `answer.ok` and `answer.exit` tell how it went. */
export interface Lockstep {
  status(): Promise<Answer>
  plan(options?: Partial<PlanOptions>): Promise<Answer<PlanReport>>
  up(options?: Partial<UpOptions>): Promise<Answer<RunReport>>
  down(options: Partial<DownOptions> & Pick<DownOptions, 'target'>): Promise<Answer<RunReport>>
  adopt(store: string, options?: Partial<AdoptOptions>): Promise<Answer<AdoptReport>>
  history(): Promise<Answer<HistoryReport>>
  verify(options?: Partial<VerifyOptions>): Promise<Answer<VerifyReport>>
  /** Rebuilds the tables of stores of documents from their files, or compares them. */
  reindex(options?: Partial<ReindexOptions>): Promise<Answer>
  /** Runs up, down and up of each migration on a scratch store, transforms on real documents in memory. */
  rehearse(options?: Partial<RehearseOptions>): Promise<Answer<RehearseReport>>
  /** The live structure as SQL. */
  shape(): Promise<Answer<ShapeReport>>
  readonly backup: Backups
  /** Puts a backup in the place of a store, or takes a run over documents back. What is there before is saved first. */
  restore(store: string, choice: RestoreChoice): Promise<Answer<RestoreReport>>
  repair(store: string, options: Partial<RepairOptions> & Pick<RepairOptions, 'repair' | 'why'>): Promise<Answer>
  /** Finishes or takes back what a killed run over documents has left, and migrates nothing. */
  finishRuns(store: string): Promise<Answer>
  doctor(): Promise<Answer<DoctorReport>>
  /** What happens during runs, as it happens; ends with `close`. */
  events(): AsyncIterable<RunEvent>
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Reads the configuration and opens its stores. Nothing is connected to before the first verb. */
export async function lockstep(options: LockstepOptions = {}): Promise<Lockstep> {
  const reading = readingOf(options)
  const settings = await readSettings(reading)
  const stream = makeStream()
  const release = options.release ?? settings.release
  const lockWaitMs = options.lockWaitMs ?? defaultUpOptions.lockWaitMs
  const opening = { lockWaitMs, backups: settings.backups }
  const opened: AnyTarget[] = []
  const open = async (more: Settings): Promise<readonly Target[]> => {
    const beside = databasesIn(await openAnyTargets(more.stores, opening, context))
    opened.push(...beside)
    return beside
  }
  const context: AppContext = {
    ...makeContext(options, { release, emit: (event) => tell(event, options, stream) }),
    beside: (direction) => openBeside({ settings, reading, open }, direction),
  }
  const targets = await openAnyTargets(settings.stores, opening, context)
  opened.push(...targets)
  return { ...verbsOver(targets, { context, lockWaitMs, cwd: reading.cwd }), ...endsOf(opened, stream) }
}

function readingOf(options: LockstepOptions): SettingsOptions {
  return {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? process.env,
    flags: flagsOf(options),
    ...(typeof options.config === 'object' ? { configuration: options.config } : {}),
  }
}

function flagsOf({ config, url, migrations, stores }: LockstepOptions): Parameters<typeof readSettings>[0]['flags'] {
  return {
    ...(typeof config === 'string' ? { config } : {}),
    ...(url === undefined ? {} : { url }),
    ...(migrations === undefined ? {} : { migrations }),
    ...(stores === undefined ? {} : { store: stores }),
  }
}

export function verbsOver(
  targets: readonly AnyTarget[],
  verbs: Verbs,
): Omit<Lockstep, 'events' | 'close' | typeof Symbol.asyncDispose> {
  const { context, lockWaitMs } = verbs
  return {
    status: () => status(targets, context),
    plan: (options) => plan(targets, { to: null, ...options }, context),
    up: (options) => up(targets, { ...defaultUpOptions, lockWaitMs, ...options }, context),
    down: (options) => down(targets, { lockWaitMs, confirm: null, agent: null, ...options }, context),
    adopt: async (store, options) =>
      await adopt(
        findTarget(targets, store),
        { at: null, acceptDifferences: false, why: null, lockWaitMs, ...options },
        context,
      ),
    history: () => history(targets, context),
    verify: (options) => verify(targets, { head: null, ...options }, context),
    reindex: (options) =>
      reindex(targets, { work: 'rebuild', refused: 'refuse', foreign: 'refuse', lockWaitMs, ...options }, context),
    rehearse: (options) =>
      rehearse(
        targets,
        { choice: { kind: 'pending' }, on: 'same', seeds: null, columnOrder: 'ignored', ...options },
        context,
      ),
    shape: async () => await shape(refuseCorpora(targets), context),
    backup: backupsOver(targets, verbs),
    restore: async (store, choice) => await restoreOver(findTarget(targets, store), choice, verbs),
    repair: async (store, options) =>
      await repair(findTarget(targets, store), { lockWaitMs, confirm: null, agent: null, ...options }, context),
    finishRuns: async (store) => await finishRuns(findTarget(targets, store), { lockWaitMs }, context),
    doctor: async () => await doctor(targets, context),
  }
}

function findTarget<One extends AnyTarget>(targets: readonly One[], store: string): One {
  const found = targets.find((one) => one.name === store)
  if (found === undefined) throw new LockstepError('unknown-store', { store, known: targets.map((one) => one.name) })
  return found
}

function tell(event: RunEvent, options: LockstepOptions, stream: Stream): void {
  options.onEvent?.(event)
  stream.push(event)
}

function endsOf(
  targets: readonly AnyTarget[],
  stream: Stream,
): Pick<Lockstep, 'events' | 'close' | typeof Symbol.asyncDispose> {
  const close = async (): Promise<void> => {
    stream.end()
    await closeAnyTargets(targets)
  }
  return { events: () => stream.read(), close, [Symbol.asyncDispose]: close }
}
