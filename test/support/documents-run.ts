/** Migrates the corpus in a folder, in small batches: a process of its own, to be killed. */

import * as documents from '../../src/documents/index.ts'
import { add } from '../../src/documents/transforms/operations.ts'

const [folder = '', run = ''] = process.argv.slice(2)
const transforms = [documents.defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] })]
const now = '2026-02-28T10:30:00.000Z'

documents.migrateCorpus(
  {
    files: documents.disk,
    corpus: documents.corpusAt('artifacts/**/manifest.json', folder),
    transforms: documents.makeRegistry(transforms),
    contracts: new Map(),
    rules: documents.rulesOf({ protect: ['run_id'] }),
  },
  { direction: 'up', to: '1.1.0', only: null, limit: null, now },
  {
    head: { run, at: now, by: 'me@here', tool: '0', form: 'links' },
    signal: { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined },
    onProgress: () => undefined,
    batchDocuments: 100,
  },
)
