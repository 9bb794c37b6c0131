/** Stops what a server is doing, by its own request over a second connection. */

import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Signal } from '../../../core/ports.ts'

/** A request that comes before the server has begun with a statement is forgotten, so it is made again. */
const cancelAgainMs = 200

/** A server that takes no connection any more is not waited for. */
const cancelPatienceMs = 3_000

/**
 * Lets the signal stop what the server does for `work`; the server then says so, and whoever asked rolls back. No
 * request is under way any more when this returns: it would hit what comes next.
 */
export async function cancelling<T>(
  client: { readonly cancel: () => Promise<void> },
  signal: Signal,
  work: () => Promise<T>,
): Promise<T> {
  if (signal.aborted) throw signal.reason
  const over = new AbortController()
  let asking = Promise.resolve()
  const ask = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await client.cancel()
      // Woken where the work is over.
      await setTimeout(cancelAgainMs, undefined, { signal: over.signal }).catch(() => undefined)
    }
  }
  const begin = (): void => void (asking = ask())
  signal.addEventListener('abort', begin)
  try {
    return await work()
  } finally {
    signal.removeEventListener('abort', begin)
    over.abort('the work is over')
    await asking
  }
}

/**
 * The cancel request of the wire protocol: length, code 80877102, process id, secret key. Servers take it without TLS
 * and answer by closing the connection, whatever became of it; the cancelled statement tells the rest.
 */
export async function cancelThrough(client: Client): Promise<void> {
  const { host, port, processID, secretKey } = client as unknown as Record<'host', string> &
    Record<'port' | 'processID' | 'secretKey', number>
  const request = Buffer.alloc(16)
  for (const [at, value] of [16, 80_877_102, processID, secretKey].entries()) request.writeInt32BE(value | 0, at * 4)
  await new Promise<void>((resolve) => {
    const socket = host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)
    socket.setTimeout(cancelPatienceMs, () => socket.destroy())
    socket.on('connect', () => socket.end(request))
    socket.on('error', () => resolve())
    socket.on('close', () => resolve())
    socket.resume()
  })
}
