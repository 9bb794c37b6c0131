/** Carries out an arrangement over locked stores, one migration after the other. */

import { assert, isLockstepError } from '../../core/error.ts'
import type { Arranged } from '../../core/arrange.ts'
import type { PlannedMigration } from '../../core/plan.ts'
import { carryOut } from '../../engine/carry-out.ts'
import type { Assignment, Engine } from '../../engine/engine.ts'
import { carryOutTogether } from '../../engine/together.ts'
import { withStore } from '../answers/answer.ts'
import type { RunBackups } from '../backup/of-run.ts'
import type { AppContext } from '../opening/context.ts'
import type { Prepared } from './prepare.ts'
import { isLost, remember, type Run } from './run.ts'
import type { Judged } from '../opening/target.ts'

export interface RunningAll {
  readonly judged: readonly Judged[]
  readonly prepared: Prepared
  /** What each migration of the arrangement would do, by `store/version`. */
  readonly planned: ReadonlyMap<string, PlannedMigration>
  readonly engines: ReadonlyMap<string, Engine>
  readonly atomic: boolean
  readonly backups: Pick<RunBackups, 'beforeMigration'>
  readonly run: Run
  readonly context: AppContext
}

/** A failure stops its own store and those that require something of it; the others go on. */
export async function runAll(all: RunningAll): Promise<void> {
  const { prepared, engines, run, context, judged } = all
  if (all.atomic) return await runAtomically(all)
  const heldUp = new Set<string>()
  for (const [index, item] of prepared.order.entries()) {
    const engine = engines.get(item.store)
    const one = judged.find((each) => each.target.name === item.store)
    if (engine === undefined || one === undefined) continue
    if (isHeldUp(item, run, heldUp)) {
      heldUp.add(item.store)
      continue
    }
    const assignment = assignmentOf(item, all.planned, { index, count: prepared.order.length })
    try {
      await all.backups.beforeMigration(one.target, engine)
      run.underWay = { store: item.store, ...namesOf(assignment) }
      const { ms, steps } = await carryOut(assignment, engine)
      remember(run, item.store, { ...namesOf(assignment), state: 'applied', ms, steps })
    } catch (error) {
      if (isLost(error) || context.signal.aborted) throw withStore(error, item.store)
      run.failed.set(item.store, told(error, run.ran.has(item.store)))
      remember(run, item.store, { ...namesOf(assignment), state: 'failed', ms: 0, steps: 0 })
    }
    run.underWay = null
  }
}

/** Of what did not even begin nothing was changed, but that is not true of the run once something was applied. */
function told(error: unknown, appliedBefore: boolean): unknown {
  if (!appliedBefore || !isLockstepError(error) || error.state !== 'nothing was changed') return error
  return error.withState('nothing of it was run; what was applied before it stays')
}

/** What is behind one that is held up in its store must wait too: run before it, it would make that one late. */
function isHeldUp({ store, pending }: Arranged, { failed }: Run, heldUp: ReadonlySet<string>): boolean {
  const stands = (name: string): boolean => failed.has(name) || heldUp.has(name)
  return stands(store) || pending.migration.directives.requires.some((one) => one.store !== null && stands(one.store))
}

async function runAtomically({ judged, prepared, planned, engines, backups, run }: RunningAll): Promise<void> {
  const heldUp = new Set<string>()
  for (const one of judged) {
    const { name } = one.target
    const engine = engines.get(name)
    const items = prepared.order.filter((item) => item.store === name)
    if (engine === undefined || items.length === 0) continue
    if (items.some((item) => isHeldUp(item, run, heldUp))) {
      heldUp.add(name)
      continue
    }
    const assignments = items.map((item, index) => assignmentOf(item, planned, { index, count: items.length }))
    try {
      await backups.beforeMigration(one.target, engine)
      const { ms } = await carryOutTogether(assignments, engine)
      for (const assignment of assignments)
        remember(run, name, { ...namesOf(assignment), state: 'applied', ms: ms / assignments.length, steps: 1 })
    } catch (error) {
      if (isLost(error)) throw withStore(error, name)
      run.failed.set(name, error)
    }
  }
}

function assignmentOf(
  { store, pending }: Arranged,
  planned: RunningAll['planned'],
  at: { index: number; count: number },
): Assignment {
  const { migration, record } = pending
  const found = planned.get(`${store}/${migration.version}`)
  assert(found !== undefined, 'what is arranged is planned')
  return { planned: found, migration, record, ...at }
}

function namesOf({ planned }: Assignment): { version: string; file: string; direction: 'up' | 'down' } {
  return { version: planned.version, file: planned.file, direction: planned.direction }
}
