/** What goes wrong in every team, through the real command line: eight cases that a runner must get right. */

import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeWithPostgres } from '../../support/describe-with-postgres.ts'
import { lockstep } from './process.ts'
import { applied, folderOf, postgres, sqlite, type Kind } from './worlds.ts'

const two = {
  '0001_users.sql': 'create table users (id integer);\n',
  '0003_posts.sql': 'create table posts (id integer);\n',
}

function cases(kind: Kind): void {
  test('A: an edited file is refused by name, and nothing runs', async () => {
    const world = await kind.open(two)
    expect((await world.run('up')).code).toBe(0)
    world.write('0001_users.sql', 'create table users (id integer, name text);\n')
    world.write('0004_more.sql', 'create table more (id integer);\n')
    const { code, stderr } = await world.run('up')
    expect(code).toBe(4)
    expect(stderr).toContain('error[checksum-changed]: migrations/0001_users.sql')
    expect(await world.ask(applied)).toEqual(['0001', '0003'])
  })

  test('A: other line ends and a byte-order mark are no edit', async () => {
    const world = await kind.open(two)
    expect((await world.run('up')).code).toBe(0)
    world.write('0001_users.sql', `\uFEFF${two['0001_users.sql'].replaceAll('\n', ' \r\n')}`)
    expect((await world.run('up')).code).toBe(0)
    expect((await world.run('status')).code).toBe(0)
  })

  test('B: a late file is refused by name, and never skipped', async () => {
    const world = await kind.open(two)
    expect((await world.run('up')).code).toBe(0)
    world.write('0002_late.sql', 'create table late (id integer);\n')
    const { code, stderr } = await world.run('up')
    expect(code).toBe(4)
    expect(stderr).toContain('error[late-file]: migrations/0002_late.sql')
    const store =
      kind.name === 'sqlite' ? `kind: 'sqlite', url: 'env:STORE_URL'` : `kind: 'postgres', url: 'env:STORE_URL'`
    const settings = `{ ${store}, migrations: 'migrations', policy: { late: 'run' } }`
    writeFileSync(join(world.folder, 'lockstep.config.js'), `export default { stores: { app: ${settings} } }\n`)
    const env = { STORE_URL: 'sqlite:app.db' }
    if (kind.name === 'sqlite') expect((await lockstep(['up'], { cwd: world.folder, env })).code).toBe(0)
  })

  test('C: a deleted file is told by name', async () => {
    const world = await kind.open(two)
    expect((await world.run('up')).code).toBe(0)
    rmSync(join(world.folder, 'migrations/0001_users.sql'))
    const { code, stderr } = await world.run('up')
    expect(code).toBe(4)
    expect(stderr).toContain('error[missing-file]: migrations/0001_users.sql')
  })

  test('D: of a file that fails nothing is left, and the place is told with file and line', async () => {
    const world = await kind.open({
      '0001_first.sql': 'create table first (id integer);\n',
      '0002_second.sql': 'create table second (id integer);\n\ninsert into nowhere values (1);\n',
      '0003_third.sql': 'create table third (id integer);\n',
    })
    const { code, stderr } = await world.run('up')
    expect(code).toBe(1)
    expect(stderr).toContain('migrations/0002_second.sql:3:')
    expect(stderr).toContain('nothing of it is left')
    expect(await world.ask(applied)).toEqual(['0001'])
    await expect(world.ask('select * from second')).rejects.toThrow('second')
    world.write('0002_second.sql', 'create table second (id integer);\n')
    expect((await world.run('up')).code).toBe(0)
    expect(await world.ask(applied)).toEqual(['0001', '0002', '0003'])
  })

  test('F: three at once on an empty database all succeed, and each migration ran once', async () => {
    const world = await kind.open({
      ...two,
      '0004_row.sql': 'create table once (x integer);\ninsert into once values (1);\n',
    })
    const ended = await Promise.all([world.run('up'), world.run('up'), world.run('up')])
    expect(ended.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array.from({ length: 3 }, () => ({ code: 0, stderr: expect.any(String) as string })),
    )
    expect(await world.ask('select x from once')).toEqual(['1'])
    expect(await world.ask(applied)).toEqual(['0001', '0003', '0004'])
  })

  test('G: after kill -9 in the middle the next run begins at once and ends well', async () => {
    const world = await kind.open({
      '0001_slow.sql': `create table slow (x integer);\n${kind.slow};\n`,
      '0002_last.sql': 'create table last (id integer);\n',
    })
    const running = world.start('up', '--ndjson')
    await running.printed('migration-started')
    running.child.kill('SIGKILL')
    expect((await running.ended).signal).toBe('SIGKILL')
    world.write('0001_slow.sql', 'create table slow (x integer);\n')
    const { code, stderr } = await world.run('up')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('error') as string })
    expect(await world.ask(applied)).toEqual(['0001', '0002'])
    expect((await world.run('verify')).code).toBe(0)
  })
}

