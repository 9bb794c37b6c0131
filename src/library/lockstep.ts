/** The library: the verbs of the command line as typed functions over opened stores. */

import { hostname, userInfo } from 'node:os'
import { randomUUID } from 'node:crypto'
import { adopt, type AdoptOptions } from '../app/adopt.ts'
import { systemClock, type AppContext } from '../app/opening/context.ts'
import { openBeside } from '../app/opening/beside.ts'
import { doctor } from '../app/doctor.ts'
import { type AnyTarget, closeAnyTargets, databasesIn, openAnyTargets, refuseCorpora } from '../app/opening/by-kind.ts'
import { repair, type RepairOptions } from '../app/repair.ts'
import type {
  AdoptReport,
  Answer,
  DoctorReport,
  HistoryReport,
  PlanReport,
  RunReport,
  VerifyReport,
} from '../app/answers/report.ts'
import type { Target } from '../app/opening/target.ts'
import { defaultUpOptions } from '../app/up.ts'
import {
  down,
  history,
  plan,
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
import { toolVersion } from './version.ts'

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
  repair(store: string, options: Omit<RepairOptions, 'lockWaitMs'>): Promise<Answer>
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
  return { ...verbsOver(targets, { context, lockWaitMs }), ...endsOf(opened, stream) }
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

export interface Verbs {
  readonly context: AppContext
  readonly lockWaitMs: number
}

export function verbsOver(
  targets: readonly AnyTarget[],
  { context, lockWaitMs }: Verbs,
): Omit<Lockstep, 'events' | 'close' | typeof Symbol.asyncDispose> {
  const target = (store: string): Target => findTarget(databasesIn(targets), store)
  return {
    status: () => status(targets, context),
    plan: (options) => plan(targets, { to: null, ...options }, context),
    up: (options) => up(targets, { ...defaultUpOptions, lockWaitMs, ...options }, context),
    down: (options) => down(targets, { lockWaitMs, confirm: null, agent: null, ...options }, context),
    adopt: (store, options) =>
      adopt(target(store), { at: null, acceptDifferences: false, why: null, lockWaitMs, ...options }, context),
    history: () => history(targets, context),
    verify: (options) => verify(targets, { head: null, ...options }, context),
    reindex: (options) =>
      reindex(targets, { work: 'rebuild', refused: 'refuse', foreign: 'refuse', lockWaitMs, ...options }, context),
    repair: (store, options) => repair(target(store), { lockWaitMs, ...options }, context),
    doctor: () => doctor(refuseCorpora(targets), context),
  }
}

function findTarget(targets: readonly Target[], store: string): Target {
  const found = targets.find((one) => one.name === store)
  if (found === undefined) throw new LockstepError('unknown-store', { store, known: targets.map((one) => one.name) })
  return found
}

export interface ContextParts {
  readonly release: string | null
  readonly emit: (event: RunEvent) => void
}

/** Who runs this and when to stop; a fresh run id each time. */
export function makeContext({ signal }: Pick<LockstepOptions, 'signal'>, { release, emit }: ContextParts): AppContext {
  const runId = randomUUID()
  const since = new Date(systemClock.now()).toISOString()
  return {
    clock: systemClock,
    emit,
    signal: signal ?? new AbortController().signal,
    author: { by: `${userName()}@${hostname()}`, runId, release, toolVersion },
    holder: { host: hostname(), pid: process.pid, runId, since },
    // A library has no signal handlers of its own to take off.
    uninterrupted: (work) => work(),
    beside: () => Promise.resolve([]),
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    // Node throws where the user id has no entry, as in many containers.
    return `uid${process.getuid?.() ?? ''}`
  }
}

function tell(event: RunEvent, options: LockstepOptions, stream: Stream): void {
  options.onEvent?.(event)
  stream.push(event)
}

interface Stream {
  push(event: RunEvent): void
  end(): void
  read(): AsyncIterable<RunEvent>
}

/** Events for readers that began to read before; each reader has a queue of its own. */
function makeStream(): Stream {
  const readers = new Set<{ readonly queue: RunEvent[]; wake: () => void; ended: boolean }>()
  return {
    push: (event) => {
      for (const reader of readers) {
        reader.queue.push(event)
        reader.wake()
      }
    },
    end: () => {
      for (const reader of readers) {
        reader.ended = true
        reader.wake()
      }
    },
    read: () => {
      const reader = { queue: [] as RunEvent[], wake: (): void => undefined, ended: false }
      readers.add(reader)
      return drain(reader, () => readers.delete(reader))
    },
  }
}

async function* drain(
  reader: { readonly queue: RunEvent[]; wake: () => void; ended: boolean },
  done: () => void,
): AsyncGenerator<RunEvent> {
  try {
    for (;;) {
      const event = reader.queue.shift()
      if (event !== undefined) yield event
      else if (reader.ended) return
      else await new Promise<void>((resolve) => (reader.wake = resolve))
    }
  } finally {
    done()
  }
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
