/** `restore` of documents: a run is taken back, or some documents of it, byte for byte. */

import { LockstepError } from '../../core/error.ts'
import { type CorpusPlace, type RestoreGoal, lastRunOf, restoreRun } from '../../documents/index.ts'
import { refuseUnconfirmed, type Confirmation } from '../running/confirm.ts'
import type { CorpusOutcome } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { RestoreReport } from '../answers/report.ts'
import type { CorpusTarget } from './corpus-target.ts'
import { placeOf } from './opening/open-corpus.ts'
import { documentsNamed, nowOf } from './goal.ts'
import { whileCorpusLocked } from './locked.ts'
import { withRestored } from './moving/restored.ts'
import { headOf } from './run-head.ts'
import { answering } from './standing.ts'

interface RestoreWords {
  /** `null`: the newest run that replaced the named document. */
  readonly run: string | null
  readonly only: readonly string[]
  readonly changedSince: 'leave' | 'replace'
  readonly workingFolder: string
}

export interface RestoreDocuments extends RestoreWords, Confirmation {
  readonly lockWaitMs: number
}

export async function restoreDocuments(
  target: CorpusTarget,
  options: RestoreDocuments,
  context: AppContext,
): Promise<CorpusOutcome<RestoreReport>> {
  const none = { restored: null, lost: null, saved: null, setAside: null, head: null }
  return await answering(target, none, async () => {
    refuseUnconfirmed({ target, history: { meta: null } }, options)
    const open = placeOf(target.source)
    const goal = goalOf(open, options, context)
    const head = headOf(target, context)
    const { signal } = context
    const answer = await whileCorpusLocked(target, { context, lockWaitMs: options.lockWaitMs }, () =>
      restoreRun(open, goal, { head, signal, onProgress: () => undefined }),
    )
    return await withRestored(target, { answer, context, taken: goal.run, from: 'run', run: head.run })
  })
}

function goalOf(open: CorpusPlace, words: RestoreWords, context: AppContext): RestoreGoal {
  const only = documentsNamed(open, { ...words, limit: null })
  return { run: runOf(open, words, only), only, changedSince: words.changedSince, now: nowOf(context) }
}

function runOf(open: CorpusPlace, { run }: RestoreWords, only: readonly string[] | null): string {
  if (run !== null) return run
  const [document, second] = only ?? []
  if (document === undefined || second !== undefined) {
    const reason =
      'say which run is to be taken back: --run <run> (lockstep history lists them), or one document: --only <document>'
    throw new LockstepError('wrong-arguments', { command: 'restore', reason })
  }
  const found = lastRunOf(open, document)
  if (found === null) throw new LockstepError('run-unknown', { run: `of ${document}`, known: [] })
  return found
}
