/** A restore of PostgreSQL takes another database's name. Nobody may work in the one that goes, between the lock and the name. */

import { Client } from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { defaultUpOptions, up } from '../../src/app/up.ts'
import type { PostgresAddress } from '../../src/core/address.ts'
import type { Store } from '../../src/core/ports.ts'
import { parseAddress } from '../../src/settings/address/parse-address.ts'
import { realOutside } from '../../src/settings/address/outside.ts'
import { replaceDatabase } from '../../src/stores/postgres/backup/replace.ts'
import { connectPostgres } from '../../src/stores/postgres/client.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { whileOnServer } from '../../src/stores/postgres/maintenance.ts'
import { benchOf } from '../support/backups.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { contextOf, targetOf } from '../support/target.ts'

const first = { version: '0001', up: 'create table first (id serial primary key)' }
const second = { version: '0002', up: 'create table second (id serial primary key)' }

describeWithPostgres('restore of PostgreSQL', (databases) => {
  const { holder } = contextOf()

  function addressOf(url: string): PostgresAddress {
    const { address } = parseAddress(url, realOutside(process.env, process.cwd()))
    if (address.kind !== 'postgres') throw new Error('not postgres')
    return address
  }

  function openAt(url: string): Store {
    const history = { schema: 'public', table: 'lockstep_migrations' }
    const common = { name: 'app', place: 'server/app', history, clock: systemClock, holder }
    const store = openPostgres({ ...common, address: addressOf(url) })
    onTestFinished(() => store.close())
    return store
  }

  /** A restore that is under way up to its last step: `0001` is in the backup, and `0002` pending for a migrator. */
  async function restoring(others: 'refuse' | 'end') {
    const url = await databases.create()
    const bench = benchOf(openAt(url), { migrations: [first] })
    expect((await bench.up()).error).toBeNull()
    const { backups } = await bench.create()
    await ask(url, 'insert into first default values')
    // It is in the database, and asks for the lock again and again.
    const migrator = targetOf({ store: openAt(url), migrations: [first, second] })
    const waiting = Promise.withResolvers<void>()
    const context = contextOf({ clock: systemClock })
    const emit: typeof context.emit = (event) => {
      context.emit(event)
      if (event.type === 'lock-waiting') waiting.resolve()
    }
    let answered: ReturnType<typeof up> | null = null
    // As late as it can be had: the state before is saved, and only the names are to be exchanged.
    const start = async (): Promise<void> => {
      answered ??= up([migrator], { ...defaultUpOptions, lockWaitMs: 60_000 }, { ...context, emit })
      await waiting.promise
    }
    const { target } = bench
    const { backups: own } = target.store
    if (own === undefined) throw new Error('no backups')
    const late: typeof own = {
      ...own,
      unpack: async (content, where) => {
        const unpacked = await own.unpack(content, where)
        return {
          ...unpacked,
          replaceTarget: async (options) => {
            await start()
            return await unpacked.replaceTarget(options)
          },
        }
      },
    }
    const prepared = benchOf(
      { ...target.store, backups: late },
      { migrations: [first], backups: { path: bench.folder } },
    )
    const restored = await prepared.restore(backups[0]?.file ?? '', { others })
    const answer = await (answered as ReturnType<typeof up> | null)
    return { url, restored, answer, list: () => prepared.list() }
  }

  test('a migrator that waits for the lock is not robbed of its work: the restore is refused, and it goes on', async () => {
    const { url, restored, answer } = await restoring('refuse')
    expect(restored.error).toMatchObject({ code: 'store-in-use', exit: 4 })
    expect(answer).toMatchObject({ exit: 0, stores: [{ ran: [{ version: '0002', state: 'applied' }] }] })
    expect(await ask(url, 'select count(*)::int as n from first')).toEqual([{ n: 1 }])
    expect(await ask(url, 'select count(*)::int as n from second')).toEqual([{ n: 0 }])
    await expectNoScratch(url)
  })

  test('with --force it is ended before it has the lock, and goes on in the restored database', async () => {
    const { url, restored, answer } = await restoring('end')
    expect(restored.error).toBeNull()
    expect(answer).toMatchObject({ exit: 0, stores: [{ ran: [{ version: '0002', state: 'applied' }] }] })
    expect(await ask(url, 'select count(*)::int as n from first')).toEqual([{ n: 0 }])
    expect(await ask(url, 'select event from lockstep_log order by id')).toMatchObject(
      ['created', 'applied', 'restored', 'applied'].map((event) => ({ event })),
    )
    await expectNoScratch(url)
  })

  test('whoever comes between the lock and the name stands outside until the name is given', async () => {
    const url = await databases.create()
    const address = addressOf(url)
    const fresh = `${address.database}_lockstep_restore_0badcafe`
    await databases.create(fresh)
    const connect = () => connectPostgres(address, { applicationName: 'gap', settings: {} })
    const mine = await connect()
    await mine.run('create table before (id int)')
    const stands = `select count(*)::int as n from pg_locks where locktype = 'object' and classid = 'pg_database'::regclass and not granted`
    let newcomer: ReturnType<typeof connect> | null = null
    await replaceDatabase(
      {
        about: { store: 'app', place: 'server/app', database: address.database },
        target: address.database,
        fresh,
        clock: systemClock,
        onServer: (work) => whileOnServer(address, holder, work),
        mine: () => Promise.resolve(mine),
        leave: async () => {
          newcomer = connect()
          while ((await ask(databases.adminUrl(), stands))[0]?.['n'] !== 1) await systemClock.sleep(10)
          await mine.close()
        },
      },
      { present: 'saved', others: 'refuse', signal: new AbortController().signal, waitMs: 0 },
    )
    const came = await (newcomer as ReturnType<typeof connect> | null)
    expect(await came?.run("select to_regclass('before') as before")).toEqual([[{ before: null }]])
    await came?.close()
    await expectNoScratch(url)
  })

  test('a restore that is killed after the exchange leaves nothing that the next one does not take away', async () => {
    const url = await databases.create()
    const { database } = addressOf(url)
    const bench = benchOf(openAt(url), { migrations: [first] })
    await bench.up()
    const { backups } = await bench.create()
    await ask(url, `create database "${database}_lockstep_old_deadbeef"`)
    expect((await bench.restore(backups[0]?.file ?? '')).error).toBeNull()
    await expectNoScratch(url)
    await ask(url, `create database "${database}_lockstep_restore_deadbeef"`)
    expect(await bench.prune()).toMatchObject({ error: null, removed: [`${database}_lockstep_restore_deadbeef`] })
    await expectNoScratch(url)
  })

  test('a pg_dump whose run was killed is ended by whoever has the lock next', async () => {
    const url = await databases.create()
    const bench = benchOf(openAt(url), { migrations: [first, second] })
    await bench.up()
    const { dumpName } = await import('../../src/stores/postgres/lock.ts')
    const history = { schema: 'public', table: 'lockstep_migrations' }
    const orphan = new Client({ connectionString: url, application_name: dumpName(history) })
    const ended = new Promise((resolve) => orphan.on('error', resolve))
    await orphan.connect()
    await orphan.query('begin; lock table first in access share mode')
    const down = targetOf({
      store: openAt(url),
      migrations: [first, second, { version: '0003', up: 'alter table first add column x int' }],
    })
    expect(await up([down], defaultUpOptions, contextOf())).toMatchObject({ exit: 0 })
    expect(await ended).toMatchObject({ code: '57P01' })
  })

  async function expectNoScratch(url: string): Promise<void> {
    const { database } = addressOf(url)
    const text = `select datname from pg_database where datname like '${database}_lockstep_%'`
    expect(await ask(databases.adminUrl(), text)).toEqual([])
  }
})

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows as Record<string, unknown>[]
  } finally {
    await client.end()
  }
}
