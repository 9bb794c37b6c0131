import { expect, test } from 'vitest'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import type { Moment } from '../support/failing-store.ts'
import { migrate } from './processes.ts'
import { postgresScenario, sqliteScenario, type Scenario } from './scenario.ts'
import { postgresWorld, sqliteWorld, type World } from './worlds.ts'

const moments: readonly Moment[] = ['before', 'after']

/** Kills a process at its n-th call, for every n; after each, one clean run must end as an undisturbed one does. */
async function killEverywhere(makeWorld: () => Promise<World>, scenario: Scenario): Promise<void> {
  for (const moment of moments) {
    for (let call = 0; ; call++) {
      const world = await makeWorld()
      try {
        const killed = await migrate(world.url, String(call), moment)
        await expectConverged(world, scenario, `${moment} call ${call}`)
        if (killed.signal !== 'SIGKILL') {
          expect(killed.code, killed.stderr).toBe(0)
          // It got through: there is no such call any more.
          expect(call).toBeGreaterThan(10)
          break
        }
      } finally {
        await world.drop()
      }
    }
  }
}

async function expectConverged(world: World, scenario: Scenario, where: string): Promise<void> {
  const again = await migrate(world.url)
  expect({ where, code: again.code, stderr: again.stderr }).toEqual({ where, code: 0, stderr: '' })
  expect({ where, effects: await world.effects() }).toEqual({ where, effects: scenario.effects })
  const third = await migrate(world.url)
  expect(JSON.parse(third.stdout)).toMatchObject({ exit: 0, ran: [] })
}

test('sqlite: killed at any call, one clean run ends as an undisturbed one', async () => {
  await killEverywhere(() => Promise.resolve(sqliteWorld()), sqliteScenario)
})

describeWithPostgres('postgres', (databases) => {
  test('killed at any call, one clean run ends as an undisturbed one', async () => {
    await killEverywhere(async () => postgresWorld(await databases.create()), postgresScenario)
  })
})
