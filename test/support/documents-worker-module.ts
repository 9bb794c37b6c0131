/** What a thread needs to look at the corpus of the tests. */

import * as documents from '../../src/documents/index.ts'
import { add } from '../../src/documents/transforms/operations.ts'

/** `data` is the folder that holds `artifacts`. */
export function openForWorker(data: unknown): documents.OpenCorpus {
  const transforms = [
    documents.defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] }),
    documents.defineTransform<Numbered>({
      from: '1.1.0',
      to: '1.2.0',
      changes: ['Try what is forbidden'],
      up: misbehave,
    }),
  ]
  return {
    files: documents.disk,
    corpus: documents.corpusAt('artifacts/**/manifest.json', String(data)),
    transforms: documents.makeRegistry(transforms),
    contracts: new Map(),
    rules: documents.rulesOf({ protect: ['run_id'] }),
  }
}

interface Numbered {
  n?: number
  readonly run_id: string
}

/** Most documents it moves as it should; some numbers make it do what no transform may. */
function misbehave(document: Numbered): object {
  if (document.n === 101) throw new Error('this one I do not like')
  if (document.n === 102) document.n = 0
  if (document.n === 103) return { ...document, schema_version: '1.2.0', run_id: 'mine' }
  if (document.n === 104) return Promise.resolve(document)
  return { ...document, schema_version: '1.2.0' }
}
