/** What the verbs of the library are given: who runs them, when to stop, where paths start. */

import { randomUUID } from 'node:crypto'
import { hostname, userInfo } from 'node:os'
import { systemClock, type AppContext } from '../app/opening/context.ts'
import type { RunEvent } from '../core/event.ts'
import { toolVersion } from './version.ts'

/** For verbs over opened stores. */
export interface Verbs {
  readonly context: AppContext
  readonly lockWaitMs: number
  /** Where paths of backups and documents start. */
  readonly cwd: string
}

export interface ContextParts {
  readonly release: string | null
  readonly emit: (event: RunEvent) => void
}

/** Who runs this and when to stop; a fresh run id each time. */
export function makeContext(
  { signal }: { readonly signal?: AbortSignal },
  { release, emit }: ContextParts,
): AppContext {
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
    // Its heap is the application's.
    beforeThreads: () => undefined,
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
