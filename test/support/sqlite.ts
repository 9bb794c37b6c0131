/** SQLite files in a folder of their own, and the few values that every test of that store needs. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach } from 'vitest'
import type { HistoryRecord, LogRow, Meta } from '../../src/core/history.ts'
import type { Clock, LockOptions, ScriptSource, Session, Store, TogetherUnit, Work } from '../../src/core/ports.ts'
import { openSqlite, type SqliteSettings } from '../../src/stores/sqlite/index.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A path for a database that is not there yet; its folder is removed after the test. */
export function freshPath(name = 'app.db'): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-sqlite-'))
  folders.push(folder)
  return join(folder, name)
}

/** Time passes only when somebody sleeps; `onSleep` is what happens meanwhile. */
export function steppedClock(onSleep: (ms: number) => void = () => undefined): Clock & { readonly slept: number[] } {
  const slept: number[] = []
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  return {
    slept,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
      onSleep(ms)
      await nextTurn()
    },
  }
}

export function settingsOf(more: Partial<SqliteSettings> = {}): SqliteSettings {
  return { name: 'app', place: 'app.db', history: { table: 'lockstep_migrations' }, clock: steppedClock(), ...more }
}

export function lockOptions(more: Partial<LockOptions> = {}): LockOptions {
  const holder = { host: 'test', pid: process.pid, runId: 'run-1', since: null }
  return { holder, waitMs: 0, onWait: () => undefined, signal: new AbortController().signal, ...more }
}

export const meta: Meta = { format: 1, identity: null, protected: false, policy: null }

export function recordOf(version: string, more: Partial<HistoryRecord> = {}): HistoryRecord {
  return {
    version,
    description: `makes ${version}`,
    file: `${version}.sql`,
    checksum: `v1:sha256:${'0'.repeat(64)}`,
    state: 'applied',
    direction: 'up',
    stepsStarted: 1,
    stepsDone: 1,
    stepsTotal: 1,
    stepsHash: null,
    breaking: false,
    position: Number(version),
    appliedAt: '2026-01-01T00:00:00.000Z',
    durationMs: 0,
    appliedBy: 'tester@test',
    runId: 'run-1',
    release: null,
    toolVersion: '0.0.0',
    ...more,
  }
}

export function logRow(id: number, more: Partial<LogRow> = {}): LogRow {
  const by = 'tester@test'
  const at = '2026-01-01T00:00:00.000Z'
  return {
    id,
    hash: `hash-${id}`,
    event: 'created',
    version: null,
    at,
    by,
    runId: 'run-1',
    toolVersion: '0.0.0',
    detail: '',
    ...more,
  }
}

export function sourceOf(text: string, file = 'V1.sql'): ScriptSource {
  return { file, noTransaction: false, read: () => [text] }
}

export function unitOf(works: readonly Work[], more: Partial<TogetherUnit> = {}): TogetherUnit {
  const signal = new AbortController().signal
  return {
    file: 'V1.sql',
    sessionAfter: 'reset',
    before: [],
    works,
    after: [],
    lockTimeoutMs: 2_000,
    statementTimeoutMs: 0,
    signal,
    ...more,
  }
}

export function workOf(session: Session, text: string, file = 'V1.sql'): Work {
  return { kind: 'statements', statements: session.readStatements(sourceOf(text, file)), begin: null, file }
}

/** The store of a file, with its history in the table of that name. */
export async function openPath(path: string, table = 'lockstep_migrations'): Promise<Store> {
  return await openSqlite({ ...settingsOf({ history: { table } }), path })
}

/** Runs `work` on the file as a migrator does. */
export async function withSession<T>(
  path: string,
  work: (session: Session) => Promise<T>,
  more: Partial<SqliteSettings> = {},
): Promise<T> {
  const store = await openSqlite({ ...settingsOf(more), path })
  return await store.whileLocked(lockOptions(), work)
}

/** Runs one script as a whole, with a record where the file has a history. */
export async function runScript(path: string, text: string, more: Partial<TogetherUnit> = {}): Promise<void> {
  await withSession(path, (session) => session.runTogether(unitOf([workOf(session, text)], more)))
}

/** What somebody else would see, through a connection of its own. */
export function rowsIn(path: string, text: string): Record<string, unknown>[] {
  const client = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  try {
    return client
      .prepare(text)
      .all()
      .map((row) => ({ ...row }))
  } finally {
    client.close()
  }
}

/** Makes the database as the application would have left it. */
export function prepare(path: string, text: string): void {
  const client = new DatabaseSync(path, { enableForeignKeyConstraints: false })
  client.exec(text)
  client.close()
}

/** Runs a script as the engine does: as a whole, or unit by unit where its text asks for that. */
export async function runAsPlanned(session: Session, text: string, mode: 'whole' | 'steps'): Promise<void> {
  if (mode === 'whole') return await session.runTogether(unitOf([workOf(session, text)]))
  // All of them before the first one runs: their number stands in the journal.
  const units = Array.from(session.readUnits(sourceOf(text)))
  await session.resume([])
  for (const unit of units) {
    const { statements, begin } = unit
    if (unit.alone) await session.runAlone(unit, unitOf([]))
    else {
      const work = { kind: 'statements', statements, begin, file: 'V1.sql' } as const
      await session.runTogether(unitOf([work], { sessionAfter: 'kept' }))
    }
  }
  await session.settle()
}
