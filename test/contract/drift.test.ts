/** What was changed behind the back of the last run is told object by object; what a run has made itself is not. */

import { DatabaseSync } from 'node:sqlite'
import { PGlite } from '@electric-sql/pglite'
import { Client } from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { down } from '../../src/app/down.ts'
import type { RegisteredMigration } from '../../src/app/opening/registered.ts'
import type { VerifyReport } from '../../src/app/answers/report.ts'
import { defaultUpOptions, up } from '../../src/app/up.ts'
import { verify } from '../../src/app/verify.ts'
import { describeDifference } from '../../src/core/shape.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { Store } from '../../src/core/ports.ts'
import { openPglite } from '../../src/stores/pglite/index.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { openSqlite } from '../../src/stores/sqlite/index.ts'
import { describeWithPostgres } from '../support/describe-with-postgres.ts'
import { contextOf, targetOf } from '../support/target.ts'

const migrations: readonly RegisteredMigration[] = [
  {
    version: '1',
    up: 'create table users (id integer primary key, email varchar(40) not null); create index users_email on users (email); create view emails as select email from users',
    down: 'drop view emails; drop table users',
  },
  { version: '2', up: 'create table posts (id integer primary key)', down: 'drop table posts' },
]

interface World {
  readonly store: Store
  /** Changes the structure as somebody else would. */
  change(text: string): Promise<void>
}

async function migrate(world: World, count = 2, policy: Partial<Policy> = {}) {
  const context = contextOf()
  const target = targetOf({ store: world.store, migrations: migrations.slice(0, count), policy })
  return { answer: await up([target], defaultUpOptions, context), context, target }
}

async function verified(world: World, count = 2): Promise<VerifyReport & { readonly exit: number }> {
  const target = targetOf({ store: world.store, migrations: migrations.slice(0, count) })
  const answer = await verify([target], { head: null }, contextOf())
  const [report] = answer.stores
  if (report === undefined) throw new Error('one store, one report')
  return { ...report, exit: answer.exit }
}

function promises(open: () => Promise<World>, told: readonly string[]): void {
  test('nothing was changed', async () => {
    const world = await open()
    await migrate(world)
    expect(await verified(world)).toMatchObject({ exit: 0, structure: 'as the last run left it', differences: [] })
  })

  test('what was changed is told, with what brings it back', async () => {
    const world = await open()
    await migrate(world)
    await world.change('drop index users_email')
    await world.change('create index posts_extra on posts (id)')
    await world.change('drop view emails')
    await world.change('create table extra (a integer)')
    const found = await verified(world)
    expect(found.exit).toBe(3)
    expect(found.differences.map(describeDifference).map((one) => one.replace(/:.*/, ''))).toEqual(told)
    for (const statement of found.remedies ?? []) await world.change(statement.replace(/^-- .*: /, ''))
    expect(await verified(world)).toMatchObject({ exit: 0, differences: [] })
  })

  test('the next run and a run back are no drift', async () => {
    const world = await open()
    await migrate(world, 1)
    const { target } = await migrate(world, 2)
    expect(await verified(world)).toMatchObject({ exit: 0, differences: [] })
    const back = { target: { kind: 'steps' as const, steps: 1 }, lockWaitMs: 0, agent: null, confirm: null }
    expect(await down([target], back, contextOf())).toMatchObject({ exit: 0 })
    expect(await verified(world)).toMatchObject({ exit: 0, structure: 'as the last run left it' })
  })

  test('a run warns of what it will write over', async () => {
    const world = await open()
    await migrate(world, 1)
    await world.change('drop index users_email')
    const { answer, context } = await migrate(world, 2)
    expect(answer.exit).toBe(0)
    expect(context.events.filter((one) => one.type === 'warning').map((one) => one.message)).toEqual([
      expect.stringContaining('users_email is missing'),
    ])
  })

  test('policy refuse: nothing runs on top of a changed structure', async () => {
    const world = await open()
    await migrate(world, 1)
    await world.change('drop index users_email')
    const { answer } = await migrate(world, 2, { drift: 'refuse' })
    expect(answer.stores[0]).toMatchObject({ error: { code: 'drift-found' }, applied: 1 })
    expect(answer.exit).toBe(4)
  })

  test('policy off: nothing is written down', async () => {
    const world = await open()
    await migrate(world, 1, { drift: 'off' })
    expect(await world.store.readSnapshot?.()).toBeNull()
    expect(await verified(world, 1)).toMatchObject({ exit: 0, structure: 'not compared: no run has recorded it yet' })
  })

  test('a snapshot of another rule is no drift', async () => {
    const world = await open()
    await migrate(world)
    await world.change("update lockstep_shape set rule = 'older-1'")
    const found = await verified(world)
    expect(found).toMatchObject({ exit: 0, differences: [] })
    expect(found.structure).toContain('recorded by another rule (older-1')
  })

  test('a history that moved on without a snapshot is no drift', async () => {
    const world = await open()
    await migrate(world)
    await world.change("update lockstep_shape set mark = 'another', objects = '[]'")
    expect(await verified(world)).toMatchObject({ exit: 0, differences: [] })
  })
}

