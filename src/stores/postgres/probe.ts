/** Did a statement that ran outside any transaction take effect? The catalogue decides, or says that it cannot. */

import type { Probe, ProbeAnswer, Unit } from '../../core/script.ts'
import { quoteLiteral, quoteName } from '../../readers/postgres.ts'
import type { PostgresClient } from './client.ts'

export async function probeUnit(client: PostgresClient, unit: Unit): Promise<ProbeAnswer> {
  const probe = unit.statements[0]?.traits.probe ?? null
  return probe === null ? 'unknown' : await ask(client, probe)
}

async function ask(client: PostgresClient, probe: Probe): Promise<ProbeAnswer> {
  switch (probe.kind) {
    case 'repeatable':
      return 'not-done'
    case 'index-valid':
      return await probeIndex(client, probe)
    case 'index-gone':
      return (await allGone(client, probe.names)) ? 'done' : 'not-done'
    case 'database-exists':
      return await exists(
        client,
        `select from pg_catalog.pg_database where datname = ${quoteLiteral(probe.name)}`,
        'done',
      )
    case 'database-gone':
      return await exists(
        client,
        `select from pg_catalog.pg_database where datname = ${quoteLiteral(probe.name)}`,
        'not-done',
      )
    case 'tablespace-exists':
      return await exists(
        client,
        `select from pg_catalog.pg_tablespace where spcname = ${quoteLiteral(probe.name)}`,
        'done',
      )
    case 'tablespace-gone':
      return await exists(
        client,
        `select from pg_catalog.pg_tablespace where spcname = ${quoteLiteral(probe.name)}`,
        'not-done',
      )
    case 'partition-detached':
      return await probeDetached(client, probe)
  }
}

/**
 * A valid index of that name is the effect. An invalid one is what a broken CREATE INDEX CONCURRENTLY leaves: it slows
 * every write and serves no read, and `IF NOT EXISTS` would take it for the real one. It is ours (the intent is in the
 * journal, the name is in the statement), so it is dropped and the statement runs again.
 */
async function probeIndex(
  client: PostgresClient,
  probe: Extract<Probe, { kind: 'index-valid' }>,
): Promise<ProbeAnswer> {
  if (probe.name === null) return await probeUnnamedIndex(client, probe)
  const name = qualified(probe.schema, probe.name)
  const [rows] = await client.run(`select i.indisvalid and i.indisready as valid, n.nspname as schema
from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.oid = pg_catalog.to_regclass(${quoteLiteral(name)})`)
  const row = rows?.[0]
  if (row === undefined) return 'not-done'
  if (row['valid'] === true) return 'done'
  await client.run(`drop index concurrently ${qualified(String(row['schema']), probe.name)}`)
  return 'not-done'
}

/** Without a name the server chose one, so the index cannot be told from another; but what is invalid can be dropped. */
async function probeUnnamedIndex(
  client: PostgresClient,
  { table, schema }: Extract<Probe, { kind: 'index-valid' }>,
): Promise<ProbeAnswer> {
  if (table === null) return 'unknown'
  const [rows] = await client.run(`select n.nspname as schema, c.relname as name from pg_catalog.pg_index i
join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where not i.indisvalid and i.indrelid = pg_catalog.to_regclass(${quoteLiteral(qualified(schema, table))})`)
  for (const row of rows ?? [])
    await client.run(`drop index concurrently ${qualified(String(row['schema']), String(row['name']))}`)
  return (rows ?? []).length > 0 ? 'not-done' : 'unknown'
}

async function allGone(
  client: PostgresClient,
  names: Extract<Probe, { kind: 'index-gone' }>['names'],
): Promise<boolean> {
  const checks = names.map((one) => `pg_catalog.to_regclass(${quoteLiteral(qualified(one.schema, one.name))}) is null`)
  const [rows] = await client.run(`select ${checks.join(' and ')} as gone`)
  return rows?.[0]?.['gone'] === true
}

async function exists(client: PostgresClient, query: string, whenThere: 'done' | 'not-done'): Promise<ProbeAnswer> {
  const [rows] = await client.run(`select exists (${query}) as there`)
  return (rows?.[0]?.['there'] === true) === (whenThere === 'done') ? 'done' : 'not-done'
}

/** A detach that was cut off is pending: only FINALIZE ends it, then the statement is done. */
async function probeDetached(
  client: PostgresClient,
  { parent, partition }: Extract<Probe, { kind: 'partition-detached' }>,
): Promise<ProbeAnswer> {
  const [rows] = await client.run(`select inhdetachpending as pending from pg_catalog.pg_inherits
where inhparent = pg_catalog.to_regclass(${quoteLiteral(parent)}) and inhrelid = pg_catalog.to_regclass(${quoteLiteral(partition)})`)
  const row = rows?.[0]
  if (row === undefined) return 'done'
  if (row['pending'] !== true) return 'not-done'
  await client.run(`alter table ${parent} detach partition ${partition} finalize`)
  return 'done'
}

function qualified(schema: string | null, name: string): string {
  return schema === null ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
}
