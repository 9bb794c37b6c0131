/** Gathers what was prepared into batches. While one waits for the disk, the next is gathered. */

import type { Prepared } from '../files/prepare.ts'
import type { BatchResult, OpenRun } from '../files/replace.ts'

export interface Batches {
  /** Begins a batch as soon as there is enough for one. */
  add(prepared: readonly Prepared[], bytes: number): Promise<void>
  /** Puts everything in place that was added. */
  finish(): Promise<void>
  /** Waits for the batch that has begun, and gives what is not in one. */
  abandon(): Promise<readonly Prepared[]>
}

export function makeBatches(
  run: OpenRun,
  { documentsMax, bytesMax }: { readonly documentsMax: number; readonly bytesMax: number },
  onDone: (result: BatchResult) => void,
): Batches {
  let gathered: Prepared[] = []
  let gatheredBytes = 0
  let under: Promise<void> = Promise.resolve()
  const begin = async (): Promise<void> => {
    // One after the other: the sync of a batch covers the renames of the one before.
    await under
    const batch = gathered
    gathered = []
    gatheredBytes = 0
    under = run.commit(batch).then(onDone)
    // Its error is thrown where it is waited for.
    under.catch(() => undefined)
  }
  return {
    add: async (prepared, bytes) => {
      for (const one of prepared) {
        gathered.push(one)
        if (gathered.length >= documentsMax) await begin()
      }
      gatheredBytes += bytes
      if (gatheredBytes >= bytesMax) await begin()
    },
    finish: async () => {
      await begin()
      await under
    },
    abandon: async () => {
      await Promise.allSettled([under])
      return gathered
    },
  }
}
