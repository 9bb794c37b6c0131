/** Drift: the structure is written down after each run that changed something, and compared with what is found later. */

import { LockstepError } from '../../core/error.ts'
import type { History } from '../../core/history.ts'
import { compareShapes, describeDifference, type Difference, type Shape } from '../../core/shape.ts'
import { isoTime } from '../../engine/engine.ts'
import { sha256, type AppContext } from '../opening/context.ts'
import type { Locked } from './locked.ts'
import { remediesOf, type Remedies } from '../shape-text/remedies.ts'
import type { Judged, Target } from '../opening/target.ts'

export interface DriftFound extends Remedies {
  /** Whether the structure is as the last run left it; where that is not known, why. */
  readonly structure: string
  readonly differences: readonly Difference[]
}

/** Names the records that a structure belongs to. An accepted edit changes none. */
export function historyMark({ records }: History): string {
  return sha256(JSON.stringify(records.map((one) => [one.version, one.state, one.stepsDone, one.position])))
}

/** Writes the structure down, once a run. What stands in the way is told; the run itself has been done by then. */
export async function recordShape({ target, session }: Locked, { clock, emit, author }: AppContext): Promise<void> {
  if (target.policy.drift === 'off' || target.store.readSnapshot === undefined) return
  try {
    const mark = historyMark(await session.readHistory())
    const shape = await target.store.readShape()
    const snapshot = { shape, mark, takenAt: isoTime(clock.now()), runId: author.runId }
    await session.write([{ kind: 'shape', snapshot }])
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `the structure of ${target.name} could not be written down, so verify cannot tell what is changed from now on: ${reason}`
    emit({ type: 'warning', store: target.name, message })
  }
}

/** Compares what is there with what the last run left. Reads only. */
export async function findDrift({ store, policy }: Target, history: History): Promise<DriftFound> {
  const unknown = (structure: string): DriftFound => ({ structure, differences: [], remedies: [], unmended: [] })
  if (policy.drift === 'off') return unknown("not compared: policy drift: 'off'")
  if (history.meta === null || store.readSnapshot === undefined) return unknown('not compared: nothing was recorded')
  const snapshot = await store.readSnapshot()
  if (snapshot === null) return unknown('not compared: no run has recorded it yet')
  if (snapshot.mark !== historyMark(history))
    return unknown('not compared: the last change of the history was not followed by a record of the structure')
  const found = await store.readShape()
  if (snapshot.shape.rule !== found.rule)
    return unknown(`not compared: recorded by another rule (${snapshot.shape.rule}, now ${found.rule})`)
  return driftBetween(snapshot.shape, found, snapshot.takenAt)
}

function driftBetween(expected: Shape, found: Shape, takenAt: string): DriftFound {
  const differences = compareShapes(expected, found, { columnOrder: 'compared' })
  const structure = differences.length === 0 ? 'as the last run left it' : `changed since the run of ${takenAt}`
  return { structure, differences, ...remediesOf(differences, { expected, found }) }
}

/**
 * Looked at before a run, which will write the structure down anew: by then nobody could tell what was changed. The
 * answer is what the policy refuses, by store; the rest is a warning. Where it is not known how the structure was,
 * nothing speaks against the run.
 */
export async function driftBeforeRun(
  judged: readonly Judged[],
  { emit }: Pick<AppContext, 'emit'>,
): Promise<ReadonlyMap<string, LockstepError>> {
  const refused = new Map<string, LockstepError>()
  for (const { target, history, judgement } of judged) {
    if (judgement.pending.length === 0) continue
    const differences = (await findDrift(target, history)).differences.map(describeDifference)
    if (differences.length === 0) continue
    const { name: store } = target
    if (target.policy.drift === 'refuse')
      refused.set(store, new LockstepError('drift-found', { store, differences }, { store }))
    else emit({ type: 'warning', store, message: `${store} was changed behind its back: ${shortened(differences)}` })
  }
  return refused
}

function shortened(differences: readonly string[]): string {
  const shown = differences.slice(0, 5).join('; ')
  return differences.length > 5 ? `${shown}; and ${differences.length - 5} more` : shown
}
