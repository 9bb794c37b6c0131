/** The read-only half of PostgreSQL: its history, through any client that runs a text of several statements. */

import { assert } from '../core/error.ts'
import { noHistory, type History, type LogRow } from '../core/history.ts'
import type { ShapeSnapshot } from '../core/shape.ts'
import { decodeHead, decodeLogRow, decodeMeta, decodeRecord, PartialHistory, type Row } from './history-row.ts'
import { decodeSnapshot, shapeTable } from './snapshot-row.ts'

/** A client by shape: runs one text, answers the rows of each statement. */
export interface TextClient {
  run(text: string): Promise<readonly (readonly Row[])[]>
}

/** Where the history is; every name is written fully qualified and quoted. */
export interface HistoryPlace {
  readonly schema: string
  readonly table: string
}

export interface HistoryNames {
  readonly records: string
  readonly log: string
  readonly meta: string
}

export function namesOf({ schema, table }: HistoryPlace): HistoryNames {
  const within = (name: string): string => `${quoteName(schema)}.${quoteName(name)}`
  return { records: within(table), log: within('lockstep_log'), meta: within('lockstep_meta') }
}

/** Made by the first run that writes a shape down: histories before it go on without. */
export function shapeTableOf({ schema }: HistoryPlace): string {
  return `${quoteName(schema)}.${quoteName(shapeTable)}`
}

export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

const utc = (column: string): string => `to_char(${column} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** One round trip where there is a history, a few where there is none. */
export async function readPostgresHistory(client: TextClient, place: HistoryPlace): Promise<History> {
  const found = await readIfThere(client, place)
  return found ?? (await readWithoutHistory(client, place))
}

/** `null` where the tables of the history are not there. */
async function readIfThere(client: TextClient, place: HistoryPlace): Promise<History | null> {
  try {
    const [meta, records, head] = await client.run(historyQuery(namesOf(place)))
    return decodeHistory(meta ?? [], records ?? [], head ?? [])
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42P01') throw error
    return null
  }
}

/** Every row of the log, oldest first. */
export async function readPostgresLog(client: TextClient, place: HistoryPlace): Promise<readonly LogRow[]> {
  const { log } = namesOf(place)
  const [rows] = await client.run(
    `select id, event, version, ${utc('at')} as at, by, run_id, tool_version, detail, hash from ${log} order by id`,
  )
  return (rows ?? []).map(decodeLogRow)
}

/** The shape after the last run; `null` where none was written down. */
export async function readPostgresSnapshot(client: TextClient, place: HistoryPlace): Promise<ShapeSnapshot | null> {
  try {
    const columns = `rule, mark, objects, run_id, ${utc('taken_at')} as taken_at`
    const [rows] = await client.run(`select ${columns} from ${shapeTableOf(place)}`)
    return decodeSnapshot(rows?.[0])
  } catch (error) {
    if ((error as { code?: unknown }).code !== '42P01') throw error
    return null
  }
}

function historyQuery({ records, log, meta }: HistoryNames): string {
  return `select format, identity, protected, policy, pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only from ${meta};
select version, description, file, checksum, state, direction, steps_started, steps_done, steps_total, steps_hash, breaking, position, ${utc('applied_at')} as applied_at, duration_ms, applied_by, run_id, release, tool_version from ${records} order by position;
select id, hash from ${log} order by id desc limit 1`
}

async function readWithoutHistory(client: TextClient, { schema, table }: HistoryPlace): Promise<History> {
  const ours = [table, 'lockstep_log', 'lockstep_meta'].map((name) =>
    quoteLiteral(`${quoteName(schema)}.${quoteName(name)}`),
  )
  const [there, state] =
    await client.run(`select ${ours.map((name, i) => `to_regclass(${name}) is not null as t${i}`).join(', ')};
select pg_is_in_recovery() or current_setting('transaction_read_only') = 'on' as read_only, exists (
  select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
) as holds_tables`)
  const present = Object.values(there?.[0] ?? {}).filter((value) => value === true).length
  const facts = state?.[0]
  const holdsTables = facts?.['holds_tables'] === true
  if (present > 0 || holdsTables) {
    // Another migrator may have begun between the two looks. Its history was there before its first table.
    const meanwhile = await readIfThere(client, { schema, table })
    if (meanwhile !== null) return meanwhile
  }
  if (present > 0)
    throw new PartialHistory(
      `${present} of the 3 tables of the history are there (${schema}.${table}, lockstep_log, lockstep_meta)`,
    )
  return { ...noHistory, holdsTables, readOnly: facts?.['read_only'] === true }
}

function decodeHistory(meta: readonly Row[], records: readonly Row[], head: readonly Row[]): History {
  const about = meta[0]
  assert(meta.length <= 1, `lockstep_meta holds ${meta.length} rows`)
  return {
    meta: about === undefined ? null : decodeMeta(about),
    records: records.map(decodeRecord),
    head: head[0] === undefined ? null : decodeHead(head[0]),
    holdsTables: false,
    readOnly: about?.['read_only'] === true,
  }
}

/** A text literal that means the same whatever `standard_conforming_strings` says. */
export function quoteLiteral(text: string): string {
  const doubled = text.replaceAll("'", "''")
  return text.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}
