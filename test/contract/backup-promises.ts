/** Promises about backups: they come first, they are whole, and they come back. */

import { statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { describe as textsOf } from '../../src/core/error.ts'
import type { Store, StoreBackups } from '../../src/core/ports.ts'
import { benchOf, type Bench, type BenchOptions } from '../support/backups.ts'
import { makeFolder } from '../support/temporary-folder.ts'
import { bombs, damages, keep } from './damages.ts'
import type { Place, PromiseCheck } from './describe-store.ts'
import type { RegisteredMigration } from '../../src/app/opening/registered.ts'
import { pair } from './session.ts'

export const backupPromises = {
  'a backup is read back before the run begins, and written into the log': async (place) => {
    const [first, second] = filled(place)
    await withBackups(place, { migrations: [first] }, async ({ up, list }) => {
      expect((await up()).error).toBeNull()
      // There was nothing to lose yet.
      expect(await list()).toEqual([])
    })
    const looked: string[] = []
    const looking = (backups: StoreBackups): StoreBackups => ({
      ...backups,
      check: async (...asked) => {
        looked.push('checked')
        return await backups.check(...asked)
      },
    })
    await withBackups(place, { migrations: [first, second], around: looking }, async ({ up, list, events, target }) => {
      expect((await up()).error).toBeNull()
      expect(looked).toEqual(['checked'])
      const order = events.map((one) => one.type).filter((type) => /^(?:backup|migration)-(?:done|started)$/.test(type))
      expect(order).toEqual(['backup-done', 'migration-started', 'migration-done'])
      const [made] = await list()
      expect(made).toMatchObject({ reason: 'before-run', version: '0001', verified: true, fault: null })
      const log = await target.store.readLog()
      expect(log.map((row) => row.event)).toEqual(['created', 'applied', 'backed-up', 'applied'])
      expect(log[2]?.detail).toContain(made?.file)
    })
  },
  'a run whose backup cannot be made changes nothing, forward or back': async (place) => {
    const [first, second] = filled(place)
    await withBackups(place, { migrations: [first] }, async ({ up }) => void (await up()))
    // A copy of which half is lost on its way to the disk: only reading it back shows that.
    const halved = (backups: StoreBackups): StoreBackups => ({
      ...backups,
      copy: async (file, work) => {
        const contents = await backups.copy(file, work)
        truncateSync(file, statSync(file).size >> 1)
        return contents
      },
    })
    for (const backup of ['run', 'migration'] as const) {
      const options = { migrations: [first, second], policy: { backup }, around: halved }
      await withBackups(place, options, async ({ up, down, list, target }) => {
        expect((await up()).error?.code).toMatch(/^backup-(?:failed|unusable)$/)
        expect((await down({ kind: 'steps', steps: 1 })).error?.code).toMatch(/^backup-(?:failed|unusable)$/)
        expect((await target.store.readHistory()).records.map((one) => one.version)).toEqual(['0001'])
        expect(await list()).toEqual([])
      })
    }
    expect(await place.tables()).toEqual(['a'])
  },
  'a restore brings shape, rows and history back, and saves the state before': async (place) => {
    const { words } = place
    const [first, second] = filled(place)
    const folder = makeFolder({})
    const before = await withBackups(place, { migrations: [first], folder }, async ({ up, create, target }) => {
      await up()
      const { backups } = await create()
      return { file: backups[0]?.file ?? '', ...(await stateOf(target.store)) }
    })
    const more = { version: '0003', up: words.fill('b') }
    await withBackups(place, { migrations: [first, second, more], folder }, async ({ up }) => void (await up()))
    const after = await withBackups(place, { migrations: [first], folder }, async ({ restore, list, target }) => {
      const kept = await stateOf(target.store)
      const restored = await restore(before.file)
      expect(restored).toMatchObject({ error: null, version: '0001', saved: { version: '0003', verified: true } })
      expect(restored.lost?.versions).toEqual(['0002', '0003'])
      expect(await stateOf(target.store)).toEqual(stateOnly(before))
      expect((await target.store.readLog()).at(-1)).toMatchObject({ event: 'restored' })
      const saved = (await list()).find((one) => one.reason === 'before-restore')
      expect(saved?.file).toBe(restored.saved?.file)
      return { file: saved?.file ?? '', ...kept }
    })
    expect(await place.tables()).toEqual(['a'])
    await withBackups(place, { migrations: [first, second, more], folder }, async ({ restore, target }) => {
      expect((await restore(after.file)).error).toBeNull()
      expect(await stateOf(target.store)).toEqual(stateOnly(after))
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'a backup that is damaged is told, and a restore of it changes nothing': async (place) => {
    const [first, second] = filled(place)
    const migrations = [first, second]
    for (const compress of [false, true]) {
      const folder = makeFolder({})
      await withBackups(
        place,
        { migrations, folder, compress },
        async ({ up, create, verify, restore, list, target }) => {
          await up()
          const { backups } = await create()
          const file = backups[0]?.file ?? ''
          const before = await stateOf(target.store)
          for (const [damage, spoil] of compress ? bombs : damages) {
            const mend = keep(join(folder, file))
            spoil(join(folder, file))
            expect((await verify({ backup: file })).backups, damage).toMatchObject([{ verified: false }])
            expect((await restore(file)).error, damage).toMatchObject({ code: 'backup-unusable', exit: 4 })
            expect(await stateOf(target.store), damage).toEqual(before)
            expect(await list(), damage).toHaveLength(1)
            mend()
          }
          expect((await verify()).backups).toMatchObject([{ verified: true }])
        },
      )
    }
  },
  'a restore that fails half-way leaves the old state whole, and the lock free': async (place) => {
    const [first, second] = filled(place)
    const stop = (): never => {
      throw new Error('the machine was in the way')
    }
    for (const at of ['check', 'replaceTarget'] as const) {
      const folder = makeFolder({})
      const around = (backups: StoreBackups): StoreBackups => ({
        ...backups,
        unpack: async (...asked) => ({ ...(await backups.unpack(...asked)), [at]: stop }),
      })
      await withBackups(place, { migrations: [first, second], folder, around }, async (bench) => {
        await bench.up()
        const { backups } = await bench.create()
        const before = await stateOf(bench.target.store)
        expect((await bench.restore(backups[0]?.file ?? '')).error?.message, at).toContain('in the way')
        expect(await stateOf(bench.target.store), at).toEqual(before)
        expect(await bench.list(), at).toHaveLength(at === 'check' ? 1 : 2)
      })
      await withBackups(place, { migrations: [first, second], folder }, async ({ list, restore }) => {
        expect((await restore((await list()).at(-1)?.file ?? '')).error, at).toBeNull()
      })
    }
  },
  'after a restore the lock is free, and the next run goes on from there': async (place) => {
    const migrations = filled(place)
    const folder = makeFolder({})
    await withBackups(place, { migrations: migrations.slice(0, 1), folder }, async ({ up, create }) => {
      await up()
      await create()
    })
    await withBackups(place, { migrations, folder }, async ({ up, list, restore }) => {
      await up()
      expect((await restore((await list()).at(-1)?.file ?? '')).error).toBeNull()
      expect((await up()).ran).toMatchObject([{ version: '0002', state: 'applied' }])
    })
    await withBackups(place, { migrations, folder }, async ({ up }) => expect((await up()).ran).toEqual([]))
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'down backs up the present state first': async (place) => {
    const [first, second] = filled(place)
    await withBackups(place, { migrations: [first, second] }, async ({ up, down, list, restore, target }) => {
      await up()
      const before = await stateOf(target.store)
      expect((await down({ kind: 'all' })).error).toBeNull()
      const [saved] = await list()
      expect(saved).toMatchObject({ reason: 'before-down', version: '0002', verified: true })
      expect((await target.store.readLog()).map((row) => row.event).slice(-3)).toEqual([
        'backed-up',
        'reverted',
        'reverted',
      ])
      expect((await restore(saved?.file ?? '')).error).toBeNull()
      expect(await stateOf(target.store)).toEqual(before)
    })
  },
  'a down that is missing or irreversible stops before anything, and offers the restore instead': async (place) => {
    const { words } = place
    const [first] = filled(place)
    const second = { version: '0002', up: words.create('b') }
    const irreversible = { ...second, down: words.drop('b'), directives: { irreversible: 'b came from elsewhere' } }
    const third = { version: '0003', up: words.create('c'), down: words.drop('c') }
    const folder = makeFolder({})
    await withBackups(place, { migrations: [first], folder }, async ({ up }) => void (await up()))
    for (const one of [second, irreversible]) {
      await withBackups(place, { migrations: [first, one, third], folder }, async ({ up, down, list }) => {
        await up()
        const backups = await list()
        const { error } = await down({ kind: 'all' })
        expect(error).toMatchObject({ code: 'irreversible', exit: 4, details: { version: '0002' } })
        expect(await list()).toEqual(backups)
        const offered = backups.find((backup) => backup.version === '0001')
        if (error !== null)
          expect(textsOf(error.code, error.details).help.join('\n')).toContain(`lockstep restore ${offered?.file}`)
      })
      expect(await place.tables()).toEqual(['a', 'b', 'c'])
    }
  },
} satisfies Record<string, PromiseCheck>

interface Options extends Pick<BenchOptions, 'migrations' | 'policy'> {
  /** Default: one of its own, where nothing lies yet. */
  readonly folder?: string
  readonly compress?: boolean
  /** What comes between the use cases and the store's own backups. */
  readonly around?: (backups: StoreBackups) => StoreBackups
}

/** Opens the place with a policy that wants backups, works, and closes it again. */
async function withBackups<T>(place: Place, options: Options, work: (bench: Bench) => Promise<T>): Promise<T> {
  const {
    folder = makeFolder({}),
    compress = false,
    around = (backups) => backups,
    policy = {},
    migrations = [],
  } = options
  const store = await place.open()
  const { backups } = store
  const wrapped = backups === undefined ? store : { ...store, backups: around(backups) }
  try {
    const places = { path: folder, compress }
    return await work(benchOf(wrapped, { migrations, policy: { backup: 'run', ...policy }, backups: places }))
  } finally {
    await store.close()
  }
}

/** The two small migrations, the first with rows. */
function filled({ words }: Place): [RegisteredMigration, RegisteredMigration] {
  const [first, second] = pair(words)
  if (first === undefined || second === undefined) throw new Error('a pair is two')
  return [{ ...first, up: words.join(words.create('a'), words.fill('a')) }, second]
}

/** What a restore must bring back; the log goes on. */
async function stateOf({ backups, readShape }: Store): Promise<{ rows: object; shape: object; versions: object }> {
  if (backups === undefined) throw new Error('this store has no backups')
  const { rows, history } = await backups.readContents()
  const counted = Object.entries(rows).filter(([table]) => !table.endsWith('lockstep_log'))
  const versions = history.records.map((one) => [one.version, one.checksum, one.state, one.appliedAt])
  return { rows: Object.fromEntries(counted), shape: await readShape(), versions }
}

function stateOnly({ rows, shape, versions }: Awaited<ReturnType<typeof stateOf>>): object {
  return { rows, shape, versions }
}
