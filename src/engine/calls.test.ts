import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { LockstepError } from '../core/error.ts'
import type { MigrationApi } from '../core/ports.ts'
import { watchCalls } from './calls.ts'

interface Outcome {
  /** Texts in the order in which they ended. */
  readonly ran: readonly string[]
  readonly error: unknown
  readonly late: readonly LockstepError[]
}

/** Runs code over a store that takes a turn for each call, and refuses a text with `bad` in it. */
async function run(
  code: (api: MigrationApi) => Promise<unknown> | void,
  signal = new AbortController().signal,
): Promise<Outcome> {
  const ran: string[] = []
  const late: LockstepError[] = []
  const call = async (text: string): Promise<never[]> => {
    await turnOfTheLoop()
    if (text.includes('bad')) throw new Error(`no ${text}`)
    ran.push(text)
    return []
  }
  const api: MigrationApi = { query: call, exec: async (text) => void (await call(text)), signal, log: () => undefined }
  const watching = { file: 'V1.ts', tellLate: (error: LockstepError) => void late.push(error) }
  const error: unknown = await watchCalls(api, watching, async (watched) => void (await code(watched))).catch(
    (failure: unknown) => failure,
  )
  const before = ran.length
  for (let turn = 0; turn < 5; turn++) await turnOfTheLoop()
  expect(ran.slice(before), 'nothing runs once it is over').toEqual([])
  return { ran, error, late }
}

test.each<[fact: string, code: (api: MigrationApi) => Promise<unknown> | void, ran: readonly string[]]>([
  ['awaited', async ({ exec }) => await exec('a'), ['a']],
  ['returned', ({ exec }) => exec('a'), ['a']],
  ['returned out of an async function', async ({ query }) => query('a'), ['a']],
  ['several at once', ({ exec }) => Promise.all([exec('a'), exec('b')]), ['a', 'b']],
  ['several, whatever becomes of them', ({ exec }) => Promise.allSettled([exec('bad'), exec('b')]), ['b']],
  ['by then', ({ exec }) => exec('a').then(() => exec('b')), ['a', 'b']],
  ['caught', ({ exec }) => exec('bad').catch(() => undefined), []],
  ['at the end', ({ exec }) => exec('a').finally(() => undefined), ['a']],
  [
    'kept, and awaited later',
    async ({ exec }) => {
      const first = exec('a')
      await exec('b')
      await first
    },
    ['a', 'b'],
  ],
])('a call that is waited for is as any: %s', async (_, code, ran) => {
  expect(await run(code)).toMatchObject({ ran, error: undefined, late: [] })
})

const underWay = { code: 'call-not-awaited', details: { file: 'V1.ts', call: 'exec("a")', when: 'under-way' } }

test.each<[fact: string, code: (api: MigrationApi) => Promise<unknown> | void, ran: readonly string[]]>([
  ['the last one', ({ exec }) => void exec('a'), ['a']],
  [
    'one before others',
    async ({ exec }) => {
      void exec('a')
      await exec('b')
    },
    ['a', 'b'],
  ],
  ['one that lost a race', ({ exec }) => Promise.race([exec('a'), Promise.resolve()]), ['a']],
  [
    'one inside a function that nobody waits for',
    ({ exec }) =>
      void (async () => {
        await exec('a')
      })(),
    ['a'],
  ],
])('a call that nobody waits for is waited for, and fails the migration: %s', async (_, code, ran) => {
  expect(await run(code)).toMatchObject({ ran, error: underWay, late: [] })
})

test('its failure is told with it, and ends no process', async () => {
  const { error } = await run(async ({ exec }) => {
    void exec('bad')
    await exec('b')
  })
  expect(error).toMatchObject({ details: { call: 'exec("bad")', failure: 'no bad' } })
  expect(error).toMatchObject({ message: 'V1.ts did not wait for exec("bad"), which failed: no bad' })
})

test('what the code throws itself is told first, and what is under way has ended before', async () => {
  const { ran, error } = await run(({ exec }) => {
    void exec('a')
    throw new TypeError('my mistake')
  })
  expect({ ran, error }).toMatchObject({ ran: ['a'], error: { message: 'my mistake' } })
})

test('a call while the others are waited for is not run, and fails the migration', async () => {
  const caught: unknown[] = []
  const { ran, error } = await run(({ exec }) => {
    const more = async (): Promise<void> => {
      await exec('a')
      await exec('b').catch((failure: unknown) => caught.push(failure))
    }
    void more()
  })
  expect({ ran, error }).toMatchObject({ ran: ['a'], error: underWay })
  expect(caught).toMatchObject([{ details: { call: 'exec("b")', when: 'afterwards' } }])
})

test('a call after all is over is not run, and told', async () => {
  const { ran, error, late } = await run(({ exec }) => void setImmediate(() => void exec('a')))
  expect({ ran, error }).toEqual({ ran: [], error: undefined })
  expect(late).toMatchObject([{ code: 'call-not-awaited', details: { call: 'exec("a")', when: 'afterwards' } }])
})

test('a signal is heard at the next call, and passed on as it is', async () => {
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  const { ran, error } = await run(async ({ exec }) => {
    await exec('a')
    stop.abort(reason)
    await exec('b')
  }, stop.signal)
  expect({ ran, error }).toEqual({ ran: ['a'], error: reason })
})

test('a failure leads to the line that called', async () => {
  const { error } = await run(async ({ query }) => {
    await query('bad')
  })
  expect((error as Error).stack).toMatch(/calls\.test\.ts:\d+:\d+/)
})
