/** Less memory for a process that is ours alone; an application that imports us decides for itself. */

import { setFlagsFromString } from 'node:v8'

/**
 * Garbage may grow to a third of what lives, where V8 lets it be three times as much in every thread; the young
 * generation stays as large as it is. V8 asks for these whenever it collects garbage or makes a heap, so they can be said
 * while it runs. A million documents in two threads: 247 MiB instead of 357, for a tenth more CPU time.
 */
const frugal = ['--heap-growing-percent=30', '--semi-space-growth-factor=1', '--min-semi-space-size=4']

export function keepHeapsFrugal(): void {
  for (const flag of frugal) setFlagsFromString(flag)
}

/** Small buffers share blocks of this size: with Node's own, an eighth, many small files cost the system a third more time. */
const bufferPoolBytes = 64 * 1024

export function poolSmallBuffers(): void {
  Buffer.poolSize = bufferPoolBytes
}
