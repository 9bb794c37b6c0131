import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import { lockstep, type Lockstep, type LockstepOptions } from './lockstep.ts'
import { openManager, type ManagerOptions, type MigrationManager } from './manager.ts'

const people = {
  'migrations/0001_people.sql': 'CREATE TABLE people (name text);\n',
  'migrations/0001_people.down.sql': 'DROP TABLE people;\n',
}

const documents = {
  'docs/a.json': '{ "schema_version": "1", "name": "a" }\n',
  'migrations/1-2.ts': `export default {
    from: '1', to: '2', changes: ['tags, empty at first'],
    up: (document) => ({ ...document, schema_version: '2', tags: [] }),
    down: ({ tags, ...document }) => ({ ...document, schema_version: '1' }),
  }\n`,
}

async function opened(
  files: Readonly<Record<string, string>>,
  options: LockstepOptions,
): Promise<Lockstep & { cwd: string }> {
  const cwd = makeFolder(files)
  const opening = await lockstep({ cwd, env: {}, ...options })
  onTestFinished(() => opening.close())
  return { ...opening, cwd }
}

const database = (): Promise<Lockstep & { cwd: string }> =>
  opened(people, { url: 'sqlite:app.db', migrations: 'migrations' })

const corpus = (): Promise<Lockstep & { cwd: string }> =>
  opened(documents, {
    config: { stores: { notes: { kind: 'documents', files: 'docs/*.json', migrations: 'migrations' } } },
  })

function exec(path: string, text: string): void {
  const client = new DatabaseSync(path)
  client.exec(text)
  client.close()
}

function names(path: string): unknown[] {
  const client = new DatabaseSync(path)
  try {
    return client
      .prepare('SELECT name FROM people ORDER BY 1')
      .all()
      .map((row) => row['name'])
  } finally {
    client.close()
  }
}

test('a backup is made, listed, verified, and comes back; the state before is saved', async () => {
  const { cwd, up, backup, restore } = await database()
  const path = join(cwd, 'app.db')
  expect((await up()).ok).toBe(true)
  exec(path, `INSERT INTO people VALUES ('Ada')`)
  const made = await backup.create()
  expect(made).toMatchObject({
    command: 'backup create',
    ok: true,
    stores: [{ backups: [{ verified: true, reason: 'asked' }] }],
  })
  const file = made.stores[0]?.backups[0]?.file ?? ''
  exec(path, `INSERT INTO people VALUES ('Grace')`)
  expect(await backup.preview('app', file)).toMatchObject({
    lost: { rows: [{ table: 'lockstep_log' }, { table: 'people', now: 2, inBackup: 1 }] },
  })
  const restored = await restore('app', { backup: file })
  expect(restored).toMatchObject({
    ok: true,
    stores: [{ restored: { file }, saved: { reason: 'before-restore' }, version: '0001' }],
  })
  expect(names(path)).toEqual(['Ada'])
  expect((await backup.list()).stores[0]?.backups).toHaveLength(2)
  expect(await backup.verify({ restore: true })).toMatchObject({ ok: true })
  expect(await backup.prune()).toMatchObject({ ok: true, stores: [{ removed: [] }] })
})

test('a backup and a restore at once wait for each other, and not in a circle', async () => {
  const { cwd, up, backup, restore } = await database()
  await up()
  const file = (await backup.create()).stores[0]?.backups[0]?.file ?? ''
  const other = await lockstep({ cwd, env: {}, url: 'sqlite:app.db', migrations: 'migrations', lockWaitMs: 10_000 })
  onTestFinished(() => other.close())
  for (let round = 0; round < 3; round++)
    expect(await Promise.all([restore('app', { backup: file }), other.backup.create()])).toMatchObject([
      { ok: true },
      { ok: true },
    ])
})

test('prune takes away what killed restores have left beside the store', async () => {
  const { cwd, up, backup } = await database()
  await up()
  const left = join(cwd, 'app.db.lockstep-restore')
  writeFileSync(left, 'half of it')
  expect(await backup.prune()).toMatchObject({ ok: true, stores: [{ removed: [left] }] })
  expect(existsSync(left)).toBe(false)
})

test('a damaged backup is an answer, and a restore of it changes nothing', async () => {
  const { cwd, up, backup, restore } = await database()
  await up()
  const file = (await backup.create()).stores[0]?.backups[0]?.file ?? ''
  const path = join(cwd, '.lockstep/backups', file)
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
  writeFileSync(path, bytes)
  exec(join(cwd, 'app.db'), `INSERT INTO people VALUES ('Grace')`)
  expect(await backup.verify({ only: { store: 'app', backup: file } })).toMatchObject({
    ok: false,
    exit: 3,
    stores: [{ backups: [{ verified: false }] }],
  })
  expect(await restore('app', { backup: file })).toMatchObject({
    ok: false,
    exit: 4,
    stores: [{ error: { code: 'backup-unusable' } }],
  })
  await expect(backup.preview('app', file)).rejects.toMatchObject({ code: 'backup-unusable' })
  expect(names(join(cwd, 'app.db'))).toEqual(['Grace'])
})

