/** What would be done to one store, as plain data. A plan is bound to the history it was made on. */

import type { Checksum } from './checksum.ts'
import type { StoreKind } from './ports.ts'
import type { Direction } from './migration.ts'
import type { StepsReason } from './script.ts'

export const planFormat = 1

export interface Plan {
  readonly format: typeof planFormat
  readonly store: string
  readonly kind: StoreKind
  readonly direction: Direction
  /** Fingerprint of the history that this plan was made on; see `fingerprintOf` in fingerprint.ts. */
  readonly history: string
  readonly migrations: readonly PlannedMigration[]
  /** Of a store of documents: which ones. `history` is the fingerprint of these then, and of what is in them. */
  readonly documents?: PlannedDocuments
}

export interface PlannedDocuments {
  readonly to: string
  /** By name; `null` for all. */
  readonly only: readonly string[] | null
  readonly limit: number | null
  /** How many have a way to go. */
  readonly count: number
}

export interface PlannedMigration {
  readonly version: string
  readonly description: string
  readonly file: string
  readonly checksum: Checksum
  readonly direction: Direction
  readonly repeatable: boolean
  readonly breaking: boolean
  /** `whole`: one transaction with its record; `steps`: journalled, unit by unit. */
  readonly mode: 'whole' | 'steps'
  readonly reasons: readonly StepsReason[]
  readonly statements: number
  /** The first unit that is not proven yet; 0 for a fresh one. */
  readonly fromStep: number
  readonly warnings: readonly string[]
}
