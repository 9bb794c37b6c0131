/** What SQLite makes of a statement, as far as a migration must know. */

import { plainTraits, type StatementTraits } from '../../../core/script.ts'
import { begins, matchForm, type Beginning, type Head } from '../lex/head.ts'

/**
 * Settings that a transaction keeps from taking effect. Measured with 3.53: foreign_keys, journal_mode, page_size and
 * auto_vacuum do nothing and say nothing, synchronous fails; encoding, temp_store and the checkpoints by their documents.
 */
const outsidePragmas: ReadonlySet<string> = new Set([
  'foreign_keys',
  'journal_mode',
  'synchronous',
  'page_size',
  'auto_vacuum',
  'encoding',
  'temp_store',
  'temp_store_directory',
  'data_store_directory',
])

/** `outside` is said of every setting that a transaction hinders; where it stands in its file is not known here. */
export function sqliteTraits(head: Head): StatementTraits {
  const pragma = pragmaOf(head)
  return {
    ...plainTraits,
    control: controlOf(head),
    ...aloneOf(head, pragma),
    session: pragma?.sets === true || begins(head, 'attach|detach') || begins(head, 'create temp|temporary'),
    outside: (pragma?.sets === true && outsidePragmas.has(pragma.name)) || begins(head, 'attach|detach'),
    touchesRows: touchesRows(head),
  }
}

/** CREATE TRIGGER, whose body has semicolons of its own. */
export function opensTrigger(head: Beginning): boolean {
  if (head.tokens.length > 6 || head.tokens.at(-1)?.word !== 'trigger') return false
  const match = matchForm(head, 'explain? query? plan? create temp|temporary? trigger')
  return match !== null && match.next === head.tokens.length
}

function controlOf(head: Head): StatementTraits['control'] {
  if (begins(head, 'begin')) return 'begin'
  if (begins(head, 'commit|end')) return 'commit'
  return begins(head, 'rollback') && !begins(head, 'rollback transaction? to') ? 'rollback' : 'none'
}

function aloneOf(head: Head, pragma: Pragma | null): Pick<StatementTraits, 'alone' | 'probe'> {
  if (begins(head, 'vacuum')) {
    const intoFile = head.tokens.some((token) => token.word === 'into')
    // A second VACUUM INTO finds the file of the first and refuses.
    return { alone: 'VACUUM cannot run inside a transaction', probe: intoFile ? null : { kind: 'repeatable' } }
  }
  if (pragma?.name === 'wal_checkpoint') {
    return { alone: 'PRAGMA wal_checkpoint fails inside a transaction', probe: { kind: 'repeatable' } }
  }
  return { alone: null, probe: null }
}

interface Pragma {
  readonly name: string
  /** It is given a value; without one it only asks. */
  readonly sets: boolean
}

function pragmaOf(head: Head): Pragma | null {
  const match = matchForm(head, 'pragma @')
  const name = match?.names[0]?.at(-1)
  if (match === null || name === undefined) return null
  const next = head.tokens[match.next]?.word
  return { name: name.toLowerCase(), sets: next === '=' || next === '(' }
}

function touchesRows(head: Head): boolean {
  if (begins(head, 'insert|update|delete|replace') || begins(head, 'drop table')) return true
  return (
    begins(head, 'with') && (hasReplace(head) || ['insert', 'update', 'delete'].some((word) => head.seen.has(word)))
  )
}

/** REPLACE by itself may be the function. */
function hasReplace({ tokens }: Head): boolean {
  return tokens.some((token, i) => token.word === 'replace' && tokens[i + 1]?.word === 'into')
}
