/** What a run over documents keeps for others: a pack of all before it, where the configuration wants one. */

import type { BackupReason } from '../../../core/backup.ts'
import { type CorpusGoal, surveyCorpus } from '../../../documents/index.ts'
import { backUp } from '../../backup/backup.ts'
import type { AppContext } from '../../opening/context.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import type { OpenedCorpus } from '../opening/open-corpus.ts'
import { asBackedUp } from './packs.ts'

interface BeforeRun {
  readonly goal: CorpusGoal
  readonly context: AppContext
  readonly lockWaitMs: number
}

/**
 * The file of the pack; `null` where none is wanted, or no document has a way to go. The originals that the run itself
 * keeps are on the same disk, so they do not replace it. Under the lock of the corpus.
 */
export async function packBeforeRun(
  target: CorpusTarget,
  open: OpenedCorpus,
  { goal, context, lockWaitMs }: BeforeRun,
): Promise<string | null> {
  if (target.corpus.backupForm !== 'pack' || target.policy.backup === 'off') return null
  const { versions } = await surveyCorpus(open, { depth: 'versions' })
  const known = [...versions.keys()].filter((one) => open.transforms.graph.versions.includes(one))
  const moves = known.some((one) => one !== goal.to && open.transforms.findWay(goal.direction, one, goal.to).found)
  if (!moves) return null
  const reason: BackupReason = goal.direction === 'up' ? 'before-run' : 'before-down'
  return (await backUp(asBackedUp(target, open), { reason, context, lockWaitMs })).file
}
