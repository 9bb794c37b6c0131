/** The smallest transaction pooler there can be: every client shares one session of the server. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Pooler {
  readonly port: number
  stop(): Promise<void>
}

const sslRequest = 80877103
const terminate = Buffer.from([0x58, 0, 0, 0, 4])

/** The first client logs in to the server itself; those after it are welcomed with what the server told the first. */
export async function startPooler(server: { readonly port: number }): Promise<Pooler> {
  const upstream = connect(server.port, '127.0.0.1').on('error', () => undefined)
  const clients = new Set<Socket>()
  let asking: Socket | null = null
  let welcome = Buffer.alloc(0)
  upstream.on('data', (data: Buffer) => {
    if (!isReady(welcome)) welcome = Buffer.concat([welcome, data])
    asking?.write(data)
  })
  const listener = createServer((client) => {
    clients.add(client)
    client.on('error', () => undefined).on('close', () => clients.delete(client))
    let greeted = false
    client.on('data', (data) => {
      if (!greeted && data.length === 8 && data.readInt32BE(4) === sslRequest) return void client.write('N')
      const logsIn = !greeted && isReady(welcome)
      greeted = true
      if (logsIn) return void client.write(withoutLogin(welcome))
      asking = client
      if (!data.equals(terminate)) upstream.write(data)
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  return {
    port: (listener.address() as AddressInfo).port,
    async stop() {
      for (const client of clients) client.destroy()
      upstream.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** ReadyForQuery, idle: the end of a login. */
function isReady(data: Buffer): boolean {
  return data.length >= 6 && data.subarray(-6).equals(Buffer.from([0x5a, 0, 0, 0, 5, 0x49]))
}

/** What the server said from AuthenticationOk on: a pooler has let this client in by itself. */
function withoutLogin(data: Buffer): Buffer {
  const ok = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0])
  return data.subarray(data.indexOf(ok))
}
