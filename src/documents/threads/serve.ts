/** The side of a thread: opens the corpus once, then does one task after the other. */

import { parentPort, workerData } from 'node:worker_threads'
import { assert } from '../../core/error.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { type Hand, handHere } from './hand.ts'
import { type Question, type Reply, type ThreadData, packAnswer, packFault } from './protocol.ts'

/** Small buffers share blocks of this size: with Node's own, an eighth, many small files cost the system a third more time. */
const bufferPoolBytes = 64 * 1024

/** To be called by the module that a thread was started with; see `Threads`. */
export async function serveAsThread(openCorpus: (data: unknown) => Promise<OpenCorpus>): Promise<void> {
  const port = parentPort
  assert(port !== null, 'this module was not started as a thread')
  Buffer.poolSize = bufferPoolBytes
  const reply = (one: Reply): void => port.postMessage(one)
  // Both come from `withCrew`.
  const { corpus, job } = workerData as ThreadData
  let hand: Hand
  try {
    hand = handHere(await openCorpus(corpus), job)
  } catch (error) {
    return reply({ id: 0, fault: packFault(error) })
  }
  port.on('message', ({ id, task }: Question) => {
    void hand(task).then(
      (answer) => reply({ id, answer: packAnswer(answer) }),
      (error: unknown) => reply({ id, fault: packFault(error) }),
    )
  })
  reply({ id: 0, answer: null })
}
