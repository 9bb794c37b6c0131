/** The rules a team keeps for a store. Teams disagree, so the rule is theirs; the first value of each is the default. */

import type { StoreKind } from './ports.ts'

export interface Policy {
  /** `reversible`: a migration with neither a down nor an `irreversible` line is refused. */
  readonly direction: 'any' | 'reversible' | 'forward-only'
  /** `operator`: needs a saved, reviewed plan and a named operator. */
  readonly run: 'anyone' | 'operator'
  /** `never`: no retry, no automatic resume; a failed migration blocks until `repair resolve`. */
  readonly retry: 'bounded' | 'never'
  readonly late: 'error' | 'run'
  /** `sql`: no code modules, no placeholders. */
  readonly files: 'any' | 'sql'
  readonly data: 'allow' | 'refuse'
  /** Objects that no migration may read, change or drop. */
  readonly protect: readonly string[]
  readonly breaking: 'allow' | 'phase' | 'error'
  readonly idempotent: boolean
  /** What becomes of the structure after a run: written down, and `refuse` runs nothing where it was changed since. */
  readonly drift: 'record' | 'refuse' | 'off'
  readonly backup: 'migration' | 'run' | 'off'
  /** Label kept in the store itself. */
  readonly identity: string | null
  /** `down`, `restore` and the decisions of `repair` need the identity typed. Kept in the store; a configuration can only raise it. */
  readonly protected: boolean
}

export const defaultPolicy: Policy = {
  direction: 'any',
  run: 'anyone',
  retry: 'bounded',
  late: 'error',
  files: 'any',
  data: 'allow',
  protect: [],
  breaking: 'allow',
  idempotent: false,
  drift: 'record',
  backup: 'off',
  identity: null,
  protected: false,
}

/**
 * Where nobody says when a backup is taken. A dump of a server may take hours and the server has backups of its own, so
 * it is not begun unasked.
 */
export const defaultBackup: Readonly<Record<StoreKind, Policy['backup']>> = {
  sqlite: 'run',
  pglite: 'run',
  documents: 'run',
  postgres: 'off',
  mysql: 'off',
  neo4j: 'off',
  memory: 'off',
}

export type PresetName = 'ci-job' | 'operator-run' | 'many-databases' | 'phases' | 'documents'

/** Whole policies by name, one for each way of working in docs/ways. */
export const presets: Readonly<Record<PresetName, Partial<Policy>>> = {
  'ci-job': { direction: 'reversible', idempotent: true },
  'operator-run': { direction: 'forward-only', run: 'operator', retry: 'never', files: 'sql', data: 'refuse' },
  'many-databases': { direction: 'reversible', backup: 'migration' },
  phases: { direction: 'reversible', breaking: 'phase' },
  documents: { backup: 'run' },
}

/** What a preset says of documents beside their policy; the store's own words go before it. */
export const documentPresets: Readonly<
  Partial<Record<PresetName, { readonly backupForm: 'sidecar'; readonly minorSteps: 'additive' }>>
> = {
  // The documents of that team: a backup beside each file, and only a new major version may break anything.
  documents: { backupForm: 'sidecar', minorSteps: 'additive' },
}
