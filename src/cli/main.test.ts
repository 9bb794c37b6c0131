import { EventEmitter } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LockstepError } from '../core/error.ts'
import { loadable } from './load.ts'
import { exitOf, main } from './main.ts'
import { commands } from './specs/table.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'lockstep-cli-'))
})

afterEach(() => rmSync(cwd, { recursive: true }))

async function lockstep(line: string, env: Record<string, string> = {}) {
  const stdout = new FakeStream()
  const stderr = new FakeStream()
  const exit = await main(line.split(' '), { stdout, stderr, stdin: {}, env, cwd })
  return { exit, out: stdout.text, err: stderr.text }
}

class FakeStream extends EventEmitter {
  text = ''
  write(text: string): void {
    this.text += text
  }
}

const onSqlite = '--url sqlite:app.db'

function migrations(files: Record<string, string>): void {
  mkdirSync(join(cwd, 'migrations'), { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, 'migrations', name), text)
}

const two = {
  '0001_users.sql': 'create table users (id integer primary key);\n',
  '0001_users.down.sql': 'drop table users;\n',
  '0002_email.sql': 'alter table users add column email text;\n',
  '0002_email.down.sql': 'alter table users drop column email;\n',
}

test('every command of the table has a file', () => {
  expect([...loadable, 'help'].toSorted()).toEqual(commands.map((one) => one.name).toSorted())
})

test.each(['--help', '--version', 'help up', ...commands.map((one) => `${one.name} --help`)])(
  '%s touches nothing',
  async (line) => {
    const { exit, out, err } = await lockstep(line, { DATABASE_URL: 'sqlite:app.db' })
    expect([exit, err, readdirSync(cwd)]).toEqual([0, '', []])
    expect(out).not.toBe('')
  },
)

test('a first migration: status, plan, up, status, down', async () => {
  migrations(two)
  expect((await lockstep(`status ${onSqlite}`)).exit).toBe(3)
  expect((await lockstep(`plan ${onSqlite}`)).exit).toBe(0)
  const up = await lockstep(`up ${onSqlite}`)
  expect([up.exit, up.out.replaceAll(/\(\d+ ms\)|[0-9a-f]{64}/g, '...')]).toEqual([
    0,
    'applied 0001_users ...\napplied 0002_email ...\napp: 2 applied, at 0002, log head ...\n',
  ])
  expect(up.err).toBe('next: lockstep --url sqlite:app.db status\n')
  expect((await lockstep(`status ${onSqlite}`)).exit).toBe(0)
  expect((await lockstep(`down ${onSqlite}`)).out).toMatch(/^reverted 0002_email /)
})

test('one JSON object on standard output, and nothing beside it', async () => {
  migrations(two)
  const { exit, out, err } = await lockstep(`up --json ${onSqlite}`)
  expect([exit, err]).toEqual([0, ''])
  expect(JSON.parse(out)).toMatchObject({
    format: 1,
    command: 'up',
    ok: true,
    stores: [{ store: 'app', verdict: 'current', ran: [{ version: '0001' }, { version: '0002' }] }],
  })
})

test('NDJSON begins with the version and ends with the result', async () => {
  migrations(two)
  const { out } = await lockstep(`up --ndjson ${onSqlite}`)
  const lines = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string })
  const types = lines.map((line) => line.type)
  expect([types[0], types[1], types.at(-2), types.at(-1)]).toEqual(['version', 'run-started', 'run-finished', 'result'])
  expect(types.filter((type) => type === 'migration-done')).toHaveLength(2)
})

test.each(['up --ndjson', 'up --ndjson --nonsense'])('NDJSON that fails before any store: %s', async (line) => {
  const { exit, out, err } = await lockstep(line)
  const lines = out
    .trimEnd()
    .split('\n')
    .map((one) => JSON.parse(one) as object)
  expect([exit, err]).toEqual([2, ''])
  expect(lines).toEqual([
    { format: 1, type: 'version', version: expect.any(String) },
    expect.objectContaining({ format: 1, type: 'result', ok: false, exit: 2 }),
  ])
})

