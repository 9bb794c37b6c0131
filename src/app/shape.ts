/** `shape`: the live structure as SQL, for the repository. Reads only. */

import { LockstepError } from '../core/error.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import type { AppContext } from './opening/context.ts'
import type { Answer, StoreReport } from './answers/report.ts'
import { printShape } from './shape-text/print-shape.ts'
import { judgeTarget, type Target } from './opening/target.ts'

export interface ShapeReport extends StoreReport {
  /** Name of the rule that the shape was read by. */
  readonly rule: string | null
  /** In an order in which they can run. */
  readonly statements: readonly string[]
  /** Objects that have no form here, by kind and name. */
  readonly unprinted: readonly string[]
}

export async function shape(targets: readonly Target[], _context: AppContext): Promise<Answer<ShapeReport>> {
  const reports: ShapeReport[] = []
  for (const target of targets) reports.push(await shapeOf(target))
  return answerOf('shape', reports, [])
}

async function shapeOf(target: Target): Promise<ShapeReport> {
  try {
    const found = await target.store.readShape()
    const printed = printShape(found)
    if (printed === null) {
      const details = { store: target.name, kind: target.store.kind }
      throw new LockstepError('shape-unprintable', details, { store: target.name })
    }
    return { ...reportOf(await judgeTarget(target)), rule: found.rule, ...printed }
  } catch (error) {
    return { ...failedReport(target, error), rule: null, statements: [], unprinted: [] }
  }
}
