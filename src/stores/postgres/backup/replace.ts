/** A restored database takes the name of another. The old one is there until the new one has its name. */

import { LockstepError } from '../../../core/error.ts'
import type { Clock, ReplaceOptions } from '../../../core/ports.ts'
import { quoteName } from '../../../readers/postgres.ts'
import type { PostgresClient } from '../client.ts'
import type { About } from '../failure.ts'
import { existsDatabase, makeDatabaseName, readOthers } from './database.ts'

export interface DatabaseReplacing {
  readonly about: About
  readonly target: string
  readonly fresh: string
  readonly clock: Clock
  readonly onServer: <T>(work: (client: PostgresClient) => Promise<T>) => Promise<T>
  /** The connection in the target that holds the migration lock. */
  readonly mine: () => Promise<PostgresClient>
  /** Closes it, and lets go of the lock with it. */
  readonly leave: () => Promise<void>
}

/** PostgreSQL renames a database only while nobody is in it, and lets nobody in meanwhile. */
export async function replaceDatabase(
  replacing: DatabaseReplacing,
  { present, others }: ReplaceOptions,
): Promise<string | null> {
  const { target, onServer } = replacing
  return await onServer(async (client) => {
    if (!(await existsDatabase(client, target))) {
      await takeFreeName(client, replacing)
      return null
    }
    // What is saved in a backup goes, by whoever comes next if need be; what is not is kept.
    const old = makeDatabaseName(target, present === 'saved' ? 'old' : 'before')
    await swapDatabases(client, { ...replacing, old, others })
    if (present === 'set-aside') return old
    await client.run(`drop database ${quoteName(old)} with (force)`)
    return null
  })
}

/** What is not there excludes nobody: somebody else may make a database of this name at the same moment. */
async function takeFreeName(client: PostgresClient, { about, target, fresh }: DatabaseReplacing): Promise<void> {
  try {
    await client.run(`alter database ${quoteName(fresh)} rename to ${quoteName(target)}`)
  } catch (error) {
    if ((error as { code?: unknown }).code !== duplicateDatabase) throw error
    const reason = `somebody has made a database ${target} meanwhile`
    throw new LockstepError('restore-failed', { store: about.store, file: 'the backup', reason }, { cause: error })
  }
}

const duplicateDatabase = '42P04'

interface Swapping extends DatabaseReplacing, Pick<ReplaceOptions, 'others'> {
  readonly old: string
}

/** In one transaction: whoever asks for the name finds the one or the other. */
async function swapDatabases(client: PostgresClient, swapping: Swapping): Promise<void> {
  const { about, target, fresh, old } = swapping
  // Waiting for whoever works with the database as a whole; a connection that is just being made takes moments.
  await client.run(`begin; set local lock_timeout = '5s'`)
  // From its start nobody comes in any more; it ends as soon as nobody is in, which after the others is only us.
  const renaming = settled(client.run(`alter database ${quoteName(target)} rename to ${quoteName(old)}`))
  try {
    await leaveAsLast(client, { ...swapping, renaming })
    await renaming.promise
    await client.run(`alter database ${quoteName(fresh)} rename to ${quoteName(target)}; commit`)
  } catch (error) {
    if (!renaming.over()) await client.cancel()
    await renaming.promise.catch(() => undefined) // what stopped us first is told
    await client.run('rollback')
    if ((error as { code?: unknown }).code !== inUse) throw error
    const found = await readOthers(client, target)
    const { store, place } = about
    throw new LockstepError('store-in-use', { store, place, others: found.length === 0 ? ['others'] : found })
  }
}

/** `object_in_use`. */
const inUse = '55006'
const pollMs = 20

/**
 * Our own connection, and the lock with it, goes only when the others are gone and the renaming lets nobody in: a
 * migrator that waits for the lock would have it for a moment, and what it does in it would be lost.
 */
async function leaveAsLast(
  client: PostgresClient,
  { mine, leave, others, clock, renaming }: Swapping & { readonly renaming: Settled },
): Promise<void> {
  const own = await mine()
  // PostgreSQL itself gives up after five seconds, which ends the renaming and with it this.
  while (!renaming.over()) {
    const [rows] = await own.run(whoQuery(client.pid))
    const { shut, inside } = rows?.[0] ?? {}
    if (shut === true && inside === 0) return await leave()
    if (shut === true && others === 'end') await own.run(endOthersQuery)
    await clock.sleep(pollMs)
  }
}

const inHere = `from pg_catalog.pg_stat_activity a where a.datname = pg_catalog.current_database()
and a.backend_type = 'client backend' and a.pid <> pg_catalog.pg_backend_pid()`

const endOthersQuery = `select pg_catalog.pg_terminate_backend(a.pid) ${inHere}`

/** Whether the renaming keeps newcomers out already, and how many others are in. */
function whoQuery(renamer: number): string {
  return `select (select count(*)::int ${inHere}) as inside, exists (
select from pg_catalog.pg_locks l where l.pid = ${renamer} and l.locktype = 'object' and l.granted
and l.classid = 'pg_catalog.pg_database'::pg_catalog.regclass and l.mode = 'AccessExclusiveLock'
and l.objid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())) as shut`
}

interface Settled {
  readonly promise: Promise<unknown>
  readonly over: () => boolean
}

function settled(promise: Promise<unknown>): Settled {
  let over = false
  const end = (): void => void (over = true)
  void promise.then(end, end)
  return { promise, over: () => over }
}