test('a failing statement is shown with its place', async () => {
  migrations({ '0001_x.sql': 'create table a (id integer);\n\ninsert into nowhere values (1);\n' })
  const { exit, err } = await lockstep(`up ${onSqlite}`)
  expect(exit).toBe(1)
  expect(err).toContain('error[migration-failed]: migrations/0001_x.sql failed: no such table: nowhere')
  expect(err).toContain('  at     migrations/0001_x.sql:3:13\n')
  expect(err).toContain('3 | insert into nowhere values (1)')
})

test('a saved plan is carried out, and refused once the history has moved', async () => {
  migrations(two)
  await lockstep(`plan --out plan.json ${onSqlite}`)
  expect(JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8'))).toMatchObject({
    format: 1,
    plans: [{ store: 'app' }],
  })
  expect((await lockstep(`up --plan plan.json ${onSqlite}`)).exit).toBe(0)
  await lockstep(`down ${onSqlite}`)
  const stale = await lockstep(`up --plan plan.json ${onSqlite}`)
  expect([stale.exit, stale.err]).toEqual([4, expect.stringContaining('error[plan-stale]')])
})

test('plan --sql prints the scripts themselves', async () => {
  migrations(two)
  const { out } = await lockstep(`plan --sql ${onSqlite}`)
  expect(out).toContain('-- store app: migrations/0001_users.sql\ncreate table users (id integer primary key);\n')
})

test('a remedy can be copied as it stands', async () => {
  migrations(two)
  await lockstep(`up ${onSqlite}`)
  migrations({ '0001_users.sql': 'create table people (id integer);\n' })
  const { exit, err } = await lockstep(`up ${onSqlite}`)
  expect(exit).toBe(4)
  expect(err).toContain('lockstep --url sqlite:app.db repair accept 0001 --store app --why "..."')
  expect((await lockstep(`--url sqlite:app.db repair accept 0001 --store app --why meant`)).exit).toBe(0)
})

