import { expect, test } from 'vitest'
import { lockstep, type Answer } from '../src/index.ts'
import { makeFolder } from './support/temporary-folder.ts'

const files: Readonly<Record<string, string>> = {
  'migrations/app/0001_notes.sql': '-- lockstep: requires auth/0001\ncreate table notes (id integer primary key);',
  'migrations/app/0001_notes.down.sql': 'drop table notes;',
  'migrations/auth/0001_users.sql': 'create table users (id integer primary key);',
  'migrations/auth/0001_users.down.sql': 'drop table users;',
}
const config = {
  stores: { app: { kind: 'sqlite', path: 'app.db' }, auth: { kind: 'sqlite', path: 'auth.db' } },
} as const

async function ask(cwd: string, verb: 'up' | 'down' | 'plan', ...stores: readonly string[]): Promise<string> {
  await using db = await lockstep({ cwd, config, stores, env: {} })
  const answer: Answer = verb === 'down' ? await db.down({ target: { kind: 'all' } }) : await db[verb]()
  const stopped = answer.stores.find((one) => one.error !== null)?.error ?? null
  return stopped === null ? 'done' : (stopped.problems[0]?.code ?? stopped.code)
}

test('what a store requires of one that was not selected is looked up there', async () => {
  const cwd = makeFolder(files)
  expect(await ask(cwd, 'up', 'app')).toBe('requires-pending')
  expect(await ask(cwd, 'plan', 'app')).toBe('requires-pending')
  expect(await ask(cwd, 'up', 'auth')).toBe('done')
  expect(await ask(cwd, 'up', 'app')).toBe('done')
})

test('a way back asks the stores that rest on it, selected or not', async () => {
  const cwd = makeFolder(files)
  expect(await ask(cwd, 'up', 'app', 'auth')).toBe('done')
  expect(await ask(cwd, 'down', 'auth')).toBe('still-required')
  expect(await ask(cwd, 'down', 'app')).toBe('done')
  expect(await ask(cwd, 'down', 'auth')).toBe('done')
})
