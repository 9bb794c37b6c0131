import { expect, test } from 'vitest'
import type { RunEvent } from '../../core/event.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { printEvents } from './events.ts'
import { beginNdjson, endNdjson, ndjsonEmitter } from './ndjson.ts'

const idle = () => {}

function watching(more: Partial<Terminal> = {}) {
  const lines: string[] = []
  let now = 0
  let tick = idle
  let stopped = false
  const say = (stream: string) => (text: string | null) => void lines.push(`${stream}: ${text ?? '(erased)'}`)
  const terminal: Terminal = {
    out: say('out'),
    hint: say('hint'),
    complain: say('complain'),
    live: say('live'),
    paintOut: (_, text) => text,
    paintErr: (_, text) => text,
    width: null,
    interactive: false,
    verbose: false,
    debug: false,
    redactWith: () => {},
    redact: (text) => text.replaceAll('hunter2', '***'),
    ...more,
  }
  const timer = {
    now: () => now,
    every: (_: number, work: () => void) => {
      tick = work
      return { stop: () => void (stopped = true) }
    },
  }
  const pass = (ms: number) => {
    now += ms
    tick()
  }
  const said = () => lines.filter((line) => line !== 'live: (erased)')
  return { terminal, printer: printEvents(terminal, timer), pass, said, lines, isStopped: () => stopped }
}

const started: RunEvent = {
  type: 'migration-started',
  store: 'app',
  version: '0002',
  file: 'm/0002_big.sql',
  direction: 'up',
  mode: 'steps',
  index: 0,
  count: 2,
}
const done: RunEvent = {
  type: 'migration-done',
  store: 'app',
  version: '0002',
  file: 'm/0002_big.sql',
  direction: 'up',
  ms: 12,
  steps: 1,
}
const run = (...stores: string[]): RunEvent => ({ type: 'run-started', runId: 'r', command: 'up', stores })
const waiting = (waitedMs: number): RunEvent => ({
  type: 'lock-waiting',
  store: 'app',
  holder: { host: 'ci-7', pid: 41, runId: 'r', since: null },
  waitedMs,
})

test.each<[string, readonly RunEvent[], readonly string[]]>([
  ['what was applied is the result', [run('app'), started, done], ['out: applied 0002_big (12 ms)']],
  ['what was taken back too', [{ ...done, direction: 'down' }], ['out: reverted 0002_big (12 ms)']],
  ['with several stores each line names its own', [run('app', 'auth'), done], ['out: app: applied 0002_big (12 ms)']],
  [
    'a retry is progress and names the blocker',
    [
      {
        type: 'migration-retried',
        store: 'app',
        version: '0002',
        attempt: 2,
        attempts: 10,
        reason: 'lock timeout',
        blockedBy: ['pid 7'],
      },
    ],
    ['hint: 0002: attempt 2 of 10 did not get through: lock timeout; blocked by pid 7'],
  ],
  [
    'a warning is said even when quiet',
    [{ type: 'warning', store: null, message: 'careful' }],
    ['complain: warning: careful'],
  ],
  [
    'a lost connection is a warning',
    [{ type: 'connection-lost', store: 'app', version: '0002' }],
    ['complain: warning: the connection was lost during 0002; looking up what happened'],
  ],
  ['details are for --verbose', [{ type: 'history-created', store: 'app' }], []],
])('%s', (_, events, expected) => {
  const { printer, said } = watching()
  events.forEach(printer.emit)
  expect(said()).toEqual(expected)
})

test('--verbose shows the details', () => {
  const { printer, said } = watching({ verbose: true })
  printer.emit({ type: 'history-created', store: 'app' })
  expect(said()).toEqual(['hint: made the history tables'])
})

test('without a terminal a wait is told at once and every ten seconds', () => {
  const { printer, said } = watching()
  for (let ms = 0; ms <= 21_000; ms += 250) printer.emit(waiting(ms))
  expect(said()).toEqual([
    'hint: waiting for the lock of store app, held by ci-7 pid 41',
    'hint: waiting for the lock of store app, held by ci-7 pid 41 (10.0 s)',
    'hint: waiting for the lock of store app, held by ci-7 pid 41 (20.0 s)',
  ])
})

test('a wait for the next store is told anew', () => {
  const { printer, said } = watching()
  printer.emit(waiting(9000))
  printer.emit(waiting(100))
  expect(said()).toHaveLength(2)
})

test('a live line appears after a second, with place and time, and goes away', () => {
  const { printer, pass, said, lines } = watching({ interactive: true })
  printer.emit(run('app'))
  printer.emit(started)
  pass(900)
  expect(said()).toEqual([])
  pass(600)
  printer.emit({ type: 'step-done', store: 'app', version: '0002', step: 3, steps: 10 })
  pass(500)
  expect(said()).toEqual(['live: 0002_big  1 of 2  1.5 s', 'live: 0002_big  step 3 of 10  2.0 s'])
  printer.emit({ type: 'migration-failed', store: 'app', version: '0002', code: 'migration-failed', message: 'x' })
  expect(lines.at(-1)).toBe('live: (erased)')
  pass(5000)
  expect(lines.at(-1)).toBe('live: (erased)')
})

test('the end stops the timer', () => {
  const { printer, isStopped } = watching({ interactive: true })
  printer.end()
  expect(isStopped()).toBe(true)
})

test('NDJSON: the version, each event in snake_case, the result; all redacted', () => {
  const { terminal, said } = watching()
  beginNdjson(terminal, '1.2.3')
  const emit = ndjsonEmitter(terminal)
  emit({ type: 'warning', store: 'app', message: 'hunter2' })
  emit(waiting(5))
  endNdjson(terminal, { format: 1, command: 'up', ok: true })
  expect(said().map((line) => JSON.parse(line.slice('out: '.length)))).toEqual([
    { format: 1, type: 'version', version: '1.2.3' },
    { format: 1, type: 'warning', store: 'app', message: '***' },
    {
      format: 1,
      type: 'lock-waiting',
      store: 'app',
      holder: { host: 'ci-7', pid: 41, run_id: 'r', since: null },
      waited_ms: 5,
    },
    { format: 1, type: 'result', command: 'up', ok: true },
  ])
})
