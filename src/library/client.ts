/** Clients that an application brings, told apart by their shape. */

import type { AppContext } from '../app/opening/context.ts'
import {
  openPglite,
  openPostgres,
  openSqlite,
  type PgliteClient,
  type PgClient,
  type SqliteClient,
} from '../app/opening/stores.ts'
import { LockstepError } from '../core/error.ts'
import type { Store } from '../core/ports.ts'

export type AnyClient = PgClient | PgliteClient | SqliteClient

export interface ClientOptions {
  readonly name: string
  readonly history: { readonly schema: string; readonly table: string }
  readonly context: AppContext
}

/** A store over a client of the application's own, which stays open; a text is the path of a SQLite file. */
export async function openClient(
  database: AnyClient | string,
  { name, history, context }: ClientOptions,
): Promise<Store> {
  const { clock, holder, signal, uninterrupted } = context
  const common = { name, clock, holder }
  if (typeof database === 'string')
    return await openSqlite({ ...common, place: database, path: database, history, uninterrupted })
  if (isSqlite(database))
    return await openSqlite({ ...common, place: 'the given DatabaseSync', client: database, history, uninterrupted })
  if (isPglite(database)) {
    const opening = { holder, clock, signal, waitMs: 0, onWait: () => undefined }
    return await openPglite({ name, place: 'the given PGlite', folder: null, history, opening, client: database })
  }
  if (isPostgres(database))
    return await openPostgres({ ...common, place: 'the given client', address: null, history, client: database })
  const reason = 'it is neither a `pg` client, nor a PGlite, nor a DatabaseSync'
  throw new LockstepError('url-invalid', { url: 'the given client', reason })
}

function isSqlite(client: AnyClient): client is SqliteClient {
  return 'prepare' in client && 'exec' in client && !('query' in client)
}

function isPglite(client: AnyClient): client is PgliteClient {
  return 'exec' in client && 'query' in client && !('processID' in client)
}

function isPostgres(client: AnyClient): client is PgClient {
  return 'query' in client && 'connection' in client
}
