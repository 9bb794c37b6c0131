/** A thread that looks at documents: opens the corpus once, then answers one question after the other. */

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../core/error.ts'
import { considerHere } from './consider.ts'
import { type Question, type Reply, type WorkerData, type WorkerModule, pack } from './workers.ts'

assert(parentPort !== null, 'worker.ts was not started as a thread')
const port = parentPort
// Both come from `withWorkers`; the module is checked by using it.
const { module, data, goal } = workerData as WorkerData
const { openForWorker } = (await import(module)) as WorkerModule
const consider = considerHere(await openForWorker(data), goal)

port.on('message', ({ id, documents, ownLinks }: Question) => {
  void answer(id, () => consider(documents, ownLinks))
})

async function answer(id: number, work: () => ReturnType<typeof consider>): Promise<void> {
  try {
    const packed = pack(await work())
    port.postMessage({ id, packed } satisfies Reply, [packed.texts.buffer])
  } catch (error) {
    port.postMessage({ id, error } satisfies Reply)
  }
}
