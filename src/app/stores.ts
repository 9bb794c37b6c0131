/** The stores that an application may open over a client of its own. */

export { openPglite } from '../stores/pglite/index.ts'
export { openPostgres } from '../stores/postgres/index.ts'
export { openSqlite, type SqliteClient } from '../stores/sqlite/index.ts'
export type { PgliteLike as PgliteClient } from '../stores/pglite/client.ts'
export type { PgClient } from '../stores/postgres/client.ts'
