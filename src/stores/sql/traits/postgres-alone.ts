/** PostgreSQL statements that cannot share a transaction, and how to find out whether one took effect. */

import type { Probe } from '../../../core/script.ts'
import { matchForm, readName, type Head, type NameParts } from '../lex/head.ts'

interface AloneRule {
  readonly form: string
  readonly what: string
  readonly probe: (names: readonly (NameParts | null)[], head: Head, next: number) => Probe | null
}

/** The two traits of a statement that must be alone. */
export interface Alone {
  readonly alone: string
  readonly probe: Probe | null
}

const repeatable = (): Probe => ({ kind: 'repeatable' })
/** Neither the catalogue nor a second run tells whether the first one did it. */
const undecidable = () => null

const aloneRules: readonly AloneRule[] = [
  {
    form: 'create unique? index concurrently if? not? exists? @? on only? @',
    what: 'CREATE INDEX CONCURRENTLY',
    probe: ([index = null, table = null]) => ({
      kind: 'index-valid',
      // An index lives in the schema of its table, and cannot be given another.
      schema: table?.at(-2) ?? null,
      name: index?.at(-1) ?? null,
      table: table?.at(-1) ?? null,
    }),
  },
  { form: 'drop index concurrently if? exists? @', what: 'DROP INDEX CONCURRENTLY', probe: indexesGone },
  { form: 'reindex ()? database|system|schema', what: 'REINDEX of a whole schema or database', probe: repeatable },
  { form: 'vacuum', what: 'VACUUM', probe: repeatable },
  { form: 'alter system', what: 'ALTER SYSTEM', probe: repeatable },
  { form: 'create database @', what: 'CREATE DATABASE', probe: named('database-exists') },
  { form: 'drop database if? exists? @', what: 'DROP DATABASE', probe: named('database-gone') },
  { form: 'create tablespace @', what: 'CREATE TABLESPACE', probe: named('tablespace-exists') },
  { form: 'drop tablespace if? exists? @', what: 'DROP TABLESPACE', probe: named('tablespace-gone') },
  { form: 'alter database @ set tablespace', what: 'ALTER DATABASE ... SET TABLESPACE', probe: repeatable },
  { form: 'create subscription', what: 'CREATE SUBSCRIPTION', probe: undecidable },
  { form: 'drop subscription', what: 'DROP SUBSCRIPTION', probe: undecidable },
  { form: 'alter subscription @ refresh', what: 'ALTER SUBSCRIPTION ... REFRESH', probe: repeatable },
  { form: 'alter subscription @ set publication', what: 'ALTER SUBSCRIPTION ... SET PUBLICATION', probe: repeatable },
  {
    form: 'alter subscription @ add|drop publication',
    what: 'ALTER SUBSCRIPTION ... PUBLICATION',
    probe: undecidable,
  },
  {
    form: 'alter table if? exists? only? @ *? detach partition @ concurrently',
    what: 'DETACH PARTITION ... CONCURRENTLY',
    probe: ([parent = null, partition = null]) =>
      parent === null || partition === null
        ? null
        : { kind: 'partition-detached', parent: written(parent), partition: written(partition) },
  },
  { form: 'commit|rollback prepared', what: 'COMMIT or ROLLBACK PREPARED', probe: undecidable },
]

/** Why a statement must be alone, by its beginning; `null` when it need not. */
export function aloneByForm(head: Head): Alone | null {
  for (const rule of aloneRules) {
    const match = matchForm(head, rule.form)
    if (match !== null) return alone(rule.what, rule.probe(match.names, head, match.next))
  }
  if (isReindexConcurrently(head)) return alone('REINDEX CONCURRENTLY', repeatable())
  if (isClusterOfAll(head)) return alone('CLUSTER without a table', repeatable())
  return null
}

/** Puts the reason into words. */
export function alone(what: string, probe: Probe | null): Alone {
  return { alone: `${what} cannot run inside a transaction`, probe }
}

function isReindexConcurrently(head: Head): boolean {
  return matchForm(head, 'reindex') !== null && head.seen.has('concurrently')
}

/** CLUSTER, CLUSTER VERBOSE, CLUSTER (VERBOSE): every table that was clustered before, each in its transaction. */
function isClusterOfAll(head: Head): boolean {
  const match = matchForm(head, 'cluster ()? verbose?')
  return match !== null && match.next === head.tokens.length
}

function indexesGone(names: readonly (NameParts | null)[], head: Head, next: number): Probe {
  const all = names.filter((one) => one !== null)
  let at = next
  while (head.tokens[at]?.word === ',') {
    const found = readName(head, at + 1)
    if (found === null) break
    all.push(found.parts)
    at = found.next
  }
  return { kind: 'index-gone', names: all.map((one) => ({ schema: one.at(-2) ?? null, name: one.at(-1) ?? '' })) }
}

type NamedKind = 'database-exists' | 'database-gone' | 'tablespace-exists' | 'tablespace-gone'

function named(kind: NamedKind): AloneRule['probe'] {
  return ([name = null]) => (name === null ? null : { kind, name: name.join('.') })
}

/** As SQL, so that the server itself looks the name up on its search path. */
function written(name: NameParts): string {
  return name.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}
