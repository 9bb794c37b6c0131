/** What stands beside tables and code: schemas, types, extensions, publications, and the rarer kinds. */

import { collationName, firstOwnOid, isOurs, isUserSchema, selectObjects, withoutNumber, withRelations } from './row.ts'
import type { CatalogueFacts, CatalogueQuery } from './row.ts'

/** Queries for schemas, types, extensions, publications, event triggers, statistics, and the rarer kinds by name. */
export function databaseQueries(about: CatalogueFacts): CatalogueQuery[] {
  return [
    { text: schemas(about) },
    { text: types(about) },
    {
      text: domainConstraints(),
      when: `EXISTS (SELECT FROM pg_constraint WHERE contypid <> 0 AND oid >= ${firstOwnOid})`,
    },
    { text: extensions() },
    { text: publications(about), when: 'EXISTS (SELECT FROM pg_publication)' },
    { text: eventTriggers(), when: 'EXISTS (SELECT FROM pg_event_trigger)' },
    { text: statistics(about), when: 'EXISTS (SELECT FROM pg_statistic_ext)' },
    {
      text: rareKinds(),
      when: rareCatalogues.map((name) => `EXISTS (SELECT FROM ${name} WHERE ${isOwn})`).join(' OR '),
    },
  ]
}

/** A schema that holds nothing but excluded tables was made for them. */
function schemas(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'schema'`,
        path: 'n.nspname',
        // The comment that initdb gives is lost when the schema is dropped and made again.
        facts: { comment: `nullif(obj_description(n.oid, 'pg_namespace'), 'standard public schema')` },
      },
      `FROM pg_namespace n
WHERE ${isUserSchema('n')} AND ${isOurs('pg_namespace', 'n')}
  AND (n.nspname = 'public' OR EXISTS (SELECT FROM rel WHERE rel.relnamespace = n.oid AND rel.relkind NOT IN ('i', 'I', 'S'))
    OR NOT EXISTS (SELECT FROM pg_class c JOIN excluded x ON x.oid = c.oid WHERE c.relnamespace = n.oid))`,
    )
  )
}

/** Without those that come with something else: row types of tables, arrays, the multirange of a range. */
function types(about: CatalogueFacts): string {
  const multirange = about.version >= 140_000 ? 'g.rngmultitypid::regtype::text' : 'NULL::text'
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END`,
        path: 'n.nspname, t.typname',
        facts: {
          form: `CASE t.typtype WHEN 'e' THEN 'enum' WHEN 'c' THEN 'composite' WHEN 'r' THEN 'range' WHEN 'b' THEN 'base' WHEN 'p' THEN 'shell' END`,
          labels: `(SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)`,
          attributes: `(SELECT string_agg(concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attcollation <> at.typcollation THEN 'collate ' || ${collationName('a.attcollation')} END), ', ' ORDER BY a.attnum)
      FROM pg_attribute a JOIN pg_type at ON at.oid = a.atttypid WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped)`,
          type: `CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END`,
          nullable: `CASE t.typtype WHEN 'd' THEN NOT t.typnotnull END`,
          collation: `CASE WHEN t.typtype = 'd' AND t.typcollation <> (SELECT b.typcollation FROM pg_type b WHERE b.oid = t.typbasetype) THEN ${collationName('t.typcollation')} END`,
          range: `(SELECT concat_ws(', ', format_type(g.rngsubtype, NULL), oc.opcname, CASE WHEN g.rngcollation <> 0 THEN ${collationName('g.rngcollation')} END, nullif(g.rngcanonical::text, '-'), nullif(g.rngsubdiff::text, '-'), ${multirange}) FROM pg_range g JOIN pg_opclass oc ON oc.oid = g.rngsubopc WHERE g.rngtypid = t.oid)`,
          functions: `CASE t.typtype WHEN 'b' THEN concat_ws(', ', t.typinput, t.typoutput, t.typlen, t.typalign, t.typstorage) END`,
          comment: `obj_description(t.oid, 'pg_type')`,
        },
        printed: { default: `CASE t.typtype WHEN 'd' THEN t.typdefault END` },
      },
      `FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace AND ${isUserSchema('n')}
WHERE ${isOurs('pg_type', 't')} AND t.typtype <> 'm'
  AND (t.typtype <> 'c' OR EXISTS (SELECT FROM rel WHERE rel.oid = t.typrelid AND rel.relkind = 'c'))
  AND NOT EXISTS (SELECT FROM pg_type el WHERE el.typarray = t.oid)`,
    )
  )
}

