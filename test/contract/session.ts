/** What promises are written in: a place with migrations, and verbs that answer. */

import { expect } from 'vitest'
import { defaultUpOptions, up, type UpOptions } from '../../src/app/up.ts'
import { down } from '../../src/app/down.ts'
import { repair, type Repair, type RepairOptions } from '../../src/app/repair.ts'
import { status } from '../../src/app/status.ts'
import type { DownTarget } from '../../src/core/choose-down.ts'
import type { RegisteredMigration } from '../../src/app/opening/registered.ts'
import type { Answer, RunReport, StoreReport } from '../../src/app/answers/report.ts'
import type { Target } from '../../src/app/opening/target.ts'
import type { Policy } from '../../src/core/policy.ts'
import { contextOf, targetOf, type TestContext } from '../support/target.ts'
import type { Place, Words } from './describe-store.ts'

export interface Bench {
  readonly target: Target
  readonly context: TestContext
  up(options?: Partial<UpOptions>): Promise<Answer<RunReport>>
  down(target: DownTarget, confirm?: string): Promise<Answer<RunReport>>
  mend(decision: Repair, options?: Partial<RepairOptions>): Promise<Answer>
  status(): Promise<StoreReport>
}

/** Opens the place with these migrations, works, and closes it again. */
export async function withBench<T>(
  place: Place,
  migrations: readonly RegisteredMigration[],
  work: (bench: Bench) => Promise<T>,
  more: { readonly policy?: Partial<Policy>; readonly context?: TestContext } = {},
): Promise<T> {
  const store = await place.open()
  const target = targetOf({ store, migrations, policy: more.policy ?? {} })
  const context = more.context ?? contextOf()
  try {
    return await work({
      target,
      context,
      up: (options) => up([target], { ...defaultUpOptions, ...options }, context),
      down: (wanted, confirm) =>
        down([target], { target: wanted, lockWaitMs: 1_000, confirm: confirm ?? null, agent: null }, context),
      mend: (decision, options) =>
        repair(
          target,
          { repair: decision, why: 'a test', lockWaitMs: 1_000, confirm: null, agent: null, ...options },
          context,
        ),
      status: async () => {
        const [report] = (await status([target], context)).stores
        if (report === undefined) throw new Error('no report')
        return report
      },
    })
  } finally {
    await store.close()
  }
}

/** The problems of the store, by their codes. */
export async function problemCodes(bench: Bench): Promise<string[]> {
  return (await bench.status()).problems.map((one) => one.code)
}

/** Two small migrations that go both ways. */
export function pair(words: Words): RegisteredMigration[] {
  return [
    { version: '0001', description: 'first', up: words.create('a'), down: words.drop('a') },
    {
      version: '0002',
      description: 'second',
      up: words.join(words.create('b'), words.create('c')),
      down: words.join(words.drop('c'), words.drop('b')),
    },
  ]
}

/** An answer without an error, or the error as the reason of the failure. */
export function expectDone(answer: Answer): void {
  const error = answer.error ?? answer.stores.find((one) => one.error !== null)?.error
  expect(error?.message ?? 'done').toBe('done')
  expect(answer.exit).toBe(0)
}

/** An answer that was stopped, with this code and this exit. */
export function expectStopped(answer: Answer, code: string, exit: number): void {
  const error = answer.error ?? answer.stores.find((one) => one.error !== null)?.error
  expect({ code: error?.code, exit: answer.exit, message: error?.message }).toMatchObject({ code, exit })
}

export function ranVersions(answer: Answer<RunReport>): string[] {
  return answer.stores.flatMap((one) => one.ran.filter((ran) => ran.state !== 'failed').map((ran) => ran.version))
}
