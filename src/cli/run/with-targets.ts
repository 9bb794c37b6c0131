/** What every command over stores has around it: settings, secrets, signals, events, opening and closing. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock, type AppContext } from '../../app/opening/context.ts'
import { openBeside } from '../../app/opening/beside.ts'
import {
  type AnyTarget,
  closeAnyTargets,
  databasesIn,
  openAnyTargets,
  refuseCorpora,
} from '../../app/opening/by-kind.ts'
import type { Target } from '../../app/opening/target.ts'
import type { Emit } from '../../core/event.ts'
import { whileSelfResolves } from '../../settings/configuration/self.ts'
import { readSettings } from '../../settings/read-settings.ts'
import type { Settings, SettingsFlags, SettingsOptions } from '../../settings/settings.ts'
import type { Context } from '../command.ts'
import { packageFolder } from '../package.ts'
import type { Invocation } from '../parse/command-line.ts'
import { printEvents, type EventPrinter } from '../print/events.ts'
import { ndjsonEmitter } from '../print/ndjson.ts'
import { listenForSignals, type Interruption } from '../signals.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { keepHeapsFrugal, poolSmallBuffers } from './memory.ts'
import { describeRun } from './author.ts'

export interface Need {
  readonly context: Context
  /** `read` keeps the usual meaning of a signal, which is to end the process: there is nothing to finish. */
  readonly access: 'read' | 'write'
  readonly lockWaitMs?: number | null
  readonly operator?: string | null
  readonly release?: string | null
  readonly ndjson?: boolean
}

export const defaultLockWaitMs = 60_000

export interface Opened<One extends AnyTarget = Target> {
  readonly targets: readonly One[]
  readonly app: AppContext
  readonly settings: Settings
}

type Said = Pick<Invocation, 'command' | 'values'>

/** The same for commands that only databases answer yet: refuses documents by name. */
export async function withTargets<T>(said: Said, need: Need, work: (opened: Opened) => Promise<T>): Promise<T> {
  return await withAnyTargets(said, need, ({ targets, ...opened }) =>
    work({ ...opened, targets: refuseCorpora(targets) }),
  )
}

/** Opens the stores that the command line means, and closes them whatever `work` does. */
export async function withAnyTargets<T>(
  said: Said,
  need: Need,
  work: (opened: Opened<AnyTarget>) => Promise<T>,
): Promise<T> {
  const { context } = need
  const settings = await settingsFor(said, context, need.release ?? null)
  for (const warning of settings.warnings) complainOf(context.terminal, warning)
  const interruption = need.access === 'read' ? null : listen(context.terminal)
  const events = eventsFor(said, context.terminal, need)
  const { backups } = settings
  try {
    const options = { lockWaitMs: need.lockWaitMs ?? defaultLockWaitMs, backups }
    const beside: Target[] = []
    const open = async (more: Settings): Promise<readonly Target[]> => {
      context.terminal.redactWith((text) => more.redact(settings.redact(text)))
      beside.push(...databasesIn(await openAnyTargets(more.stores, options, app)))
      return beside
    }
    const app: AppContext = {
      ...contextFor(settings, need, { interruption, emit: events.emit }),
      beside: (direction) => openBeside({ settings, reading: readingOf(said, context), open }, direction),
    }
    const targets = await openAnyTargets(settings.stores, options, app)
    try {
      return await withOwnLibrary(() => work({ targets, app, settings }))
    } finally {
      await closeAnyTargets([...targets, ...beside])
    }
  } finally {
    events.end()
    interruption?.end()
  }
}

/** Reads the settings, and hides their secrets from then on. */
export async function settingsFor(
  { command, values }: Said,
  context: Context,
  release: string | null,
): Promise<Settings> {
  const { terminal } = context
  const reading = readingOf({ command, values }, context)
  const flags = { ...reading.flags, ...(release === null ? {} : { release }) }
  const settings = await readSettings({ ...reading, flags })
  terminal.redactWith(settings.redact)
  return settings
}

function readingOf({ command, values }: Said, { cwd, env }: Context): SettingsOptions {
  return { cwd, env, flags: flagsOf(values), command: command.name, ...ownLibrary() }
}

/** The flags that settings are read with. */
export function flagsOf({ config, url, files, migrations, layout, store }: Invocation['values']): SettingsFlags {
  return {
    ...(config === null ? {} : { config }),
    ...(url === null ? {} : { url }),
    ...(files === null ? {} : { files }),
    ...(migrations === null ? {} : { migrations }),
    ...(layout === null ? {} : { layout }),
    ...(store.length === 0 ? {} : { store }),
  }
}

/** Migrations that are modules import `lockstep` too. */
async function withOwnLibrary<T>(work: () => Promise<T>): Promise<T> {
  const { selfUrl } = ownLibrary()
  return await (selfUrl === undefined ? work() : whileSelfResolves(selfUrl, work))
}

/** What `import 'lockstep'` means in a configuration, where the package is not installed beside it. */
export function ownLibrary(): { readonly selfUrl?: string } {
  const folder = packageFolder()
  const file = import.meta.filename.endsWith('.ts') ? join(folder, 'src', 'index.ts') : join(folder, 'dist', 'index.js')
  return existsSync(file) ? { selfUrl: pathToFileURL(file).href } : {}
}

function contextFor(
  settings: Settings,
  { context: { cwd, env }, operator = null }: Need,
  { interruption, emit }: { interruption: Interruption | null; emit: Emit },
): Omit<AppContext, 'beside'> {
  const { release } = settings
  poolSmallBuffers()
  return {
    clock: systemClock,
    emit,
    signal: interruption?.signal ?? new AbortController().signal,
    uninterrupted: interruption?.uninterrupted ?? ((work) => work()),
    beforeThreads: keepHeapsFrugal,
    ...describeRun({ cwd, env, release, operator, now: systemClock.now() }),
  }
}

function listen(terminal: Terminal): Interruption {
  return listenForSignals(process, (signal) =>
    terminal.hint(`${signal}: stopping at the next safe point; once more to end at once`),
  )
}

function eventsFor({ values }: Said, terminal: Terminal, { ndjson = false }: Need): EventPrinter {
  if (ndjson) return { emit: ndjsonEmitter(terminal), end: () => {} }
  const shown = values.json ? { ...terminal, out: () => {} } : terminal
  return printEvents(shown, { now: () => performance.now(), every: repeat })
}

function repeat(ms: number, work: () => void): { stop: () => void } {
  const timer = setInterval(work, ms)
  // The picture of a run must not keep its process alive.
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

function complainOf(terminal: Terminal, warning: string): void {
  terminal.complain(`${terminal.paintErr('yellow', 'warning')}: ${warning}`)
}
