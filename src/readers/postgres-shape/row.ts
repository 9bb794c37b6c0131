/** The form of every catalogue query: one row an object, its facts as JSON text. */

export interface ObjectRow {
  readonly kind: string
  /** The parts of the qualified name, outermost first; each is quoted where it must be. */
  readonly path: readonly string[]
  /** What follows the name as it is: the arguments of a function. */
  readonly suffix: string
  readonly facts: Readonly<Record<string, string | number | boolean>>
  /** The name that it has, where its path has it without the server's number. */
  readonly own: string | null
  /** Facts that the server printed from its own trees; they are brought to one form. */
  readonly printed: Readonly<Record<string, string>>
}

/** What the texts of the queries depend on. */
export interface CatalogueFacts {
  /** As `server_version_num`: 150018. */
  readonly version: number
  /** Tables that are no part of the shape, as `schema.table` without quotes. */
  readonly exclude: readonly string[]
}

/** What is asked of the catalogues. */
export interface CatalogueQuery {
  readonly text: string
  /** A condition without which it finds nothing: all of them are one question, and most databases have few kinds. */
  readonly when?: string
}

/** Objects of the server's own are below. */
export const firstOwnOid = 16_384

/** One SELECT in the form of `ObjectRow`; facts that are NULL are left out. */
export function selectObjects({ kind, path, suffix, own, facts, printed }: RowParts, from: string): string {
  return `SELECT ${kind} AS kind,
  jsonb_build_array(${path})::text AS path,
  ${suffix ?? "''"} AS suffix,
  ${own ?? 'NULL'}::text AS own,
  ${jsonObject(facts)} AS facts,
  ${jsonObject(printed ?? {})} AS printed
${from}`
}

/** SQL expressions. */
export interface RowParts {
  readonly kind: string
  readonly path: string
  readonly suffix?: string
  readonly own?: string
  readonly facts: Readonly<Record<string, string>>
  readonly printed?: Readonly<Record<string, string>>
}

function jsonObject(expressions: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(expressions).map(([name, expression]) => `'${name}', ${expression}`)
  return `jsonb_strip_nulls(jsonb_build_object(${pairs.join(',\n    ')}))::text`
}

/** Objects of users: not of the system, not of an extension. `alias` is of a catalogue with an `oid`. */
export function isOurs(catalogue: string, alias: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalogue}'::regclass AND e.objid = ${alias}.oid AND e.deptype = 'e')`
}

/** `alias` is of pg_namespace. */
export function isUserSchema(alias: string): string {
  return `${alias}.nspname !~ '^pg_' AND ${alias}.nspname <> 'information_schema'`
}

/** The relations that belong to the shape, as `rel`; begins a query. */
export function withRelations({ exclude }: CatalogueFacts): string {
  return `WITH excluded AS (
  SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname || '.' || c.relname IN (${['', ...exclude].map(quoteText).join(', ')})
), rel AS MATERIALIZED (
  SELECT c.*, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${isUserSchema('n')} AND c.relpersistence <> 't' AND ${isOurs('pg_class', 'c')}
    AND c.oid NOT IN (SELECT oid FROM excluded)
)
`
}

/** `standard_conforming_strings` is on while shapes are read. */
function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name that the server made (`t_check1`) without its number; `label` is a regular expression for its end. */
export function withoutNumber(name: string, table: string, label: string): string {
  return `CASE WHEN starts_with(${name}, left(${table}, 20)) THEN regexp_replace(${name}, '_(${label})[0-9]+$', '_\\1') ELSE ${name}::text END`
}

/** The qualified name of a collation: `regcollation` is younger than the oldest server that is read. */
export function collationName(oid: string): string {
  return `(SELECT quote_ident(kn.nspname) || '.' || quote_ident(k.collname) FROM pg_collation k JOIN pg_namespace kn ON kn.oid = k.collnamespace WHERE k.oid = ${oid})`
}
