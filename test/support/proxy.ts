/** A TCP proxy before a PostgreSQL server that cuts the line at a chosen point. Each order to cut is carried out once. */

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

import { frontendMessages, backendMessages } from './proxy-messages.ts'
import type { Message } from './proxy-messages.ts'

export interface Proxy {
  readonly port: number
  /** How many lines were cut by order. */
  readonly cuts: number
  readonly connections: number
  /** The same address, by way of the proxy. */
  url(target: string): string
  /** Cuts instead of forwarding a client's message whose SQL holds this word: the server never sees it. */
  cutBefore(word: string): void
  /** Cuts instead of forwarding the server's answer that a command with this tag is complete: the client never knows. */
  cutAfter(tag: string): void
  /** Cuts after so many more bytes from clients. */
  cutAfterBytes(count: number): void
  /** Lets nothing through any more, in either direction, and closes nothing. */
  blackHole(): void
  /** Cuts every line at once. */
  cut(): void
  /** New connections pass again; the silent ones are cut. */
  heal(): void
  close(): Promise<void>
}

interface Orders {
  before: string | null
  after: string | null
  bytes: number | null
  silent: boolean
}

interface Line {
  readonly client: Socket
  readonly server: Socket
}

export async function startProxy(target: { readonly host: string; readonly port: number }): Promise<Proxy> {
  const orders: Orders = { before: null, after: null, bytes: null, silent: false }
  const lines = new Set<Line>()
  let cuts = 0
  const listener = createServer((client) => {
    const line = { client, server: connect(target) }
    lines.add(line)
    join(line, orders, () => {
      cuts++
      drop(line)
    })
    for (const side of [line.client, line.server]) side.once('close', () => lines.delete(line))
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const dropAll = (): void => lines.forEach(drop)
  return {
    port,
    get cuts() {
      return cuts
    },
    get connections() {
      return lines.size
    },
    url: (address) => throughPort(address, port),
    cutBefore: (word) => void (orders.before = word),
    cutAfter: (tag) => void (orders.after = tag),
    cutAfterBytes: (count) => void (orders.bytes = count),
    blackHole: () => void (orders.silent = true),
    cut() {
      cuts += lines.size
      dropAll()
    },
    heal() {
      if (orders.silent) dropAll()
      Object.assign(orders, { before: null, after: null, bytes: null, silent: false })
    },
    async close() {
      dropAll()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** Forwards both ways, message by message, until an order says otherwise. */
function join({ client, server }: Line, orders: Orders, cut: () => void): void {
  const fromClient = frontendMessages()
  const fromServer = backendMessages(fromClient)
  client.on('data', (chunk: Buffer) => {
    if (orders.silent) return
    for (const message of fromClient.read(chunk)) {
      const { bytes } = message
      if (orders.before !== null && holdsWord(message, orders.before)) {
        orders.before = null
        return cut()
      }
      if (orders.bytes !== null && orders.bytes <= bytes.length) {
        // The server gets these bytes before it sees the end.
        server.end(bytes.subarray(0, orders.bytes), cut)
        orders.bytes = null
        return
      }
      if (orders.bytes !== null) orders.bytes -= bytes.length
      server.write(bytes)
    }
  })
  server.on('data', (chunk: Buffer) => {
    if (orders.silent) return
    for (const message of fromServer.read(chunk)) {
      if (orders.after !== null && message.type === 'C' && message.text === orders.after) {
        orders.after = null
        return cut()
      }
      client.write(message.bytes)
    }
  })
  passOnEnd(client, server, orders)
  passOnEnd(server, client, orders)
}

/** An end or a failure of one side is one of the other, except where nothing passes. */
function passOnEnd(from: Socket, to: Socket, orders: Orders): void {
  from.on('error', () => from.destroy())
  from.on('close', () => {
    if (!orders.silent) to.destroySoon()
  })
}

function drop({ client, server }: Line): void {
  client.destroy()
  server.destroy()
}

/** In the text of a simple query or of a prepared statement. */
function holdsWord({ type, text }: Message, word: string): boolean {
  return (type === 'Q' || type === 'P') && text.toUpperCase().includes(word.toUpperCase())
}

function throughPort(address: string, port: number): string {
  const url = new URL(address)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return url.href
}
