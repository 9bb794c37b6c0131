/** Statements whose effect does not end with the database they run in. Found by reading, never by running. */

import type { Statement } from '../core/script.ts'
import { flatten } from './flat-text.ts'
import type { Sql } from './tables.ts'

interface Rule {
  readonly pattern: RegExp
  readonly why: string
}

/** By the first words of a statement; inside of DO wherever they stand. */
const heads: readonly Rule[] = [
  {
    pattern: /(?:create|alter|drop)\s+(?:role|group|user(?!\s+mapping\b))\b|reassign\s+owned\b|drop\s+owned\b/,
    why: 'roles belong to the whole server',
  },
  { pattern: /(?:create|alter|drop)\s+database\b/, why: 'it is about another database, or about the database itself' },
  { pattern: /(?:create|alter|drop)\s+tablespace\b/, why: 'tablespaces belong to the whole server' },
  { pattern: /alter\s+system\b/, why: 'it sets up the whole server' },
  { pattern: /(?:create|alter|drop)\s+subscription\b/, why: 'it opens a connection to another server' },
  { pattern: /load\s*'/, why: 'it loads a library into the server' },
  { pattern: /import\s+foreign\s+schema\b/, why: 'it asks another server' },
  { pattern: /create\s+foreign\s+table\b[^;]*\bprogram\b/, why: 'it runs a program on the server' },
  {
    pattern: /(?:prepare\s+transaction|(?:commit|rollback)\s+prepared)\b/,
    why: 'a prepared transaction outlives its session and its database',
  },
  {
    pattern: /(?:comment\s+on|security\s+label\b.*?\bon)\s+(?:database|role|tablespace|subscription)\b/,
    why: 'what it describes belongs to the whole server',
  },
  {
    pattern: /(?:grant|revoke)\b[^;]*?\bon\s+(?:database|tablespace|parameter)\b/,
    why: 'these rights belong to the whole server',
  },
  { pattern: /(?:grant|revoke)\b(?![^;]*\bon\b)/, why: 'who is a member of a role belongs to the whole server' },
  { pattern: /copy\b[^;]*?\b(?:from|to)\s+program\b/, why: 'it runs a program on the server' },
  { pattern: /copy\b[^;]*?\b(?:from|to)\s*'/, why: 'it reads or writes a file of the server' },
]

/** Wherever a statement calls them. */
const calls: readonly Rule[] = [
  {
    pattern: /\bpg_(?:create|drop|copy)_\w*replication_slot\s*\(|\bpg_replication_origin_\w+\s*\(/,
    why: 'replication slots belong to the whole server',
  },
  { pattern: /\bdblink\w*\s*\(/, why: 'it runs statements over a connection of its own' },
  {
    pattern: /\bpg_(?:reload_conf|rotate_logfile|terminate_backend|cancel_backend|promote|switch_wal)\s*\(/,
    why: 'it acts on the whole server',
  },
  { pattern: /\b(?:lo_import|lo_export|pg_file_\w+|pg_read_(?:binary_)?file)\s*\(/, why: 'it reads or writes files' },
  { pattern: /\bcron\.(?:schedule|unschedule|alter_job)\w*\s*\(/, why: 'its jobs run in the database of pg_cron' },
]

const sqliteRules: readonly Rule[] = [
  { pattern: /^vacuum\b.*\binto\b/, why: 'it writes another file' },
  { pattern: /\b(?:load_extension|writefile|readfile|edit|fsdir)\s*\(/, why: 'it reaches outside of the database' },
]

/** What is known of the statements that came before. */
export interface Seen {
  /** Functions whose bodies reach beyond: whoever calls one does. */
  readonly reaching: ReadonlySet<string>
}

export const nothingSeen: Seen = { reaching: new Set() }

/** Why this statement must not run on a scratch copy beside the real one; `null`: it may. */
export function reachesBeyond({ text }: Pick<Statement, 'text'>, sql: Sql, seen = nothingSeen): string | null {
  const { plain, bare } = flatten(text, sql)
  if (sql.dialect === 'sqlite') return whyOf(sqliteRules, (pattern) => pattern.test(plain)) ?? attaches(bare)
  // Functions are defined here and called elsewhere.
  if (routineHead.test(plain)) return null
  if (isBlock(plain)) return whyOfBlock(bare) ?? callOf(bare, seen)
  const head = whyOf(heads, (pattern) => new RegExp(`^(?:${pattern.source})`, 's').test(plain))
  return head ?? whyOf(calls, (pattern) => pattern.test(plain)) ?? callOf(plain, seen)
}

/** The function that this statement defines, where its body reaches beyond; without its schema. */
export function reachingRoutine({ text }: Pick<Statement, 'text'>, sql: Sql): string | null {
  const { plain, bare } = flatten(text, sql)
  const name = routineHead.exec(plain)?.groups?.['name']
  return name === undefined || whyOfBlock(bare.replace(routineHead, ' ')) === null ? null : name
}

/** Whether a block runs text that it makes itself: what that reaches nobody can read. */
export function runsMadeText({ text }: Pick<Statement, 'text'>, sql: Sql): boolean {
  const { plain, bare } = flatten(text, sql)
  return isBlock(plain) && /\bexecute\s+(?!function\b|procedure\b|'(?:[^']|'')*'\s*(?:;|into\b|using\b))/.test(bare)
}

const routineHead =
  /^create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+(?:(?:[\w$]+|"[^"]*")\s*\.\s*)?(?<name>[\w$]+|"[^"]*")/

/** Of it every word runs. */
function isBlock(plain: string): boolean {
  return /^do\b/.test(plain)
}

/** Where a statement can begin, in the block itself or in a text that it runs; what it only tells is no statement. */
function whyOfBlock(bare: string): string | null {
  const run = bare.replaceAll(/\braise\s+(?:\w+\s+)?'(?:[^']|'')*'/g, ' ')
  const begin = String.raw`(?:^|[;'(]|>>|\b(?:begin|then|else|loop|do|as|\$\w*\$))\s*`
  const head = whyOf(heads, (pattern) => new RegExp(`${begin}(?:${pattern.source})`, 's').test(run))
  return head ?? whyOf(calls, (pattern) => pattern.test(run))
}

function callOf(plain: string, { reaching }: Seen): string | null {
  if (reaching.size === 0) return null
  const called = [...plain.matchAll(/([\w$]+|"[^"]*")\s*\(/g)].find(([, name = '']) => reaching.has(name))?.[1]
  return called === undefined ? null : `${called}() was defined to reach beyond`
}

/** Only a name tells a file from memory. */
function attaches(bare: string): string | null {
  return /^attach\b(?!(?:\s+database)?\s*(?:':memory:'|''))/.test(bare) ? 'it opens another file' : null
}

function whyOf(rules: readonly Rule[], matches: (pattern: RegExp) => boolean): string | null {
  return rules.find((rule) => matches(rule.pattern))?.why ?? null
}

/** Extensions that a statement asks for. */
export function extensionsIn({ text }: Pick<Statement, 'text'>): string[] {
  const { plain } = flatten(text, { dialect: 'postgres' })
  const found = /^create\s+extension\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w-]+)/.exec(plain)
  const name = found?.[1]
  return name === undefined ? [] : [name.replaceAll('"', '').toLowerCase()]
}
