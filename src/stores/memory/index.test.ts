import { expect, test } from 'vitest'
import { noHistory } from '../../core/history.ts'
import type { MigrationApi, Session } from '../../core/ports.ts'
import {
  lockOptions,
  logRow,
  meta,
  recordOf,
  sourceOf,
  steppedClock,
  unitOf,
  workOf,
} from '../../../test/support/sqlite.ts'
import { makeWorld, openMemory, type AtPoint, type MemoryWorld } from './index.ts'

function open(world: MemoryWorld, atPoint?: AtPoint) {
  return openMemory({ name: 'app', world, clock: steppedClock(), ...(atPoint === undefined ? {} : { atPoint }) })
}

async function withSession<T>(
  world: MemoryWorld,
  work: (session: Session) => Promise<T>,
  atPoint?: AtPoint,
): Promise<T> {
  return await open(world, atPoint).whileLocked(lockOptions(), work)
}

function dataOf(world: MemoryWorld): Record<string, string> {
  return Object.fromEntries(world.state.data)
}

/** A migration with its record, as the engine sends it. */
async function migrate(session: Session, text: string): Promise<void> {
  await session.runTogether(
    unitOf([workOf(session, text)], {
      before: [{ kind: 'insert', record: recordOf('1') }],
      after: [
        { kind: 'finish', version: '1', startedAtMs: 0 },
        { kind: 'log', row: logRow(2, { event: 'applied', version: '1' }) },
      ],
    }),
  )
}

test('a world without a history says whether it holds something', async () => {
  expect(await open(makeWorld()).readHistory()).toEqual(noHistory)
  expect(await open(makeWorld([['a', '1']])).readHistory()).toEqual({ ...noHistory, holdsTables: true })
})

test('what is written comes back, in order of position', async () => {
  const world = makeWorld()
  await withSession(world, async (session) => {
    await session.createHistory(meta, [logRow(1)])
    await session.write([
      { kind: 'insert', record: recordOf('2') },
      { kind: 'insert', record: recordOf('1') },
      { kind: 'insert', record: recordOf('3') },
      { kind: 'update', record: recordOf('1', { state: 'running' }) },
      { kind: 'remove', version: '3' },
      { kind: 'log', row: logRow(2) },
      { kind: 'meta', meta: { ...meta, identity: 'x' } },
    ])
  })
  const store = open(world)
  const head = { id: 2, hash: 'hash-2' }
  const records = [recordOf('1', { state: 'running' }), recordOf('2')]
  expect(await store.readHistory()).toEqual({ ...noHistory, meta: { ...meta, identity: 'x' }, records, head })
  expect(await store.readLog()).toEqual([logRow(1), logRow(2)])
})

test.each([
  ['puts and dels', 'put a 1\n# no\n\n  put b two words\ndel a', { kept: '0', b: 'two words' }],
  ['a failure takes all of it back', 'put a 1\nfail no room', { kept: '0' }],
  ['what is not there cannot be deleted', 'put a 1\ndel nothing', { kept: '0' }],
])('one transaction: %s', async (_, text, data) => {
  const world = makeWorld([['kept', '0']])
  await withSession(world, async (session) => {
    await session.createHistory(meta, [])
    await migrate(session, text).catch(() => undefined)
    expect((await session.readHistory()).records.map((one) => one.version)).toEqual('b' in data ? ['1'] : [])
  })
  expect(dataOf(world)).toEqual(data)
})

test('a failure has its place', async () => {
  await withSession(makeWorld(), async (session) => {
    await session.createHistory(meta, [])
    await expect(migrate(session, 'put a 1\n  fail no room')).rejects.toMatchObject({
      code: 'migration-failed',
      message: expect.stringContaining('no room'),
      place: { file: 'V1.sql', line: 2, column: 3, excerpt: '  fail no room' },
    })
  })
})

test.each([
  ['put a 1', 'whole', 1],
  ['put a 1\nalone put b 2\nmaybe put c 3', 'steps', 3],
])('%j runs as %s', (text, mode, units) => {
  expect(open(makeWorld()).readScript(sourceOf(text))).toMatchObject({ mode, units })
})

test.each(['put a', 'del', 'del a b', 'alone del a', 'PUT a 1', 'drop everything'])('no statement: %j', (text) => {
  expect(() => open(makeWorld()).readScript(sourceOf(`put a 1\n${text}`))).toThrow(/no statement/)
})

