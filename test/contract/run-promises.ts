/** Promises about going forward. */

import { expect } from 'vitest'
import type { RunEvent } from '../../src/core/event.ts'
import type { RegisteredMigration } from '../../src/app/opening/registered.ts'
import { plan } from '../../src/app/plan.ts'
import { contextOf } from '../support/target.ts'
import type { PromiseCheck } from './describe-store.ts'
import { expectDone, expectStopped, pair, ranVersions, withBench } from './session.ts'

/** A context whose signal comes with the first event of a kind, at once or later. */
function stoppedAt(
  kind: RunEvent['type'],
  later: (work: () => void) => void = (work) => work(),
): ReturnType<typeof contextOf> {
  const stop = new AbortController()
  const context = contextOf({ signal: stop.signal })
  return {
    ...context,
    emit: (event) => {
      context.emit(event)
      if (event.type === kind) later(() => stop.abort({ signal: 'SIGTERM' }))
    },
  }
}

export const runPromises = {
  'a question changes nothing': async (place) => {
    await withBench(place, pair(place.words), async ({ status, target, context }) => {
      expect((await status()).pending.map((one) => one.version)).toEqual(['0001', '0002'])
      await plan([target], { to: null }, context)
      expect((await target.store.readHistory()).meta).toBeNull()
    })
    expect(await place.tables()).toEqual([])
  },
  'up applies what is pending in version order and records it': async (place) => {
    await withBench(place, pair(place.words).toReversed(), async (bench) => {
      const answer = await bench.up()
      expectDone(answer)
      expect(ranVersions(answer)).toEqual(['0001', '0002'])
      const { records } = await bench.target.store.readHistory()
      expect(records.map(({ version, state, position }) => ({ version, state, position }))).toEqual([
        { version: '0001', state: 'applied', position: 1 },
        { version: '0002', state: 'applied', position: 2 },
      ])
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'a second up does nothing': async (place) => {
    await withBench(place, pair(place.words), async ({ up, status }) => {
      await up()
      const again = await up()
      expectDone(again)
      expect(ranVersions(again)).toEqual([])
      expect((await status()).verdict).toBe('current')
    })
  },
  'up --to stops where it was told, and an unknown version is wrong use': async (place) => {
    await withBench(place, pair(place.words), async ({ up }) => {
      expectStopped(await up({ to: '9' }), 'target-unknown', 2)
      expect(ranVersions(await up({ to: '1' }))).toEqual(['0001'])
      expect(ranVersions(await up({ to: '1' }))).toEqual([])
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'a failed migration leaves nothing behind': async (place) => {
    const { words } = place
    const bad = {
      version: '0003',
      up: words.join(words.create('x'), words.create('y'), words.refused, words.create('z')),
    }
    await withBench(place, [...pair(words), bad], async ({ up, status, target }) => {
      const answer = await up()
      expectStopped(answer, 'migration-failed', 1)
      expect(answer.stores[0]?.error?.state).toMatch(/nothing of it is left/)
      expect((await target.store.readHistory()).records.map((one) => one.version)).toEqual(['0001', '0002'])
      expect((await status()).pending).toMatchObject([
        { version: '0003', resumesAt: null, lastFailure: expect.any(String) },
      ])
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'after a failure the mended migration goes through': async (place) => {
    const { words } = place
    await withBench(place, [{ version: '1', up: words.join(words.create('a'), words.refused) }], async ({ up }) => {
      expectStopped(await up(), 'migration-failed', 1)
    })
    await withBench(place, [{ version: '1', up: words.create('a') }], async ({ up }) => expectDone(await up()))
    expect(await place.tables()).toEqual(['a'])
  },
  'atomic: all of a run or nothing of it': async (place) => {
    const { words } = place
    await withBench(place, [...pair(words), { version: '0003', up: words.refused }], async ({ up, target }) => {
      expect((await up({ atomic: true })).exit).toBe(1)
      expect((await target.store.readHistory()).records).toEqual([])
    })
    expect(await place.tables()).toEqual([])
    await withBench(place, pair(words), async ({ up, target }) => {
      expectDone(await up({ atomic: true }))
      expect((await target.store.readHistory()).records).toHaveLength(2)
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'migrators at once apply each migration exactly once': async (place) => {
    const migrations = pair(place.words)
    const answers = await Promise.all(
      [1, 2, 3].map(() => withBench(place, migrations, (bench) => bench.up({ lockWaitMs: 20_000 }))),
    )
    for (const answer of answers) expectDone(answer)
    expect(answers.flatMap(ranVersions).sort()).toEqual(['0001', '0002'])
    // Whoever waited tells what the other one has done, not what it saw before.
    expect(answers.flatMap((one) => one.stores.map((store) => store.verdict))).toEqual([
      'current',
      'current',
      'current',
    ])
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'the lock excludes, names its holder, and is free afterwards': async (place) => {
    const inside = Promise.withResolvers<void>()
    const leave = Promise.withResolvers<void>()
    const { words } = place
    const slow = [{ version: '1', up: words.create('a') }]
    const first = await place.open()
    const lock = {
      holder: { host: 'first-host', pid: 4711, runId: 'run-of-first', since: null },
      waitMs: 1_000,
      onWait: () => undefined,
    }
    const signal = new AbortController().signal
    const holding = first.whileLocked({ ...lock, signal }, async () => {
      inside.resolve()
      await leave.promise
    })
    await inside.promise
    await withBench(place, slow, async ({ up }) => {
      const answer = await up({ lockWaitMs: 0 })
      expectStopped(answer, 'lock-held', 5)
      expect(answer.stores[0]?.error?.message).toMatch(
        / is being migrated by \S+ \(process \d+, run .+\); waited \d+ s$/,
      )
    })
    leave.resolve()
    await holding
    await first.close()
    await withBench(place, slow, async ({ up }) => expectDone(await up({ lockWaitMs: 0 })))
  },
  'an abort stops between migrations, and what was done stays done': async (place) => {
    await withBench(
      place,
      pair(place.words),
      async ({ up }) => {
        const answer = await up()
        expectStopped(answer, 'interrupted', 143)
        expect(ranVersions(answer)).toEqual(['0001'])
      },
      { context: stoppedAt('migration-done') },
    )
    expect(await place.tables()).toEqual(['a'])
    await withBench(place, pair(place.words), async ({ up }) => expect(ranVersions(await up())).toEqual(['0002']))
  },
  'a call that nobody waits for makes its migration fail': async (place) => {
    const { words } = place
    const code: RegisteredMigration['up'] = ({ exec }) => {
      void exec(words.create('b'))
    }
    await withBench(
      place,
      [
        { version: '1', up: words.create('a') },
        { version: '2', up: code },
      ],
      async ({ up, target }) => {
        expectStopped(await up(), 'call-not-awaited', 1)
        expect((await target.store.readHistory()).records.map((one) => one.version)).toEqual(['1'])
      },
    )
    expect(await place.tables()).toEqual(['a'])
  },
  'a signal is heard inside of a migration, between two calls of code or two statements, and nothing of it is left':
    async (place) => {
      const { words } = place
      const coming = words.join(words.create('a'), words.drop('a'))
      const code: RegisteredMigration['up'] = async ({ exec }) => {
        for (let n = 0; n < 1000; n++) await exec(coming)
      }
      for (const up of [code, words.join(...Array.from({ length: 1000 }, () => coming))]) {
        await withBench(
          place,
          [{ version: '1', up }],
          async (bench) => expectStopped(await bench.up(), 'interrupted', 143),
          { context: stoppedAt('migration-started', setImmediate) },
        )
      }
      expect(await place.tables()).toEqual([])
    },
  'a signal that comes as a migration begins is heard before its first statement': async (place) => {
    const context = stoppedAt('migration-started')
    const only = [{ version: '1', up: place.words.create('a') }]
    await withBench(place, only, async ({ up }) => expectStopped(await up(), 'interrupted', 143), { context })
    expect(await place.tables()).toEqual([])
  },
  'a step that fails leaves the proven ones, and the mended script goes on after them': async (place) => {
    const { words } = place
    if (words.alone === null) return
    const directives = { noTransaction: true }
    const bad = words.join(words.create('a'), words.alone, words.create('b'), words.refused, words.create('c'))
    const good = words.join(words.create('a'), words.alone, words.create('b'), words.create('c'))
    await withBench(place, [{ version: '1', up: bad, directives }], async ({ up, status }) => {
      const answer = await up()
      expectStopped(answer, 'step-failed', 6)
      expect(answer.stores[0]?.error?.state).toBe('3 of 5 steps are committed')
      expect((await status()).pending).toMatchObject([{ resumesAt: { done: 3, total: 5 } }])
    })
    expect(await place.tables()).toEqual(['a', 'b'])
    await withBench(place, [{ version: '1', up: good, directives }], async ({ up, status }) => {
      expectDone(await up())
      expect((await status()).verdict).toBe('current')
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'an edit inside the proven steps is refused': async (place) => {
    const { words } = place
    const directives = { noTransaction: true }
    await withBench(
      place,
      [{ version: '1', up: words.join(words.create('a'), words.refused), directives }],
      async ({ up }) => {
        expectStopped(await up(), 'step-failed', 6)
      },
    )
    await withBench(
      place,
      [{ version: '1', up: words.join(words.create('other'), words.create('b')), directives }],
      async ({ up }) => {
        expectStopped(await up(), 'steps-changed', 4)
      },
    )
    expect(await place.tables()).toEqual(['a'])
  },
} satisfies Record<string, PromiseCheck>
