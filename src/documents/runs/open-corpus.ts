/** Everything that a verb needs of a corpus, in one value. */

import type { Contracts } from '../migrate/contracts.ts'
import type { DocumentRules } from '../migrate/rules.ts'
import type { Corpus } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { TransformRegistry } from '../transforms/registry.ts'

export interface OpenCorpus {
  readonly files: FileSystem
  readonly corpus: Corpus
  readonly transforms: TransformRegistry
  readonly contracts: Contracts
  readonly rules: DocumentRules
}

/** As many documents as one batch replaces between two syncs. */
export const batchDocumentsMax = 1000

/** As much new text as one batch holds in memory. */
export const batchBytesMax = 64 * 1024 * 1024

/** As many refusals as an answer names; all of them are counted. */
export const refusalsShownMax = 1000
