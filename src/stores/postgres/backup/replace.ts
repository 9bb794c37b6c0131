/** A restored database takes the name of another. The old one is there until the new one has its name. */

import { LockstepError } from '../../../core/error.ts'
import type { ReplaceOptions } from '../../../core/ports.ts'
import { quoteLiteral, quoteName } from '../../../readers/postgres.ts'
import type { PostgresClient } from '../client.ts'
import type { About } from '../failure.ts'
import { existsDatabase, makeDatabaseName, readOthers, swapDatabases } from './database.ts'

export interface DatabaseReplacing {
  readonly about: About
  readonly target: string
  readonly fresh: string
  readonly onServer: <T>(work: (client: PostgresClient) => Promise<T>) => Promise<T>
}

/** PostgreSQL renames a database only while nobody is in it, and lets nobody in meanwhile. */
export async function replaceDatabase(
  { about, target, fresh, onServer }: DatabaseReplacing,
  { present, others }: ReplaceOptions,
): Promise<string | null> {
  return await onServer(async (client) => {
    if (!(await existsDatabase(client, target))) {
      await client.run(`alter database ${quoteName(fresh)} rename to ${quoteName(target)}`)
      return null
    }
    const old = makeDatabaseName(target, 'before')
    if (others === 'end') await endOthers(client, target)
    try {
      await swapDatabases(client, { fresh, target, old })
    } catch (error) {
      if ((error as { code?: unknown }).code !== inUse) throw error
      const found = await readOthers(client, target)
      const { store, place } = about
      throw new LockstepError('store-in-use', { store, place, others: found.length === 0 ? ['others'] : found })
    }
    if (present === 'set-aside') return old
    await client.run(`drop database ${quoteName(old)} with (force)`)
    return null
  })
}

/** `object_in_use`. */
const inUse = '55006'

async function endOthers(client: PostgresClient, database: string): Promise<void> {
  await client.run(
    `select pg_catalog.pg_terminate_backend(pid) from pg_catalog.pg_stat_activity where datname = ${quoteLiteral(database)} and pid <> pg_catalog.pg_backend_pid()`,
  )
}
