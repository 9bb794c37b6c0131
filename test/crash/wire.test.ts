import { expect, test } from 'vitest'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { startPostgres } from '../support/postgres.ts'
import { startProxy, type Proxy } from '../support/proxy.ts'
import { migrate, startMigrator } from './processes.ts'
import { postgresScenario } from './scenario.ts'
import { postgresWorld } from './worlds.ts'

describeWithPostgres('postgres behind a wire that breaks', (databases) => {
  const behindProxy = async (work: (url: string, proxy: Proxy) => Promise<void>): Promise<void> => {
    const target = await databases.create()
    const { hostname: host, port } = new URL(target)
    const proxy = await startProxy({ host, port: Number(port) })
    try {
      await work(proxy.url(target), proxy)
      expect(await postgresWorld(target).effects()).toEqual(postgresScenario.effects)
    } finally {
      await proxy.close()
    }
  }

  test('cut before COMMIT: what was lost is found not applied, and runs once', async () => {
    await behindProxy(async (url, proxy) => {
      proxy.cutBefore('commit')
      const ended = await migrate(url)
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
      expect(proxy.cuts).toBe(1)
    })
  })

  test('cut after COMMIT: what was lost is found applied, and does not run again', async () => {
    await behindProxy(async (url, proxy) => {
      proxy.cutAfter('COMMIT')
      const ended = await migrate(url)
      expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 0, stderr: '' })
      expect(proxy.cuts).toBe(1)
    })
  })

  test('cut after any number of bytes: a clean run converges', async () => {
    for (let bytes = 200; bytes < 12_000; bytes += 787) {
      await behindProxy(async (url, proxy) => {
        proxy.cutAfterBytes(bytes)
        const ended = await migrate(url)
        if (ended.code === 0) return
        expect([1, 6]).toContain(ended.code)
        expect((await migrate(url)).code).toBe(0)
      })
    }
  })

  test('the server is killed in the middle: a clean run converges', async () => {
    const server = await startPostgres()
    try {
      for (const afterMs of [250, 400, 600]) {
        const url = await server.createDatabase()
        const running = startMigrator(url)
        await new Promise((resolve) => setTimeout(resolve, afterMs))
        await server.kill9()
        await server.restart()
        const { code } = await running.ended
        expect([0, 1, 6]).toContain(code)
        expect((await migrate(url)).code).toBe(0)
        expect(await postgresWorld(url).effects()).toEqual(postgresScenario.effects)
      }
    } finally {
      await server.stop()
    }
  })
})
