/**
 * The language of the memory store, one statement a line:
 *
 *     put key value        del key        fail why
 *     alone put key value  outside any transaction; looking tells whether it took effect
 *     maybe put key value  the same, but nobody can tell
 *
 * Empty lines and lines that begin with `#` say nothing.
 */

import { LockstepError, type SourcePlace } from '../../core/error.ts'
import type { ScriptSource } from '../../core/ports.ts'
import { plainTraits, type ScriptFacts, type Statement, type StatementTraits, type Unit } from '../../core/script.ts'

export type Command =
  | { readonly verb: 'put'; readonly key: string; readonly value: string }
  | { readonly verb: 'del'; readonly key: string }
  | { readonly verb: 'fail'; readonly why: string }

/** The statements of a script; throws `script-refused` at the first line that is none. */
export function* statementsOf(source: ScriptSource): Generator<Statement> {
  let line = 0
  for (const text of linesOf(source.read())) {
    line++
    const trimmed = text.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const statement = { text: trimmed, line, column: text.indexOf(trimmed) + 1, traits: traitsOf(trimmed) }
    if (commandOf(trimmed) === null) refuse(statement, source.file)
    yield statement
  }
}

/** Step by step: each line is a unit. */
export function* unitsOf(source: ScriptSource): Generator<Unit> {
  let index = 0
  for (const statement of statementsOf(source)) {
    yield { index: index++, statements: [statement], begin: null, alone: statement.traits.alone !== null }
  }
}

export function factsOf(source: ScriptSource): ScriptFacts {
  const statements = Array.from(statementsOf(source))
  const asked = source.noTransaction ? [{ line: 1, why: 'the file asks for it' }] : []
  const needed = statements.flatMap(({ line, traits }) => (traits.alone === null ? [] : [{ line, why: traits.alone }]))
  const reasons = [...asked, ...needed]
  const mode = reasons.length > 0 ? 'steps' : 'whole'
  const warnings = statements.length === 0 ? ['there is no statement in this file'] : []
  return { mode, reasons, statements: statements.length, units: mode === 'whole' ? 1 : statements.length, warnings }
}

/** What a line does; `null` when it is no statement. */
export function commandOf(text: string): Command | null {
  const [verb, first = '', ...rest] = text.replace(/^(?:alone|maybe)\s+(?=put\s)/, '').split(/\s+/)
  const value = rest.join(' ')
  if (verb === 'fail') return { verb, why: [first, ...rest].join(' ') }
  if (verb === 'put' && first !== '' && value !== '') return { verb, key: first, value }
  return verb === 'del' && first !== '' && value === '' ? { verb, key: first } : null
}

export function placeOf({ text, line, column }: Statement, file: string): SourcePlace {
  return { file, line, column, excerpt: ' '.repeat(column - 1) + text }
}

function traitsOf(text: string): StatementTraits {
  const touchesRows = /\b(?:put|del)\b/.test(text)
  const alone = 'this line stands outside any transaction'
  if (text.startsWith('alone ')) return { ...plainTraits, touchesRows, alone, probe: { kind: 'repeatable' } }
  if (text.startsWith('maybe ')) return { ...plainTraits, touchesRows, alone }
  return { ...plainTraits, touchesRows }
}

function refuse(statement: Statement, file: string): never {
  const reason = `"${statement.text}" is no statement of the memory store`
  const help = 'put <key> <value>, del <key>, fail <why>; alone or maybe before put'
  throw new LockstepError('script-refused', { file, reason, help }, { place: placeOf(statement, file) })
}

function* linesOf(chunks: Iterable<string>): Generator<string> {
  let rest = ''
  for (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  yield rest
}
