/** What a migration in TypeScript is given on PostgreSQL: the same connection, inside its transaction. */

import { LockstepError } from '../../core/error.ts'
import type { MigrationApi, Signal } from '../../core/ports.ts'
import { splitStatements } from '../sql/split.ts'
import type { PostgresClient } from './client.ts'

export function makeMigrationApi(
  client: PostgresClient,
  { signal, file }: { signal: Signal; file: string },
): MigrationApi {
  return {
    // The caller names the row's type; the server's answer is not checked against it, as with every client.
    query: async (text, values = []) => (await client.query(text, values)) as never,
    exec: async (text) => {
      refuseTransactionControl(text, file)
      await client.run(text)
    },
    signal,
    log: () => undefined,
  }
}

/** Its record is in this transaction: whoever ends it would be recorded without having run, or the other way round. */
export function refuseTransactionControl(text: string, file: string): void {
  for (const { traits, text: statement } of splitStatements([text], 'postgres', file)) {
    if (traits.control === 'none') continue
    const reason = `${statement.slice(0, 40)} inside a migration's own transaction`
    throw new LockstepError('script-refused', { file, reason, help: 'leave it out; each migration is one transaction' })
  }
}
