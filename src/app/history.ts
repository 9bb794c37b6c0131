/** `history`: what was applied, and everything that ever happened. Reads only. */

import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import type { AppContext } from './opening/context.ts'
import type { Answer, HistoryReport } from './answers/report.ts'
import { judgeTarget, type Target } from './opening/target.ts'

export async function history(targets: readonly Target[], _context: AppContext): Promise<Answer<HistoryReport>> {
  const reports: HistoryReport[] = []
  for (const target of targets) reports.push(await historyOf(target))
  return answerOf('history', reports, [])
}

async function historyOf(target: Target): Promise<HistoryReport> {
  try {
    const judged = await judgeTarget(target)
    const log = judged.history.meta === null ? [] : await target.store.readLog()
    return { ...reportOf(judged, log), records: judged.history.records, log }
  } catch (error) {
    return { ...failedReport(target, error), records: [], log: [] }
  }
}
