import { expect, test } from 'vitest'
import { defaultUpOptions, up } from '../../src/app/up.ts'
import { down } from '../../src/app/down.ts'
import { status } from '../../src/app/status.ts'
import { verify } from '../../src/app/verify.ts'
import { LockstepError } from '../../src/core/error.ts'
import { makeWorld, openMemory, type MemoryWorld } from '../../src/stores/memory/index.ts'
import { failingStore, type Moment } from '../support/failing-store.ts'
import { contextOf, hurriedClock, targetOf } from '../support/target.ts'

const migrations = [
  { version: '1', up: 'put a 1\nput b 1', down: 'del b\ndel a' },
  {
    version: '2',
    up: 'put c 1\nalone put d 1\nput e 1',
    down: 'del e\ndel d\ndel c',
    directives: { noTransaction: true },
  },
  { version: '3', up: 'put f 1', down: 'del f' },
]
const whole = ['a', 'b', 'c', 'd', 'e', 'f']

const strikes: Readonly<Record<string, () => never>> = {
  'the process ends': () => {
    throw new Error('the process is gone')
  },
  'the connection is lost': () => {
    throw new LockstepError('connection-lost', { store: 'app', place: 'memory', reason: 'cut' })
  },
}

for (const [what, strike] of Object.entries(strikes)) {
  for (const moment of ['before', 'after'] as const satisfies readonly Moment[]) {
    test(`${what} ${moment} any call: what is recorded has run, and a clean run converges`, async () => {
      for (let call = 0; ; call++) {
        const world = makeWorld()
        const { store, counted } = failingStore(open(world), { call, moment, strike })
        const target = targetOf({ store, migrations })
        const answer = await up([target], defaultUpOptions, contextOf()).catch(() => null)
        expectHonest(world, call)
        await expectConverged(world, call)
        if (counted() <= call) {
          expect(answer?.exit).toBe(0)
          expect(call).toBeGreaterThan(10)
          return
        }
      }
    })
  }
}

for (const [what, strike] of Object.entries(strikes)) {
  for (const moment of ['before', 'after'] as const satisfies readonly Moment[]) {
    test(`${what} ${moment} any call of a down: another one finishes the way back`, async () => {
      for (let call = 0; ; call++) {
        const world = makeWorld()
        await up([targetOf({ store: open(world), migrations })], defaultUpOptions, contextOf())
        const { store, counted } = failingStore(open(world), { call, moment, strike })
        const answer = await down([targetOf({ store, migrations })], everything, contextOf()).catch(() => null)
        expect({ call, lock: world.lock }).toEqual({ call, lock: null })
        const again = await down([targetOf({ store: open(world), migrations })], everything, contextOf())
        expect({ call, exit: again.exit, error: again.stores[0]?.error?.message }).toEqual({
          call,
          exit: 0,
          error: undefined,
        })
        expect({ call, left: [...world.state.data.keys()], records: world.state.records.size }).toEqual({
          call,
          left: [],
          records: 0,
        })
        if (counted() <= call) {
          expect(answer?.exit).toBe(0)
          expect(call).toBeGreaterThan(10)
          return
        }
      }
    })
  }
}

test("with retry 'never' a lost connection ends the run once the outcome is known", async () => {
  for (const moment of ['before', 'after'] as const satisfies readonly Moment[]) {
    const world = makeWorld()
    let struck = false
    const strike = strikes['the connection is lost']
    const { store } = failingStore(open(world), {
      call: 4,
      moment,
      strike: () => ((struck = true), strike?.()) as never,
    })
    const context = contextOf()
    const answer = await up([targetOf({ store, migrations, policy: { retry: 'never' } })], defaultUpOptions, context)
    expect(struck).toBe(true)
    expect(answer.exit).toBe(1)
    expect(context.events.filter((event) => event.type === 'outcome-found')).toMatchObject([
      { version: '1', outcome: moment === 'after' ? 'applied' : 'not-applied' },
    ])
    expect([...world.state.records.keys()]).toEqual(moment === 'after' ? ['1'] : [])
  }
})

const everything = { target: { kind: 'all' }, lockWaitMs: 1_000, confirm: null, agent: null } as const

function open(world: MemoryWorld) {
  return openMemory({ name: 'app', world, clock: hurriedClock() })
}

/** Nothing is recorded as applied that is not there, and nobody holds the lock. */
function expectHonest(world: MemoryWorld, call: number): void {
  const there = new Set(world.state.data.keys())
  const wanted: Readonly<Record<string, readonly string[]>> = { 1: ['a', 'b'], 2: ['c', 'd', 'e'], 3: ['f'] }
  for (const record of world.state.records.values()) {
    const keys = (wanted[record.version] ?? []).slice(0, record.state === 'applied' ? 9 : record.stepsDone)
    expect({ call, version: record.version, missing: keys.filter((key) => !there.has(key)) }).toMatchObject({
      missing: [],
    })
  }
  expect({ call, lock: world.lock }).toEqual({ call, lock: null })
}

async function expectConverged(world: MemoryWorld, call: number): Promise<void> {
  const target = targetOf({ store: open(world), migrations })
  const context = contextOf()
  const again = await up([target], defaultUpOptions, context)
  expect({ call, exit: again.exit, error: again.stores[0]?.error?.message }).toEqual({
    call,
    exit: 0,
    error: undefined,
  })
  expect([...world.state.data.keys()].toSorted()).toEqual(whole)
  expect((await status([target], context)).stores[0]?.verdict).toBe('current')
  expect((await verify([target], { head: null }, context)).exit).toBe(0)
}
