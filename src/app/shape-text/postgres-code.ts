/** Types, functions, views, triggers and the like of PostgreSQL, as statements. Pure. */

import type { Facts, ShapeObject } from '../../core/shape.ts'
import { splitName } from '../../rehearse/tables.ts'
import { lastOf, literal, nameOf, ownerOf, ownNameOf, sqlName, words } from './names.ts'
import { told } from './postgres-tables.ts'

/** `null`: a base type, whose functions are written in C. */
export function printType({ kind, name, facts }: ShapeObject): string | null {
  if (kind === 'domain') {
    return words(
      `CREATE DOMAIN ${nameOf(name)} AS ${String(facts['type'])}`,
      typeof facts['collation'] === 'string' && `COLLATE ${facts['collation']}`,
      facts['default'] !== undefined && facts['default'] !== null && `DEFAULT ${String(facts['default'])}`,
      facts['nullable'] === false && 'NOT NULL',
    )
  }
  const head = `CREATE TYPE ${nameOf(name)}`
  if (facts['form'] === 'enum') return `${head} AS ENUM (${String(facts['labels'] ?? '')})`
  if (facts['form'] === 'composite') return `${head} AS (${attributesOf(String(facts['attributes'] ?? ''))})`
  if (facts['form'] === 'shell') return head
  if (facts['form'] !== 'range') return null
  return `${head} AS RANGE (${rangeOf(String(facts['range']))})`
}

