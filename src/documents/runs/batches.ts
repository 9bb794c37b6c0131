/** Gathers what was prepared into batches. While one waits for the disk, the next is gathered. */

import type { Part } from '../files/prepare.ts'
import type { BatchResult, OpenRun } from '../files/replace.ts'

/** What a batch holds at most. */
export interface BatchSizes {
  readonly documentsMax: number
  readonly bytesMax: number
  /** How many documents are still to come; `null` while nobody knows. */
  readonly ahead: () => number | null
}

/** Towards the end batches get smaller, so that little is left to do while the last one waits for the disk. */
const lastDocumentsMin = 1000

export interface Batches {
  /** Begins a batch as soon as there is enough for one. */
  add(part: Part, bytes: number): Promise<void>
  /** Puts everything in place that was added. */
  finish(): Promise<void>
  /** Waits for the batch that has begun, and gives what is not in one. */
  abandon(): Promise<readonly Part[]>
}

export function makeBatches(
  run: Pick<OpenRun, 'commit'>,
  { documentsMax, bytesMax, ahead }: BatchSizes,
  onPut: (result: BatchResult) => void,
): Batches {
  let gathered: Part[] = []
  let documents = 0
  let bytes = 0
  let under: Promise<void> = Promise.resolve()
  const begin = async (): Promise<void> => {
    // One after the other: the sync of a batch covers the renames of the one before.
    await under
    const batch = gathered
    gathered = []
    documents = 0
    bytes = 0
    under = run.commit(batch, onPut)
    // Its error is thrown where it is waited for.
    under.catch(() => undefined)
  }
  return {
    add: async (part, partBytes) => {
      if (part.documents === 0) return
      try {
        if (documents > 0 && documents + part.documents > documentsMax) await begin()
      } finally {
        // Whatever became of the batch before: it is to be put in place, or taken back with the others.
        gathered.push(part)
      }
      documents += part.documents
      bytes += partBytes
      if (documents >= Math.min(documentsMax, mostBefore(ahead())) || bytes >= bytesMax) await begin()
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

/** As many documents as a batch may gather while so many are ahead. */
function mostBefore(ahead: number | null): number {
  return ahead === null ? Infinity : Math.max(lastDocumentsMin, ahead)
}
