/** A thread that works on the corpus of the tests. */

import { serveAsThread } from '../../src/documents/index.ts'
import { openForWorker } from './documents-worker-module.ts'

await serveAsThread((data) => Promise.resolve(openForWorker(data)))