/** Subtype, operator class, then what is there of collation, functions and multirange. */
function rangeOf(text: string): string {
  const [subtype = '', operators = '', ...rest] = text.split(', ')
  const collation = rest.find((one) => one.startsWith('pg_catalog."'))
  const functions = rest.filter((one) => one !== collation && !/_?multirange/.test(one))
  const said = {
    SUBTYPE: subtype,
    SUBTYPE_OPCLASS: operators,
    COLLATION: collation,
    // The other function brings values to one form; only C can write it.
    SUBTYPE_DIFF: functions.at(-1),
  }
  return Object.entries(said)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} = ${value}`]))
    .join(', ')
}

/** `name type, name type`, the names as they are. */
function attributesOf(text: string): string {
  return text.replaceAll(
    /(^|, )([^\s,]+) (?=[^\s])/g,
    (_, before: string, name: string) => `${before}${sqlName([name])} `,
  )
}

/** `null`: an aggregate. */
export function printFunction({ kind, name, facts }: ShapeObject): string | null {
  if (kind === 'aggregate') return null
  const head = `CREATE ${kind.toUpperCase()} ${functionName(name)}(${String(facts['arguments'] ?? '')})`
  return [
    kind === 'function' ? `${head} RETURNS ${String(facts['returns'])}` : head,
    `  LANGUAGE ${sqlName([String(facts['language'])])}${attributes(facts)}`,
    ...settingsOf(facts).map((one) => `  ${one}`),
    bodyOf(facts),
  ].join('\n')
}

/** Without its arguments, which follow the last name. */
export function functionName(name: string): string {
  const path = /^(?:"(?:[^"]|"")*"|[^("])*/.exec(name)?.[0] ?? name
  return nameOf(path)
}

/** As it is named in COMMENT ON and DROP. */
export function functionWithArguments(name: string): string {
  const path = /^(?:"(?:[^"]|"")*"|[^("])*/.exec(name)?.[0] ?? name
  return nameOf(path) + name.slice(path.length)
}

/** What `cost` and `rows` are unless said; another value for code in C. */
const defaultCost = 100

function attributes(facts: Facts): string {
  const { language, cost } = facts
  const usual = language === 'c' || language === 'internal' ? 1 : defaultCost
  const said = words(
    facts['window'] === true && 'WINDOW',
    typeof facts['volatility'] === 'string' && facts['volatility'].toUpperCase(),
    facts['leakproof'] === true && 'LEAKPROOF',
    facts['strict'] === true && 'STRICT',
    facts['securityDefiner'] === true && 'SECURITY DEFINER',
    typeof facts['parallel'] === 'string' && `PARALLEL ${facts['parallel'].toUpperCase()}`,
    cost !== undefined && cost !== usual && `COST ${String(cost)}`,
    typeof facts['rows'] === 'number' && facts['rows'] !== 1_000 && `ROWS ${facts['rows']}`,
    typeof facts['support'] === 'string' && `SUPPORT ${facts['support']}`,
  )
  return said === '' ? '' : ` ${said}`
}

const lists: ReadonlySet<string> = new Set(['search_path', 'temp_tablespaces', 'local_preload_libraries'])

function settingsOf(facts: Facts): string[] {
  const text = facts['settings']
  if (typeof text !== 'string') return []
  return text.split(/, (?=[\w.]+=)/).map((one) => {
    const at = one.indexOf('=')
    const [name, value] = [one.slice(0, at), one.slice(at + 1)]
    const parts = lists.has(name.toLowerCase()) ? splitWords(value) : [value]
    return `SET ${name} TO ${parts.map(literal).join(', ')}`
  })
}

function splitWords(value: string): string[] {
  const found = [...value.matchAll(/"((?:[^"]|"")*)"|[^,\s]+/g)].map(
    ([word, quoted]) => quoted?.replaceAll('""', '"') ?? word,
  )
  return found.length === 0 ? [''] : found
}

function bodyOf(facts: Facts): string {
  if (typeof facts['sqlBody'] === 'string') return facts['sqlBody']
  const body = String(facts['body'] ?? '')
  if (typeof facts['library'] === 'string') return `AS ${literal(facts['library'])}, ${literal(body)}`
  let tag = '$$'
  for (let i = 1; body.includes(tag); i++) tag = `$body${i}$`
  return `AS ${tag}${body}${tag}`
}

export function printView({ kind, name, facts }: ShapeObject): string {
  const options = typeof facts['options'] === 'string' ? ` WITH (${facts['options']})` : ''
  return `CREATE ${kind.toUpperCase()} ${nameOf(name)}${options} AS ${withoutEnd(String(facts['definition']))}`
}

export function printTrigger({ name, facts }: ShapeObject): string[] {
  return [
    withoutEnd(String(facts['definition'])),
    ...enabling(name, facts, 'TRIGGER'),
    ...told(facts['comment'], (one) => `COMMENT ON TRIGGER ${lastOf(name)} ON ${ownerOf(name)} IS ${literal(one)}`),
  ]
}

export function printRule({ name, facts }: ShapeObject): string[] {
  return [
    withoutEnd(String(facts['definition'])),
    ...enabling(name, facts, 'RULE'),
    ...told(facts['comment'], (one) => `COMMENT ON RULE ${lastOf(name)} ON ${ownerOf(name)} IS ${literal(one)}`),
  ]
}

function enabling(name: string, facts: Facts, what: 'TRIGGER' | 'RULE'): string[] {
  return enabledWord(facts).map((word) => `ALTER TABLE ${ownerOf(name)} ${word} ${what} ${lastOf(name)}`)
}

/** None where it is enabled as usual. */
function enabledWord(facts: Facts): string[] {
  const words = { disabled: 'DISABLE', 'on replicas': 'ENABLE REPLICA', always: 'ENABLE ALWAYS' } as const
  const found = Object.entries(words).find(([one]) => one === facts['enabled'])
  return found === undefined ? [] : [found[1]]
}

export function printPolicy({ name, facts }: ShapeObject): string[] {
  const roles = String(facts['roles'])
    .split(', ')
    .map((role) => (role === 'public' ? 'PUBLIC' : sqlName([role])))
  return [
    words(
      `CREATE POLICY ${lastOf(name)} ON ${ownerOf(name)}`,
      facts['permissive'] === false && 'AS RESTRICTIVE',
      `FOR ${String(facts['command']).toUpperCase()} TO ${roles.join(', ')}`,
      typeof facts['using'] === 'string' && `USING (${facts['using']})`,
      typeof facts['check'] === 'string' && `WITH CHECK (${facts['check']})`,
    ),
    ...told(facts['comment'], (one) => `COMMENT ON POLICY ${lastOf(name)} ON ${ownerOf(name)} IS ${literal(one)}`),
  ]
}

export function printPublication({ name, facts }: ShapeObject): string[] {
  const schemas = typeof facts['schemas'] === 'string' ? `TABLES IN SCHEMA ${facts['schemas']}` : ''
  const tables = typeof facts['tables'] === 'string' && facts['tables'] !== '' ? `TABLE ${facts['tables']}` : ''
  const what = facts['allTables'] === true ? 'ALL TABLES' : [tables, schemas].filter((one) => one !== '').join(', ')
  const root = facts['viaRoot'] === true ? ', publish_via_partition_root = true' : ''
  const options = `WITH (publish = ${literal(facts['operations'])}${root})`
  return [
    words(`CREATE PUBLICATION ${nameOf(name)}`, what !== '' && `FOR ${what}`, options),
    ...told(facts['comment'], (one) => `COMMENT ON PUBLICATION ${nameOf(name)} IS ${literal(one)}`),
  ]
}

export function printEventTrigger({ name, facts }: ShapeObject): string[] {
  const tags =
    typeof facts['tags'] === 'string' ? `WHEN TAG IN (${facts['tags'].split(', ').map(literal).join(', ')})` : ''
  const create = words(
    `CREATE EVENT TRIGGER ${nameOf(name)} ON ${String(facts['event'])}`,
    tags,
    `EXECUTE FUNCTION ${String(facts['function'])}`,
  )
  return [
    create,
    ...enabledWord(facts).map((word) => `ALTER EVENT TRIGGER ${nameOf(name)} ${word}`),
    ...told(facts['comment'], (one) => `COMMENT ON EVENT TRIGGER ${nameOf(name)} IS ${literal(one)}`),
  ]
}

const statisticsKinds: Readonly<Record<string, string>> = { d: 'ndistinct', f: 'dependencies', m: 'mcv' }

export function printStatistics(statistics: ShapeObject, number: string): string[] {
  const { name, facts } = statistics
  const kinds = String(facts['kinds'])
    .split(', ')
    .flatMap((one) => statisticsKinds[one] ?? [])
  const own = sqlName([...splitName(name).slice(0, -1), ownNameOf(statistics, number)])
  const list = kinds.length > 0 && `(${kinds.join(', ')})`
  return [
    words(`CREATE STATISTICS ${own}`, list, `ON ${String(facts['definition'])}`),
    ...told(facts['target'], (one) => `ALTER STATISTICS ${own} SET STATISTICS ${one}`),
    ...told(facts['comment'], (one) => `COMMENT ON STATISTICS ${own} IS ${literal(one)}`),
  ]
}

/** What the server prints may bring its own semicolon. */
function withoutEnd(text: string): string {
  return text.replace(/\s*;\s*$/, '')
}
