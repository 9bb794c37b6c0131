/** A password that breaks every careless search and every careless quoting, in every place an address can come from. */

import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { beforeAll, expect, test } from 'vitest'
import { describeWithPostgres } from '../../support/describe-with-postgres.ts'
import { makeFolder } from '../../support/temporary-folder.ts'
import { lockstep, startLockstep, type LockstepOptions } from './process.ts'

const canary = `p@ss/w:ord%#?&'"`
/** What a leak could look like: as it is, in a URL, in JSON, in SQL, and its heart alone. */
const forms = [
  canary,
  encodeURIComponent(canary),
  encodeURI(canary),
  JSON.stringify(canary).slice(1, -1),
  `ss/w:ord`,
  'ss%2Fw%3Aord',
]

interface Place {
  readonly from: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
}

/** Everywhere an address with a password can be said; `target` has none. */
function placesOf(target: URL, password: string): readonly Place[] {
  const withPassword = new URL(target)
  withPassword.password = encodeURIComponent(password)
  const url = withPassword.href
  const bare = target.href
  const pgpass = `*:*:*:*:${password.replaceAll(/[\\:]/g, '\\$&')}\n`
  const store = (fields: string): string =>
    `{ "stores": { "app": { "kind": "postgres", ${fields}, "migrations": "migrations" } } }`
  return [
    { from: 'the command line', args: ['--url', url] },
    { from: 'a variable', args: ['--url', 'env:STORE_URL'], env: { STORE_URL: url } },
    { from: 'DATABASE_URL', args: [], env: { DATABASE_URL: url } },
    { from: 'PGPASSWORD', args: ['--url', bare], env: { PGPASSWORD: password } },
    { from: '.env', args: [], files: { '.env': `DATABASE_URL="${url}"\n` } },
    { from: 'a configuration', args: [], files: { 'lockstep.config.json': store(`"url": ${JSON.stringify(url)}`) } },
    {
      from: 'a field of the configuration',
      args: [],
      env: { STORE_PASSWORD: password },
      files: { 'lockstep.config.json': store(`"url": ${JSON.stringify(bare)}, "password": "env:STORE_PASSWORD"`) },
    },
    { from: 'a password file', args: ['--url', bare], env: { PGPASSFILE: 'pgpass' }, files: { pgpass } },
  ]
}

const faulty = `create table a (x integer);\nselect * from nowhere where y = 1;\n`
const commands: readonly (readonly string[])[] = [
  ['status'],
  ['plan', '--json'],
  ['up', '--ndjson', '--debug'],
  ['up', '--verbose', '--debug'],
  ['status', '--json', '--debug'],
  ['history', '--json'],
  ['verify', '--debug'],
  ['doctor', '--verbose', '--debug'],
  ['down', '--yes', '--debug'],
]

function expectNoLeak(text: string, where: string): void {
  for (const form of forms) expect({ where, leaks: text.includes(form) ? form : null }).toEqual({ where, leaks: null })
}

function projectOf(place: Place, sql: string): LockstepOptions {
  const cwd = makeFolder({ ...place.files, 'migrations/0001_a.sql': sql })
  // One that others may read is not used.
  if (place.files?.['pgpass'] !== undefined) chmodSync(join(cwd, 'pgpass'), 0o600)
  const env = { ...place.env, ...(place.env?.['PGPASSFILE'] === undefined ? {} : { PGPASSFILE: join(cwd, 'pgpass') }) }
  return { cwd, env }
}

async function runAll(place: Place, sql: string): Promise<number[]> {
  const options = projectOf(place, sql)
  const codes: number[] = []
  for (const command of commands) {
    const { code, stdout, stderr } = await lockstep([...command, ...place.args], options)
    codes.push(code ?? -1)
    expectNoLeak(stdout + stderr, `${place.from}: ${command.join(' ')}`)
    expect(stdout + stderr).not.toContain('bug in Lockstep')
  }
  const given = new Set(Object.keys(place.files ?? {}))
  for (const name of readdirSync(options.cwd, { recursive: true, encoding: 'utf8' })) {
    const path = join(options.cwd, name)
    if (!given.has(name) && statSync(path).isFile())
      expectNoLeak(readFileSync(path, 'latin1'), `${place.from}: ${name}`)
  }
  return codes
}

test.each(placesOf(new URL('postgres://app@127.0.0.1:1/app'), canary))(
  'an unreachable server, from $from',
  async (place) => {
    expect(new Set(await runAll(place, faulty))).not.toContain(0)
  },
)

describeWithPostgres('a server that answers', (databases) => {
  const role = `canary_${process.pid}`
  const ask = async (url: string, text: string): Promise<readonly unknown[]> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    try {
      return (await client.query(text)).rows as unknown[]
    } finally {
      await client.end()
    }
  }

  beforeAll(async () => {
    await ask(databases.adminUrl(), `create role ${role} superuser login password '${canary.replaceAll("'", "''")}'`)
  })

  const targetOf = async (): Promise<{ admin: string; target: URL }> => {
    const admin = await databases.create()
    const target = new URL(admin)
    target.username = role
    target.password = ''
    return { admin, target }
  }

  test('a wrong password', async () => {
    const { target } = await targetOf()
    for (const place of placesOf(target, `${canary}x`).slice(0, 3)) {
      expect(new Set(await runAll(place, faulty))).toEqual(new Set([2]))
    }
  })

  test.each(placesOf(new URL('postgres://host/db'), canary).map(({ from }, index) => ({ from, index })))(
    'the right password, from $from: a failing file, and what is recorded',
    async ({ index }) => {
      const { admin, target } = await targetOf()
      const place = placesOf(target, canary)[index]
      if (place === undefined) throw new Error('no such place')
      expect((await runAll(place, faulty))[2]).toBe(1)
      const good = projectOf(place, 'create table b (x integer);\n')
      expect((await lockstep(['up', ...place.args], good)).code).toBe(0)
      for (const table of ['lockstep_migrations', 'lockstep_log', 'lockstep_meta']) {
        expectNoLeak(JSON.stringify(await ask(admin, `select * from ${table}`)), `${place.from}: ${table}`)
      }
    },
  )

  test('while it runs, others see no secret of it', async () => {
    const { admin, target } = await targetOf()
    const place = placesOf(target, canary)[1]
    if (place === undefined) throw new Error('no such place')
    const running = startLockstep(['up', '--ndjson', ...place.args], projectOf(place, 'select pg_sleep(3);\n'))
    await running.printed('migration-started')
    const seen = await ask(admin, 'select application_name, query from pg_stat_activity')
    expectNoLeak(JSON.stringify(seen), 'pg_stat_activity')
    expectNoLeak(readFileSync(`/proc/${running.child.pid}/cmdline`, 'latin1'), 'the list of processes')
    expect((await running.ended).code).toBe(0)
  })
})
