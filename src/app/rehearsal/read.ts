/** What the texts of migrations say before any of them runs: statements that reach beyond, extensions, blank scripts. */

import { isLockstepError } from '../../core/error.ts'
import type { Body, Migration } from '../../core/migration.ts'
import type { BodyReader, ScriptSource } from '../../core/ports.ts'
import { extensionsIn, reachesBeyond, reachingRoutine, runsMadeText } from '../../rehearse/beyond.ts'
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
  /** Places where a block runs text that it makes itself. */
  readonly unread: readonly string[]
  readonly extensions: readonly string[]
}

const nothing: ScriptTold = { isBlank: false, beyond: [], unread: [], extensions: [] }
const statementChars = 100

/** Reads one direction of a migration. A script that cannot be read tells nothing: its leg will fail, and say why. */
export function readTold(target: Pick<Target, 'bodies'>, told: Told, reading: Reading): ScriptTold {
  try {
    return readScript(target, told, reading)
  } catch (error) {
    if (isLockstepError(error) && error.code === 'script-refused') return nothing
    throw error
  }
}

/** Scripts are read in the order in which they run. */
export interface Reading {
  readonly sql: Sql
  /** Functions that reach beyond where somebody calls them; grows. */
  readonly reaching: Set<string>
}

function readScript({ bodies }: Pick<Target, 'bodies'>, { migration, body }: Told, reading: Reading): ScriptTold {
  if (body === null) return nothing
  if (body.language === 'module') return { ...nothing, unread: [`${body.file} is code`] }
  const { sql, reaching } = reading
  const told = { isBlank: true, beyond: [] as Beyond[], unread: [] as string[], extensions: [] as string[] }
  for (const statement of splitStatements(bodies.script(migration, body).read(), sql.dialect, body.file)) {
    const { line, text } = statement
    told.isBlank = false
    told.extensions.push(...extensionsIn(statement))
    const routine = reachingRoutine(statement, sql)
    if (routine !== null) reaching.add(routine)
    if (runsMadeText(statement, sql)) told.unread.push(`line ${line} of ${body.file} runs text that it makes itself`)
    const why = reachesBeyond(statement, sql, reading)
    if (why === null) continue
    const shown = text.replaceAll(/\s+/g, ' ').slice(0, statementChars)
    told.beyond.push({ file: body.file, line, statement: shown, why })
  }
  return told
}

interface Told {
  readonly migration: Migration
  readonly body: Body | null
}

/** Bodies whose scripts leave out what reaches beyond: so the files after it still find their tables. */
export function withoutBeyond(bodies: BodyReader, reading: Reading): BodyReader {
  return {
    code: (migration, body) => bodies.code(migration, body),
    script: (migration, body) => {
      const source = bodies.script(migration, body)
      return { ...source, read: () => remaining(source, body, reading) }
    },
  }
}

function remaining(source: ScriptSource, body: Body, reading: Reading): Iterable<string> {
  const kept: string[] = []
  let left = false
  for (const statement of splitStatements(source.read(), reading.sql.dialect, body.file)) {
    if (reachesBeyond(statement, reading.sql, reading) === null) kept.push(`${statement.text};\n`)
    else left = true
  }
  return left ? kept : source.read()
}
