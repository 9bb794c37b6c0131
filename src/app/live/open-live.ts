/** From settings to a corpus for a running program. Loaded with the first one that is opened. */

import { LockstepError } from '../../core/error.ts'
import type { StoreSettings } from '../../settings/settings.ts'
import { type GivenCorpus, openCorpusOf } from '../corpus/opening/open-corpus.ts'
import { isCorpus, openAnyTargets } from '../opening/by-kind.ts'
import { type LiveDocuments, type LiveSettings, openLiveDocuments } from './live-documents.ts'

/** `given`: transforms and contracts that the program has at hand. */
export async function openLiveStore(
  settings: StoreSettings,
  given: GivenCorpus,
  live: LiveSettings,
): Promise<LiveDocuments> {
  const { address } = settings
  const [target] = await openAnyTargets([settings], { lockWaitMs: live.lockWaitMs }, live.context)
  if (target === undefined || !isCorpus(target) || address.kind !== 'documents') {
    const reason = `store ${settings.name} is of kind ${settings.kind}; openCorpus is for documents`
    throw new LockstepError('wrong-arguments', { command: 'status', reason })
  }
  const opened = openCorpusOf({ ...settings, address }, given)
  return await openLiveDocuments({ ...target, open: () => opened }, live)
}
