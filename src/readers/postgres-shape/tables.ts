/** Tables and what belongs to them: columns, constraints, indexes, sequences. */

import { collationName, isOurs, selectObjects, withoutNumber, withRelations } from './row.ts'
import type { CatalogueFacts, CatalogueQuery } from './row.ts'

/** Queries for tables, columns, constraints, indexes and sequences. */
export function tableQueries(about: CatalogueFacts): CatalogueQuery[] {
  return [
    { text: tables(about) },
    { text: columns(about) },
    { text: constraints(about) },
    { text: indexes(about) },
    { text: sequences(about), when: 'EXISTS (SELECT FROM pg_sequence)' },
  ]
}

function tables(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `CASE r.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END`,
        path: 'r.nspname, r.relname',
        facts: {
          persistence: `CASE r.relpersistence WHEN 'u' THEN 'unlogged' END`,
          partitionedBy: `CASE r.relkind WHEN 'p' THEN pg_get_partkeydef(r.oid) END`,
          // A parent that is no part of the shape (an extension's) is told too.
          inherits: `(SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = r.oid)`,
          rowSecurity: `CASE WHEN r.relrowsecurity THEN CASE WHEN r.relforcerowsecurity THEN 'forced' ELSE 'enabled' END WHEN r.relforcerowsecurity THEN 'forced, but disabled' END`,
          replicaIdentity: `CASE r.relreplident WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' WHEN 'i' THEN 'index' END`,
          accessMethod: `(SELECT am.amname FROM pg_am am WHERE am.oid = r.relam AND am.amname <> 'heap')`,
          ofType: `CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END`,
          options: `(SELECT string_agg(o, ', ' ORDER BY o) FROM (SELECT unnest(r.reloptions) UNION ALL SELECT 'toast.' || unnest(toast.reloptions) FROM pg_class toast WHERE toast.oid = r.reltoastrelid) options (o))`,
          server: `(SELECT s.srvname || coalesce(': ' || array_to_string(ft.ftoptions, ', '), '') FROM pg_foreign_table ft JOIN pg_foreign_server s ON s.oid = ft.ftserver WHERE ft.ftrelid = r.oid)`,
          columnOrder: `(SELECT string_agg(a.attname, ', ' ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)`,
          comment: `obj_description(r.oid, 'pg_class')`,
        },
        printed: { partition: 'pg_get_expr(r.relpartbound, r.oid)' },
      },
      `FROM rel r WHERE r.relkind IN ('r', 'p', 'f')`,
    )
  )
}

/** The identity's sequence is told with its column: its name is made by the server. */
const identitySequence = `(SELECT format('start %s increment %s minimum %s maximum %s cache %s%s', s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ' cycle' END)
      FROM pg_depend i JOIN pg_sequence s ON s.seqrelid = i.objid
      WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.refobjid = a.attrelid AND i.refobjsubid = a.attnum AND i.deptype = 'i')`

/** Sequences that columns own; asked from the few sequences, not from the many columns. */
const ownSequences = `, owned AS MATERIALIZED (
  SELECT o.refobjid, o.refobjsubid, s.seqrelid FROM pg_sequence s JOIN pg_depend o ON o.objid = s.seqrelid
  WHERE o.classid = 'pg_class'::regclass AND o.refclassid = 'pg_class'::regclass AND o.deptype = 'a'
)
`

/** Of a serial column: its default takes its number from the sequence that it owns. */
const hasOwnSequence = `d.adbin IS NOT NULL AND EXISTS (SELECT FROM owned o WHERE o.refobjid = a.attrelid AND o.refobjsubid = a.attnum
        AND pg_get_expr(d.adbin, d.adrelid) = format('nextval(%L::regclass)', o.seqrelid::regclass))`

