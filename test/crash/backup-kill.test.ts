import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'

const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
const killsMost = 8
const rows = 40_000

interface Ended {
  readonly code: number | null
  readonly ms: number
  readonly stdout: string
  readonly stderr: string
}

/** The command line as a process of its own; killed as the kernel would after `killMs`. */
async function lockstep(cwd: string, words: readonly string[], killMs: number | null = null): Promise<Ended> {
  const begun = performance.now()
  const child = spawn(process.execPath, [bin, '--url', 'sqlite:app.db', ...words], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: string[] = []
  const err: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => err.push(text))
  const timer = killMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killMs)
  const code = await new Promise<number | null>((resolve) => child.on('close', (status) => resolve(status)))
  if (timer !== null) clearTimeout(timer)
  return { code, ms: performance.now() - begun, stdout: out.join(''), stderr: err.join('') }
}

async function makeProject(mode: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-kill-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'migrations'))
  writeFileSync(join(root, 'migrations', '0001_t.sql'), 'create table t (id integer primary key, b blob);\n')
  expect((await lockstep(root, ['up'])).code).toBe(0)
  exec(
    root,
    `pragma journal_mode = ${mode}; insert into t (b) with recursive n(i) as (select 1 union all select i + 1 from n where i < ${rows}) select randomblob(400) from n`,
  )
  return root
}

/** Moments from the start of a process to its end. */
function momentsOf(ms: number): number[] {
  return Array.from({ length: killsMost }, (_, i) => ((i + 1) * ms) / (killsMost + 1))
}

test('killed at any moment of a backup: no half of it has a name, and the next one sweeps up', async () => {
  const root = await makeProject('wal')
  const whole = await lockstep(root, ['backup', 'create'])
  expect(whole.code, whole.stderr).toBe(0)
  let killed = 0
  for (const moment of momentsOf(whole.ms)) {
    if ((await lockstep(root, ['backup', 'create'], moment)).code === null) killed++
    const verified = await lockstep(root, ['backup', 'verify', '--json'])
    expect({ moment, code: verified.code, stderr: verified.stderr }).toMatchObject({ moment, code: 0 })
    expect(look(root)).toEqual({ check: 'ok', rows })
  }
  expect(killed).toBeGreaterThan(3)
  expect((await lockstep(root, ['backup', 'create'])).code).toBe(0)
  expect(readdirSync(join(root, '.lockstep/backups')).filter((one) => one.includes('.partial'))).toEqual([])
})

test.each(['wal', 'delete'])(
  'killed at any moment of a restore: the old state or the new one, never a mixture (%s)',
  async (mode) => {
    const root = await makeProject(mode)
    const made = await lockstep(root, ['backup', 'create', '--json'])
    const file =
      (JSON.parse(made.stdout) as { stores: { backups: { file: string }[] }[] }).stores[0]?.backups[0]?.file ?? ''
    exec(root, 'delete from t where id % 2 = 0; update t set b = randomblob(500)')
    const changed = { check: 'ok', rows: rows / 2 }
    const first = await lockstep(root, ['restore', file, '--yes'])
    expect(first.code, first.stderr).toBe(0)
    let killed = 0
    for (const moment of momentsOf(first.ms)) {
      exec(root, 'delete from t where id % 2 = 0')
      const { code } = await lockstep(root, ['restore', file, '--yes'], moment)
      if (code === null) killed++
      const found = look(root)
      expect(
        code === 0 ? [{ check: 'ok', rows }] : [changed, { check: 'ok', rows }],
        `killed after ${moment} ms`,
      ).toContainEqual(found)
      const again = await lockstep(root, ['restore', file, '--yes'])
      expect({ code: again.code, stderr: again.stderr }).toMatchObject({ code: 0 })
      expect(look(root)).toEqual({ check: 'ok', rows })
      expect(readdirSync(root).filter((one) => one.includes('lockstep-restore'))).toEqual([])
    }
    expect(killed).toBeGreaterThan(3)
  },
)

function exec(root: string, text: string): void {
  const database = new DatabaseSync(join(root, 'app.db'), { timeout: 5000 })
  database.exec(text)
  database.close()
}

function look(root: string): { readonly check: unknown; readonly rows: unknown } {
  const database = new DatabaseSync(join(root, 'app.db'), { timeout: 5000 })
  const value = (text: string): unknown => Object.values(database.prepare(text).get() ?? {})[0]
  try {
    return { check: value('pragma integrity_check'), rows: value('select count(*) from t') }
  } finally {
    database.close()
  }
}