test('a protected store wants its identity, and no program in the place of a person', async () => {
  migrations(two)
  const policy = { identity: 'production', protected: true }
  const stores = { app: { kind: 'sqlite', path: 'app.db', migrations: 'migrations', policy } }
  writeFileSync(join(cwd, 'lockstep.config.json'), JSON.stringify({ stores }))
  await lockstep('up')
  const refusals = [await lockstep('down --yes'), await lockstep('down --confirm production', { CLAUDECODE: '1' })]
  expect(refusals.map(({ exit, err }) => [exit, /error\[([\w-]+)\]/.exec(err)?.[1]])).toEqual([
    [4, 'confirmation-needed'],
    [4, 'agent-refused'],
  ])
  expect((await lockstep('down --confirm production')).exit).toBe(0)
  await lockstep('up')
  migrations({ ...two, '0001_users.sql': 'create table users (id integer);\n' })
  const accept = 'repair accept 0001 --why meant'
  const decisions = [
    await lockstep(`${accept} --yes`),
    await lockstep(`${accept} --json`),
    await lockstep(`${accept} --confirm production`, { CLAUDECODE: '1' }),
    await lockstep(`${accept} --confirm production`),
  ]
  expect(decisions.map(({ exit, err, out }) => [exit, /(?:error\[|"code":")([a-z-]+)/.exec(err + out)?.[1]])).toEqual([
    [4, 'confirmation-needed'],
    [4, 'checksum-changed'],
    [4, 'agent-refused'],
    [0, undefined],
  ])
  expect(JSON.parse(decisions[1]?.out ?? '')).toMatchObject({
    stores: [{ error: { code: 'confirmation-needed', help: ['--confirm production'] } }],
  })
})

test.each([
  ['taking back everything wants a yes', `down --all ${onSqlite}`, 'answer-needed'],
  ['two ways to say how far', `down --all --steps 2 ${onSqlite}`, 'wrong-arguments'],
  ['a repair wants a reason', `repair accept 0001 ${onSqlite}`, 'why-needed'],
  ['a decision is one of two', `repair resolve 0001 --why x ${onSqlite}`, 'wrong-arguments'],
  ['a plan that is not there', `up --plan gone.json ${onSqlite}`, 'plan-invalid'],
  ['no store at all', 'status', 'configuration-missing'],
  ['no folder', `status ${onSqlite}`, 'not-a-migration-folder'],
])('%s: exit 2', async (_, line, code) => {
  const { exit, err } = await lockstep(line)
  expect([exit, /error\[([\w-]+)\]/.exec(err)?.[1]]).toEqual([2, code])
})

test('a failure before any store is JSON too', async () => {
  const { exit, out, err } = await lockstep('status --json')
  expect([exit, err, JSON.parse(out)]).toEqual([
    2,
    '',
    expect.objectContaining({
      format: 1,
      command: 'status',
      ok: false,
      error: expect.objectContaining({ code: 'configuration-missing' }),
    }),
  ])
})

test('a password of the command line is on neither stream', async () => {
  migrations(two)
  const canary = 'c4nary-S3cret'
  const line = `status --debug --url postgres://user:${canary}@127.0.0.1:1/app?connect_timeout=2`
  for (const form of [line, `${line} --json`, `statsu postgres://user:${canary}@host/app`]) {
    const { exit, out, err } = await lockstep(form)
    expect([0, 3]).not.toContain(exit)
    expect(out + err).not.toContain(canary)
  }
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
])('a run that %s stopped ends with %i', (signal, exit) => {
  expect(exitOf(new LockstepError('interrupted', { signal, store: 'app', done: [], next: null }))).toBe(exit)
})

test('explain finds the page, brackets and all, and what is near', async () => {
  expect((await lockstep('explain error[checksum-changed]:')).out).toMatch(/^# checksum-changed\n/)
  const { exit, err } = await lockstep('explain checksum-chnged')
  expect([exit, err]).toEqual([2, expect.stringContaining('lockstep explain checksum-changed')])
})

test('init in an empty folder gives something that can be applied', async () => {
  mkdirSync(join(cwd, '.git'))
  expect((await lockstep('init')).out).toBe(
    'wrote lockstep.config.ts\nwrote migrations/app/0001_create_notes.sql\nwrote migrations/app/0001_create_notes.down.sql\n',
  )
  const again = await lockstep('init')
  expect([again.exit, again.err]).toEqual([2, expect.stringContaining('error[configuration-exists]')])
})

test('init where a database is spoken of writes no example', async () => {
  mkdirSync(join(cwd, '.git'))
  const { out, err } = await lockstep('init', { DATABASE_URL: 'postgres://user:c4nary-S3cret@host/app' })
  expect(out).toBe('wrote lockstep.config.ts\n')
  expect(err).toContain('next: lockstep new <name>')
  expect(out + err + readFileSync(join(cwd, 'lockstep.config.ts'), 'utf8')).not.toContain('c4nary')
})

test.each([
  ['the next version, with its way back', 'new add_owner', ['0003_add_owner.sql', '0003_add_owner.down.sql']],
  ['without a way back', 'new add_owner --no-down', ['0003_add_owner.sql']],
  ['a module', 'new add_owner --ts', ['0003_add_owner.ts']],
  ['another layout', 'new add_owner --migrations migrations/v --layout flyway --no-down', ['v/V1__add_owner.sql']],
])('new writes %s', async (_, line, files) => {
  migrations(two)
  const { exit, out } = await lockstep(line)
  expect([exit, out]).toEqual([0, files.map((file) => `wrote migrations/${file}\n`).join('')])
  expect(readdirSync(join(cwd, 'migrations'), { recursive: true })).toEqual(expect.arrayContaining(files))
})

test('a new file needs no variable of a store', async () => {
  const stores = { app: { kind: 'postgres', url: 'env:NOT_SET_HERE' } }
  writeFileSync(join(cwd, 'lockstep.config.json'), JSON.stringify({ stores }))
  expect((await lockstep('new first --no-down')).out).toBe('wrote migrations/app/0001_first.sql\n')
  expect((await lockstep('status')).err).toContain('error[environment-missing]')
})

test('one version for several stores', async () => {
  const store = (path: string) => ({ kind: 'sqlite', path })
  writeFileSync(join(cwd, 'lockstep.config.json'), JSON.stringify({ stores: { a: store('a.db'), b: store('b.db') } }))
  expect((await lockstep('new first --store a --no-down')).out).toBe('wrote migrations/a/0001_first.sql\n')
  expect((await lockstep('new both --stores a,b --no-down')).out).toBe(
    'wrote migrations/a/0002_both.sql\nwrote migrations/b/0002_both.sql\n',
  )
  const { exit, err } = await lockstep('new which')
  expect([exit, err]).toEqual([2, expect.stringContaining('say which: --store a or --store b')])
})
