/** Migrates the corpus in a folder, in small batches: a process of its own, to be killed. */

import * as documents from '../../src/documents/index.ts'
import { openForWorker } from './documents-worker-module.ts'

const [folder = '', run = ''] = process.argv.slice(2)
const now = '2026-02-28T10:30:00.000Z'

await documents.migrateCorpus(
  openForWorker(folder),
  { direction: 'up', to: '1.1.0', only: null, limit: null, now },
  {
    head: { run, at: now, by: 'me@here', tool: '0', form: 'links' },
    signal: { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined },
    onProgress: () => undefined,
    batchDocuments: 100,
    threads: {
      count: 2,
      fromDocuments: 500,
      entry: new URL('./documents-thread.ts', import.meta.url),
      corpus: folder,
      onStart: () => undefined,
      onFailure: (error) => {
        throw error
      },
    },
  },
)
