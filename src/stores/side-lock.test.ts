import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock, Signal } from '../core/ports.ts'
import { readSideLock, whileSideLocked } from './side-lock.ts'
import type { WaitOptions } from './wait-for-lock.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'lockstep-side-lock-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const realClock: Clock = {
  now: () => Date.now(),
  random: () => 0.5,
  sleep: (ms, signal) => pause(ms, undefined, signal instanceof AbortSignal ? { signal } : {}),
}

/** Time passes only when somebody sleeps. */
function steppedClock(): Clock & { slept: number[] } {
  const slept: number[] = []
  return {
    slept,
    now: () => slept.reduce((a, b) => a + b, 0),
    random: () => 0.5,
    sleep: async (ms) => void slept.push(ms),
  }
}

const me = { host: 'here', pid: process.pid, runId: 'run-1', since: '2026-01-01T00:00:00.000Z' }

function waiting(more: Partial<WaitOptions> = {}): WaitOptions {
  const signal: Signal = new AbortController().signal
  return { store: 'app', clock: realClock, holder: me, waitMs: 0, onWait: () => undefined, signal, ...more }
}

const module = JSON.stringify(new URL('side-lock.ts', import.meta.url).href)

/** A process of its own that runs `body` with `locked(work)` at hand. */
function startChild(body: string): ChildProcessByStdio<null, Readable, null> {
  const script = `
    import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
    import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
    import { whileSideLocked } from ${module}
    const clock = { now: () => Date.now(), random: Math.random, sleep: (ms) => pause(ms) }
    const holder = { host: 'there', pid: process.pid, runId: 'run-' + process.pid, since: '2026-01-01T00:00:00.000Z' }
    const signal = new AbortController().signal
    const locked = (work) => whileSideLocked(${JSON.stringify(join(folder, 'lock'))},
      { store: 'app', clock, holder, waitMs: 60000, onWait: () => undefined, signal }, work)
    ${body}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('ten processes at once: each alone, none forgotten', async () => {
  const counter = join(folder, 'counter')
  const within = JSON.stringify(join(folder, 'within'))
  writeFileSync(counter, '0')
  const children = Array.from({ length: 10 }, () =>
    startChild(`for (let round = 0; round < 4; round++) await locked(async () => {
      writeFileSync(${within}, '', { flag: 'wx' })
      const count = Number(readFileSync(${JSON.stringify(counter)}, 'utf8'))
      for (let i = 0; i < 50; i++) await turn()
      writeFileSync(${JSON.stringify(counter)}, String(count + 1))
      rmSync(${within})
    })`),
  )
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))
  expect(codes).toEqual(children.map(() => 0))
  expect(readFileSync(counter, 'utf8')).toBe('40')
}, 60_000)

test('kill -9 frees the lock, and the dead holder is not shown any more', async () => {
  const path = join(folder, 'lock')
  const child = startChild(`await locked(async () => { console.log('held'); await pause(600000) })`)
  await once(child.stdout, 'data')
  expect(readSideLock(path)).toMatchObject({ held: true, holder: { host: 'there', pid: child.pid } })
  await expect(whileSideLocked(path, waiting(), async () => 'in')).rejects.toMatchObject({
    code: 'lock-held',
    message: expect.stringContaining(`there (process ${child.pid}, run run-${child.pid}`),
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(readSideLock(path)).toEqual({ held: false, holder: null })
  expect(await whileSideLocked(path, waiting(), async () => 'in')).toBe('in')
})

test('within one process it excludes as well', async () => {
  const path = join(folder, 'lock')
  await whileSideLocked(path, waiting(), async () => {
    await expect(whileSideLocked(path, waiting(), async () => 'in')).rejects.toMatchObject({ code: 'lock-held' })
    expect(readSideLock(path)).toEqual({ held: true, holder: me })
  })
})

test('the lock is free after a failure, the lock file stays, the text goes', async () => {
  const path = join(folder, 'deep', 'er', 'lock')
  await expect(whileSideLocked(path, waiting(), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(path)).toBe(true)
  expect(existsSync(`${path}.holder`)).toBe(false)
  expect(readSideLock(path)).toEqual({ held: false, holder: null })
})

test('a lock that was never taken is free, and asking makes no file', () => {
  expect(readSideLock(join(folder, 'none'))).toEqual({ held: false, holder: null })
  expect(existsSync(join(folder, 'none'))).toBe(false)
})

test('waits from 25 ms to 500 ms, tells the holder each time, and gives up at the limit', async () => {
  const path = join(folder, 'lock')
  const clock = steppedClock()
  const told: (string | undefined)[] = []
  await whileSideLocked(path, waiting(), async () => {
    const options = waiting({ clock, waitMs: 3_000, onWait: (holder) => told.push(holder?.runId) })
    await expect(whileSideLocked(path, options, async () => 'in')).rejects.toMatchObject({ code: 'lock-held', exit: 5 })
  })
  expect(clock.slept).toEqual([25, 50, 100, 200, 400, 500, 500, 500, 500, 225])
  expect(told).toEqual(clock.slept.map(() => 'run-1'))
})

test('a signal ends the wait with its own reason', async () => {
  const path = join(folder, 'lock')
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  await whileSideLocked(path, waiting(), async () => {
    const options = waiting({ waitMs: 60_000, signal: stop.signal, onWait: () => stop.abort(reason) })
    await expect(whileSideLocked(path, options, async () => 'in')).rejects.toSatisfy(
      (error) => error === reason || (error as Error).cause === reason,
    )
  })
})

test('a text that is cut or foreign tells no holder, and hides no lock', async () => {
  const path = join(folder, 'lock')
  for (const text of ['', '{"host":', '{"host":1}', 'null']) {
    await whileSideLocked(path, waiting(), async () => {
      writeFileSync(`${path}.holder`, text)
      expect(readSideLock(path)).toEqual({ held: true, holder: null })
    })
  }
})
