/** Promises about going back. */

import { expect } from 'vitest'
import type { PromiseCheck } from './describe-store.ts'
import { contextOf } from '../support/target.ts'
import { expectDone, expectStopped, pair, withBench, type Bench } from './session.ts'

export const wayBackPromises = {
  'down takes back in reverse order and removes the records': async (place) => {
    await withBench(place, pair(place.words), async ({ up, down, target }) => {
      await up()
      const answer = await down({ kind: 'all' })
      expectDone(answer)
      expect(answer.stores[0]?.ran.map((one) => `${one.version} ${one.state}`)).toEqual([
        '0002 reverted',
        '0001 reverted',
      ])
      expect((await target.store.readHistory()).records).toEqual([])
      expect((await target.store.readLog()).map((row) => row.event)).toEqual([
        'created',
        'applied',
        'applied',
        'reverted',
        'reverted',
      ])
    })
    expect(await place.tables()).toEqual([])
  },
  'down --to keeps the version it names': async (place) => {
    await withBench(place, pair(place.words), async ({ up, down, status }) => {
      await up()
      expectStopped(await down({ kind: 'to', version: '7' }), 'target-unknown', 2)
      expectDone(await down({ kind: 'to', version: '1' }))
      expect(await status()).toMatchObject({ version: '0001', verdict: 'behind' })
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'down --to-release keeps what that release has applied': async (place) => {
    const of = (release: string) => {
      const context = contextOf()
      return { context: { ...context, author: { ...context.author, release } } }
    }
    const { words } = place
    await withBench(place, pair(words), async ({ up }) => expectDone(await up({ to: '1' })), of('v1.0.0'))
    await withBench(place, pair(words), async ({ up }) => expectDone(await up()), of('v1.1.0'))
    await withBench(place, pair(words), async ({ down, status }) => {
      expectStopped(await down({ kind: 'release', release: 'v0.9.0' }), 'target-unknown', 2)
      expectDone(await down({ kind: 'release', release: 'v1.0.0' }))
      expect(await status()).toMatchObject({ version: '0001' })
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'up, down and up again end as one up does': async (place) => {
    await withBench(place, pair(place.words), async ({ up, down }) => {
      await up()
      expectDone(await down({ kind: 'steps', steps: 1 }))
      expectDone(await up())
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'a missing down stops before anything is touched': async (place) => {
    const { words } = place
    const migrations = [
      { version: '1', up: words.create('a') },
      { version: '2', up: words.create('b'), down: words.drop('b') },
    ]
    await withBench(place, migrations, async ({ up, down }) => {
      await up()
      expectStopped(await down({ kind: 'all' }), 'irreversible', 4)
    })
    expect(await place.tables()).toEqual(['a', 'b'])
  },
  'an empty down stops before anything is touched, unless it says that it is meant': async (place) => {
    const { words } = place
    const second = { version: '2', up: words.create('b') }
    const first = { version: '1', up: words.create('a'), down: words.drop('a') }
    await withBench(place, [first, { ...second, down: '\n' }], async ({ up, down }) => {
      await up()
      expectStopped(await down({ kind: 'all' }), 'irreversible', 4)
    })
    expect(await place.tables()).toEqual(['a', 'b'])
    const directives = { allow: [{ rule: 'empty', why: 'it may stay' }] }
    await withBench(place, [first, { ...second, down: '\n', directives }], async ({ down }) =>
      expectDone(await down({ kind: 'all' })),
    )
    expect(await place.tables()).toEqual(['b'])
  },
  'a store that goes both ways wants more than an empty down': async (place) => {
    const migrations = [{ version: '1', up: place.words.create('a'), down: '\n' }]
    const policy = { direction: 'reversible' } as const
    const asked = async ({ up }: Bench): Promise<void> => {
      const answer = await up()
      expect(answer.exit).toBe(4)
      expect(answer.stores[0]?.problems).toMatchObject([{ code: 'no-way-back', version: '1' }])
    }
    await withBench(place, migrations, asked, { policy })
    expect(await place.tables()).toEqual([])
  },
  'a down that fails leaves the migration applied': async (place) => {
    const { words } = place
    const migrations = [{ version: '1', up: words.create('a'), down: words.join(words.drop('a'), words.refused) }]
    await withBench(place, migrations, async ({ up, down, status }) => {
      await up()
      expectStopped(await down({ kind: 'steps', steps: 1 }), 'migration-failed', 1)
      expect((await status()).verdict).toBe('current')
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'what stopped half way up is not taken back before a person has decided': async (place) => {
    const { words } = place
    const half = { version: '1', up: words.join(words.create('a'), words.refused), down: words.drop('a') }
    await withBench(place, [{ ...half, directives: { noTransaction: true } }], async ({ up, down }) => {
      expectStopped(await up(), 'step-failed', 6)
      expectStopped(await down({ kind: 'steps', steps: 1 }), 'failed-run', 4)
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'a store that only goes forward has no down': async (place) => {
    await withBench(
      place,
      pair(place.words),
      async ({ up, down }) => {
        await up()
        expectStopped(await down({ kind: 'steps', steps: 1 }), 'forward-only', 4)
      },
      { policy: { direction: 'forward-only' } },
    )
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'a protected store wants its identity typed': async (place) => {
    const policy = { protected: true, identity: 'production' }
    await withBench(
      place,
      pair(place.words),
      async ({ up, down }) => {
        await up()
        for (const wanted of [{ kind: 'steps', steps: 1 }, { kind: 'all' }, { kind: 'to', version: '1' }] as const)
          expectStopped(await down(wanted), 'confirmation-needed', 4)
        expectStopped(await down({ kind: 'steps', steps: 1 }, 'staging'), 'confirmation-needed', 4)
        expectDone(await down({ kind: 'steps', steps: 1 }, 'production'))
      },
      { policy },
    )
    expect(await place.tables()).toEqual(['a'])
  },
} satisfies Record<string, PromiseCheck>
