/** Faults around a SQLite file: no room, no right to write, somebody else at work. One clear error each, nothing lost. */

import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../../support/temporary-folder.ts'
import { lockstep, startLockstep } from './process.ts'
import { applied, sqlite } from './worlds.ts'

const files = {
  'migrations/0001_a.sql': 'create table a (x blob);\n',
  'migrations/0002_b.sql': 'insert into a values (randomblob(4000000));\n',
  'migrations/0003_c.sql': 'create table c (x integer);\n',
}

const isRoot = process.getuid?.() === 0

/** Mounts a small disk below `folder`; `null`, said loudly, where that is not permitted. */
function mountSmall(folder: string): { readonly path: string; resize(size: string): void } | null {
  const path = join(folder, 'disk')
  mkdirSync(path)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    console.warn(`SKIPPED, a full disk: mount: ${String(error)}`)
    return null
  }
  onTestFinished(() => void execFileSync('umount', [path]))
  return { path, resize: (size) => void execFileSync('mount', ['-o', `remount,size=${size}`, path]) }
}

describe.runIf(process.platform === 'linux')('a full disk', () => {
  test('of the file that fails nothing is left; with room the next run goes on', async ({ skip }) => {
    const folder = makeFolder(files)
    const disk = mountSmall(folder)
    if (disk === null) return skip()
    const up = ['up', '--url', 'sqlite:disk/app.db']
    const failed = await lockstep(up, { cwd: folder })
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('error[disk-full]') as string })
    expect(failed.stderr).toContain('nothing of it is left')
    expect(recordedIn(join(disk.path, 'app.db'))).toEqual(['0001'])
    disk.resize('40m')
    expect((await lockstep(up, { cwd: folder })).code).toBe(0)
    expect(recordedIn(join(disk.path, 'app.db'))).toEqual(['0001', '0002', '0003'])
  })

  test('no room for the lock is said as such', async ({ skip }) => {
    const folder = makeFolder(files)
    const disk = mountSmall(folder)
    if (disk === null) return skip()
    fill(join(disk.path, 'ballast'))
    const { code, stderr } = await lockstep(['up', '--url', 'sqlite:disk/app.db'], { cwd: folder })
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('error[disk-full]') as string })
  })
})

function fill(path: string): void {
  const kilobyte = Buffer.alloc(1024)
  try {
    for (;;) writeFileSync(path, kilobyte, { flag: 'a' })
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOSPC') throw error
  }
}

function recordedIn(path: string): readonly unknown[] {
  const database = new DatabaseSync(path)
  try {
    return database
      .prepare(applied)
      .all()
      .map((row) => row['version'])
  } finally {
    database.close()
  }
}

describe('without the right to write', () => {
  // Root may always write; this is nobody.
  const uid = isRoot ? 65534 : undefined
  const options = (cwd: string): Parameters<typeof lockstep>[1] => ({ cwd, ...(uid === undefined ? {} : { uid }) })

  test.each([
    ['the file', 0o444, 0o777],
    ['its folder', 0o666, 0o555],
  ])('%s: refused, and nothing is written; questions are answered', async (_what, fileMode, folderMode) => {
    const folder = makeFolder({ ...files, 'data/': '' })
    chmodSync(folder, 0o755)
    const path = join(folder, 'data/app.db')
    new DatabaseSync(path).close()
    if (uid !== undefined) chownSync(path, uid, uid)
    chmodSync(path, fileMode)
    chmodSync(join(folder, 'data'), folderMode)
    onTestFinished(() => chmodSync(join(folder, 'data'), 0o755))
    const { code, stderr } = await lockstep(['up', '--url', 'sqlite:data/app.db'], options(folder))
    expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('error[read-only-target]') as string })
    expect((await lockstep(['status', '--url', 'sqlite:data/app.db'], options(folder))).code).toBe(3)
  })
})

describe('somebody else at work', () => {
  const open = async (
    mode: 'wal' | 'delete',
  ): Promise<{ world: Awaited<ReturnType<typeof sqlite.open>>; other: DatabaseSync }> => {
    const world = await sqlite.open({ '0001_a.sql': 'create table a (x integer);\n' })
    const other = new DatabaseSync(join(world.folder, 'app.db'))
    other.exec(`pragma journal_mode = ${mode}; create table own (x integer)`)
    return { world, other }
  }

  test('a writer that never ends: it gives up, says why, and has changed nothing', async () => {
    const { world, other } = await open('delete')
    other.exec('begin immediate')
    const { code, stderr } = await world.run('up', '--into-existing')
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('lock') as string })
    expect(stderr).not.toContain('bug in Lockstep')
    other.exec('commit')
    other.close()
    expect((await world.run('up', '--into-existing')).code).toBe(0)
  })

  test('a writer that ends is waited for', async () => {
    const { world, other } = await open('delete')
    other.exec('begin immediate')
    const running = startLockstep(['up', '--into-existing', '--url', 'env:STORE_URL'], {
      cwd: world.folder,
      env: world.env,
    })
    await new Promise((resolve) => setTimeout(resolve, 800))
    other.exec('commit')
    other.close()
    expect((await running.ended).code).toBe(0)
  })

  test('a reader of a WAL database is in nobody’s way', async () => {
    const { world, other } = await open('wal')
    other.exec('begin')
    other.prepare('select * from own').all()
    expect((await world.run('up', '--into-existing')).code).toBe(0)
    other.close()
    expect(await world.ask(applied)).toEqual(['0001'])
  })

  test('a killed run leaves no lock behind', async () => {
    const { world, other } = await open('delete')
    other.close()
    world.write('0001_a.sql', `create table slow (x integer);\n${sqlite.slow};\n`)
    const running = world.start('up', '--into-existing', '--ndjson')
    await running.printed('migration-started')
    running.child.kill('SIGKILL')
    await running.ended
    rmSync(join(world.folder, 'migrations/0001_a.sql'))
    world.write('0001_b.sql', 'create table b (x integer);\n')
    expect((await world.run('up', '--into-existing', '--lock-wait', '1s')).code).toBe(0)
  })
})
