/** `doctor`, `repair` and `adopt` over stores of any kind. What a corpus does is loaded where one is asked. */

import { LockstepError } from '../../core/error.ts'
import { adopt as adoptDatabase, type AdoptOptions } from '../adopt.ts'
import { answerOf } from '../answers/answer.ts'
import { failedCorpus } from '../corpus/standing.ts'
import { doctor as examineDatabases } from '../doctor.ts'
import { type AnyTarget, byKind, isCorpus } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import { repair as repairDatabase, type RepairOptions } from '../repair.ts'
import type { AdoptReport, Answer, DoctorReport } from '../answers/report.ts'

const repairing = () => import('../corpus/mending/repair.ts')

export async function doctor(targets: readonly AnyTarget[], context: AppContext): Promise<Answer<DoctorReport>> {
  return await byKind<DoctorReport>(targets, {
    command: 'doctor',
    databases: (some) => examineDatabases(some, context),
    corpus: async (one) => await (await import('../corpus/mending/doctor.ts')).examineDocuments(one),
  })
}

export async function repair(target: AnyTarget, options: RepairOptions, context: AppContext): Promise<Answer> {
  if (!isCorpus(target)) return await repairDatabase(target, options, context)
  const { refuseDecision } = await repairing()
  return answerOf('repair', [failedCorpus(target, refuseDecision(target, options.repair))], [])
}

export interface FinishOptions {
  readonly lockWaitMs: number
}

/** What a killed run over documents has left is finished or taken back; a database goes on with its next `up`. */
export async function finishRuns(target: AnyTarget, options: FinishOptions, context: AppContext): Promise<Answer> {
  if (isCorpus(target)) {
    const { report, exits } = await (await repairing()).finishDocuments(target, options, context)
    return answerOf('repair', [report], exits)
  }
  const reason = 'a run over a database that was killed goes on, or is undone, with the next: lockstep up'
  throw new LockstepError('nothing-to-repair', { store: target.name, version: 'run', reason })
}

export async function adopt(
  target: AnyTarget,
  options: AdoptOptions,
  context: AppContext,
): Promise<Answer<AdoptReport>> {
  if (!isCorpus(target)) return await adoptDatabase(target, options, context)
  if (options.at !== null || options.acceptDifferences) {
    const flag = options.at === null ? '--accept-differences' : '--at'
    const reason = `${flag} is for databases: each document of store ${target.name} says its version itself`
    throw new LockstepError('wrong-arguments', { command: 'adopt', reason })
  }
  const { report, exits } = await (await repairing()).adoptDocuments(target, options, context)
  return answerOf('adopt', [report], exits)
}
