import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, expect, test } from 'vitest'
import { checkCopy } from './check-copy.ts'

const root = mkdtempSync(join(tmpdir(), 'lockstep-check-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** `large` goes into a thread. */
const sizes = { small: 500, large: 40_000 } as const

function make(size: keyof typeof sizes, name: string): string {
  const path = join(root, name)
  const database = new DatabaseSync(path)
  database.exec(
    `create table t (id integer primary key, b blob);
insert into t (b) with recursive n(i) as (select 1 union all select i + 1 from n where i < ${sizes[size]}) select randomblob(900) from n`,
  )
  database.close()
  return path
}

async function check(path: string): Promise<{ result: unknown; turned: boolean }> {
  let turned = false
  setImmediate(() => (turned = true))
  const result: unknown = await checkCopy({ path, store: 'app', historyTable: 'lockstep_migrations' }).catch(
    (error: unknown) => error,
  )
  return { result, turned }
}

test.each([
  ['small', false],
  ['large', true],
] as const)('a %s copy is looked through; others get their turn meanwhile: %s', async (size, inThread) => {
  const path = make(size, `${size}.db`)
  const { result, turned } = await check(path)
  expect(result).toMatchObject({
    checks: ['integrity_check', 'foreign_key_check'],
    remarks: [],
    contents: { rows: { t: sizes[size] }, history: { records: [] } },
  })
  expect(turned).toBe(inThread)
})

test.each(['small', 'large'] as const)('damage in the middle of a %s copy is found and told', async (size) => {
  const path = make(size, `${size}-damaged.db`)
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, 4096 * Math.floor(statSync(path).size / 8192))
  closeSync(file)
  const { result } = await check(path)
  expect(result).toMatchObject({ code: 'backup-unusable', details: { store: 'app', file: path } })
  expect(String(result)).toMatch(/integrity_check|quick_check|malformed/)
})
