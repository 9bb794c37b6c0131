/** The stores that an application may open over a client of its own. Loaded when asked for: importing the library is free. */

import type { Store } from '../../core/ports.ts'
import type * as Pglite from '../../stores/pglite/index.ts'
import type * as Postgres from '../../stores/postgres/index.ts'
import type * as Sqlite from '../../stores/sqlite/index.ts'

export type { PgliteLike as PgliteClient } from '../../stores/pglite/client.ts'
export type { PgClient } from '../../stores/postgres/client.ts'
export type { SqliteClient } from '../../stores/sqlite/index.ts'

export async function openPglite(options: Parameters<typeof Pglite.openPglite>[0]): Promise<Store> {
  const { openPglite } = await import('../../stores/pglite/index.ts')
  return openPglite(options)
}

export async function openPostgres(options: Parameters<typeof Postgres.openPostgres>[0]): Promise<Store> {
  const { openPostgres } = await import('../../stores/postgres/index.ts')
  return openPostgres(options)
}

export async function openSqlite(options: Parameters<typeof Sqlite.openSqlite>[0]): Promise<Store> {
  const { openSqlite } = await import('../../stores/sqlite/index.ts')
  return openSqlite(options)
}
