/** What a thread is started with that looks through one copy. */

import { parentPort, workerData } from 'node:worker_threads'
import { checkHere, type Copied } from './check-copy.ts'

// As the executable does: without it every thread compiles the program anew.
process.getBuiltinModule('node:module').enableCompileCache?.()
// Sent by `checkCopy`.
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
parentPort?.postMessage(checkHere(workerData as Copied))
