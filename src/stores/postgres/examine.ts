/** Facts of a PostgreSQL server that decide whether a migration can go well. Read only. */

import type { Finding } from '../../core/ports.ts'
import type { Row } from '../../readers/history-row.ts'
import type { HistoryPlace } from '../../readers/postgres.ts'
import type { PostgresClient } from './client.ts'
import { readHolder } from './lock.ts'

export async function examinePostgres(client: PostgresClient, place: HistoryPlace): Promise<readonly Finding[]> {
  const [rows] =
    await client.run(`select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
  pg_is_in_recovery() as replica, current_user as "user", current_setting('transaction_read_only') as read_only,
  has_database_privilege(current_database(), 'CREATE') as may_create,
  (select count(*)::int from pg_catalog.pg_index where not indisvalid) as invalid,
  (select max(extract(epoch from clock_timestamp() - xact_start))::int from pg_catalog.pg_stat_activity where state <> 'idle' and pid <> pg_backend_pid() and datname = current_database()) as longest,
  (extract(epoch from clock_timestamp()) * 1000)::bigint::text as now`)
  const row = rows?.[0] ?? {}
  const holder = await readHolder(client, place)
  return [
    ...serverFindings(row),
    {
      grade: Number(row['invalid']) > 0 ? 'attention' : 'good',
      what: `${String(row['invalid'])} invalid indexes`,
      help: Number(row['invalid']) > 0 ? 'drop or rebuild them: reindex index concurrently <name>' : null,
    },
    ...transactionFindings(row),
    holder === null
      ? { grade: 'good', what: 'nobody holds the migration lock', help: null }
      : {
          grade: 'attention',
          what: `the migration lock is held by ${holder.host}, process ${holder.pid}`,
          help: 'wait for it, or end it: select pg_terminate_backend(<pid>)',
        },
  ]
}

function serverFindings(row: Row): Finding[] {
  const tooOld = Number(row['number']) < 140_000
  const replica = row['replica'] === true || row['read_only'] === 'on'
  return [
    {
      grade: tooOld ? 'attention' : 'good',
      what: `PostgreSQL ${String(row['version'])}`,
      help: tooOld ? 'before 14 the server finishes a statement although its client is dead' : null,
    },
    {
      grade: replica ? 'bad' : 'good',
      what: replica ? 'it can only be read (a replica)' : 'it can be written',
      help: replica ? 'give the address of the primary' : null,
    },
    {
      grade: row['may_create'] === true ? 'good' : 'attention',
      what: `role ${String(row['user'])} ${row['may_create'] === true ? 'may' : 'may not'} create schemas`,
      help: null,
    },
  ]
}

function transactionFindings(row: Row): Finding[] {
  const seconds = Number(row['longest'] ?? 0)
  if (seconds < 60) return [{ grade: 'good', what: 'no transaction is older than a minute', help: null }]
  return [
    {
      grade: 'attention',
      what: `a transaction has been open for ${seconds} s`,
      help: 'CREATE INDEX CONCURRENTLY waits for it; see pg_stat_activity',
    },
  ]
}
