/** What a corpus says of its documents: where the version stands, what is protected, which ones are left alone. */

import type { JsonValue } from '../json/value.ts'
import { defaultLimits, type Limits } from '../json/parse.ts'
import { parsePath, type Path } from '../transforms/paths.ts'

export interface DocumentRules {
  /** Where a document says its version. */
  readonly version: Path
  /** The version of documents that do not say one; `null` refuses them. */
  readonly versionWhenMissing: string | null
  /** The key of the list that gets an entry a migration; `null` for none. */
  readonly history: string | null
  /** What no transform may change or remove once it is there. */
  readonly protect: readonly Path[]
  /** `additive`: a step within one major version may add, and change nothing that is there. */
  readonly minorSteps: 'any' | 'additive'
  /** Documents that somebody is still writing: left as they are, and counted. */
  readonly leaveAlone: readonly { readonly at: Path; readonly values: readonly JsonValue[] }[]
  /** Files with several names; the others would keep the old text. */
  readonly hardLinks: 'refuse' | 'allow'
  readonly limits: Limits
}

/** As a configuration says it. */
export interface DocumentSettings {
  readonly version?: string
  readonly versionWhenMissing?: string
  readonly history?: string | false
  readonly protect?: readonly string[]
  readonly minorSteps?: 'any' | 'additive'
  /** `{ status: ['running'] }` */
  readonly leaveAlone?: Readonly<Record<string, readonly (string | number | boolean | null)[]>>
  readonly hardLinks?: 'refuse' | 'allow'
  readonly limits?: Partial<Limits>
}

/** The rules that settings mean, with the default for each that is not said. */
export function rulesOf(settings: DocumentSettings): DocumentRules {
  const leaveAlone = settings.leaveAlone ?? { status: ['running'] }
  return {
    version: parsePath(settings.version ?? 'schema_version'),
    versionWhenMissing: settings.versionWhenMissing ?? null,
    history: settings.history === false ? null : (settings.history ?? 'migration_history'),
    protect: (settings.protect ?? []).map(parsePath),
    minorSteps: settings.minorSteps ?? 'any',
    leaveAlone: Object.entries(leaveAlone).map(([path, values]) => ({ at: parsePath(path), values })),
    hardLinks: settings.hardLinks ?? 'refuse',
    limits: { ...defaultLimits, ...settings.limits },
  }
}
