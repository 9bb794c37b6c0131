/** `doctor`: everything that decides whether a run can go well, on one screen. Reads only. */

import type { Finding } from '../core/ports.ts'
import { answerOf, failedReport, reportOf } from './answers/answer.ts'
import type { AppContext } from './opening/context.ts'
import type { Answer, DoctorReport } from './answers/report.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'

export async function doctor(targets: readonly Target[], _context: AppContext): Promise<Answer<DoctorReport>> {
  const reports: DoctorReport[] = []
  for (const target of targets) reports.push(await examine(target))
  const bad = reports.some((one) => one.findings.some((finding) => finding.grade === 'bad'))
  return answerOf('doctor', reports, bad ? [3] : [])
}

async function examine(target: Target): Promise<DoctorReport> {
  try {
    const judged = await judgeTarget(target)
    return { ...reportOf(judged), findings: [...(await target.store.examine()), ...historyFindings(judged)] }
  } catch (error) {
    const report = failedReport(target, error)
    return {
      ...report,
      findings: [{ grade: 'bad', what: report.error?.message ?? 'it cannot be examined', help: null }],
    }
  }
}

function historyFindings({ history, judgement, target }: Judged): Finding[] {
  const problems = judgement.problems.length
  const { identity } = target.policy
  return [
    history.meta === null
      ? {
          grade: 'attention',
          what: 'it has no history yet',
          help: history.holdsTables ? `lockstep adopt --store ${target.name}` : `lockstep up --store ${target.name}`,
        }
      : { grade: 'good', what: `history format ${history.meta.format}, ${history.records.length} records`, help: null },
    problems > 0
      ? {
          grade: 'bad',
          what: `${problems} problems between files and history`,
          help: `lockstep status --store ${target.name}`,
        }
      : { grade: 'good', what: 'files and history fit', help: null },
    {
      grade: 'fact',
      what: `identity ${history.meta?.identity ?? identity ?? '(none)'}${history.meta?.protected === true ? ', protected' : ''}`,
      help: null,
    },
  ]
}

/** About this process rather than a store. */
export function processFindings(): Finding[] {
  const { node, sqlite } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const recommended = major > 24 || (major === 24 && minor >= 15)
  return [
    {
      grade: recommended ? 'good' : 'attention',
      what: `Node ${node}`,
      help: recommended ? null : 'Node 24.15 or newer has a SQLite without the WAL-reset race',
    },
    { grade: 'fact', what: `SQLite ${sqlite ?? 'none'} (built in)`, help: null },
  ]
}
