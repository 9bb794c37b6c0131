/** Killed at moments over the whole of a backup and of a restore: in the middle of a copy too, where no call begins. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import type { Ended } from './cli/process.ts'
import { postgres, sqlite, type Kind, type World } from './cli/worlds.ts'

const kills = 8
/** A kill that came too late, because the machine was slower a moment ago, is tried again so often. */
const triesMost = 10
const rows = 40_000
const countRows = 'select count(*) from t'

/** A table of some megabytes, in words that both kinds know. */
const wide = Array.from({ length: 12 }, () => 'i * 10000').join(` || '-' || `)
const migrations = {
  '0001_t.sql': `create table t (id integer primary key, b text);
insert into t with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows}) select i, ${wide} from n;\n`,
}

async function projectOf(kind: Kind): Promise<World> {
  const world = await kind.open(migrations)
  await done(world, 'up')
  return world
}

interface Timed extends Ended {
  readonly ms: number
}

async function done(world: World, ...words: readonly string[]): Promise<Timed> {
  const begun = performance.now()
  const ended = await world.run(...words)
  const { code, stderr } = ended
  expect({ words, code, stderr: code === 0 ? '' : stderr }).toEqual({ words, code: 0, stderr: '' })
  return { ...ended, ms: performance.now() - begun }
}

/** As the kernel would, after `killMs`. */
async function killed(world: World, killMs: number, ...words: readonly string[]): Promise<Timed> {
  const begun = performance.now()
  const running = world.start(...words)
  const timer = setTimeout(() => running.child.kill('SIGKILL'), killMs)
  const ended = await running.ended
  clearTimeout(timer)
  return { ...ended, ms: performance.now() - begun }
}

/**
 * Kills a process at moments spread from its start to its end, each time with what `each` does before and after. What it
 * takes is measured anew whenever it was over before its moment: a test may not hang on the speed of a machine.
 */
async function killedThroughout(wholeMs: number, each: (moment: number) => Promise<Timed>): Promise<void> {
  let ms = wholeMs
  for (let kill = 1; kill <= kills; kill++) {
    for (let tries = 1; ; tries++) {
      const ended = await each((kill * ms) / (kills + 1))
      if (ended.code === null) break
      expect(tries, 'it was always over before it could be killed').toBeLessThan(triesMost)
      ms = ended.ms
    }
  }
}

/** What would be left of a backup, or of a restore, that was not finished. */
function leftovers({ folder }: World): string[] {
  const names = [...readdirSync(folder), ...readdirSync(join(folder, '.lockstep/backups'))]
  return names.filter((one) => /\.partial|lockstep-restore/.test(one))
}

interface Case {
  readonly kind: Kind
  /** Before anything is copied. */
  readonly setting: string | null
  readonly sound: string
}

function cases({ kind, setting, sound }: Case): void {
  const look = async (world: World): Promise<{ readonly check: unknown; readonly rows: unknown }> => ({
    check: (await world.ask(sound))[0],
    rows: Number((await world.ask(countRows))[0]),
  })
  const project = async (): Promise<World> => {
    const world = await projectOf(kind)
    if (setting !== null) await world.ask(setting)
    return world
  }

  test('killed at any moment of a backup: no half of it has a name, and the next one sweeps up', async () => {
    const world = await project()
    const whole = await done(world, 'backup', 'create')
    await killedThroughout(whole.ms, async (moment) => {
      const ended = await killed(world, moment, 'backup', 'create')
      await done(world, 'backup', 'verify')
      expect(await look(world)).toEqual({ check: 'ok', rows })
      return ended
    })
    await done(world, 'backup', 'create')
    expect(leftovers(world)).toEqual([])
  })

  test('killed at any moment of a restore: the old state or the new one, never a mixture', async () => {
    const world = await project()
    const made = await done(world, 'backup', 'create', '--json')
    const file =
      (JSON.parse(made.stdout) as { stores: { backups: { file: string }[] }[] }).stores[0]?.backups[0]?.file ?? ''
    const halve = async (): Promise<void> => void (await world.ask('delete from t where id % 2 = 0'))
    const changed = { check: 'ok', rows: rows / 2 }
    await halve()
    await world.ask(`update t set b = b || 'x'`)
    const first = await done(world, 'restore', file, '--yes')
    await killedThroughout(first.ms, async (moment) => {
      await halve()
      const ended = await killed(world, moment, 'restore', file, '--yes')
      const either = ended.code === 0 ? [{ check: 'ok', rows }] : [changed, { check: 'ok', rows }]
      expect(either, `killed after ${moment} ms`).toContainEqual(await look(world))
      await done(world, 'restore', file, '--yes')
      expect(await look(world)).toEqual({ check: 'ok', rows })
      expect(leftovers(world)).toEqual([])
      return ended
    })
  })
}

// PGlite takes seconds to open: backup-calls/ kills it where its own calls begin.
for (const mode of ['wal', 'delete'])
  describe(`sqlite, ${mode}`, () =>
    cases({ kind: sqlite, setting: `pragma journal_mode = ${mode}`, sound: 'pragma integrity_check' }))

describeWithPostgres('postgres', (databases) =>
  cases({
    kind: postgres(() => databases.create()),
    setting: null,
    sound: `select case when count(*) = count(distinct id) then 'ok' else 'torn' end from t`,
  }),
)
