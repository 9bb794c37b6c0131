import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/app/opening/context.ts'
import { folderLock, removeBackup } from '../../src/backup/folder.ts'
import { whileSideLocked } from '../../src/stores/side-lock.ts'

const bin = join(import.meta.dirname, '../../src/cli/bin.ts')
const waitMostMs = 30_000

interface Running {
  readonly ended: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
  readonly said: () => string
}

function lockstep(cwd: string, ...words: readonly string[]): Running {
  const child = spawn(process.execPath, [bin, ...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)))
  return { ended: ended.then((code) => ({ code, stdout, stderr })), said: () => stderr }
}

async function until(holds: () => boolean): Promise<void> {
  for (const begun = Date.now(); !holds(); await pause(5)) {
    if (Date.now() - begun > waitMostMs) throw new Error('it did not come to that')
  }
}

/** A database with one backup, of which retention would let go as soon as there is another one. */
async function makeProject(): Promise<{ root: string; backups: () => string[] }> {
  const root = mkdtempSync(join(tmpdir(), 'lockstep-retention-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'migrations/app'), { recursive: true })
  writeFileSync(join(root, 'migrations/app/0001_t.sql'), 'create table t (a);\ninsert into t values (1);\n')
  const stores = { app: { kind: 'sqlite', path: 'app.db' } }
  const backups = { path: 'backups', keepDays: 0, keepAtLeast: 1 }
  writeFileSync(join(root, 'lockstep.config.json'), JSON.stringify({ stores, backups }))
  expect(await lockstep(root, 'up').ended).toMatchObject({ code: 0 })
  expect(await lockstep(root, 'backup', 'create').ended).toMatchObject({ code: 0 })
  return { root, backups: () => readdirSync(join(root, 'backups')).filter((file) => file.endsWith('.bak')) }
}

test('while a restore is under way, nobody removes the backup that it puts back', async () => {
  const { root, backups } = await makeProject()
  const [file = ''] = backups()
  const writer = new DatabaseSync(join(root, 'app.db'))
  writer.exec('begin immediate; insert into t values (2)')
  const restoring = lockstep(root, 'restore', file, '--yes', '--lock-wait', '60s')
  // It has saved the present state, and waits for the writer.
  await until(() => backups().length === 2)
  const pruned = await lockstep(root, 'backup', 'prune', '--lock-wait', '100ms').ended
  expect(pruned).toMatchObject({ code: 5, stderr: expect.stringContaining('lock-held') })
  expect(backups()).toContain(file)
  writer.exec('rollback')
  writer.close()
  expect(await restoring.ended).toMatchObject({ code: 0 })
  expect(backups()).toContain(file)
  expect(await lockstep(root, 'backup', 'prune').ended).toMatchObject({ code: 0 })
  expect(backups()).toHaveLength(1)
  expect(backups()).not.toContain(file)
})

test('a restore whose backup goes while it waits for its turn changes nothing', async () => {
  const { root, backups } = await makeProject()
  const [file = ''] = backups()
  const before = readFileSync(join(root, 'app.db'))
  const holder = { host: 'test', pid: process.pid, runId: 'pruning', since: null }
  const signal = new AbortController().signal
  const options = { store: 'app', clock: systemClock, holder, signal, waitMs: 0, onWait: () => undefined }
  let restoring: Running | null = null
  await whileSideLocked(folderLock(join(root, 'backups'), 'app'), options, async () => {
    const waiting = lockstep(root, 'restore', file, '--yes', '--lock-wait', '60s')
    restoring = waiting
    await until(() => waiting.said().includes('waiting'))
    await removeBackup(join(root, 'backups', file))
  })
  const ended = await (restoring as Running | null)?.ended
  expect(ended).toMatchObject({ code: 4, stderr: expect.stringContaining('backup-unusable') })
  expect(readFileSync(join(root, 'app.db')).equals(before)).toBe(true)
  expect(readdirSync(root).filter((one) => one.includes('restore'))).toEqual([])
})

test('what a killed backup left is named by prune, and goes', async () => {
  const { root, backups } = await makeProject()
  const left = 'app.2026-01-16_00-00-00.bak.partial'
  writeFileSync(join(root, 'backups', left), 'half of it')
  const pruned = await lockstep(root, 'backup', 'prune').ended
  expect(pruned).toMatchObject({ code: 0, stdout: expect.stringContaining(left) })
  expect(readdirSync(join(root, 'backups'))).not.toContain(left)
  expect(backups()).toHaveLength(1)
})