function columns(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    ownSequences +
    selectObjects(
      {
        kind: `'column'`,
        path: 'r.nspname, r.relname, a.attname',
        facts: {
          type: 'format_type(a.atttypid, a.atttypmod)',
          nullable: 'NOT a.attnotnull',
          // From 18 on NOT NULL is a constraint that may be unproven.
          notNullValidated:
            about.version >= 180_000
              ? `(SELECT false FROM pg_constraint c WHERE c.conrelid = a.attrelid AND c.contype = 'n' AND c.conkey = ARRAY[a.attnum] AND NOT c.convalidated)`
              : 'NULL::boolean',
          identity: `CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END`,
          identitySequence: `CASE WHEN a.attidentity <> '' THEN ${identitySequence} END`,
          generated: `CASE a.attgenerated WHEN 's' THEN 'stored' WHEN 'v' THEN 'virtual' END`,
          collation: `CASE WHEN a.attcollation <> t.typcollation THEN ${collationName('a.attcollation')} END`,
          storage: `CASE WHEN a.attstorage <> t.typstorage THEN CASE a.attstorage WHEN 'p' THEN 'plain' WHEN 'e' THEN 'external' WHEN 'm' THEN 'main' WHEN 'x' THEN 'extended' END END`,
          compression:
            about.version >= 140_000
              ? `CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END`
              : 'NULL::text',
          statisticsTarget: 'CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END',
          options: `array_to_string(a.attoptions, ', ')`,
          foreignOptions: `array_to_string(a.attfdwoptions, ', ')`,
          comment: 'col_description(a.attrelid, a.attnum)',
        },
        printed: {
          default: `CASE WHEN a.attgenerated <> '' THEN NULL WHEN ${hasOwnSequence} THEN regexp_replace(pg_get_expr(d.adbin, d.adrelid), '_seq[0-9]+("?''::regclass\\))$', '_seq\\1') ELSE pg_get_expr(d.adbin, d.adrelid) END`,
          expression: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END`,
        },
      },
      `FROM rel r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.relkind IN ('r', 'p', 'f')`,
    )
  )
}

/** Those that a partition has from its parent are told of the parent only. NOT NULL is a fact of its column. */
function constraints(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'constraint'`,
        path: `r.nspname, r.relname, ${withoutNumber('c.conname', 'r.relname', 'check|key|fkey|excl|pkey')}`,
        own: 'c.conname',
        facts: {
          options: `array_to_string(ic.reloptions, ', ')`,
          clustered: 'CASE WHEN i.indisclustered THEN true END',
          replicaIdentity: 'CASE WHEN i.indisreplident THEN true END',
          valid: 'CASE WHEN NOT i.indisvalid THEN false END',
          comment: `obj_description(c.oid, 'pg_constraint')`,
        },
        printed: { definition: 'pg_get_constraintdef(c.oid)' },
      },
      `FROM rel r
JOIN pg_constraint c ON c.conrelid = r.oid AND c.contype IN ('c', 'p', 'u', 'f', 'x') AND c.conparentid = 0
LEFT JOIN pg_index i ON i.indexrelid = c.conindid AND c.contype <> 'f'
LEFT JOIN pg_class ic ON ic.oid = i.indexrelid`,
    )
  )
}

/** Those of a constraint are told with it; those of partitions are made from the index of the parent. */
function indexes(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'index'`,
        path: `r.nspname, r.relname, ${withoutNumber('ic.relname', 'r.relname', 'idx')}`,
        own: 'ic.relname',
        facts: {
          unique: 'CASE WHEN i.indisunique THEN true END',
          valid: 'CASE WHEN NOT i.indisvalid THEN false END',
          clustered: 'CASE WHEN i.indisclustered THEN true END',
          replicaIdentity: 'CASE WHEN i.indisreplident THEN true END',
          comment: `obj_description(ic.oid, 'pg_class')`,
        },
        // Without the names before it: the index's own may hold a number of the server's.
        printed: {
          definition: `substr(pg_get_indexdef(ic.oid), strpos(pg_get_indexdef(ic.oid), ' USING ') + 7)`,
        },
      },
      `FROM rel r
JOIN pg_index i ON i.indrelid = r.oid
JOIN pg_class ic ON ic.oid = i.indexrelid AND NOT ic.relispartition AND ${isOurs('pg_class', 'ic')}
WHERE r.relkind IN ('r', 'p', 'm')
  AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x'))`,
    )
  )
}

function sequences(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'sequence'`,
        path: `r.nspname, CASE WHEN t.oid IS NULL THEN r.relname::text ELSE ${withoutNumber('r.relname', 't.relname', 'seq')} END`,
        facts: {
          type: 'format_type(s.seqtypid, NULL)',
          // As text: the largest do not fit a JavaScript number.
          start: 's.seqstart::text',
          increment: 's.seqincrement::text',
          minimum: 's.seqmin::text',
          maximum: 's.seqmax::text',
          cache: 's.seqcache::text',
          cycle: 'CASE WHEN s.seqcycle THEN true END',
          persistence: `CASE r.relpersistence WHEN 'u' THEN 'unlogged' END`,
          ownedBy: `o.refobjid::regclass || '.' || a.attname`,
          comment: `obj_description(r.oid, 'pg_class')`,
        },
      },
      `FROM rel r
JOIN pg_sequence s ON s.seqrelid = r.oid
LEFT JOIN pg_depend o ON o.classid = 'pg_class'::regclass AND o.objid = r.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = o.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = o.refobjid AND a.attnum = o.refobjsubid
WHERE coalesce(o.deptype, 'a') = 'a' AND coalesce(o.refobjid, 0) NOT IN (SELECT oid FROM excluded)`,
    )
  )
}
