/** What the texts of migrations say before any of them runs: statements that reach beyond, extensions, blank scripts. */

import { isLockstepError } from '../../core/error.ts'
import type { Body, Migration } from '../../core/migration.ts'
import type { BodyReader, ScriptSource } from '../../core/ports.ts'
import { extensionsIn, reachesBeyond } from '../../rehearse/beyond.ts'
import type { Sql } from '../../rehearse/tables.ts'
import { splitStatements } from '../../stores/sql/split.ts'
import type { Target } from '../opening/target.ts'

export interface Beyond {
  readonly file: string
  readonly line: number
  readonly statement: string
  readonly why: string
}

export interface ScriptTold {
  /** Of SQL only: code shows what it does when it runs. */
  readonly isBlank: boolean
  readonly beyond: readonly Beyond[]
  readonly extensions: readonly string[]
}

const nothing: ScriptTold = { isBlank: false, beyond: [], extensions: [] }
const statementChars = 100

/** Reads one direction of a migration. A script that cannot be read tells nothing: its leg will fail, and say why. */
export function readTold(target: Pick<Target, 'bodies'>, told: Told, sql: Sql): ScriptTold {
  try {
    return readScript(target, told, sql)
  } catch (error) {
    if (isLockstepError(error) && error.code === 'script-refused') return nothing
    throw error
  }
}

function readScript({ bodies }: Pick<Target, 'bodies'>, { migration, body }: Told, sql: Sql): ScriptTold {
  if (body === null || body.language === 'module') return nothing
  let count = 0
  const beyond: Beyond[] = []
  const extensions: string[] = []
  for (const statement of splitStatements(bodies.script(migration, body).read(), sql.dialect, body.file)) {
    count++
    extensions.push(...extensionsIn(statement))
    const why = reachesBeyond(statement, sql)
    if (why === null) continue
    const shown = statement.text.replaceAll(/\s+/g, ' ').slice(0, statementChars)
    beyond.push({ file: body.file, line: statement.line, statement: shown, why })
  }
  return { isBlank: count === 0, beyond, extensions }
}

interface Told {
  readonly migration: Migration
  readonly body: Body | null
}

/** Bodies whose scripts leave out what reaches beyond: so the files after it still find their tables. */
export function withoutBeyond(bodies: BodyReader, sql: Sql): BodyReader {
  return {
    code: (migration, body) => bodies.code(migration, body),
    script: (migration, body) => {
      const source = bodies.script(migration, body)
      return { ...source, read: () => remaining(source, body, sql) }
    },
  }
}

function remaining(source: ScriptSource, body: Body, sql: Sql): Iterable<string> {
  const kept: string[] = []
  let left = false
  for (const statement of splitStatements(source.read(), sql.dialect, body.file)) {
    if (reachesBeyond(statement, sql) === null) kept.push(`${statement.text};\n`)
    else left = true
  }
  return left ? kept : source.read()
}
