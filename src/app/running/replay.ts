/** Runs migrations on a scratch store and tells the structure they make. */

import { isLockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import { defaultPolicy } from '../../core/policy.ts'
import { compareShapes, type Shape } from '../../core/shape.ts'
import type { AppContext } from '../opening/context.ts'
import type { Target } from '../opening/target.ts'
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

/** The answer is a text when it could not be done, and why. */
export async function replay(target: Target, { migrations, context, each }: Replaying): Promise<Replayed | string> {
  const opened = await target
    .scratch?.()
    .catch((error: unknown) => (isLockstepError(error) ? error.message : String(error)))
  if (opened === undefined || typeof opened === 'string') return opened ?? 'there is no scratch store'
  const quiet: AppContext = { ...context, emit: () => undefined }
  try {
    const { scheme } = target.files()
    let shape = await opened.store.readShape()
    let equalAt: number | null = null
    for (const count of each === null ? [migrations.length] : migrations.map((_, index) => index + 1)) {
      const files = { scheme, migrations: migrations.slice(0, count), outOfOrder: [] }
      const scratch: Target = {
        ...target,
        store: opened.store,
        policy: defaultPolicy,
        files: () => files,
        create: null,
        scratch: null,
      }
      const answer = await up([scratch], { ...defaultUpOptions, intoExisting: true }, quiet)
      const error = answer.stores[0]?.error
      if (error != null) return error.message
      shape = await opened.store.readShape()
      if (each !== null && compareShapes(each, shape).length === 0) equalAt = count
    }
    return { shape, equalAt: each === null ? null : equalAt }
  } finally {
    await opened.drop()
  }
}
