/** What a run over documents writes down of itself before it begins. */

import type { RunOptions } from '../../documents/index.ts'
import type { AppContext } from '../opening/context.ts'
import type { CorpusTarget } from './corpus-target.ts'
import { nowOf } from './goal.ts'

/** Runs are named by their time, so that their names sort as they happened and a person can tell them apart. */
export function headOf({ corpus }: CorpusTarget, context: AppContext): RunOptions['head'] {
  const at = nowOf(context)
  const { by, runId, toolVersion: tool } = context.author
  const run = `${at.slice(0, 19).replace('T', '_').replaceAll(':', '-')}-${runId.slice(0, 8)}`
  return { run, at, by, tool, form: corpus.backupForm === 'sidecar' ? 'sidecar' : 'links' }
}
