/** Promises about files and history: what does not fit is found, said, and mended only by a person. */

import { expect } from 'vitest'
import { plan } from '../../src/app/plan.ts'
import { verify } from '../../src/app/verify.ts'
import { findChainFault } from '../../src/core/log-chain.ts'
import { sha256 } from '../../src/app/opening/context.ts'
import { historyFormat } from '../../src/core/history.ts'
import type { PromiseCheck } from './describe-store.ts'
import { expectDone, expectStopped, pair, problemCodes, ranVersions, withBench } from './session.ts'

export const historyPromises = {
  'an edited applied migration is refused, and accepted only with a reason': async (place) => {
    const { words } = place
    const [first, second] = pair(words)
    if (first === undefined || second === undefined) return
    await withBench(place, [first], async ({ up }) => expectDone(await up()))
    const edited = { ...first, up: words.create('edited') }
    await withBench(place, [edited, second], async (bench) => {
      const answer = await bench.up()
      expectStopped(answer, 'store-blocked', 4)
      expect(answer.stores[0]?.problems).toMatchObject([{ code: 'checksum-changed', version: '0001' }])
      expect(answer.stores[0]?.head).toBe((await bench.target.store.readLog()).at(-1)?.hash)
      expectStopped(await bench.mend({ kind: 'accept', version: '0001' }, { why: ' ' }), 'why-needed', 2)
      expectDone(await bench.mend({ kind: 'accept', version: '0001' }))
      expect(ranVersions(await bench.up())).toEqual(['0002'])
      expect((await bench.target.store.readLog()).map((row) => row.event)).toEqual([
        'created',
        'applied',
        'accepted',
        'applied',
      ])
    })
    expect(await place.tables()).toEqual(['a', 'b', 'c'])
  },
  'a late migration is refused, and runs where the policy says so': async (place) => {
    const { words } = place
    await withBench(place, [{ version: '2', up: words.create('b') }], async ({ up }) => expectDone(await up()))
    const late = [
      { version: '1', up: words.create('a') },
      { version: '2', up: words.create('b') },
    ]
    await withBench(place, late, async (bench) => {
      expectStopped(await bench.up(), 'store-blocked', 4)
      expect(await problemCodes(bench)).toEqual(['late-file'])
    })
    await withBench(place, late, async ({ up }) => expect(ranVersions(await up())).toEqual(['1']), {
      policy: { late: 'run' },
    })
    expect(await place.tables()).toEqual(['a', 'b'])
  },
  'a file that is gone is a problem; one above the newest means ahead': async (place) => {
    const [first, second] = pair(place.words)
    if (first === undefined || second === undefined) return
    await withBench(place, [first, second], async ({ up }) => expectDone(await up()))
    await withBench(place, [first], async ({ status, up }) => {
      expect(await status()).toMatchObject({ verdict: 'ahead', ahead: ['0002'], problems: [] })
      expectDone(await up())
    })
    await withBench(place, [second], async (bench) => {
      expect(await problemCodes(bench)).toEqual(['missing-file'])
      expectStopped(await bench.up(), 'store-blocked', 4)
      expectDone(await bench.mend({ kind: 'accept', version: '0001' }))
      expect((await bench.status()).verdict).toBe('current')
    })
  },
  'a store that is ahead by a breaking migration is incompatible': async (place) => {
    const { words } = place
    const first = { version: '1', up: words.create('a') }
    const breaking = { version: '2', up: words.create('b'), directives: { breaking: true } }
    await withBench(place, [first, breaking], async ({ up }) => expectDone(await up()))
    await withBench(place, [first], async ({ status, up }) => {
      expect((await status()).verdict).toBe('incompatible')
      expectStopped(await up(), 'history-incompatible', 8)
    })
  },
  'the log holds, and a head that was written down finds a log that was written anew': async (place) => {
    await withBench(place, pair(place.words), async (bench) => {
      const answer = await bench.up()
      const head = answer.stores[0]?.head ?? null
      const log = await bench.target.store.readLog()
      expect(log.map((row) => row.id)).toEqual([1, 2, 3])
      expect(log.at(-1)?.hash).toBe(head)
      expect(findChainFault(log, sha256)).toBeNull()
      expect((await verify([bench.target], { head }, bench.context)).exit).toBe(0)
      const other = await verify([bench.target], { head: 'f'.repeat(64) }, bench.context)
      expectStopped(other, 'log-broken', 3)
    })
  },
  'a plan is refused when the history has moved since it was made': async (place) => {
    await withBench(place, pair(place.words), async (bench) => {
      const made = await plan([bench.target], { to: null }, bench.context)
      const plans = made.stores.flatMap((one) => (one.plan === null ? [] : [one.plan]))
      const saved = { file: 'plan.json', saved: { format: 1 as const, to: null, plans } }
      expect(ranVersions(await bench.up({ to: '1' }))).toEqual(['0001'])
      expectStopped(await bench.up({ plan: saved }), 'plan-stale', 4)
    })
    expect(await place.tables()).toEqual(['a'])
  },
  'a reviewed plan is carried out as reviewed': async (place) => {
    await withBench(
      place,
      pair(place.words),
      async (bench) => {
        expectStopped(await bench.up(), 'operator-needed', 4)
        const made = await plan([bench.target], { to: null }, bench.context)
        const plans = made.stores.flatMap((one) => (one.plan === null ? [] : [one.plan]))
        const saved = { file: 'plan.json', saved: { format: 1 as const, to: null, plans } }
        expectStopped(await bench.up({ plan: saved }), 'operator-needed', 4)
        expect(ranVersions(await bench.up({ plan: saved, operator: 'Ada' }))).toEqual(['0001', '0002'])
      },
      { policy: { run: 'operator' } },
    )
  },
  "with retry 'never' a failed migration blocks until a person has decided": async (place) => {
    const { words } = place
    const policy = { retry: 'never' as const }
    await withBench(
      place,
      [{ version: '1', up: words.join(words.create('a'), words.refused) }],
      async (bench) => {
        expectStopped(await bench.up(), 'migration-failed', 1)
        expect(await problemCodes(bench)).toEqual(['failed-run'])
        expectStopped(await bench.up(), 'store-blocked', 4)
      },
      { policy },
    )
    await withBench(
      place,
      [{ version: '1', up: words.create('a') }],
      async (bench) => {
        expectStopped(await bench.up(), 'store-blocked', 4)
        expectDone(await bench.mend({ kind: 'resolve', version: '1', outcome: 'not-applied' }))
        expectDone(await bench.up())
      },
      { policy },
    )
    expect(await place.tables()).toEqual(['a'])
  },
  'the label in the store catches a wrong address': async (place) => {
    const { words } = place
    await withBench(place, [{ version: '1', up: words.create('a') }], async ({ up }) => expectDone(await up()), {
      policy: { identity: 'production' },
    })
    const next = [
      { version: '1', up: words.create('a') },
      { version: '2', up: words.create('b') },
    ]
    await withBench(
      place,
      next,
      async ({ up, status }) => {
        expect((await status()).error).toMatchObject({ code: 'identity-differs', exit: 4 })
        expectStopped(await up(), 'identity-differs', 4)
      },
      { policy: { identity: 'staging' } },
    )
    expect(await place.tables()).toEqual(['a'])
  },
  'hostile names come back as they went in': async (place) => {
    const description = `it's "quoted" \\ back; -- comment /* open $$ \u{1F512} %s`
    await withBench(place, [{ version: '1', description, up: place.words.create('a') }], async ({ up, target }) => {
      expectDone(await up())
      expect((await target.store.readHistory()).records[0]?.description).toBe(description)
    })
  },
  'versions of twenty digits keep their order': async (place) => {
    const { words } = place
    const versions = ['20260101120000000002', '20260101120000000010', '9']
    const migrations = versions.map((version, i) => ({ version, up: words.create(`t${i}`) }))
    await withBench(place, migrations, async ({ up }) => {
      expect(ranVersions(await up())).toEqual(['9', '20260101120000000002', '20260101120000000010'])
    })
  },
  'a history of a newer format is left alone': async (place) => {
    const migrations = pair(place.words)
    await withBench(place, migrations.slice(0, 1), async ({ up, target }) => {
      expectDone(await up())
      const holder = { host: 'h', pid: 1, runId: 'r', since: null }
      const signal = new AbortController().signal
      await target.store.whileLocked({ holder, waitMs: 0, onWait: () => undefined, signal }, (session) =>
        session.write([
          { kind: 'meta', meta: { format: historyFormat + 1, identity: null, protected: false, policy: null } },
        ]),
      )
    })
    await withBench(place, migrations, async ({ up }) => expectStopped(await up(), 'history-newer', 8))
    expect(await place.tables()).toEqual(['a'])
  },
} satisfies Record<string, PromiseCheck>
