/** What several memory stores share: the data, its history and the lock. It outlives every store, as a server does. */

import { assert, LockstepError } from '../../core/error.ts'
import type { LockHolder } from '../../core/event.ts'
import type { HistoryChange, HistoryRecord, LogRow, Meta } from '../../core/history.ts'

/** Everything committed; a transaction works on a copy and replaces it as a whole. */
export interface WorldState {
  readonly data: ReadonlyMap<string, string>
  /** `null`: there is no history yet. */
  readonly meta: Meta | null
  readonly records: ReadonlyMap<string, HistoryRecord>
  readonly log: readonly LogRow[]
}

/** Who has the lock; an object of its own for each time it is taken. */
export interface WorldLock {
  readonly holder: LockHolder
}

export interface MemoryWorld {
  state: WorldState
  lock: WorldLock | null
}

export function makeWorld(data: Iterable<readonly [string, string]> = []): MemoryWorld {
  return { state: { data: new Map(data), meta: null, records: new Map(), log: [] }, lock: null }
}

/** The copy that a transaction works on. */
export interface Draft {
  readonly data: Map<string, string>
  meta: Meta | null
  readonly records: Map<string, HistoryRecord>
  readonly log: LogRow[]
}

export function draftOf({ data, meta, records, log }: WorldState): Draft {
  return { data: new Map(data), meta, records: new Map(records), log: [...log] }
}

/** Puts one change into the draft; a key that is taken stops whoever comes second, as in a database. */
export function changeDraft(
  draft: Draft,
  change: HistoryChange,
  { nowMs, file }: { nowMs: number; file: string },
): void {
  assert(draft.meta !== null || change.kind === 'meta', 'a change of a history that is not there')
  switch (change.kind) {
    case 'insert':
      refuseTaken(draft, change.record.version, file)
      draft.records.set(change.record.version, change.record)
      return
    case 'update':
      draft.records.set(recorded(draft, change.record.version).version, change.record)
      return
    case 'finish': {
      const durationMs = Math.max(0, nowMs - change.startedAtMs)
      draft.records.set(change.version, { ...recorded(draft, change.version), durationMs })
      return
    }
    case 'remove':
      draft.records.delete(recorded(draft, change.version).version)
      return
    case 'log':
      assert(
        draft.log.every((row) => row.id < change.row.id),
        `row ${change.row.id} of the log is taken`,
      )
      draft.log.push(change.row)
      return
    case 'meta':
      draft.meta = change.meta
      return
    case 'shape':
      assert(false, 'the memory store keeps no snapshot of its shape')
  }
}

function refuseTaken(draft: Draft, version: string, file: string): void {
  if (!draft.records.has(version)) return
  const message = `${version} is recorded already`
  throw new LockstepError('migration-failed', { file, message, code: 'TAKEN', reason: 'refused' })
}

function recorded(draft: Draft, version: string): HistoryRecord {
  const record = draft.records.get(version)
  assert(record !== undefined, `a change of the record ${version}, which is not there`)
  return record
}
