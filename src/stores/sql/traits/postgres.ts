/** What PostgreSQL makes of a statement, as far as a migration must know. */

import { plainTraits, type StatementTraits } from '../../../core/script.ts'
import { begins, tokenText, type Beginning, type Head } from '../lex/head.ts'
import { postgresLexicon } from '../lex/lexicon.ts'
import { wordsOf } from '../lex/words.ts'
import type { Refusal } from '../refuse.ts'
import { alone, aloneByForm } from './postgres-alone.ts'

/** Decides by the head alone; only the body of a DO is read, since it runs at once. */
export function postgresTraits(head: Head): StatementTraits {
  const body = begins(head, 'do') ? readBlock(head) : null
  const control = controlOf(head)
  const found = body?.endsTransaction === true ? alone('DO with a COMMIT or ROLLBACK inside', null) : aloneByForm(head)
  return {
    ...plainTraits,
    control,
    alone: found?.alone ?? null,
    probe: found?.probe ?? null,
    session: leavesSession(head),
    touchesRows: body?.touchesRows ?? touchesRows(head),
  }
}

/** What the server would refuse or, worse, what would take the migration's lock away. */
export function postgresRefusal(head: Head): Refusal | null {
  if (begins(head, 'copy') && speaksToClient(head)) {
    return {
      reason: 'COPY from stdin or to stdout speaks to a client program; a migration has no data stream',
      help: 'use INSERT, or COPY from a file on the server; for a dump: pg_dump --inserts',
    }
  }
  if (begins(head, 'commit|end|rollback|abort work|transaction? and chain')) {
    return {
      reason: 'AND CHAIN begins a transaction without saying so',
      help: 'write COMMIT; and then BEGIN; with the modes that it needs',
    }
  }
  if (begins(head, 'prepare transaction')) {
    return {
      reason: 'PREPARE TRANSACTION leaves it to a later session whether this takes effect',
      help: 'use COMMIT',
    }
  }
  if (begins(head, 'discard all') || head.seen.has('pg_advisory_unlock_all')) {
    return {
      reason: 'this gives up every lock of the session, the lock of this migration too',
      help: 'use RESET ALL, DISCARD TEMP, DISCARD PLANS or DISCARD SEQUENCES; unlock your own locks by their key',
    }
  }
  return null
}

/** How the strings of the statements after this one are read. */
export function backslashStringsAfter(head: Head, before: boolean): boolean {
  if (begins(head, 'reset all|standard_conforming_strings')) return false
  if (!begins(head, 'set session|local? standard_conforming_strings to|=')) return before
  const value = tokenText(head, head.tokens.length - 1)
    .toLowerCase()
    .replaceAll("'", '')
  return ['of', 'off', 'false', 'no', '0'].includes(value)
}

/** BEGIN ATOMIC, where a body of SQL statements begins. */
export function opensAtomic(head: Beginning): boolean {
  const atomic = head.tokens.at(-1)
  const begin = head.tokens.at(-2)
  if (atomic?.word !== 'atomic' || atomic.depth > 0 || begin?.word !== 'begin') return false
  return begins(head, 'create or? replace? function|procedure')
}

function controlOf(head: Head): StatementTraits['control'] {
  if (begins(head, 'begin') || begins(head, 'start transaction')) return 'begin'
  if (begins(head, 'commit|rollback prepared')) return 'none'
  if (begins(head, 'commit|end')) return 'commit'
  if (begins(head, 'rollback work|transaction? to')) return 'none'
  return begins(head, 'rollback|abort') ? 'rollback' : 'none'
}

const sessionForms: readonly string[] = [
  'reset',
  'prepare',
  'listen',
  'unlisten',
  'load',
  'discard',
  'create local|global? temp|temporary',
  'create or replace temp|temporary',
]
const sessionWords = [
  'set_config',
  'pg_advisory_lock',
  'pg_try_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_try_advisory_lock_shared',
]

function leavesSession(head: Head): boolean {
  if (begins(head, 'set')) return !begins(head, 'set local|constraints|transaction')
  if (begins(head, 'declare')) return head.seen.has('hold')
  if (isSelectIntoTemporary(head)) return true
  return sessionForms.some((form) => begins(head, form)) || sessionWords.some((word) => head.seen.has(word))
}

function isSelectIntoTemporary(head: Head): boolean {
  return head.tokens.some((token, i) => {
    const next = head.tokens[i + 1]?.word ?? ''
    return token.word === 'into' && token.depth === 0 && (next === 'temp' || next === 'temporary')
  })
}

const rowForms: readonly string[] = [
  'insert|update|delete|merge|truncate|call|execute',
  'drop table|schema|owned|database',
  'import foreign',
]
const rowWords = ['insert', 'update', 'delete', 'merge']

/** Rather once too often: a function that is called may change anything, but a plain SELECT is taken at its word. */
function touchesRows(head: Head): boolean {
  if (rowForms.some((form) => begins(head, form))) return true
  if (begins(head, 'with|explain|prepare')) return rowWords.some((word) => head.seen.has(word))
  if (begins(head, 'copy')) return outerWords(head).includes('from')
  return begins(head, 'alter table') && changesStoredValues(head)
}

/** ALTER TABLE: dropping a column, another type, and a default for rows that have no value yet. */
function changesStoredValues(head: Head): boolean {
  const words = outerWords(head)
  const adds = words.includes('add') && words.includes('default')
  return adds || words.includes('type') || words.some((word, i) => word === 'drop' && dropsColumn(words[i + 1]))
}

function dropsColumn(next: string | undefined): boolean {
  return next !== undefined && !['constraint', 'default', 'not', 'identity', 'expression'].includes(next)
}

function outerWords(head: Head): string[] {
  return head.tokens.filter((token) => token.depth === 0 && token.word !== '').map((token) => token.word)
}

function speaksToClient(head: Head): boolean {
  const words = outerWords(head)
  return words.some((word, i) => {
    const next = words[i + 1]
    return (word === 'from' && next === 'stdin') || (word === 'to' && next === 'stdout')
  })
}

const blockStarters: ReadonlySet<string> = new Set([';', 'begin', 'then', 'else', 'loop'])

/** Reads the body of a DO, which runs at once and may do what only a script of its own may. */
function readBlock(head: Head): { endsTransaction: boolean; touchesRows: boolean } {
  const body = bodyText(longestString(head))
  let endsTransaction = false
  let touchesRows = false
  for (const { word, previous } of wordsOf(body, postgresLexicon)) {
    if ((word === 'commit' || word === 'rollback') && blockStarters.has(previous)) endsTransaction = true
    if (rowWords.includes(word) || word === 'truncate' || word === 'execute') touchesRows = true
  }
  return { endsTransaction, touchesRows }
}

/** DO LANGUAGE 'plpgsql' '...': the name of the language may be a string too, on either side. */
function longestString(head: Head): string {
  const texts = head.tokens.map((token, i) =>
    token.kind === 'body' || token.kind === 'string' ? tokenText(head, i) : '',
  )
  return texts.reduce((longest, text) => (text.length > longest.length ? text : longest), '')
}

function bodyText(quoted: string): string {
  const dollar = /^\$[^$]*\$/.exec(quoted)?.[0].length
  return dollar === undefined ? quoted.slice(1, -1).replaceAll("''", "'") : quoted.slice(dollar, -dollar)
}
