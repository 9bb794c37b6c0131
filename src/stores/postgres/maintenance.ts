/** Statements about whole databases, run from another database of the same server. */

import type { PostgresAddress } from '../../core/address.ts'
import type { LockHolder } from '../../core/event.ts'
import { connectPostgres, type PostgresClient } from './client.ts'
import { connectionFailure, type About } from './failure.ts'
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
  const client = await connectToServer(address, holder)
  try {
    return await work(client)
  } catch (error) {
    throw connectionFailure(error, aboutServer(address)) ?? error
  } finally {
    if (!client.lost) await client.close()
  }
}

/** A connection to a database of the server that is always there; to be closed. */
export async function connectToServer(address: PostgresAddress, holder: LockHolder): Promise<PostgresClient> {
  let failure: unknown
  for (const database of databases) {
    try {
      return await connectPostgres({ ...address, database }, { applicationName: holderName(holder), settings: {} })
    } catch (error) {
      failure = error
      if ((error as { code?: unknown }).code !== '3D000') break
    }
  }
  throw connectionFailure(failure, aboutServer(address)) ?? failure
}

function aboutServer({ hosts, database }: PostgresAddress): About {
  return { store: '', place: hosts[0]?.host ?? '', database }
}
