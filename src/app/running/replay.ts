/** Runs migrations on a scratch store and tells the structure they make. */

import { isLockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import { defaultPolicy } from '../../core/policy.ts'
import { compareShapes, type Shape } from '../../core/shape.ts'
import type { AppContext } from '../opening/context.ts'
import type { Scratch, Target } from '../opening/target.ts'
import { onBench, runUp } from '../rehearsal/bench.ts'
import { defaultUpOptions, up } from '../up.ts'

export interface Replayed {
  /** After the last migration. */
  readonly shape: Shape
  /** How many migrations make the structure that was looked for; `null` when none does, or none was. */
  readonly equalAt: number | null
}

export interface Replaying {
  readonly migrations: readonly Migration[]
  readonly context: AppContext
  /** Look after each migration whether the structure is this one. */
  readonly each: Shape | null
}

/**
 * The answer is a text when it could not be done, and why. Most databases are taken over at the last file, so all of
 * them are run at once and looked at once; only where that is not it, again and one by one.
 */
export async function replay(target: Target, replaying: Replaying): Promise<Replayed | string> {
  const { migrations, each } = replaying
  const last = await onScratch(target, (scratch) => runAtOnce(target, scratch, replaying))
  if (typeof last === 'string' || each === null) return last
  if (compareShapes(each, last.shape).length === 0) return { ...last, equalAt: migrations.length }
  return await onScratch(target, (scratch) => runEach(target, scratch, { ...replaying, each }))
}

async function onScratch<T>(target: Target, work: (scratch: Scratch) => Promise<T>): Promise<T | string> {
  const opened = await target
    .scratch?.()
    .catch((error: unknown) => (isLockstepError(error) ? error.message : String(error)))
  if (opened === undefined || typeof opened === 'string') return opened ?? 'there is no scratch store'
  try {
    return await work(opened)
  } finally {
    await opened.drop()
  }
}

async function runAtOnce(
  target: Target,
  { store }: Scratch,
  { migrations, context }: Replaying,
): Promise<Replayed | string> {
  const { scheme } = target.files()
  const files = { scheme, migrations, outOfOrder: [] }
  const own: Target = { ...target, store, policy: defaultPolicy, files: () => files, create: null, scratch: null }
  const answer = await up([own], { ...defaultUpOptions, intoExisting: true }, quietly(context))
  const error = answer.stores[0]?.error
  return error == null ? { shape: await store.readShape(), equalAt: null } : error.message
}

async function runEach(
  target: Target,
  scratch: Scratch,
  { migrations, context, each }: Replaying & { readonly each: Shape },
): Promise<Replayed | string> {
  const sql = { dialect: target.store.kind === 'sqlite' ? 'sqlite' : 'postgres' } as const
  return await onBench(scratch, { target, context: quietly(context), sql }, async (bench) => {
    let shape = await scratch.store.readShape()
    let equalAt: number | null = null
    for (const [index, migration] of migrations.entries()) {
      const failure = await runUp(bench, migration)
      if (failure !== null) return failure.message
      shape = await scratch.store.readShape()
      if (compareShapes(each, shape).length === 0) equalAt = index + 1
    }
    return { shape, equalAt }
  })
}

function quietly(context: AppContext): AppContext {
  return { ...context, emit: () => undefined }
}
