/** SIGTERM and SIGINT at any moment: what is said afterwards is true, and the next run finishes the work. */

import { describe, expect, test } from 'vitest'
import { describeWithPostgres } from '../../support/describe-with-postgres.ts'
import { applied, postgres, sqlite, type Files, type Kind } from './worlds.ts'

const count = 60
const exits = { SIGTERM: 143, SIGINT: 130 } as const

function manyFiles(brief: string): Files {
  const names = Array.from({ length: count }, (_, i) => String(i + 1).padStart(4, '0'))
  return Object.fromEntries(
    names.map((name) => [`${name}_x.sql`, name === '0001' ? 'create table brief (x integer);\n' : `${brief};\n`]),
  )
}

function cases(kind: Kind): void {
  test.each([
    ['SIGTERM', 1],
    ['SIGINT', 7],
    ['SIGTERM', 15],
    ['SIGINT', 59],
  ] as const)('%s after %i migrations: it stops between two, says which, and goes on', async (signal, after) => {
    const world = await kind.open(manyFiles(kind.brief))
    const running = world.start('up')
    await running.printed(`applied ${String(after).padStart(4, '0')}`)
    running.child.kill(signal)
    // One that comes in the moment in which the handlers are taken off for a statement of SQLite goes unheard: like a
    // person at the keyboard, who sees that it goes on, we say it again. The second that is heard ends it at once.
    let said = 1
    const again = setInterval(() => {
      if (kind.name === 'sqlite' && running.child.kill(signal)) said++
    }, 40)
    const ended = await running.ended
    clearInterval(again)
    // Without a handler while a statement of SQLite blocks the process, the signal itself ends it.
    expect([exits[signal], null, ...(after > count - 5 ? [0] : [])]).toContain(ended.code)
    const told = [...ended.stdout.matchAll(/^applied (\d{4})_x/gm)].map(([, version]) => version ?? '')
    const recorded = await world.ask(applied)
    if (ended.code === null) expect(told).toEqual(recorded.slice(0, told.length))
    else expect(told).toEqual(recorded)
    if (ended.code === exits[signal] && said === 1) expect(ended.stderr).toContain(`stopped by ${signal}`)
    expect((await world.run('up')).code).toBe(0)
    expect(await world.ask(applied)).toHaveLength(count)
    expect((await world.run('verify')).code).toBe(0)
  })

  test('a signal within the first moments leaves nothing half done', async () => {
    for (const afterMs of [60, 120, 180, 240, 300]) {
      const world = await kind.open({
        '0001_a.sql': 'create table brief (x integer);\n',
        '0002_b.sql': `${kind.brief};\n`,
      })
      const running = world.start('up')
      await new Promise((resolve) => setTimeout(resolve, afterMs))
      running.child.kill('SIGTERM')
      expect([143, null, 0]).toContain((await running.ended).code)
      expect((await world.run('up')).code).toBe(0)
      expect(await world.ask(applied)).toEqual(['0001', '0002'])
    }
  })

  test('in the middle of a statement that has reached the disk: the next run takes it back first', async () => {
    const world = await kind.open({
      '0001_a.sql': 'create table brief (x integer);\n',
      '0002_b.sql': `${kind.spilling};\n`,
    })
    const running = world.start('up', '--ndjson')
    await running.printed('"version":"0002"')
    await new Promise((resolve) => setTimeout(resolve, 400))
    running.child.kill('SIGKILL')
    expect((await running.ended).signal).toBe('SIGKILL')
    world.write('0002_b.sql', 'create table small (x integer);\n')
    const next = await world.run('up')
    expect({ code: next.code, stderr: next.code === 0 ? '' : next.stderr }).toEqual({ code: 0, stderr: '' })
    if (kind.name === 'sqlite') expect(next.stderr).toContain('a killed process left a journal')
    expect(await world.ask('select count(*) from brief')).toEqual(['0'])
  })

  test('in the middle of a long statement: it is rolled back, and the next run begins at once', async () => {
    const world = await kind.open({ '0001_slow.sql': `create table slow (x integer);\n${kind.slow};\n` })
    const running = world.start('up', '--ndjson')
    await running.printed('migration-started')
    running.child.kill('SIGTERM')
    const { code, signal, stderr } = await running.ended
    expect({ end: signal ?? code, stderr }).toEqual({
      end: expect.toBeOneOf(['SIGTERM', 143]) as unknown,
      stderr: expect.not.stringContaining('bug in Lockstep') as string,
    })
    world.write('0001_slow.sql', 'create table slow (x integer);\n')
    expect((await world.run('up')).code).toBe(0)
  })

  test('between two calls of a module: it stops there, and nothing of it is left', async () => {
    const calls = `async ({ exec }) => { for (let n = 0; n < 200_000; n++) await exec('insert into brief values (1)') }`
    const world = await kind.open({
      '0001_brief.sql': 'create table brief (x integer);\n',
      '0002_calls.ts': `export const up = ${calls}\n`,
    })
    const running = world.start('up', '--ndjson')
    await running.printed('0002_calls.ts')
    running.child.kill('SIGTERM')
    const { code, signal } = await running.ended
    expect(signal ?? code).toBeOneOf(['SIGTERM', 143])
    expect(await world.ask('select count(*) from brief')).toEqual(['0'])
    world.write('0002_calls.ts', 'export const up = () => undefined\n')
    expect((await world.run('up')).code).toBe(0)
  })

  test('while it waits for the lock of another run: it stops at once', async () => {
    const world = await kind.open({ '0001_slow.sql': `create table slow (x integer);\n${kind.slow};\n` })
    const first = world.start('up', '--ndjson')
    await first.printed('migration-started')
    const second = world.start('up')
    await second.printed('wait')
    second.child.kill('SIGINT')
    expect((await second.ended).code).toBe(130)
    first.child.kill('SIGKILL')
    await first.ended
  })

  test('a second signal ends what does not listen to the first', async () => {
    const deaf = 'export default { up: () => new Promise((done) => setTimeout(done, 60_000)) }\n'
    const world = await kind.open({ '0001_deaf.ts': deaf })
    const running = world.start('up', '--ndjson')
    await running.printed('migration-started')
    running.child.kill('SIGTERM')
    await new Promise((resolve) => setTimeout(resolve, 300))
    running.child.kill('SIGTERM')
    expect((await running.ended).code).toBe(143)
    world.write('0001_deaf.ts', 'export default { up: () => undefined }\n')
    expect((await world.run('up')).code).toBe(0)
  })
}

describe('sqlite', () => cases(sqlite))

describeWithPostgres('postgres', (databases) => cases(postgres(() => databases.create())))