const place = { schema: 'public', table: 'lockstep_migrations' }
const closing: (() => unknown)[] = []
afterAll(async () => {
  for (const close of closing) await close()
})

describe('SQLite', () => {
  promises(async () => {
    const client = new DatabaseSync(':memory:')
    closing.push(() => client.close())
    const { clock } = contextOf()
    const store = await openSqlite({ name: 'app', place: 'memory', history: place, clock, client })
    return { store, change: (text) => Promise.resolve(client.exec(text)) }
  }, [
    'index posts.posts_extra is unexpected',
    'index users.users_email is missing',
    'table extra is unexpected',
    'view emails is missing',
  ])
})

const onPostgres = [
  'index public.posts.posts_extra is unexpected',
  'index public.users.users_email is missing',
  'table public.extra is unexpected',
  'view public.emails is missing',
]

/** Of these the server has numbered all but the first; the shape tells them by one name. */
const numberedNames = `create index on users (email); create index on users (email, id);
alter table users add check (id > 0), add check (id < 1000), add check (length(email) > 0), add check (length(email) < 9)`

function numberedPromise(open: () => Promise<World>): void {
  test('what the server has numbered is mended by the name that it has', async () => {
    const world = await open()
    await migrate(world, 1)
    await world.change(numberedNames)
    await migrate(world, 2)
    await world.change('alter table users drop constraint users_id_check1; drop index users_email_idx')
    await world.change('alter table users add check (id > 5), add check (length(email) > 5)')
    await world.change('create index on users (email, id)')
    const found = await verified(world)
    expect(found.differences.length).toBe(4)
    for (const statement of found.remedies ?? []) await world.change(statement)
    expect(await verified(world)).toMatchObject({ exit: 0, differences: [] })
  })
}

describe('PGlite', () => {
  let shared: PGlite | null = null
  promises(async () => {
    // One for all: it takes seconds to start.
    shared ??= await PGlite.create()
    const client = shared
    await client.exec('drop schema public cascade; create schema public')
    closing.push(() => (client.closed ? undefined : client.close()))
    const { clock, holder, signal } = contextOf()
    const opening = { holder, clock, signal, waitMs: 0, onWait: () => undefined }
    const store = openPglite({ name: 'app', place: 'memory', folder: null, history: place, opening, client })
    return { store, change: async (text) => void (await client.exec(text)) }
  }, onPostgres)
})

describeWithPostgres('PostgreSQL', (databases) => {
  const open = async (): Promise<World> => {
    const client = new Client(await databases.create())
    await client.connect()
    closing.push(() => client.end())
    const { clock, holder } = contextOf()
    const store = openPostgres({ name: 'app', place: 'test', address: null, history: place, clock, holder, client })
    return { store, change: async (text) => void (await client.query(text)) }
  }
  promises(open, onPostgres)
  numberedPromise(open)
})
