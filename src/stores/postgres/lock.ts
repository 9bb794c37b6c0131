/**
 * The migration lock: a session-level advisory lock on the very connection that runs the change, so that it lives
 * exactly as long as the change. Polled, never waited for in the server: a blocked waiter holds a snapshot, and that
 * deadlocks with CREATE INDEX CONCURRENTLY.
 */

import { createHash } from 'node:crypto'
import { LockstepError } from '../../core/error.ts'
import { describeHolder, type LockHolder } from '../../core/event.ts'
import type { Clock, LockOptions } from '../../core/ports.ts'
import type { HistoryPlace } from '../../readers/postgres.ts'
import type { PostgresClient } from './client.ts'

const pollFirstMs = 25
const pollMostMs = 1_000

/** Takes the lock or throws `lock-held`; the answer is how long it took. */
export async function takeLock(
  client: PostgresClient,
  { store, place, clock, options }: { store: string; place: HistoryPlace; clock: Clock; options: LockOptions },
): Promise<number> {
  const begun = clock.now()
  for (let pauseMs = pollFirstMs; ; pauseMs = Math.min(pauseMs * 2, pollMostMs)) {
    const [rows] = await client.run(takeQuery(place))
    const waitedMs = clock.now() - begun
    if (rows?.[0]?.['taken'] === true) return waitedMs
    const holder = await readHolder(client, place)
    if (waitedMs >= options.waitMs) {
      throw new LockstepError('lock-held', { store, holder: describeHolder(holder), waitedMs }, { store })
    }
    options.onWait(holder, waitedMs)
    const jittered = pauseMs * (0.5 + clock.random())
    await clock.sleep(Math.min(jittered, Math.max(1, options.waitMs - waitedMs)), options.signal)
  }
}

/**
 * Backups are made under the lock, so once it is ours a pg_dump of another belongs to a process that was killed: it would
 * go on for as long as it likes, and keep every change of structure waiting.
 */
function takeQuery(place: HistoryPlace): string {
  return `select l.taken, case when l.taken then (
select count(pg_catalog.pg_terminate_backend(a.pid)) from pg_catalog.pg_stat_activity a
where a.datname = pg_catalog.current_database() and a.application_name = '${dumpName(place)}'
and a.usename = current_user) end as ended
from (select pg_catalog.pg_try_advisory_lock(${lockKey(place)}) as taken offset 0) l`
}

/** What a pg_dump under this lock calls itself. */
export function dumpName(place: HistoryPlace): string {
  return `lockstep backup ${BigInt.asUintN(64, BigInt(lockKey(place))).toString(16)}`
}

export async function releaseLock(client: PostgresClient, place: HistoryPlace): Promise<void> {
  await client.run(`select pg_catalog.pg_advisory_unlock(${lockKey(place)})`)
}

/** Who holds the lock, from what everybody may see: the process id and the application name. */
export async function readHolder(client: PostgresClient, place: HistoryPlace): Promise<LockHolder | null> {
  const [rows] = await client.run(holderQuery(place))
  const row = rows?.[0]
  return row === undefined ? null : decodeHolder(String(row['application_name']), Number(row['pid']))
}

/** Ends the session that holds the lock; the server rolls back what it was doing. */
export async function endHolder(client: PostgresClient, place: HistoryPlace): Promise<LockHolder | null> {
  const holder = await readHolder(client, place)
  if (holder !== null) await client.run(`select pg_catalog.pg_terminate_backend(l.pid) from (${holderQuery(place)}) l`)
  return holder
}

function holderQuery(place: HistoryPlace): string {
  const key = BigInt.asUintN(64, BigInt(lockKey(place)))
  return `select a.pid, a.application_name from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.classid = ${key >> 32n} and l.objid = ${key & 0xffff_ffffn}
  and l.database = (select oid from pg_catalog.pg_database where datname = current_database()) limit 1`
}

/** All that other sessions may see of us, in the 63 bytes of an application name. */
export function holderName({ host, pid, runId, since }: LockHolder): string {
  const seconds = since === null ? 0 : Math.floor(Date.parse(since) / 1000)
  const tail = ` ${pid} ${runId.slice(0, 8)} ${seconds.toString(36)}`
  return `lockstep ${host.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 63 - 9 - tail.length)}${tail}`
}

function decodeHolder(name: string, backend: number): LockHolder {
  const match = /^lockstep (\S+) (\d+) (\S+) ([0-9a-z]+)$/.exec(name)
  const [, host = '', pid = '', runId = '', seconds = ''] = match ?? []
  if (match === null) return { host: name === '' ? 'unknown' : name, pid: backend, runId: '', since: null }
  return { host, pid: Number(pid), runId, since: new Date(parseInt(seconds, 36) * 1000).toISOString() }
}

/** One key per history table; advisory locks are a database's own. */
function lockKey({ schema, table }: HistoryPlace): string {
  return createHash('sha256').update(`lockstep:${schema}.${table}`).digest().readBigInt64BE(0).toString()
}
