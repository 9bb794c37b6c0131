/** Threads for a run over a corpus: as many as the machine has processors for, and only where there is enough to do. */

import { availableParallelism } from 'node:os'
import { extname } from 'node:path'
import type { Threads } from '../../../documents/index.ts'
import type { AppContext } from '../../opening/context.ts'
import type { CorpusTarget } from '../corpus-target.ts'

/** With the main one. More would wait for the same disk, and each has a heap of its own. */
const threadsMax = 4
/** Below it, the time that threads take to start and to get warm is more than they save. */
const fromDocuments = 4000

/** `null` on a machine with one processor, where threads only take turns. */
export function threadsFor({ name: store, source }: CorpusTarget, context: AppContext): Threads | null {
  const count = Math.min(availableParallelism(), threadsMax) - 1
  if (count === 0) return null
  return {
    count,
    fromDocuments,
    // The same beside its source and in the build, where both are chunks.
    entry: new URL(`./thread${extname(import.meta.url)}`, import.meta.url),
    corpus: source,
    onStart: context.beforeThreads,
    onFailure: (error) => {
      const reason = error instanceof Error ? error.message : String(error)
      const message = `all documents go through one thread, which takes longer: others cannot start (${reason})`
      context.emit({ type: 'notice', store, version: null, message })
    },
  }
}
