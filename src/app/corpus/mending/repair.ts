/** `repair` and `adopt` of documents. */

import { LockstepError } from '../../../core/error.ts'
import { adoptBackups, fileOf, mendCorpus } from '../../../documents/index.ts'
import type { CorpusOutcome } from '../../opening/by-kind.ts'
import type { AppContext } from '../../opening/context.ts'
import type { AdoptReport, StoreReport } from '../../answers/report.ts'
import type { Repair } from '../../repair.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import { nowOf } from '../goal.ts'
import { whileCorpusLocked } from '../locked.ts'
import type { AdoptedDocuments } from '../report.ts'
import { placeOf } from '../opening/open-corpus.ts'
import { headOf } from '../run-head.ts'
import { answering, standingAsKnown, standingOf } from '../standing.ts'

interface Waiting {
  readonly lockWaitMs: number
}

/** Finishes or takes back what killed runs have left, and migrates nothing. */
export async function finishDocuments(
  target: CorpusTarget,
  { lockWaitMs }: Waiting,
  context: AppContext,
): Promise<CorpusOutcome<StoreReport>> {
  return await answering(target, {}, async () => {
    const place = placeOf(target.source)
    const mended = await whileCorpusLocked(target, { context, lockWaitMs }, () =>
      Promise.resolve(mendCorpus(place, nowOf(context))),
    )
    const { report, documents } = await standingAsKnown(target, context)
    return { report: { ...report, documents: { ...documents, mended } }, exits: [] }
  })
}

/** Decisions about a history that a corpus does not have: each document says itself where it is. */
export function refuseDecision({ name: store }: CorpusTarget, repair: Repair): LockstepError {
  switch (repair.kind) {
    case 'accept': {
      const reason = 'no file is recorded: each document says its version itself, and a transform may be edited'
      return new LockstepError('nothing-to-repair', { store, version: repair.version, reason })
    }
    case 'resolve': {
      const reason = 'what a killed run has left is decided by the bytes that are there: lockstep repair finish'
      return new LockstepError('nothing-to-repair', { store, version: repair.version, reason })
    }
    case 'unlock': {
      const reason = 'the lock belongs to the operating system and ends with the process that holds it'
      return new LockstepError('nothing-to-repair', { store, version: 'lock', reason })
    }
  }
}

/** Takes over backups that an older tool has left beside documents. Documents themselves need no taking over. */
export async function adoptDocuments(
  target: CorpusTarget,
  { lockWaitMs }: Waiting,
  context: AppContext,
): Promise<CorpusOutcome<AdoptReport>> {
  const none: Pick<AdoptReport, 'adopted' | 'comparison' | 'differences'> = {
    adopted: [],
    comparison: 'documents say their versions themselves',
    differences: [],
  }
  return await answering(target, none, async () => {
    const open = await target.open()
    const { form: _, ...head } = headOf(target, context)
    const found = await whileCorpusLocked(target, { context, lockWaitMs }, () =>
      adoptBackups(open, { head, now: nowOf(context) }),
    )
    const { report, documents } = await standingOf(target, { depth: 'versions' })
    const adoptedBackups: AdoptedDocuments = {
      run: found.adopted === 0 ? null : head.run,
      backups: found.adopted,
      ways: [...found.ways].map(([way, count]) => ({ way, documents: count })),
      known: found.known,
      refused: found.leftCount,
      refusedShown: found.left.map(({ document, reason }) => ({ file: fileOf(open.corpus, document), reason })),
    }
    return { report: { ...report, documents: { ...documents, adoptedBackups } }, exits: found.leftCount > 0 ? [3] : [] }
  })
}