test('a migration is rehearsed, and the structure printed', async () => {
  const { up, rehearse, shape } = await database()
  expect(await rehearse()).toMatchObject({ ok: true, stores: [{ rehearsed: [{ version: '0001', verdict: 'exact' }] }] })
  await up()
  expect(await rehearse({ choice: { kind: 'all' } })).toMatchObject({ stores: [{ rehearsed: [{ verdict: 'exact' }] }] })
  expect((await shape()).stores[0]?.statements.join('\n')).toMatch(/CREATE TABLE people/i)
})

test('documents: transforms are rehearsed, a run is taken back, and so is a backup of all', async () => {
  const { cwd, up, rehearse, restore, backup } = await corpus()
  const read = (): string => readFileSync(join(cwd, 'docs/a.json'), 'utf8')
  const before = read()
  expect(await rehearse()).toMatchObject({
    ok: true,
    stores: [{ documents: { transforms: [{ step: '1-2', verdict: 'exact' }] } }],
  })
  const file = (await backup.create()).stores[0]?.backups[0]?.file ?? ''
  expect(file).toMatch(/^notes\..*\.bak\.zst$/)
  expect((await up()).ok).toBe(true)
  const after = read()
  expect(after).not.toBe(before)
  expect(await restore('notes', { only: ['docs/a.json'] })).toMatchObject({
    ok: true,
    stores: [{ documents: { restored: { restored: 1, from: 'run' } } }],
  })
  expect(read()).toBe(before)
  expect((await up()).ok).toBe(true)
  expect(await restore('notes', { backup: file })).toMatchObject({
    ok: true,
    stores: [{ restored: { file }, documents: { restored: { restored: 1, from: 'backup' } } }],
  })
  expect(read()).toBe(before)
  expect(await backup.verify()).toMatchObject({ ok: true, stores: [{ backups: [{ verified: true }] }] })
  expect(await restore('notes', { backup: 'notes.bak' })).toMatchObject({
    stores: [{ error: { code: 'backup-unknown' } }],
  })
})

test.each<[fact: string, call: (opening: Lockstep) => Promise<unknown>, code: string]>([
  ['a store that is not there', ({ restore }) => restore('other', { backup: 'x' }), 'unknown-store'],
  ['one of a backup', ({ backup }) => backup.verify({ only: { store: 'other', backup: 'x' } }), 'unknown-store'],
  ['a run of a database', ({ restore }) => restore('app', { run: 'r' }), 'wrong-arguments'],
])('refused before anything is opened: %s', async (_, call, code) => {
  await expect(call(await database())).rejects.toMatchObject({ code })
})

const first = { version: '1', up: 'CREATE TABLE people (name text)', down: 'DROP TABLE people' }
const second = { version: '2', up: `INSERT INTO people VALUES ('Ada')`, down: 'DELETE FROM people' }

async function managed(options: Partial<ManagerOptions> = {}): Promise<{ manager: MigrationManager; folder: string }> {
  const folder = makeFolder({})
  const backups = { path: join(folder, 'backups') }
  const manager = await openManager({ database: join(folder, 'app.db'), backups, ...options })
  onTestFinished(() => manager.close())
  return { manager: manager.register(first), folder }
}

const reasons = async (manager: MigrationManager): Promise<unknown[]> =>
  (await manager.backup.list()).backups.map((one) => one.reason)

test('a manager of a file backs up before a run and before a rollback, as the command line does', async () => {
  const { manager } = await managed()
  await manager.applyPending()
  expect(await reasons(manager)).toEqual([])
  await manager.register(second).applyPending()
  expect(await reasons(manager)).toEqual(['before-run'])
  await manager.rollback({ to: '1' })
  expect(await reasons(manager)).toEqual(['before-down', 'before-run'])
})

test.each([
  ['migration', ['before-migration']],
  ['off', []],
] as const)('a manager keeps the policy that it is given: %s', async (backup, expected) => {
  const { manager, folder } = await managed({ policy: { backup } })
  await manager.register(second).applyPending()
  expect(await reasons(manager)).toEqual(expected)
  expect(existsSync(join(folder, 'backups'))).toBe(expected.length > 0)
})

test('a manager restores what it has backed up; what stops it is thrown', async () => {
  const { manager, folder } = await managed()
  await manager.applyPending()
  const file = (await manager.backup.create()).backups[0]?.file ?? ''
  expect((await manager.backup.verify({ backup: file, restore: true })).backups).toMatchObject([{ verified: true }])
  await manager.register(second).applyPending()
  expect(names(join(folder, 'app.db'))).toEqual(['Ada'])
  expect(await manager.backup.preview(file)).toMatchObject({ lost: { versions: ['2'] } })
  expect(await manager.restore({ backup: file })).toMatchObject({ version: '1', saved: { version: '2' } })
  expect(names(join(folder, 'app.db'))).toEqual([])
  await expect(manager.restore({ backup: 'nothing.bak' })).rejects.toMatchObject({ code: 'backup-unknown' })
})

test('a client that was brought has no backups: none are made unasked, and asked for they are refused', async () => {
  const client = new DatabaseSync(':memory:')
  onTestFinished(() => client.close())
  const { manager } = await managed({ database: client })
  expect(await manager.register(second).applyPending()).toMatchObject({ error: null })
  await expect(manager.backup.create()).rejects.toMatchObject({ code: 'backup-impossible' })
})