test('alone: looking tells whether it took effect; maybe: nobody can tell', async () => {
  const world = makeWorld()
  await withSession(world, async (session) => {
    const [first, alone, maybe] = Array.from(session.readUnits(sourceOf('put a 1\nalone put b 2\nmaybe put c 3')))
    if (first === undefined || alone === undefined || maybe === undefined) throw new Error('three units were expected')
    expect([first.alone, alone.alone, maybe.alone]).toEqual([false, true, true])
    expect([await session.probe(alone), await session.probe(maybe)]).toEqual(['not-done', 'unknown'])
    for (const unit of [alone, maybe]) await session.runAlone(unit, unitOf([]))
    expect([await session.probe(alone), await session.probe(maybe)]).toEqual(['done', 'unknown'])
  })
  expect(dataOf(world)).toEqual({ b: '2', c: '3' })
})

test('code works on the same transaction', async () => {
  const world = makeWorld([['a', '1']])
  const run = async (api: MigrationApi): Promise<void> => {
    const [row] = await api.query<{ value: string }>('get a')
    await api.exec(`put b ${row?.value}${row?.value}`)
    expect(dataOf(world)).toEqual({ a: '1' })
  }
  await withSession(world, (session) => session.runTogether(unitOf([{ kind: 'code', file: 'V1.ts', run }])))
  expect(dataOf(world)).toEqual({ a: '1', b: '11' })
})

test('one migrator at a time in one world; the lock ends with its callback', async () => {
  const world = makeWorld()
  await withSession(world, async (session) => {
    await expect(withSession(world, async () => 'in')).rejects.toMatchObject({ code: 'lock-held' })
    expect(await open(world).endHolder()).toMatchObject({ runId: 'run-1' })
    await expect(session.readHistory()).rejects.toMatchObject({ code: 'connection-lost' })
  })
  expect(await withSession(world, async () => 'in')).toBe('in')
  expect(await open(world).endHolder()).toBeNull()
})

test('a session is over with its callback', async () => {
  const world = makeWorld()
  const session = await withSession(world, async (session) => session)
  await expect(session.createHistory(meta, [])).rejects.toMatchObject({ code: 'connection-lost' })
  expect(world.state.meta).toBeNull()
})

test('a signal takes the transaction back and passes on its reason', async () => {
  const world = makeWorld()
  const stop = new AbortController()
  const reason = new Error('SIGTERM')
  await withSession(world, async (session) => {
    const statements = (function* () {
      yield* session.readStatements(sourceOf('put a 1'))
      stop.abort(reason)
      yield* session.readStatements(sourceOf('put b 2'))
    })()
    const work = { kind: 'statements', statements, begin: null, file: 'V1' } as const
    await expect(session.runTogether(unitOf([work], { signal: stop.signal }))).rejects.toBe(reason)
  })
  expect(dataOf(world)).toEqual({})
})

test('a crash at any point leaves all of a transaction or nothing, and a free lock', async () => {
  const crash = new Error('crash')
  const outcomes: string[] = []
  for (let n = 0; outcomes.at(-1) !== 'through' && n < 100; n++) {
    const world = makeWorld()
    let left = n
    const atPoint = (): void => {
      if (left-- === 0) throw crash
    }
    const outcome = withSession(
      world,
      async (session) => {
        await session.createHistory(meta, [logRow(1)])
        await migrate(session, 'put a 1\nput b 2').catch(async (error: unknown) => {
          // Whoever goes on after a crash is not heard.
          await expect(session.write([])).rejects.toMatchObject({ code: 'connection-lost' })
          throw error
        })
        return 'through'
      },
      atPoint,
    ).catch((error: unknown) => (error === crash ? 'crashed' : 'other'))
    outcomes.push(await outcome)
    expect(world.lock).toBeNull()
    expect([world.state.records.size, world.state.data.size, world.state.log.length]).toSatisfy((sizes: number[]) =>
      ['0,0,0', '0,0,1', '1,2,2'].includes(sizes.join()),
    )
  }
  expect(outcomes.slice(0, -1).every((one) => one === 'crashed')).toBe(true)
  expect(outcomes.length).toBeGreaterThan(12)
})
