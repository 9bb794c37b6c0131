import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test, vi } from 'vitest'
import type { PostgresAddress } from '../../../core/address.ts'
import { isLockstepError } from '../../../core/error.ts'
import { makeSecret } from '../../../core/secret.ts'
import { findTools, runTool } from './tools.ts'

const root = mkdtempSync(join(tmpdir(), 'lockstep-tools-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A folder with programs that answer with a text, by their names. */
function folder(name: string, programs: Readonly<Record<string, string>>): string {
  const at = join(root, name)
  mkdirSync(at)
  for (const [program, script] of Object.entries(programs)) {
    writeFileSync(join(at, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  }
  return at
}

const says = (tool: string, version: string): string => `echo '${tool} (PostgreSQL) ${version} (Debian ${version}-1)'`
const both = (version: string): Record<string, string> => ({
  pg_dump: says('pg_dump', version),
  pg_restore: says('pg_restore', version),
})

const [old, same, newer, newest] = ['14.9', '15.18', '17.6', '18beta1'].map((one) => folder(one, both(one))) as [
  string,
  string,
  string,
  string,
]
const lone = folder('lone', { pg_dump: says('pg_dump', '16.1') })
const mixed = folder('mixed', { pg_dump: says('pg_dump', '16.1'), pg_restore: says('pg_restore', '14.2') })
const other = folder('other', { pg_dump: 'echo 99.1', pg_restore: 'echo 99.1' })
const empty = folder('empty', { pg_dump: 'echo no version >&2; exit 2', pg_restore: 'exit 2' })
const noProgram = folder('no-program', {})
for (const tool of ['pg_dump', 'pg_restore']) writeFileSync(join(noProgram, tool), 'text', { mode: 0o644 })

function check(fact: string, [major, ...folders]: readonly [number, ...string[]], found: string | RegExp): void {
  test(fact, () => {
    if (typeof found === 'string') expect(findTools('app', major, folders).dump).toBe(join(found, 'pg_dump'))
    else expect(complaint(() => findTools('app', major, folders))).toMatch(found)
  })
}

function complaint(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (isLockstepError(error)) return `${error.code} ${error.exit} ${error.message}`
    throw error
  }
  return 'nothing was thrown'
}

check('the same major is taken before a newer one', [15, newest, newer, same, old], same)
check('where there is no equal one, the next newer', [16, old, newest, newer], newer)
check('a newer one alone will do', [15, newest], newest)
check('what cannot be used is passed over', [15, empty, lone, other, newer], newer)
check(
  'none anywhere is told',
  [15, '', join(root, 'nowhere')],
  /^backup-tool-missing 2 .* pg_dump 15 or newer; none was/,
)
check('one that is too old is told by its version', [15, old], /found: .*14\.9\/pg_dump \(14\)/)
check('pg_dump without pg_restore is told', [15, lone], /lone\/pg_dump \(there is no pg_restore beside it\)/)
check('pg_restore of another version is told', [15, mixed], /mixed\/pg_dump \(16, and pg_restore beside it 14\)/)
check('another program of that name is told', [15, other], /other\/pg_dump \(it tells no version\)/)
check('a wrapper with nothing behind it is told', [15, empty], /empty\/pg_dump \(it tells no version\)/)
check('a file that is no program is told', [15, noProgram], /no-program\/pg_dump \(it cannot be run: EACCES\)/)

const hostile = `p'a"s\\s w$(id)ö%;--\n&|`

const address: PostgresAddress = {
  kind: 'postgres',
  hosts: [{ host: 'db.example', port: 5433 }],
  user: `us'er --version`,
  password: makeSecret(hostile),
  database: `the 'base`,
  ssl: { mode: 'prefer', rootCert: null, cert: null, key: null },
  connectTimeoutMs: 1500,
  options: '-c statement_timeout=0',
  targetSessionAttrs: 'any',
}

test('a password of any characters goes by the environment, and nothing of the address by the arguments', async () => {
  const record = join(root, 'record')
  const recording = folder('recording', {
    pg_dump: `printf '%s\\0' "$@" > '${record}.args'; env -0 > '${record}.env'; cat /proc/$$/cmdline > '${record}.seen' 2>/dev/null || :`,
  })
  vi.stubEnv('PGPASSWORD', 'of somebody else')
  vi.stubEnv('PGSERVICE', 'of somebody else')
  onTestFinished(() => void vi.unstubAllEnvs())
  const signal = new AbortController().signal
  const ended = await runTool(join(recording, 'pg_dump'), { args: ['--format=custom', '--file=x'], address, signal })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  expect(readFileSync(`${record}.args`, 'utf8').split('\0')).toEqual(['--format=custom', '--file=x', ''])
  const environment = readFileSync(`${record}.env`, 'utf8')
    .split('\0')
    .filter((one) => one.startsWith('PG'))
  expect(environment.sort()).toEqual([
    'PGAPPNAME=lockstep backup',
    'PGCONNECT_TIMEOUT=2',
    `PGDATABASE=the 'base`,
    'PGHOST=db.example',
    'PGOPTIONS=-c statement_timeout=0',
    `PGPASSWORD=${hostile}`,
    'PGPORT=5433',
    'PGSSLMODE=prefer',
    'PGTARGETSESSIONATTRS=any',
    `PGUSER=us'er --version`,
  ])
  if (process.platform === 'linux') expect(readFileSync(`${record}.seen`, 'utf8')).not.toContain('db.example')
})

test('what a tool says in the end is what is told of its failure', async () => {
  const failing = folder('failing', {
    pg_dump: 'echo "pg_dump: error: aborting because of server version mismatch" >&2; exit 1',
  })
  const signal = new AbortController().signal
  const ended = await runTool(join(failing, 'pg_dump'), { args: [], address, signal })
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'pg_dump: error: aborting because of server version mismatch\n',
  })
})

test('a signal ends the tool, and is what is thrown', async () => {
  const slow = folder('slow', { pg_dump: 'echo begun >&2; exec sleep 100' })
  const controller = new AbortController()
  const running = runTool(join(slow, 'pg_dump'), { args: [], address, signal: controller.signal })
  controller.abort(new Error('SIGTERM'))
  await expect(running).rejects.toThrow('SIGTERM')
})
