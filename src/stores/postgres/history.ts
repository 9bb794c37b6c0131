/** Writing the history of a PostgreSQL database: every change as one statement's text. */

import type { HistoryChange, HistoryRecord, LogRow, Meta } from '../../core/history.ts'
import type { ShapeSnapshot } from '../../core/shape.ts'
import { namesOf, quoteLiteral, quoteName, shapeTableOf, type HistoryPlace } from '../../readers/postgres.ts'

/** The three tables, made in one transaction by whoever holds the lock. */
export function createTables(place: HistoryPlace): string {
  const { records, log, meta } = namesOf(place)
  // Asked first: `if not exists` would greet every newcomer with a notice about "public".
  return `do $lockstep$ begin
  if not exists (select from pg_catalog.pg_namespace where nspname = ${quoteLiteral(place.schema)}) then
    create schema ${quoteName(place.schema)};
  end if;
end $lockstep$;
create table ${meta} (
  only_row boolean primary key default true check (only_row),
  format integer not null,
  identity text,
  protected boolean not null,
  policy text
);
create table ${records} (
  version text primary key,
  description text not null,
  file text not null,
  checksum text not null,
  state text not null check (state in ('running', 'applied', 'failed', 'resolved')),
  direction text not null check (direction in ('up', 'down')),
  steps_started integer not null,
  steps_done integer not null,
  steps_total integer not null,
  steps_hash text,
  breaking boolean not null,
  position bigint not null,
  applied_at timestamptz not null,
  duration_ms bigint not null,
  applied_by text not null,
  run_id text not null,
  release text,
  tool_version text not null
);
create table ${log} (
  id bigint primary key,
  event text not null,
  version text,
  at timestamptz not null,
  by text not null,
  run_id text not null,
  tool_version text not null,
  detail text not null,
  hash text not null
)`
}

/** One change as one statement. */
export function changeText(change: HistoryChange, place: HistoryPlace): string {
  const names = namesOf(place)
  switch (change.kind) {
    case 'insert':
      return `insert into ${names.records} (${recordColumns.join(', ')}) values (${recordValues(change.record).join(', ')})`
    case 'update':
      return `update ${names.records} set (${recordColumns.join(', ')}) = row(${recordValues(change.record).join(', ')}) where version = ${quoteLiteral(change.record.version)}`
    case 'finish':
      // By the server's clock: the transaction's start and now.
      return `update ${names.records} set duration_ms = (extract(epoch from pg_catalog.clock_timestamp() - pg_catalog.now()) * 1000)::bigint where version = ${quoteLiteral(change.version)}`
    case 'remove':
      return `delete from ${names.records} where version = ${quoteLiteral(change.version)}`
    case 'log':
      return `insert into ${names.log} (id, event, version, at, by, run_id, tool_version, detail, hash) values (${logValues(change.row).join(', ')})`
    case 'meta':
      return metaText(change.meta, names.meta)
    case 'shape':
      return shapeText(change.snapshot, place)
  }
}

function metaText({ format, identity, protected: isProtected, policy }: Meta, table: string): string {
  const values = [String(format), literal(identity), String(isProtected), literal(policy)].join(', ')
  return `insert into ${table} (format, identity, protected, policy) values (${values}) on conflict (only_row) do update set (format, identity, protected, policy) = row(${values})`
}

/** Its table is made here: a history of a former version has none. */
function shapeText({ shape, mark, takenAt, runId }: ShapeSnapshot, place: HistoryPlace): string {
  const table = shapeTableOf(place)
  const values = [shape.rule, mark, JSON.stringify(shape.objects), runId].map(literal).join(', ')
  return `do $lockstep$ begin
  if to_regclass(${quoteLiteral(table)}) is null then
    create table ${table} (
      only_row boolean primary key default true check (only_row),
      rule text not null,
      mark text not null,
      objects text not null,
      run_id text not null,
      taken_at timestamptz not null
    );
  end if;
end $lockstep$;
delete from ${table};
insert into ${table} (rule, mark, objects, run_id, taken_at) values (${values}, ${literal(takenAt)}::timestamptz)`
}

const recordColumns = [
  'version',
  'description',
  'file',
  'checksum',
  'state',
  'direction',
  'steps_started',
  'steps_done',
  'steps_total',
  'steps_hash',
  'breaking',
  'position',
  'applied_at',
  'duration_ms',
  'applied_by',
  'run_id',
  'release',
  'tool_version',
] as const

function recordValues(record: HistoryRecord): string[] {
  return [
    literal(record.version),
    literal(record.description),
    literal(record.file),
    literal(record.checksum),
    literal(record.state),
    literal(record.direction),
    String(record.stepsStarted),
    String(record.stepsDone),
    String(record.stepsTotal),
    literal(record.stepsHash),
    String(record.breaking),
    String(record.position),
    `${literal(record.appliedAt)}::timestamptz`,
    String(record.durationMs),
    literal(record.appliedBy),
    literal(record.runId),
    literal(record.release),
    literal(record.toolVersion),
  ]
}

function logValues(row: LogRow): string[] {
  return [
    String(row.id),
    literal(row.event),
    literal(row.version),
    `${literal(row.at)}::timestamptz`,
    literal(row.by),
    literal(row.runId),
    literal(row.toolVersion),
    literal(row.detail),
    literal(row.hash),
  ]
}

/** PostgreSQL's text cannot hold NUL; an error message of the outside may. */
function literal(value: string | null): string {
  return value === null ? 'null' : quoteLiteral(value.replaceAll('\0', '\\0'))
}
