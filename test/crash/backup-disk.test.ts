import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { isLockstepError } from '../../src/core/error.ts'
import type { Store, StoreBackups } from '../../src/core/ports.ts'
import { openSqlite } from '../../src/stores/sqlite/index.ts'
import { benchOf, type Bench } from '../support/backups.ts'
import { mountSmallDisk } from '../support/small-disk.ts'

const stepBytes = 64 * 1024
const rows = 2000
const migrations = [{ version: '0001', description: 'rows', up: 'create table t (id integer primary key, b blob)' }]

/** A database of about half a megabyte. */
async function fill(path: string): Promise<Store> {
  const store = await openSqlite({
    name: 'app',
    place: 'app.db',
    path,
    history: { table: 'lockstep_migrations' },
    clock: systemClock,
  })
  expect((await benchOf(store, { migrations }).up()).error).toBeNull()
  exec(
    path,
    `insert into t (b) with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows}) select randomblob(200) from n`,
  )
  return store
}

/** The space that is looked for before is not what is tested here: it may be gone a moment later. */
function withoutLooking(store: Store): Store {
  const { backups } = store
  if (backups === undefined) throw new Error('SQLite has backups')
  const blind: StoreBackups = {
    ...backups,
    measure: async () => ({ ...(await backups.measure()), bytes: -(2 ** 20) }),
    unpack: (content, where) => backups.unpack(content, { ...where, bytes: 0 }),
  }
  return { ...store, backups: blind }
}

test.each([false, true])(
  'a disk that is full after any 64 KiB: a whole backup or none (compressed: %s)',
  async (compress) => {
    const disk = mountSmallDisk(stepBytes)
    if (disk === null) return
    const root = temporary()
    const store = withoutLooking(await fill(join(root, 'app.db')))
    for (let size = 1; ; size++) {
      disk.resize(size * stepBytes)
      const folder = join(disk.folder, 'backups')
      const bench = benchOf(store, { migrations, backups: { path: folder, compress } })
      const { error, backups } = await bench.create()
      const left = existsSync(folder) ? readdirSync(folder).filter((one) => one.startsWith('app.')) : []
      if (error === null) {
        expect(size).toBeGreaterThan(4)
        expect((await bench.verify({ restore: true })).backups).toMatchObject([
          { verified: true, file: backups[0]?.file },
        ])
        break
      }
      expect({ size, left, known: isLockstepError(error) && error.code !== 'internal' }).toEqual({
        size,
        left: [],
        known: true,
      })
      rmSync(folder, { recursive: true, force: true })
    }
  },
)

test.each(['delete', 'wal'])(
  'a disk that fills up anywhere in a restore leaves the old state whole (%s)',
  async (mode) => {
    const disk = mountSmallDisk(64 * stepBytes)
    if (disk === null) return
    mkdirSync(join(disk.folder, 'data'))
    const path = join(disk.folder, 'data', 'app.db')
    const store = withoutLooking(await fill(path))
    exec(path, `pragma journal_mode = ${mode}`)
    const bench: Bench = benchOf(store, { migrations })
    const file = (await bench.create()).backups[0]?.file ?? ''
    exec(path, 'update t set b = randomblob(201); insert into t (b) values (1)')
    let refused = 0
    for (let size = 9; ; size++) {
      disk.resize(size * stepBytes)
      const { error } = await bench.restore(file)
      const found = ask(path)
      expect(found.check).toBe('ok')
      if (error === null) {
        expect(found.rows).toBe(rows)
        break
      }
      refused++
      expect({ size, rows: found.rows, known: isLockstepError(error) && error.code !== 'internal' }).toEqual({
        size,
        rows: rows + 1,
        known: true,
      })
      expect(readdirSync(join(disk.folder, 'data')).filter((one) => one.includes('lockstep-restore'))).toEqual([])
    }
    expect(refused).toBeGreaterThan(2)
  },
)

/** How much more than the database the disk of the backups has, and what becomes of it. */
test.each([
  ['plain', false, 0.5, 'backup-space'],
  ['plain', false, 1.5, null],
  ['compressed', true, 1.5, 'backup-space'],
  ['compressed', true, 2.5, null],
] as const)(
  'room is looked for before a backup begins: %s (compressed: %s), with %d times the database free: %s',
  async (_form, compress, times, code) => {
    const disk = mountSmallDisk(stepBytes)
    if (disk === null) return
    const store = await fill(join(temporary(), 'app.db'))
    const bytes = (await store.backups?.measure())?.bytes ?? 0
    // Besides, a mebibyte is always asked for.
    disk.resize(2 ** 20 + Math.ceil(bytes * times))
    const folder = join(disk.folder, 'backups')
    const { error, backups } = await benchOf(store, { migrations, backups: { path: folder, compress } }).create()
    expect(error?.code ?? null).toBe(code)
    expect(backups).toHaveLength(code === null ? 1 : 0)
    if (code !== null) expect(readdirSync(folder).filter((one) => one.startsWith('app.'))).toEqual([])
  },
)

test('room is looked for before a restore begins: beside the database', async () => {
  const disk = mountSmallDisk(64 * stepBytes)
  if (disk === null) return
  const path = join(disk.folder, 'app.db')
  const store = await fill(path)
  const bench = benchOf(store, { migrations })
  const file = (await bench.create()).backups[0]?.file ?? ''
  exec(path, 'insert into t (b) values (1)')
  const bytes = (await store.backups?.measure())?.bytes ?? 0
  // The copy would fit, and what SQLite writes down of the old pages would not.
  disk.resize(Math.ceil(2.5 * bytes))
  expect((await bench.restore(file)).error).toMatchObject({ code: 'backup-space', exit: 1 })
  expect(ask(path)).toEqual({ check: 'ok', rows: rows + 1 })
  expect(readdirSync(disk.folder).filter((one) => one.includes('restore'))).toEqual([])
  expect(await bench.list()).toHaveLength(1)
})

test('room is looked for before a restore replaces anything: for the present state among the backups', async () => {
  const disk = mountSmallDisk(64 * stepBytes)
  if (disk === null) return
  const path = join(temporary(), 'app.db')
  const store = await fill(path)
  const bench = benchOf(store, { migrations, backups: { path: join(disk.folder, 'backups') } })
  const file = (await bench.create()).backups[0]?.file ?? ''
  exec(path, 'insert into t (b) values (1)')
  const bytes = (await store.backups?.measure())?.bytes ?? 0
  disk.resize(Math.ceil(1.5 * bytes) + 2 ** 20)
  expect((await bench.restore(file)).error).toMatchObject({ code: 'backup-space' })
  expect(ask(path)).toEqual({ check: 'ok', rows: rows + 1 })
  expect(readdirSync(dirname(path)).filter((one) => one.includes('restore'))).toEqual([])
})

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-full-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function exec(path: string, text: string): void {
  const database = new DatabaseSync(path)
  database.exec(text)
  database.close()
}

function ask(path: string): { readonly check: unknown; readonly rows: unknown } {
  const database = new DatabaseSync(path)
  const value = (text: string): unknown => Object.values(database.prepare(text).get() ?? {})[0]
  try {
    return { check: value('pragma integrity_check'), rows: value('select count(*) from t') }
  } finally {
    database.close()
  }
}
