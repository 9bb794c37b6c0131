/** `status`: where each store stands. Reads only. */

import type { AppContext } from './opening/context.ts'
import { answerOf, exitOfVerdict, failedReport, reportOf } from './answers/answer.ts'
import type { Answer, StoreReport } from './answers/report.ts'
import { judgeTarget, type Target } from './opening/target.ts'

export async function status(targets: readonly Target[], _context: AppContext): Promise<Answer> {
  const reports: StoreReport[] = []
  for (const target of targets) reports.push(await statusOf(target))
  const exits = reports.filter((one) => one.error === null).map((one) => exitOfVerdict(one.verdict))
  return answerOf('status', reports, exits)
}

async function statusOf(target: Target): Promise<StoreReport> {
  try {
    const judged = await judgeTarget(target)
    const wantsLog = judged.history.meta !== null && judged.judgement.pending.length > 0
    return reportOf(judged, wantsLog ? await target.store.readLog() : [])
  } catch (error) {
    return failedReport(target, error)
  }
}
