/** Promises about the decisions of a person: who is asked before one counts, and where nobody is. */

import { expect } from 'vitest'
import type { Place, PromiseCheck } from './describe-store.ts'
import { expectDone, expectStopped, problemCodes, withBench } from './session.ts'

export const repairPromises = {
  'a protected store wants its identity typed before a person decides about its history': async (place) => {
    const { words } = place
    const protectedStore = { policy: { protected: true, identity: 'production' } }
    const one = { version: '1', up: words.create('a') }
    await withBench(place, [one], async ({ up }) => expectDone(await up()), protectedStore)
    const edited = { ...one, up: words.create('b') }
    const refused = { version: '2', up: words.join(words.create('c'), words.refused) }
    // Protection is kept in the store: this configuration says nothing of it.
    await withBench(
      place,
      [edited, refused],
      async (bench) => {
        const accept = { kind: 'accept', version: '1' } as const
        expectStopped(await bench.mend(accept), 'confirmation-needed', 4)
        expectStopped(await bench.mend(accept, { confirm: 'staging' }), 'confirmation-needed', 4)
        expectStopped(await bench.mend(accept, { confirm: 'production', agent: 'AI_AGENT' }), 'agent-refused', 4)
        expect(await problemCodes(bench)).toEqual(['checksum-changed'])
        expectDone(await bench.mend(accept, { confirm: 'production' }))
        expectStopped(await bench.up(), 'migration-failed', 1)
        const resolve = { kind: 'resolve', version: '2', outcome: 'not-applied' } as const
        expectStopped(await bench.mend(resolve), 'confirmation-needed', 4)
        expect(await problemCodes(bench)).toEqual(['failed-run'])
        expectDone(await bench.mend(resolve, { confirm: 'production' }))
        expect((await bench.target.store.readLog()).map((row) => row.event).slice(2)).toEqual([
          'accepted',
          'policy-changed',
          'failed',
          'resolved',
        ])
      },
      { policy: { retry: 'never' } },
    )
    expect(await place.tables()).toEqual(['a'])
  },
  'ending a session that hangs decides nothing, so a protected store asks nobody': async (place) => {
    const protectedStore = { policy: { protected: true, identity: 'production' } }
    const one = { version: '1', up: place.words.create('a') }
    await withBench(place, [one], async ({ up }) => expectDone(await up()), protectedStore)
    await withBench(place, [one], async (bench) => {
      await whileHeld(place, async () => {
        const answer = await bench.mend({ kind: 'unlock' })
        // The lock of an operating system is let go by nobody but the process that has it.
        if (bench.target.store.abilities.lock === 'side-database') expectStopped(answer, 'nothing-to-repair', 2)
        else {
          expectDone(answer)
          expect((await bench.target.store.readLog()).at(-1)?.event).toBe('unlocked')
        }
      })
    })
  },
} satisfies Record<string, PromiseCheck>

/** While another one holds the lock and does nothing with it. */
async function whileHeld(place: Place, work: () => Promise<void>): Promise<void> {
  const inside = Promise.withResolvers<void>()
  const leave = Promise.withResolvers<void>()
  const other = await place.open()
  const holder = { host: 'h', pid: 1, runId: 'r', since: null }
  const lock = { holder, waitMs: 1_000, onWait: () => undefined, signal: new AbortController().signal }
  const holding = other.whileLocked(lock, async () => {
    inside.resolve()
    await leave.promise
  })
  try {
    await inside.promise
    await work()
  } finally {
    leave.resolve()
    // Its connection may be gone by then, which is what the work was about.
    await Promise.allSettled([holding])
    await other.close()
  }
}
