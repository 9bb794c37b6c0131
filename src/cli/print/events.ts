/** A run as it happens, for people: what was applied is the result, waiting and retrying are progress. */

import type { Emit, LockHolder, RunEvent } from '../../core/event.ts'
import { formatDuration } from '../parse/duration.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { continueBackup } from './backup-progress.ts'
import { continueDocuments } from './documents-progress.ts'
import { formatBytes, migrationName } from './text/words.ts'

export interface EventPrinter {
  readonly emit: Emit
  /** Takes the live line and its timer away, however the run ended. */
  readonly end: () => void
}

export interface Timer {
  /** Milliseconds of any clock that does not go back. */
  readonly now: () => number
  readonly every: (ms: number, work: () => void) => { readonly stop: () => void }
}

/** A live line appears when something takes longer than this. */
const liveAfterMs = 1000
const liveEveryMs = 250
/** How often a wait is told again where no live line shows it. */
const waitingEveryMs = 10_000

interface Progress {
  readonly label: string
  readonly startedMs: number
  readonly steps: string
}

export function printEvents(terminal: Terminal, timer: Timer): EventPrinter {
  let many = false
  let progress: Progress | null = null
  let toldWaitMs = -waitingEveryMs
  const showProgress = () => {
    if (progress === null) return
    const elapsedMs = timer.now() - progress.startedMs
    if (elapsedMs >= liveAfterMs) terminal.live(`${progress.label}${progress.steps}  ${formatDuration(elapsedMs)}`)
  }
  const ticking = terminal.interactive ? timer.every(liveEveryMs, showProgress) : null
  const begin = (label: string, steps = '') => void (progress = { label, startedMs: timer.now(), steps })
  const finish = () => {
    progress = null
    terminal.live(null)
  }
  const named = (store: string, text: string) => (many ? `${store}: ${text}` : text)
  const waiting = (text: string, waitedMs: number) => {
    if (terminal.interactive && waitedMs >= liveAfterMs) return terminal.live(`${text} (${formatDuration(waitedMs)})`)
    if (waitedMs < toldWaitMs) toldWaitMs = -waitingEveryMs
    if (waitedMs - toldWaitMs < waitingEveryMs) return
    toldWaitMs = waitedMs
    terminal.hint(waitedMs < liveAfterMs ? text : `${text} (${formatDuration(waitedMs)})`)
  }
  return {
    end() {
      ticking?.stop()
      finish()
    },
    emit(event) {
      if (event.type === 'run-started') many = event.stores.length > 1
      if (event.type === 'store-waiting') waiting(`waiting for store ${event.store} to answer`, event.waitedMs)
      if (event.type === 'lock-waiting')
        waiting(`waiting for the lock of store ${event.store}${holderText(event.holder)}`, event.waitedMs)
      if (event.type === 'backup-progress') progress = continueBackup(progress, event, timer.now())
      if (event.type === 'documents-progress') progress = continueDocuments(progress, event, timer.now())
      if (event.type === 'backup-done') finish()
      if (event.type === 'migration-started') begin(named(event.store, migrationName(event.file)), placeOf(event))
      if (event.type === 'step-done' && progress !== null)
        progress = { ...progress, steps: `  step ${event.step} of ${event.steps}` }
      if (event.type === 'migration-done' || event.type === 'migration-failed' || event.type === 'run-finished')
        finish()
      const text = eventText(event)
      if (text === null) return
      const line = text.store === null ? text.text : named(text.store, text.text)
      if (text.level === 'result') terminal.out(line)
      else if (text.level === 'progress' || (text.level === 'detail' && terminal.verbose)) terminal.hint(line)
      else if (text.level === 'warning') terminal.complain(`${terminal.paintErr('yellow', 'warning')}: ${line}`)
    },
  }
}

export interface EventText {
  readonly level: 'result' | 'progress' | 'detail' | 'warning'
  readonly store: string | null
  readonly text: string
}

/** The line of one event; `null` for those that are shown in another way. */
export function eventText(event: RunEvent): EventText | null {
  switch (event.type) {
    case 'migration-done': {
      const word = event.direction === 'up' ? 'applied' : 'reverted'
      return {
        level: 'result',
        store: event.store,
        text: `${word} ${migrationName(event.file)} (${formatDuration(event.ms)})`,
      }
    }
    case 'migration-retried':
      return {
        level: 'progress',
        store: event.store,
        text: `${event.version}: attempt ${event.attempt} of ${event.attempts} did not get through: ${reasons[event.reason] ?? event.reason}${listed('; blocked by ', event.blockedBy)}`,
      }
    case 'mode-changed':
      return { level: 'progress', store: event.store, text: `${event.version} runs step by step: ${event.why}` }
    case 'connection-lost':
      return {
        level: 'warning',
        store: event.store,
        text: `the connection was lost${event.version === null ? '' : ` during ${event.version}`}; looking up what happened`,
      }
    case 'outcome-found':
      return { level: 'progress', store: event.store, text: `${event.version} ${outcomes[event.outcome]}` }
    case 'notice':
      return {
        level: 'progress',
        store: event.store,
        text: event.version === null ? event.message : `${event.version}: ${event.message}`,
      }
    case 'warning':
      return { level: 'warning', store: event.store, text: event.message }
    case 'history-created':
      return { level: 'detail', store: event.store, text: 'made the history tables' }
    case 'lock-taken':
      return { level: 'detail', store: event.store, text: `has the lock (${formatDuration(event.waitedMs)})` }
    case 'step-done':
      return {
        level: 'detail',
        store: event.store,
        text: `${event.version}: step ${event.step} of ${event.steps} done`,
      }
    case 'migration-started':
      return {
        level: 'detail',
        store: event.store,
        text: `${event.version}: ${event.mode === 'whole' ? 'one transaction' : 'step by step'}`,
      }
    case 'backup-done':
      return {
        level: 'progress',
        store: event.store,
        text: `backed up as ${event.file} (${formatBytes(event.bytes)}, ${formatDuration(event.ms)})`,
      }
    case 'run-started':
    case 'store-waiting':
    case 'lock-waiting':
    case 'backup-progress':
    case 'documents-progress':
    case 'migration-failed':
    case 'store-done':
    case 'run-finished':
      return null
  }
}

const outcomes: Readonly<Record<(RunEvent & { type: 'outcome-found' })['outcome'], string>> = {
  applied: 'took effect after all',
  'not-applied': 'did not take effect',
  'half-done': 'stopped half way: what is committed is in its record',
}

/** Why an attempt may be made again, in words. */
const reasons: Readonly<Record<string, string>> = {
  'lock-timeout': 'a lock was not free in time',
  conflict: 'a conflict with another transaction',
}

function placeOf(event: { readonly index: number; readonly count: number }): string {
  return event.count > 1 ? `  ${event.index + 1} of ${event.count}` : ''
}

function holderText(holder: LockHolder | null): string {
  if (holder === null) return ''
  return `, held by ${holder.host} pid ${holder.pid}${holder.since === null ? '' : ` since ${holder.since}`}`
}

function listed(before: string, items: readonly string[]): string {
  return items.length === 0 ? '' : before + items.join(', ')
}
