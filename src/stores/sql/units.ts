/** The units in which a script runs: all of it, or step by step. */

import type { ScriptSource } from '../../core/ports.ts'
import type { Statement, Unit } from '../../core/script.ts'
import { followBlocks } from './blocks.ts'
import type { SqlDialect } from './dialect.ts'
import { liftOutside, refuseMisplaced } from './outside.ts'
import { splitStatements } from './split.ts'

/**
 * The statements of a script that runs as a whole, one by one: this is the way for long files. Those with `outside` come
 * first, before BEGIN, or last, after COMMIT.
 */
export function statementsOf(source: ScriptSource, dialect: SqlDialect): Generator<Statement> {
  const statements = splitStatements(source.read(), dialect, source.file)
  return liftOutside(statements, (statement) => refuseMisplaced(statement, source.file))
}

/**
 * The units of a script. `whole` is one unit that holds every statement in memory (`statementsOf` holds one at a time);
 * `steps` holds one unit at a time, which is a statement, or a block between the author's BEGIN and COMMIT.
 */
export function* unitsOf(source: ScriptSource, dialect: SqlDialect, mode: 'whole' | 'steps'): Generator<Unit> {
  if (mode === 'whole') {
    yield { index: 0, statements: [...statementsOf(source, dialect)], begin: null, alone: false }
    return
  }
  let index = 0
  for (const unit of stepsOf(splitStatements(source.read(), dialect, source.file), source.file)) {
    if (unit.statements.length > 0) yield { index: index++, ...unit }
  }
}

type Step = Omit<Unit, 'index'>

/** A block without a statement gives a step without one. */
function* stepsOf(statements: Iterable<Statement>, file: string): Generator<Step> {
  const blocks = followBlocks(file)
  let block: Statement[] = []
  for (const statement of statements) {
    const role = blocks.next(statement)
    if (role === 'single') {
      yield singleStep(statement)
      continue
    }
    block.push(statement)
    if (role === 'commit') yield { statements: block.slice(1, -1), begin: block[0]?.text ?? null, alone: false }
    if (role === 'rollback') yield { statements: rolledBack(block), begin: null, alone: true }
    if (role === 'commit' || role === 'rollback') block = []
  }
  blocks.end()
}

function singleStep(statement: Statement): Step {
  if (!statement.traits.outside) return { statements: [statement], begin: null, alone: statement.traits.alone !== null }
  const traits = {
    ...statement.traits,
    outside: false,
    alone: 'this has no effect inside a transaction',
    probe: { kind: 'repeatable' as const },
  }
  return { statements: [{ ...statement, traits }], begin: null, alone: true }
}

/** What the author takes back himself leaves nothing to be proven. */
function rolledBack(block: readonly Statement[]): Statement[] {
  const alone = 'the author rolls this back'
  return block.map((statement, i) =>
    i > 0 ? statement : { ...statement, traits: { ...statement.traits, alone, probe: { kind: 'repeatable' } } },
  )
}
