/** The originals that runs keep, for as long as backups of databases are kept. */

import { choosePruned } from '../../../backup/retention.ts'
import { type CorpusPlace, listEndedRuns, removeRuns } from '../../../documents/index.ts'
import type { AppContext } from '../../opening/context.ts'
import type { CorpusTarget } from '../corpus-target.ts'

/** Removes runs that are too old, and answers which. Under the lock of the corpus. */
export function pruneRuns({ backups }: CorpusTarget, open: CorpusPlace, { clock }: AppContext): readonly string[] {
  if (backups === undefined) return []
  const ended = listEndedRuns(open).map(({ run, at }) => ({ file: run, takenAtMs: Date.parse(at), verified: true }))
  const pruned = choosePruned(ended, backups, clock.now())
  removeRuns(open, pruned)
  return pruned
}

/** The same after a run, told where any has gone. */
export function pruneAfterRun(target: CorpusTarget, open: CorpusPlace, context: AppContext): void {
  const pruned = pruneRuns(target, open, context)
  const what =
    pruned.length === 1 ? 'the originals of a run that is' : `the originals of ${pruned.length} runs that are`
  const message = `removed ${what} too old: ${pruned.join(', ')}`
  if (pruned.length > 0) context.emit({ type: 'notice', store: target.name, version: null, message })
}
