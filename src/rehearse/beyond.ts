/** Statements whose effect does not end with the database they run in. Found by reading, never by running. */

import type { Statement } from '../core/script.ts'
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
  { pattern: /load\s+'/, why: 'it loads a library into the server' },
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
  { pattern: /copy\b[^;]*?\b(?:from|to)\s+'/, why: 'it reads or writes a file of the server' },
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
  { pattern: /^attach\b(?!(?:\s+database)?\s*(?:':memory:'|''))/, why: 'it opens another file' },
  { pattern: /^vacuum\b.*\binto\b/, why: 'it writes another file' },
  { pattern: /\b(?:load_extension|writefile|readfile|edit|fsdir)\s*\(/, why: 'it reaches outside of the database' },
]

/** Why this statement must not run on a scratch copy beside the real one; `null`: it may. */
export function reachesBeyond({ text }: Pick<Statement, 'text'>, { dialect }: Sql): string | null {
  const bare = withoutComments(text).trim().toLowerCase()
  const plain = bare.replaceAll(/'(?:[^']|'')*'/g, "'…'")
  if (dialect === 'sqlite') return whyOf(sqliteRules, (pattern) => pattern.test(bare))
  // Functions are defined here and called elsewhere; of a block every word runs.
  if (/^create\s+(?:or\s+replace\s+)?(?:function|procedure)\b/.test(plain)) return null
  const isBlock = /^do\b/.test(plain)
  const head = whyOf(heads, (pattern) =>
    new RegExp(`${isBlock ? String.raw`(?:^|[\s;'])` : '^'}(?:${pattern.source})`, 's').test(isBlock ? bare : plain),
  )
  return head ?? whyOf(calls, (pattern) => pattern.test(isBlock ? bare : plain))
}

function whyOf(rules: readonly Rule[], matches: (pattern: RegExp) => boolean): string | null {
  return rules.find((rule) => matches(rule.pattern))?.why ?? null
}

/** Blanks in their place; what looks like one inside of a string stays. */
function withoutComments(text: string): string {
  return text.replaceAll(/'(?:[^']|'')*'|--[^\n]*|\/\*[^]*?\*\//g, (part) => (part.startsWith("'") ? part : ' '))
}

/** Extensions that a statement asks for. */
export function extensionsIn({ text }: Pick<Statement, 'text'>): string[] {
  const found = /^create\s+extension\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w-]+)/i.exec(
    withoutComments(text).trim(),
  )
  const name = found?.[1]
  return name === undefined ? [] : [name.replaceAll('"', '').toLowerCase()]
}
