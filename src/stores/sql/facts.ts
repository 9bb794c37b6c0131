/** Facts of a whole script, in one pass: whether it can be one transaction, and what a reader of the plan should know. */

import type { ScriptSource } from '../../core/ports.ts'
import type { ScriptFacts, Statement, StepsReason } from '../../core/script.ts'
import { followBlocks, refuseSavepoint, type Role } from './blocks.ts'
import { dialects, type SqlDialect } from './dialect.ts'
import { begins, matchForm, tokenText, type Head } from './lex/head.ts'
import { readHead } from './lex/words.ts'
import { liftOutside, refuseMisplaced } from './outside.ts'
import { splitStatements } from './split.ts'

/** More of the same kind tell nothing new. */
const reasonsMax = 20
const warningsMax = 20
/** `create temporary sequence if not exists ...`, `alter type a.b add value if not exists 'x'`: what these looks need. */
const headMax = 16

/** Reads a script once, without keeping it; throws `script-refused` for what could not run as its author means it. */
export function factsOf(source: ScriptSource, dialect: SqlDialect): ScriptFacts {
  const seen: Seen = { statements: 0, steps: 0, reasons: [], warnings: [], temporary: null, enumValues: new Map() }
  if (source.noTransaction) addReason(seen, { line: 1, why: 'the file asks for it: -- lockstep: no-transaction' })
  const misplaced: Statement[] = []
  const savepoints: Statement[] = []
  const blocks = followBlocks(source.file, (one) => void (savepoints.length === 0 && savepoints.push(one)))
  const statements = splitStatements(source.read(), dialect, source.file)
  let inBlock = 0
  for (const statement of liftOutside(statements, (one) => void (misplaced.length === 0 && misplaced.push(one)))) {
    const role = blocks.next(statement)
    inBlock = role === 'begin' ? 0 : inBlock + 1
    if (role === 'single' || role === 'rollback' || (role === 'commit' && inBlock > 1)) seen.steps++
    note(seen, statement, { role, dialect })
  }
  blocks.end()
  const mode = seen.reasons.length > 0 ? 'steps' : 'whole'
  if (mode === 'whole') for (const statement of misplaced) refuseMisplaced(statement, source.file)
  if (mode === 'steps') for (const statement of savepoints) refuseSavepoint(statement, source.file)
  const { reasons, statements: count } = seen
  return {
    mode,
    reasons,
    statements: count,
    units: mode === 'whole' ? 1 : seen.steps,
    warnings: warningsOf(seen, mode),
  }
}

interface Seen {
  statements: number
  steps: number
  readonly reasons: StepsReason[]
  readonly warnings: string[]
  /** Line of the first temporary object. */
  temporary: number | null
  /** Values that ALTER TYPE has added, as written with their quotes. */
  readonly enumValues: Map<string, number>
}

function note(seen: Seen, statement: Statement, { role, dialect }: { role: Role; dialect: SqlDialect }): void {
  const { line, traits } = statement
  seen.statements++
  if (traits.alone !== null) addReason(seen, { line, why: traits.alone })
  if (role === 'begin') noteOwnBlock(seen, line)
  if (dialect === 'postgres') noteEnumUses(seen, statement)
  if (!/^(?:create|alter)\b/i.test(statement.text)) return
  const head = readHead(statement.text, dialects[dialect].lexicon, headMax)
  if (traits.alone !== null && begins(head, 'create unique? index concurrently if not exists')) {
    const what = 'IF NOT EXISTS is content with an index that a failed attempt left invalid'
    addWarning(seen, `line ${line}: ${what}; whether it is valid is looked up afterwards`)
  }
  if (traits.session && begins(head, 'create or? replace? local|global? temp|temporary')) seen.temporary ??= line
  if (dialect === 'postgres') noteEnumValue(seen, statement, head)
}

function noteOwnBlock(seen: Seen, line: number): void {
  if (seen.reasons.some(({ why }) => why === ownBlock)) return
  addReason(seen, { line, why: ownBlock })
  addWarning(seen, `line ${line}: ${ownBlock}; it runs as its author wrote it, journalled block by block`)
}

const ownBlock = 'the file has its own BEGIN and COMMIT'

/** SQLSTATE 55P04: a value may be used only after the transaction that added it. */
function noteEnumUses(seen: Seen, { text, line }: Statement): void {
  // ADD VALUE 'c' AFTER 'b' only names the neighbour.
  if (/^alter\s+type\b/i.test(text)) return
  for (const [literal, added] of seen.enumValues) {
    if (!text.includes(literal)) continue
    addReason(seen, { line, why: `the enum value ${literal}, added in line ${added}, can be used only after a COMMIT` })
    seen.enumValues.delete(literal)
  }
}

function noteEnumValue(seen: Seen, { line }: Statement, head: Head): void {
  const match = matchForm(head, 'alter type @ add value if? not? exists?')
  if (match === null || head.tokens[match.next]?.kind !== 'string') return
  seen.enumValues.set(tokenText(head, match.next), line)
}

function warningsOf(seen: Seen, mode: ScriptFacts['mode']): readonly string[] {
  if (seen.statements === 0) return ['there is no statement in this file']
  if (mode === 'whole' || seen.temporary === null) return seen.warnings
  const temporary = 'a temporary object is gone with its session: a run that was interrupted cannot go on after it'
  return [...seen.warnings, `line ${seen.temporary}: ${temporary}`]
}

function addReason(seen: Seen, reason: StepsReason): void {
  if (seen.reasons.length < reasonsMax) seen.reasons.push(reason)
}

function addWarning(seen: Seen, warning: string): void {
  if (seen.warnings.length < warningsMax) seen.warnings.push(warning)
}