function domainConstraints(): string {
  return selectObjects(
    {
      kind: `'constraint'`,
      path: `n.nspname, t.typname, ${withoutNumber('c.conname', 't.typname', 'check')}`,
      own: 'c.conname',
      facts: { comment: `obj_description(c.oid, 'pg_constraint')` },
      printed: { definition: 'pg_get_constraintdef(c.oid)' },
    },
    `FROM pg_type t
JOIN pg_namespace n ON n.oid = t.typnamespace AND ${isUserSchema('n')}
JOIN pg_constraint c ON c.contypid = t.oid AND c.contype = 'c'
WHERE ${isOurs('pg_type', 't')}`,
  )
}

function extensions(): string {
  return selectObjects(
    {
      kind: `'extension'`,
      path: 'x.extname',
      facts: { version: 'x.extversion', schema: 'n.nspname' },
    },
    `FROM pg_extension x JOIN pg_namespace n ON n.oid = x.extnamespace`,
  )
}

function publications({ version }: CatalogueFacts): string {
  const columns =
    version >= 150_000
      ? `|| coalesce((SELECT ' (' || string_agg(a.attname, ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a WHERE a.attrelid = m.prrelid AND a.attnum = ANY (m.prattrs)), '') || coalesce(' where ' || pg_get_expr(m.prqual, m.prrelid), '')`
      : ''
  return selectObjects(
    {
      kind: `'publication'`,
      path: 'p.pubname',
      facts: {
        allTables: 'p.puballtables',
        operations: `concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END)`,
        viaRoot: version >= 130_000 ? 'CASE WHEN p.pubviaroot THEN true END' : 'NULL::boolean',
        tables: `(SELECT string_agg(m.prrelid::regclass::text ${columns}, ', ' ORDER BY m.prrelid::regclass::text) FROM pg_publication_rel m WHERE m.prpubid = p.oid)`,
        schemas:
          version >= 150_000
            ? `(SELECT string_agg(n.nspname, ', ' ORDER BY n.nspname) FROM pg_publication_namespace m JOIN pg_namespace n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid)`
            : 'NULL::text',
        comment: `obj_description(p.oid, 'pg_publication')`,
      },
    },
    'FROM pg_publication p',
  )
}

function eventTriggers(): string {
  return selectObjects(
    {
      kind: `'event trigger'`,
      path: 't.evtname',
      facts: {
        event: 't.evtevent',
        function: 't.evtfoid::regprocedure::text',
        tags: `(SELECT string_agg(tag, ', ' ORDER BY tag) FROM unnest(t.evttags) tag)`,
        enabled: `CASE t.evtenabled WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END`,
        comment: `obj_description(t.oid, 'pg_event_trigger')`,
      },
    },
    `FROM pg_event_trigger t WHERE ${isOurs('pg_event_trigger', 't')}`,
  )
}

/** Their definition begins with a name that the server may have made; what follows it counts. */
function statistics(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'statistics'`,
        path: `n.nspname, ${withoutNumber('s.stxname', 'r.relname', 'stat')}`,
        own: 's.stxname',
        facts: {
          kinds: `(SELECT string_agg(k::text, ', ' ORDER BY k::text) FROM unnest(s.stxkind) k)`,
          target: about.version >= 130_000 ? 'CASE WHEN s.stxstattarget >= 0 THEN s.stxstattarget END' : 'NULL::int',
          comment: `obj_description(s.oid, 'pg_statistic_ext')`,
        },
        printed: {
          definition: `substr(pg_get_statisticsobjdef(s.oid), strpos(pg_get_statisticsobjdef(s.oid), ' ON ') + 4)`,
        },
      },
      `FROM rel r JOIN pg_statistic_ext s ON s.stxrelid = r.oid JOIN pg_namespace n ON n.oid = s.stxnamespace`,
    )
  )
}

const rareCatalogues = [
  'pg_operator',
  'pg_opclass',
  'pg_opfamily',
  'pg_cast',
  'pg_collation',
  'pg_conversion',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
  'pg_language',
  'pg_am',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_transform',
] as const

const isOwn = `oid >= ${firstOwnOid}`

/** Told by what the server calls them; what they hold inside is not compared. */
function rareKinds(): string {
  const all = rareCatalogues.map((name) => `SELECT '${name}'::regclass AS catalogue, oid FROM ${name} WHERE ${isOwn}`)
  return selectObjects(
    { kind: 'i.type', path: '', suffix: 'i.identity', facts: {} },
    `FROM (${all.join(' UNION ALL ')}) o, LATERAL pg_identify_object(o.catalogue, o.oid, 0) i
WHERE coalesce(i.schema, '') NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = o.catalogue AND e.objid = o.oid AND e.deptype IN ('e', 'i'))`,
  )
}
