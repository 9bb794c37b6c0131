/** A migration as everything but its text: enough to judge, to order and to plan. */

import type { Checksum } from './checksum.ts'

export type Direction = 'up' | 'down'

/** `auth/0003`, or `0003` for the same store. */
export interface Requirement {
  readonly store: string | null
  readonly version: string
}

/** How far along a migration's lines a file says it may go; read from the comments at its head. */
export interface Directives {
  readonly requires: readonly Requirement[]
  /** Runs step by step, outside one transaction. */
  readonly noTransaction: boolean
  /** Why there is no way down; `null` where nothing was said. */
  readonly irreversible: string | null
  readonly breaking: boolean
  readonly lockTimeoutMs: number | null
  readonly statementTimeoutMs: number | null
  readonly allow: readonly { readonly rule: string; readonly why: string }[]
}

export const noDirectives: Directives = {
  requires: [],
  noTransaction: false,
  irreversible: null,
  breaking: false,
  lockTimeoutMs: null,
  statementTimeoutMs: null,
  allow: [],
}

/** What judging needs of a migration. The guard's manifest is a list of these. */
export interface MigrationRef {
  readonly version: string
  readonly description: string
  /** The file as the user would name it: relative to the working folder, with `/`. */
  readonly file: string
  readonly checksum: Checksum
  readonly breaking: boolean
  /** Runs after the versioned ones whenever its checksum changes. */
  readonly repeatable: boolean
}

/** Where the text or the code of one direction of a migration is. */
export interface Body {
  /** Absolute path; for migrations that live in code, a name that tells where. */
  readonly path: string
  /** As the user would name it. */
  readonly file: string
  readonly language: 'sql' | 'cypher' | 'module'
  /** Characters before and after this part when several parts share one file (dbmate, goose). */
  readonly range: { readonly start: number; readonly end: number } | null
}

export interface Migration extends MigrationRef {
  readonly directives: Directives
  readonly up: Body
  readonly down: Body | null
}

/** Repeatables are recorded under this prefix, as Flyway names their files. */
export const repeatablePrefix = 'R__'

/** Whether a recorded version names a repeatable. */
export function isRepeatableVersion(version: string): boolean {
  return version.startsWith(repeatablePrefix)
}
