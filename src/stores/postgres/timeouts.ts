/** Settings of a transaction or of the session: how long a statement may wait and run, and what a script has set. */

import type { UnitSettings } from '../../core/ports.ts'
import type { Unit } from '../../core/script.ts'
import { quoteLiteral } from '../../readers/postgres.ts'
import type { PostgresClient } from './client.ts'

/** What a unit's transaction is set to, where that is not what the session has already. */
export function settingTexts(unit: UnitSettings, defaultLockTimeoutMs: number): string[] {
  const lock = unit.lockTimeoutMs === defaultLockTimeoutMs ? [] : [`set local lock_timeout = ${unit.lockTimeoutMs}`]
  return unit.statementTimeoutMs === 0 ? lock : [...lock, `set local statement_timeout = ${unit.statementTimeoutMs}`]
}

/** What the session has at this moment, to be put back. */
export async function readTimeouts(client: PostgresClient): Promise<{ lock: string; statement: string }> {
  const [rows] = await client.run(
    `select current_setting('lock_timeout') as lock, current_setting('statement_timeout') as statement`,
  )
  const row = rows?.[0]
  return { lock: String(row?.['lock']), statement: String(row?.['statement']) }
}

/** Sets both for the session; values as the server tells them. */
export function timeoutText(lock: string, statement: string): string {
  return `set lock_timeout = ${quoteLiteral(lock)}; set statement_timeout = ${quoteLiteral(statement)}`
}

/** SET and set_config of the steps that are proven; their other effects are there already. */
export async function resume(client: PostgresClient, proven: readonly Unit[]): Promise<void> {
  const statements = proven.flatMap((unit) => unit.statements)
  for (const { text, traits } of statements) {
    if (traits.session && /^(set\s+(?!local\b)|reset\b|select\s+(pg_catalog\s*\.\s*)?set_config\b)/i.test(text))
      await client.run(text)
  }
}
