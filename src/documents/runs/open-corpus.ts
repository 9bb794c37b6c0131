/** Everything that a verb needs of a corpus, in one value; or only where it is, for verbs that ask for no transform. */

import { setImmediate } from 'node:timers/promises'
import type { Direction } from '../../core/migration.ts'
import type { Corpus } from '../files/corpus.ts'
import type { FileSystem } from '../files/file-system.ts'
import type { Contracts } from '../migrate/contracts.ts'
import type { DocumentRules } from '../migrate/rules.ts'
import type { TransformRegistry } from '../transforms/registry.ts'

/** Where the documents are and the rules of their files: all that is known while the transforms cannot be loaded. */
export interface CorpusPlace {
  readonly files: FileSystem
  readonly corpus: Corpus
  readonly rules: DocumentRules
}

export interface OpenCorpus extends CorpusPlace {
  readonly transforms: TransformRegistry
  readonly contracts: Contracts
}

/** Where a run leads. */
export interface CorpusGoal {
  readonly direction: Direction
  readonly to: string
  /** `found`: each document at most down to where its migrations have found it. */
  readonly floor?: 'found'
  /** Documents by name, relative to the root; `null` for all. */
  readonly only: readonly string[] | null
  /** As many documents as may change; `null` for all. */
  readonly limit: number | null
  /** ISO 8601; the time of the run, and of every history entry. */
  readonly now: string
}

/** As many documents as one batch replaces between two syncs. */
export const batchDocumentsMax = 10_000

/** As much new text as one batch waits with for the disk, and for a moment in memory. */
export const batchBytesMax = 64 * 1024 * 1024

/** As many refusals as an answer names; all of them are counted. */
export const refusalsShownMax = 1000

/** Documents that are looked at in one go, before anybody else gets a turn. */
export const chunkDocuments = 250

/** Lets signals, timers and the terminal have their turn: the work itself never waits for anything. */
export async function nextTurn(): Promise<void> {
  await setImmediate()
}
