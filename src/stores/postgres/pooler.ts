/** A transaction pooler hands one session to many clients: a lock kept in a session excludes nobody there. */

import { randomUUID } from 'node:crypto'
import { LockstepError } from '../../core/error.ts'
import type { PostgresClient } from './client.ts'
import type { About } from './failure.ts'

/**
 * Two looks. The server's idea of our port against our own: equal means that nothing stands between. Otherwise a nonce
 * is put into the session of one connection and looked for in another: found means that they share a session.
 */
export async function refusePooler(
  client: PostgresClient,
  { about, another }: { about: About; another: () => Promise<PostgresClient> },
): Promise<void> {
  if (client.localPort === null) return
  const [rows] = await client.run('select pg_catalog.inet_client_port() as port')
  if (Number(rows?.[0]?.['port']) === client.localPort) return
  if (await sharesSession(client, await another())) {
    throw new LockstepError('pooler-refused', { store: about.store, place: about.place }, { store: about.store })
  }
}

async function sharesSession(client: PostgresClient, other: PostgresClient): Promise<boolean> {
  try {
    const nonce = randomUUID()
    await client.run(`select pg_catalog.set_config('lockstep.nonce', '${nonce}', false)`)
    const [rows] = await other.run(`select pg_catalog.current_setting('lockstep.nonce', true) as nonce`)
    return rows?.[0]?.['nonce'] === nonce
  } finally {
    await other.close()
  }
}
