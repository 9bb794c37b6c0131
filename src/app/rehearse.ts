/** `rehearse`: runs up, down, up of each migration on a scratch store and says whether the way back can be trusted. */

import { LockstepError } from '../core/error.ts'
import { answerOf, failedReport } from './answers/answer.ts'
import type { Answer, StoreReport } from './answers/report.ts'
import type { AppContext } from './opening/context.ts'
import type { Target } from './opening/target.ts'
import { choose, type RehearsalChoice } from './rehearsal/choose.ts'
import { rehearseAll, type TrialOptions } from './rehearsal/rehearse-all.ts'
import type { RehearsedReport } from './rehearsal/report.ts'
import { signalName } from './running/run.ts'

export type { RehearsalChoice } from './rehearsal/choose.ts'
export type { SeedFile } from './rehearsal/fill.ts'
export type { RehearsedReport } from './rehearsal/report.ts'

export interface RehearseOptions extends TrialOptions {
  readonly choice: RehearsalChoice
}

export interface RehearseReport extends StoreReport {
  readonly rehearsed: readonly RehearsedReport[]
}

export async function rehearse(
  targets: readonly Target[],
  options: RehearseOptions,
  context: AppContext,
): Promise<Answer<RehearseReport>> {
  const reports: RehearseReport[] = []
  for (const target of targets) {
    reports.push(await rehearseStore(target, options, context))
    if (context.signal.aborted) break
  }
  const wrong = reports.some((report) => report.rehearsed.some((one) => !one.acceptable))
  const isSigterm = context.signal.aborted && signalName(context.signal.reason) === 'SIGTERM'
  return answerOf('rehearse', reports, isSigterm ? [143] : wrong ? [3] : [])
}

async function rehearseStore(target: Target, options: RehearseOptions, context: AppContext): Promise<RehearseReport> {
  const rehearsed: RehearsedReport[] = []
  try {
    const { report, order, chosen } = await choose(target, options.choice)
    if (chosen.size === 0) return { ...report, rehearsed }
    await rehearseAll(target, { order, chosen, options, context, rehearsed })
    return { ...report, rehearsed }
  } catch (error) {
    return { ...failedReport(target, context.signal.aborted ? stopped(target, context) : error), rehearsed }
  }
}

/** What was found by then is in the report. */
function stopped({ name: store }: Target, { signal }: AppContext): LockstepError {
  const details = { signal: signalName(signal.reason), store, done: [], next: null }
  return new LockstepError('interrupted', details, { store, state: 'nothing was changed' })
}
