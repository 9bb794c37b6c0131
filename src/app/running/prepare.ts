/** What must hold before anything is written: files fit history, rules are kept, the store is the right one. */

import { arrange, type Arranged, type Part } from '../../core/arrange.ts'
import { LockstepError } from '../../core/error.ts'
import { pendingUpTo } from '../../core/make-plan.ts'
import type { Judged } from '../opening/target.ts'

export interface Choice {
  /** The newest version to apply; `null` for all. Only with a single store. */
  readonly to: string | null
}

export interface Prepared {
  /** In the order in which they run, over all stores. */
  readonly order: readonly Arranged[]
  /** Refusals by store; empty when everything may run. */
  readonly refused: ReadonlyMap<string, LockstepError>
}

/** Decides over all stores at once: nothing runs anywhere while one of them is refused. */
export function prepare(judged: readonly Judged[], choice: Choice, beside: readonly Judged[] = []): Prepared {
  const refused = new Map<string, LockstepError>()
  for (const one of judged) {
    const error = refusalOf(one, choice)
    if (error !== null) refused.set(one.target.name, error)
  }
  const { order, problems } = arrange([...judged.map((one) => partOf(one, choice)), ...beside.map(askedPart)])
  for (const { store, problem } of problems) {
    if (!refused.has(store))
      refused.set(store, new LockstepError('store-blocked', { store, problems: 1 }, { store, problems: [problem] }))
  }
  return { order, refused }
}

function partOf({ target, files, judgement }: Judged, { to }: Choice): Part {
  const pending =
    to === null
      ? judgement.pending
      : (pendingUpTo(judgement, to, { scheme: files.scheme, files: files.migrations }) ?? [])
  return { ...askedPart({ target, files, judgement }), pending }
}

/** A store that is only asked: nothing of it runs. */
function askedPart({ target, files, judgement }: Pick<Judged, 'target' | 'files' | 'judgement'>): Part {
  const recorded = judgement.applied.map((record) => record.version)
  return { store: target.name, scheme: files.scheme, files: files.migrations, pending: [], recorded }
}

function refusalOf(judged: Judged, { to }: Choice): LockstepError | null {
  const { target, files, history, judgement } = judged
  const store = target.name
  const breaking = judgement.ahead.find((record) => record.breaking)
  if (breaking !== undefined) {
    return new LockstepError('history-incompatible', {
      store,
      version: breaking.version,
      appliedAt: breaking.appliedAt,
    })
  }
  if (judgement.problems.length > 0) {
    return new LockstepError(
      'store-blocked',
      { store, problems: judgement.problems.length },
      { store, problems: judgement.problems },
    )
  }
  if (to !== null && pendingUpTo(judgement, to, { scheme: files.scheme, files: files.migrations }) === null) {
    return new LockstepError('target-unknown', { wanted: to, store, known: files.migrations.map((one) => one.version) })
  }
  if (!history.readOnly || judgement.pending.length === 0) return null
  const reason = 'it is a replica, or not ours to write'
  return new LockstepError('read-only-target', { store, place: target.store.place, reason })
}

/** A database that somebody else made is taken over on purpose, or not at all. */
export function refuseForeign({ target, history }: Judged): LockstepError | null {
  if (history.meta !== null || !history.holdsTables) return null
  return new LockstepError('not-adopted', { store: target.name, place: target.store.place })
}
