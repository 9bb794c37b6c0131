/** Settings of a file that shares its transaction with other files: none takes effect there. */

import { LockstepError } from '../../../core/error.ts'
import type { Statement } from '../../../core/script.ts'
import { shortened } from '../../sql/place.ts'
import { valueOf, type SqliteClient } from '../client.ts'

/**
 * Leaves out what would change nothing: `foreign_keys = OFF` at the head of a file, since they are off already, and any
 * `foreign_keys` at its end, since the next file begins with them off. Everything else is refused.
 */
export function dropSetting(
  client: SqliteClient,
  statement: Statement,
  { store, file, at }: { store: string; file: string; at: 'head' | 'end' },
): void {
  const wanted = /^pragma\s+foreign_keys\s*(?:=|\()\s*'?(\w+)/i.exec(statement.text)?.[1]
  const isOff = valueOf(client, 'PRAGMA foreign_keys') === 0
  if (wanted !== undefined && (at === 'end' || (isOff && /^(?:0|off|no|false)$/i.test(wanted)))) return
  const reason = `${shortened(statement)} has no effect inside a transaction`
  throw new LockstepError('atomic-impossible', { store, file, reason })
}
