/**
 * Stores what reads have carried to the latest version: as `up` would, under the lock of the corpus, with a backup and a
 * journal. All that one program writes back is one run; what is asked for at the same time is one batch.
 */

import type { LockstepError } from '../../core/error.ts'
import { type CorpusAnswer, migrateCorpus } from '../../documents/index.ts'
import { asLockstepError } from '../answers/answer.ts'
import type { CorpusTarget } from '../corpus/corpus-target.ts'
import type { OpenedCorpus } from '../corpus/opening/open-corpus.ts'
import { nowOf } from '../corpus/goal.ts'
import { whileCorpusLocked } from '../corpus/locked.ts'
import { headOf } from '../corpus/run-head.ts'
import type { AppContext } from '../opening/context.ts'

export type WrittenBack =
  /** The file holds the latest version now; if it was not written here, somebody else did so meanwhile. */
  | { readonly state: 'stored' }
  /** The stored document is as it was: a migration is at work, somebody is writing it, it is protected. */
  | { readonly state: 'left'; readonly reason: string; readonly error: LockstepError | null }

/** As many documents as one batch takes. An answer names every refusal of so many. */
const batchMost = 500

/** Writes one document back, relative to the root. Never throws for what stands in the way: the read is good without. */
export type WriteBack = (document: string) => Promise<WrittenBack>

export function makeWriteBack(
  target: CorpusTarget,
  open: OpenedCorpus,
  { context, lockWaitMs }: { readonly context: AppContext; readonly lockWaitMs: number },
): WriteBack {
  const head = headOf(target, context)
  let last: Promise<unknown> = Promise.resolve()
  let gathering: { readonly documents: Set<string>; readonly outcome: Promise<Outcome> } | null = null
  const flush = async (documents: ReadonlySet<string>): Promise<Outcome> => {
    if (gathering?.documents === documents) gathering = null
    const { latest } = open.transforms.graph
    const goal = { direction: 'up', to: latest ?? '', only: [...documents], limit: null, now: nowOf(context) } as const
    const options = { head, signal: context.signal, onProgress: () => undefined }
    try {
      const answer = await whileCorpusLocked(target, { context, lockWaitMs }, () => migrateCorpus(open, goal, options))
      return outcomeOf(answer)
    } catch (error) {
      return always(leftBy(asLockstepError(error)))
    }
  }
  return async (document) => {
    if (gathering === null || gathering.documents.size >= batchMost) {
      const documents = new Set<string>()
      const outcome = last.then(() => flush(documents))
      gathering = { documents, outcome }
      last = outcome
    }
    gathering.documents.add(document)
    return (await gathering.outcome)(document)
  }
}

type Outcome = (document: string) => WrittenBack

function outcomeOf({ refusals, leftAloneShown, stoppedBy }: CorpusAnswer): Outcome {
  if (stoppedBy !== null) return always({ state: 'left', reason: 'the program is stopping', error: null })
  const left = new Map<string, WrittenBack>()
  for (const { document, error } of refusals) left.set(document, leftBy(error))
  for (const { document, reason } of leftAloneShown) left.set(document, { state: 'left', reason, error: null })
  return (document) => left.get(document) ?? { state: 'stored' }
}

function always(outcome: WrittenBack): Outcome {
  return () => outcome
}

function leftBy(error: LockstepError): WrittenBack {
  return { state: 'left', reason: error.message, error }
}