describe('sqlite', () => {
  cases(sqlite)

  test('E: what cannot run in a transaction runs by itself', async () => {
    const world = await sqlite.open({
      '0001_a.sql': 'create table a (x integer);\nvacuum;\ncreate index a_x on a (x);\n',
    })
    expect((await world.run('up')).code).toBe(0)
    expect(await world.ask(`select name from sqlite_schema where name = 'a_x'`)).toEqual(['a_x'])
  })

  test('H: what cannot be a database file is told at once', async () => {
    const folder = folderOf(two)
    writeFileSync(join(folder, 'notes.txt'), 'this is no database, but long enough to be looked at as one\n'.repeat(20))
    for (const [place, exit] of Object.entries({ migrations: 1, 'notes.txt': 1, 'notes.txt/app.db': 4 })) {
      const { code, stderr } = await lockstep(['up', '--url', `sqlite:${place}`], { cwd: folder })
      expect({ place, code, stderr }).toEqual({ place, code: exit, stderr: expect.stringContaining(place) as string })
      expect(stderr).not.toContain('bug in Lockstep')
    }
  })
})

describeWithPostgres('postgres', (databases) => {
  const kind = postgres(() => databases.create())
  cases(kind)

  test('E: two CREATE INDEX CONCURRENTLY in one file', async () => {
    const world = await kind.open({
      '0001_a.sql': 'create table a (x integer, y integer);\n',
      '0002_b.sql': 'create index concurrently a_x on a (x);\ncreate index concurrently a_y on a (y);\n',
    })
    const { code, stderr } = await world.run('up')
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('warning') as string })
    const valid = `select indexrelid::regclass::text from pg_index where indisvalid and indexrelid::regclass::text in ('a_x', 'a_y') order by 1`
    expect(await world.ask(valid)).toEqual(['a_x', 'a_y'])
  })

  test('E: an invalid index of a failed attempt is replaced', async () => {
    const world = await kind.open({
      '0001_a.sql': 'create table a (x integer);\ninsert into a values (1), (1);\n',
      '0002_b.sql': 'create unique index concurrently a_x on a (x);\n',
    })
    expect((await world.run('up')).code).toBe(6)
    await world.ask('delete from a where ctid in (select min(ctid) from a)')
    expect((await world.run('up')).code).toBe(0)
    expect(await world.ask(`select indisvalid from pg_index where indexrelid = 'a_x'::regclass`)).toEqual(['true'])
  })

  test('H: an unreachable server is told, and its password by nobody', async () => {
    const folder = folderOf(two)
    const env = { STORE_URL: 'postgres://u:c4nary-pw@127.0.0.1:1/app' }
    const { code, stdout, stderr } = await lockstep(['up', '--url', 'env:STORE_URL'], { cwd: folder, env })
    expect(code).toBe(1)
    expect(stderr).toContain('error[unreachable]')
    expect(stdout + stderr).not.toContain('c4nary-pw')
  })

  test('a file renamed after it was applied is the same migration', async () => {
    const world = await kind.open(two)
    expect((await world.run('up')).code).toBe(0)
    renameSync(join(world.folder, 'migrations/0001_users.sql'), join(world.folder, 'migrations/1_people.sql'))
    expect((await world.run('up')).code).toBe(0)
  })
})
