import { Client } from 'pg'
import { afterEach, expect, test } from 'vitest'

import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { startProxy } from '../support/proxy.ts'
import type { Proxy } from '../support/proxy.ts'

describeWithPostgres('the proxy', (databases) => {
  let proxy: Proxy
  const open: Client[] = []

  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)))
    await proxy.close()
  })

  async function connected(url: string): Promise<Client> {
    const client = new Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    open.push(client)
    return client
  }

  async function throughProxy(): Promise<{ direct: Client; client: Client; url: string }> {
    const database = await databases.create()
    proxy = await startProxy({ host: '127.0.0.1', port: Number(new URL(database).port) })
    const url = proxy.url(database)
    const direct = await connected(database)
    await direct.query('CREATE TABLE t (a int)')
    return { direct, client: await connected(url), url }
  }

  test('without an order everything passes', async () => {
    const { client } = await throughProxy()
    await client.query('INSERT INTO t SELECT * FROM generate_series(1, 1000)')
    const { rows } = await client.query('SELECT count(*)::int AS n, repeat($1, 100000) AS long FROM t', ['x'])
    expect(rows).toEqual([{ n: 1000, long: 'x'.repeat(100_000) }])
    expect(proxy.cuts).toBe(0)
  })

  test('cut before COMMIT: the change is not there', async () => {
    const { direct, client } = await throughProxy()
    await client.query('BEGIN')
    await client.query('INSERT INTO t VALUES (1)')
    proxy.cutBefore('COMMIT')
    await expect(client.query('COMMIT')).rejects.toThrow('Connection terminated')
    expect(await rowsAfterRelease(direct)).toBe(0)
  })

  test('cut after COMMIT: the change is there, and the client was not told', async () => {
    const { direct, client } = await throughProxy()
    await client.query('BEGIN')
    await client.query('INSERT INTO t VALUES (1)')
    proxy.cutAfter('COMMIT')
    await expect(client.query('COMMIT')).rejects.toThrow('Connection terminated')
    expect(await rowsAfterRelease(direct)).toBe(1)
  })

  for (const [order, rows] of [
    ['cutBefore', 0],
    ['cutAfter', 1],
  ] as const) {
    test(`${order}: COMMIT is found inside a text of several statements`, async () => {
      const { direct, client } = await throughProxy()
      proxy[order]('COMMIT')
      await expect(client.query('BEGIN; INSERT INTO t VALUES (1); COMMIT')).rejects.toThrow('Connection terminated')
      expect(await rowsAfterRelease(direct)).toBe(rows)
      expect(proxy.cuts).toBe(1)
    })
  }

  test('an order is carried out once: the next connection gets through', async () => {
    const { client, url } = await throughProxy()
    proxy.cutBefore('SELECT 1')
    await expect(client.query('SELECT 1')).rejects.toThrow('Connection terminated')
    const second = await connected(url)
    expect((await second.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('cut after bytes: a statement that did not arrive whole does not run', async () => {
    const { direct, client } = await throughProxy()
    proxy.cutAfterBytes(10)
    await expect(client.query('INSERT INTO t VALUES (1)')).rejects.toThrow('Connection terminated')
    expect(await rowsAfterRelease(direct)).toBe(0)
  })

  test('a black hole answers nothing and closes nothing, until it is healed', async () => {
    const { client } = await throughProxy()
    proxy.blackHole()
    const asked = client.query('SELECT 1').then(
      () => 'answered',
      () => 'cut',
    )
    expect(proxy.connections).toBe(1)
    proxy.heal()
    expect(await asked).toBe('cut')
  })

  test('cut on demand ends what is open', async () => {
    const { client } = await throughProxy()
    const asked = client.query('SELECT pg_sleep(60)').then(
      () => 'answered',
      () => 'cut',
    )
    proxy.cut()
    expect(await asked).toBe('cut')
    expect(proxy.cuts).toBe(1)
  })
})

async function rowsAfterRelease(direct: Client): Promise<number> {
  // Waits for the lock of a transaction that the server may still be ending.
  await direct.query('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE')
  const { rows } = await direct.query('SELECT a FROM t')
  await direct.query('ROLLBACK')
  return rows.length
}
