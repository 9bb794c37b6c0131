/** What a thread needs to look at the corpus of the tests. */

import * as documents from '../../src/documents/index.ts'
import { add } from '../../src/documents/transforms/operations.ts'

/** `data` is the folder that holds `artifacts`. */
export function openForWorker(data: unknown): documents.OpenCorpus {
  const transforms = [documents.defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] })]
  return {
    files: documents.disk,
    corpus: documents.corpusAt('artifacts/**/manifest.json', String(data)),
    transforms: documents.makeRegistry(transforms),
    contracts: new Map(),
    rules: documents.rulesOf({ protect: ['run_id'] }),
  }
}
