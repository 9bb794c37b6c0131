/** Who keeps a statement from its lock: asked over a second connection, and only when the first one is slow. */

import type { Clock } from '../../core/ports.ts'
import type { Row } from '../../readers/history-row.ts'
import type { PostgresClient } from './client.ts'

/** Below `lock_timeout`, so that the blocker is seen before the statement gives up. */
const lookAfterMs = 1_000

const quicker = 'the statement was quicker'

export type Watch = <T>(work: Promise<T>, seen: (blockers: readonly string[]) => void) => Promise<T>

export function makeWatch(
  client: PostgresClient,
  { another, clock }: { another: () => Promise<PostgresClient>; clock: Clock },
): Watch {
  return async (work, seen) => {
    const done = new AbortController()
    const looking = clock.sleep(lookAfterMs, done.signal).then(
      () => look(client.pid, another).then(seen),
      () => undefined, // aborted below
    )
    try {
      return await work
    } finally {
      // A reason of our own: without one Node makes an exception with a stack, for each migration.
      done.abort(quicker)
      // What could not be found out about a blocker is no reason to fail.
      await looking.catch(() => undefined)
    }
  }
}

async function look(pid: number, another: () => Promise<PostgresClient>): Promise<string[]> {
  const observer = await another()
  try {
    const [rows] =
      await observer.run(`select pid, application_name, state, extract(epoch from clock_timestamp() - xact_start)::int::text as seconds, left(query, 80) as query
from pg_catalog.pg_stat_activity where pid = any(pg_catalog.pg_blocking_pids(${pid})) order by pid limit 5`)
    return (rows ?? []).map(blockerText)
  } finally {
    await observer.close()
  }
}

function blockerText(row: Row): string {
  const [pid, name, seconds, query] = ['pid', 'application_name', 'seconds', 'query'].map((column) =>
    wordOf(row, column),
  )
  const since = seconds === '' ? '' : `, in a transaction for ${seconds} s`
  return `process ${pid}${name === '' ? '' : ` (${name})`}${since}${query === '' ? '' : `: ${query?.replace(/\s+/g, ' ')}`}`
}

function wordOf(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
