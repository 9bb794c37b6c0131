/** Targets for tests: a store and migrations that live in the test, under a fixed or a real clock. */

import { registeredFiles, type RegisteredMigration } from '../../src/app/opening/registered.ts'
import { systemClock, type AppContext } from '../../src/app/opening/context.ts'
import type { Target } from '../../src/app/opening/target.ts'
import type { RunEvent } from '../../src/core/event.ts'
import { defaultPolicy, type Policy } from '../../src/core/policy.ts'
import type { Clock, Store } from '../../src/core/ports.ts'

export interface TestTarget {
  readonly store: Store
  readonly migrations: readonly RegisteredMigration[]
  readonly policy?: Partial<Policy>
}

export function targetOf({ store, migrations, policy }: TestTarget): Target {
  const registered = registeredFiles(migrations)
  return {
    name: store.name,
    store,
    policy: { ...defaultPolicy, ...policy },
    folder: 'migrations',
    ...registered,
    create: null,
    scratch: null,
  }
}

export interface TestContext extends AppContext {
  readonly events: RunEvent[]
}

/** A context that remembers its events. Waiting takes no time unless a real clock is given. */
export function contextOf({
  clock = hurriedClock(),
  signal = new AbortController().signal,
}: { clock?: Clock; signal?: AbortSignal } = {}): TestContext {
  const events: RunEvent[] = []
  const runId = crypto.randomUUID()
  return {
    events,
    emit: (event) => void events.push(event),
    clock,
    signal,
    author: { by: 'tester@test', runId, release: null, toolVersion: '0.0.0' },
    holder: { host: 'test', pid: process.pid, runId, since: new Date(clock.now()).toISOString() },
    uninterrupted: (work) => work(),
    beforeThreads: () => undefined,
    beside: () => Promise.resolve([]),
  }
}

/** Real time, but sleeping ends at the next turn: for tests that wait for nothing outside. */
export function hurriedClock(): Clock {
  return { ...systemClock, sleep: (_, signal) => systemClock.sleep(0, signal) }
}
