/** What a restore of documents did, as the answer tells it, wherever the old texts came from. */

import type { ExitCode } from '../../../core/errors/entry.ts'
import type { RestoreAnswer } from '../../../documents/index.ts'
import type { StoreReport } from '../../answers/report.ts'
import type { AppContext } from '../../opening/context.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import { interrupted } from '../interrupted.ts'
import { placeOf } from '../opening/open-corpus.ts'
import type { RestoredDocuments } from '../report.ts'
import { exitOfRefusals, refusedDocuments, standingAsKnown } from '../standing.ts'
import { endedRuns } from './moved.ts'

export interface Restoring extends Pick<RestoredDocuments, 'taken' | 'from' | 'run'> {
  readonly answer: RestoreAnswer
  readonly context: AppContext
}

/** A report with what was put back, and the exit that it means. */
export async function withRestored(
  target: CorpusTarget,
  { answer, context, ...named }: Restoring,
): Promise<{ readonly report: StoreReport; readonly exits: readonly ExitCode[] }> {
  const { report, documents } = await standingAsKnown(target, context)
  const { restored, asBefore, refused, stoppedBy } = answer
  const refusals = refusedDocuments(placeOf(target.source), answer.refusals)
  const done: RestoredDocuments = { ...named, restored, asBefore, refused, recovered: endedRuns(answer.recovered) }
  const told = { ...report, documents: { ...documents, refusals, restored: done } }
  if (stoppedBy === null) return { report: told, exits: exitOfRefusals(refusals, { refused, migrated: restored }) }
  // That it was stopped outweighs what was refused until then.
  return { report: { ...told, error: interrupted(target, restored, context) }, exits: [] }
}
