import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import type { Store } from '../../src/core/ports.ts'
import { openPglite } from '../../src/stores/pglite/index.ts'
import { benchOf } from '../support/backups.ts'
import { contextOf } from '../support/target.ts'
import { describeStore, type Kit } from './describe-store.ts'
import { postgresWords, tablesQuery } from './postgres-words.ts'

describeStore('pglite', makeKit)

test('a folder that is not there is made by the first run, and by no question', async () => {
  const root = makeRoot()
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const folder = join(root, 'not/there')
  const store = open(folder)
  expect((await store.readHistory()).meta).toBeNull()
  expect(existsSync(folder)).toBe(false)
  const migrations = [{ version: '0001', description: 'a', up: 'create table a (x integer)' }]
  expect((await benchOf(store, { migrations }).up()).error).toBeNull()
  await store.close()
  expect(await readTables(folder)).toEqual(['a'])
})

/** Each place is a copy of one new database: to make one takes seconds. */
async function makeKit(): Promise<Kit> {
  const roots = [makeRoot()]
  const template = join(roots[0] ?? '', 'data')
  await readTables(template)
  return {
    fresh: () => {
      const root = makeRoot()
      roots.push(root)
      const folder = join(root, 'data')
      cpSync(template, folder, { recursive: true })
      return Promise.resolve({
        words: postgresWords,
        open: () => Promise.resolve(open(folder)),
        tables: () => readTables(folder),
      })
    },
    close: () => {
      for (const root of roots) rmSync(root, { recursive: true, force: true })
      return Promise.resolve()
    },
  }
}

function makeRoot(): string {
  return mkdtempSync(join(tmpdir(), 'lockstep-pglite-'))
}

function open(folder: string): Store {
  const { holder, signal } = contextOf()
  const opening = { holder, clock: systemClock, signal, waitMs: 8_000, onWait: () => undefined }
  const history = { schema: 'public', table: 'lockstep_migrations' }
  return openPglite({ name: 'app', place: 'data', folder, history, opening })
}

async function readTables(folder: string): Promise<string[]> {
  const database = new PGlite(folder)
  try {
    return (await database.query<{ name: string }>(tablesQuery)).rows.map((row) => row.name)
  } finally {
    await database.close()
  }
}
