/** What a run over documents did, or a plan would do, as the answer tells it. */

import type { ExitCode } from '../../../core/errors/entry.ts'
import { type CorpusAnswer, type CorpusGoal, type RecoveredRun, fileOf, runsFolder } from '../../../documents/index.ts'
import type { StoreReport } from '../../answers/report.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import type { OpenedCorpus } from '../opening/open-corpus.ts'
import type { EndedRun, MovedDocuments } from '../report.ts'
import { type Standing, exitOfRefusals, refusedDocuments } from '../standing.ts'

/** A run or a plan, and what is said of it. */
export interface Moving {
  readonly answer: CorpusAnswer
  readonly goal: CorpusGoal
  /** `null` for a plan. */
  readonly run: string | null
  /** The pack that was made before the run. */
  readonly pack: string | null
  readonly ms: number
  readonly target: CorpusTarget
}

/** A report with what was done, or would be, and the exit that it means. */
export function withMoved(
  { report, documents }: Standing,
  open: OpenedCorpus,
  { answer, goal, run, pack, ms, target }: Moving,
): { readonly report: StoreReport; readonly exits: readonly ExitCode[] } {
  const {
    ways,
    refusals,
    leftAloneShown,
    recovered,
    unfinished: _,
    links: __,
    survey: ___,
    newBytes,
    ...counts
  } = answer
  const refused = refusedDocuments(open, refusals)
  const moved: MovedDocuments = {
    ...counts,
    direction: goal.direction,
    to: goal.to,
    run,
    ms,
    bytes: newBytes,
    ways: [...ways].map(([way, documents]) => ({ way, documents })),
    backups: formOf(target),
    runsFolder: fileOf(open.corpus, runsFolder),
    pack,
    leftAloneShown: leftAloneShown.map(({ document, reason }) => ({ file: fileOf(open.corpus, document), reason })),
    recovered: endedRuns(recovered),
  }
  return {
    report: { ...report, documents: { ...documents, refusals: refused, moved } },
    exits: exitOfRefusals(refused, counts),
  }
}

/** Dead runs, counted. */
export function endedRuns(recovered: readonly RecoveredRun[]): EndedRun[] {
  return recovered.map(({ run, finished, takenBack }) => ({
    run,
    finished: finished.length,
    takenBack: takenBack.length,
  }))
}

function formOf({ corpus }: CorpusTarget): 'links' | 'sidecar' {
  return corpus.backupForm === 'sidecar' ? 'sidecar' : 'links'
}
