import { expect, test } from 'vitest'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { startMigrator } from './processes.ts'
import { postgresScenario, sqliteScenario, type Scenario } from './scenario.ts'
import { postgresWorld, sqliteWorld, type World } from './worlds.ts'

const migrators = 50
const killed = 8

/** Many processes at once, some killed at random moments; the others must finish, and everything ran once. */
async function race(world: World, scenario: Scenario): Promise<void> {
  const running = Array.from({ length: migrators }, () => startMigrator(world.url))
  for (const one of running.slice(0, killed)) {
    setTimeout(() => one.child.kill('SIGKILL'), 300 + Math.random() * 4_000)
  }
  const ended = await Promise.all(running.map((one) => one.ended))
  for (const { code, signal, stderr } of ended.slice(killed))
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  expect(await world.effects()).toEqual(scenario.effects)
}

test('sqlite: fifty migrators at once, some killed, each migration exactly once', async () => {
  const world = sqliteWorld()
  await race(world, sqliteScenario)
  await world.drop()
})

describeWithPostgres('postgres', (databases) => {
  test('fifty migrators at once, some killed, each migration exactly once', async () => {
    await race(postgresWorld(await databases.create()), postgresScenario)
  })
})
