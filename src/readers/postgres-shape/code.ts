/** What runs inside the server: views, functions, triggers, rules, policies. */

import { firstOwnOid, isOurs, isUserSchema, selectObjects, withRelations } from './row.ts'
import type { CatalogueFacts, CatalogueQuery } from './row.ts'

/** Queries for views, functions, triggers, rules and policies. */
export function codeQueries(about: CatalogueFacts): CatalogueQuery[] {
  const own = `oid >= ${firstOwnOid}`
  return [
    { text: views(about), when: `EXISTS (SELECT FROM pg_class WHERE relkind IN ('v', 'm') AND ${own})` },
    { text: functions(about), when: `EXISTS (SELECT FROM pg_proc WHERE ${own})` },
    { text: triggers(about), when: `EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal)` },
    { text: rules(about), when: `EXISTS (SELECT FROM pg_rewrite WHERE rulename <> '_RETURN' AND ${own})` },
    { text: policies(about), when: 'EXISTS (SELECT FROM pg_policy)' },
  ]
}

const enabled = (column: string): string =>
  `CASE ${column} WHEN 'D' THEN 'disabled' WHEN 'R' THEN 'on replicas' WHEN 'A' THEN 'always' END`

function views(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `CASE r.relkind WHEN 'm' THEN 'materialized view' ELSE 'view' END`,
        path: 'r.nspname, r.relname',
        facts: {
          columns: `(SELECT string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''), ', ' ORDER BY a.attnum)
      FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)`,
          options: `(SELECT string_agg(o, ', ' ORDER BY o) FROM unnest(r.reloptions) o)`,
          comment: `obj_description(r.oid, 'pg_class')`,
          columnComments: `(SELECT string_agg(a.attname || ': ' || col_description(r.oid, a.attnum), '; ' ORDER BY a.attname) FROM pg_attribute a WHERE a.attrelid = r.oid AND a.attnum > 0)`,
        },
        printed: { definition: 'pg_get_viewdef(r.oid)' },
      },
      `FROM rel r WHERE r.relkind IN ('v', 'm')`,
    )
  )
}

/** Blanks at the ends of lines come and go with editors; everything else in a body counts. */
const body = (source: string): string =>
  `regexp_replace(rtrim(${source}, E' \\t\\r\\n'), E'[ \\t\\r]+\\n', E'\\n', 'g')`

function functions({ version }: CatalogueFacts): string {
  return selectObjects(
    {
      kind: `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END`,
      path: 'n.nspname, p.proname',
      suffix: `'(' || oidvectortypes(p.proargtypes) || ')'`,
      facts: {
        returns: 'pg_get_function_result(p.oid)',
        language: 'l.lanname',
        volatility: `CASE p.provolatile WHEN 'i' THEN 'immutable' WHEN 's' THEN 'stable' END`,
        parallel: `CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' END`,
        strict: 'CASE WHEN p.proisstrict THEN true END',
        securityDefiner: 'CASE WHEN p.prosecdef THEN true END',
        leakproof: 'CASE WHEN p.proleakproof THEN true END',
        window: `CASE p.prokind WHEN 'w' THEN true END`,
        cost: 'p.procost',
        rows: 'CASE WHEN p.prorows > 0 THEN p.prorows END',
        settings: `(SELECT string_agg(s, ', ' ORDER BY s) FROM unnest(p.proconfig) s)`,
        support: `CASE WHEN p.prosupport::oid <> 0 THEN p.prosupport::text END`,
        library: 'p.probin',
        body: `CASE WHEN p.prokind <> 'a' THEN ${body('p.prosrc')} END`,
        aggregate: `(SELECT concat_ws(' ', g.aggkind, g.aggnumdirectargs, g.aggtransfn, format_type(g.aggtranstype, NULL), g.aggtransspace, g.agginitval, g.aggfinalfn, g.aggfinalextra, g.aggfinalmodify, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn, CASE WHEN g.aggmtranstype <> 0 THEN format_type(g.aggmtranstype, NULL) END, g.aggmtransspace, g.aggminitval, g.aggmfinalfn, g.aggmfinalextra, g.aggmfinalmodify, g.aggsortop::regoperator) FROM pg_aggregate g WHERE g.aggfnoid = p.oid)`,
        comment: `obj_description(p.oid, 'pg_proc')`,
      },
      printed: {
        arguments: 'pg_get_function_arguments(p.oid)',
        sqlBody: version >= 140_000 ? 'pg_get_function_sqlbody(p.oid)' : 'NULL::text',
      },
    },
    // Internal dependency: the constructors of a range type, which are told with the type.
    `FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace AND ${isUserSchema('n')}
JOIN pg_language l ON l.oid = p.prolang
WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))`,
  )
}

function triggers(about: CatalogueFacts): string {
  // Until 14 the copies that partitions have were internal; from 13 on they name the one they were made from.
  const isCopy = about.version >= 130_000 ? 't.tgparentid <> 0' : 'false'
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'trigger'`,
        path: 'r.nspname, r.relname, t.tgname',
        facts: { enabled: enabled('t.tgenabled'), comment: `obj_description(t.oid, 'pg_trigger')` },
        printed: { definition: 'pg_get_triggerdef(t.oid)' },
      },
      `FROM rel r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal AND NOT (${isCopy}) AND ${isOurs('pg_trigger', 't')}`,
    )
  )
}

function rules(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'rule'`,
        path: 'r.nspname, r.relname, w.rulename',
        facts: { enabled: enabled('w.ev_enabled'), comment: `obj_description(w.oid, 'pg_rewrite')` },
        printed: { definition: 'pg_get_ruledef(w.oid)' },
      },
      `FROM rel r JOIN pg_rewrite w ON w.ev_class = r.oid AND w.rulename <> '_RETURN'`,
    )
  )
}

function policies(about: CatalogueFacts): string {
  return (
    withRelations(about) +
    selectObjects(
      {
        kind: `'policy'`,
        path: 'r.nspname, r.relname, p.polname',
        facts: {
          command: `CASE p.polcmd WHEN 'r' THEN 'select' WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END`,
          permissive: 'p.polpermissive',
          roles: `(SELECT string_agg(CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END, ', ' ORDER BY pg_get_userbyid(role)) FROM unnest(p.polroles) role)`,
          comment: `obj_description(p.oid, 'pg_policy')`,
        },
        printed: {
          using: 'pg_get_expr(p.polqual, p.polrelid)',
          check: 'pg_get_expr(p.polwithcheck, p.polrelid)',
        },
      },
      `FROM rel r JOIN pg_policy p ON p.polrelid = r.oid`,
    )
  )
}
