/** Statements about whole databases, run from another database of the same server. */

import type { PostgresAddress } from '../../core/address.ts'
import type { LockHolder } from '../../core/event.ts'
import { connectPostgres, type PostgresClient } from './client.ts'
import { connectionFailure } from './failure.ts'
import { holderName } from './lock.ts'

/** `postgres` is there on every server but the most unusual, `template1` on those. */
const databases = ['postgres', 'template1']

export async function runOnServer(
  address: PostgresAddress,
  { text, holder }: { text: string; holder: LockHolder },
): Promise<void> {
  await whileOnServer(address, holder, (client) => client.run(text))
}

/** Lends a connection to a database of the server that is always there. */
export async function whileOnServer<T>(
  address: PostgresAddress,
  holder: LockHolder,
  work: (client: PostgresClient) => Promise<T>,
): Promise<T> {
  const about = { store: '', place: address.hosts[0]?.host ?? '', database: address.database }
  let failure: unknown
  for (const database of databases) {
    try {
      const client = await connectPostgres(
        { ...address, database },
        { applicationName: holderName(holder), settings: {} },
      )
      try {
        return await work(client)
      } finally {
        if (!client.lost) await client.close()
      }
    } catch (error) {
      failure = error
      if ((error as { code?: unknown }).code !== '3D000') break
    }
  }
  throw connectionFailure(failure, about) ?? failure
}
