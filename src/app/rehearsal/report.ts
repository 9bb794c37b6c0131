/** From what a rehearsal has shown to what is told of it. */

import type { LockstepError } from '../../core/error.ts'
import type { Migration } from '../../core/migration.ts'
import type { Policy } from '../../core/policy.ts'
import type { Difference } from '../../core/shape.ts'
import type { LostRows } from '../../rehearse/rows.ts'
import type { Sql } from '../../rehearse/tables.ts'
import { isAcceptable, type Declared, type LegName, type RehearsalVerdict } from '../../rehearse/verdict.ts'
import type { Scratch } from '../opening/target.ts'
import type { Beyond, ScriptTold } from './read.ts'
import type { Outcome } from './rehearse-one.ts'

/** What stopped a leg. */
export interface RehearsalFailure {
  readonly code: string
  readonly message: string
  readonly file: string | null
  readonly line: number | null
  readonly column: number | null
  readonly statement: string | null
}

export interface RehearsedReport {
  readonly version: string
  readonly file: string
  readonly verdict: RehearsalVerdict
  /** Whether a pipeline may go on; see `isAcceptable`. */
  readonly acceptable: boolean
  /** The leg that decided it, and on which rows; `null` where all went well. */
  readonly leg: LegName | null
  readonly data: 'empty' | 'seeded'
  readonly reason: string | null
  readonly error: RehearsalFailure | null
  readonly differences: readonly Difference[]
  readonly lost: readonly LostRows[]
  readonly notes: readonly string[]
  readonly ms: number
}

type Reported = Omit<RehearsedReport, 'ms'>

/** What else is known of the place where it was rehearsed. */
export interface Surroundings {
  readonly direction: Policy['direction']
  /** Verdicts that are meant. */
  readonly allowed: readonly string[]
  readonly told: ScriptTold | undefined
  /** What ran on a shared server without having been read for what it reaches. */
  readonly unread: readonly string[]
  readonly missing: Scratch['missing']
  /** Files before it that could not be run. */
  readonly broken: readonly string[]
}

/** One line of the report. */
export function reportOutcome(migration: Migration, { judged, data, notes }: Outcome, around: Surroundings): Reported {
  const { leg, failure, differences, lost } = judged
  const verdict = judged.verdict === 'none' && migration.repeatable ? 'exact' : judged.verdict
  const { irreversible } = migration.directives
  const declared: Declared = { irreversible, allowed: around.allowed, direction: around.direction }
  return {
    version: migration.version,
    file: migration.file,
    verdict,
    acceptable: isAcceptable(verdict, declared),
    leg,
    data,
    reason: failure?.message ?? irreversible ?? reasonOf(verdict),
    error: failure === null ? null : failureReport(failure),
    differences,
    lost,
    notes: [...notes, ...around.unread.map(unreadNote), ...(failure === null ? [] : whyItMayFail(around))],
  }
}

/** One line of the report for what was not run at all. */
export function reportRefusal({ version, file }: Migration, beyond: Beyond, { dialect }: Sql): RehearsedReport {
  return {
    version,
    file,
    verdict: 'refused',
    acceptable: false,
    leg: null,
    data: 'empty',
    reason: `line ${beyond.line} of ${beyond.file}: ${beyond.why}: ${beyond.statement}`,
    error: null,
    differences: [],
    lost: [],
    notes: [
      dialect === 'sqlite' ? 'try it on a copy of the files by hand' : 'nothing is shared in memory: --on pglite',
    ],
    ms: 0,
  }
}

function unreadNote(what: string): string {
  return `${what}: whether it reaches beyond its database cannot be seen`
}

function reasonOf(verdict: RehearsalVerdict): string | null {
  if (verdict === 'none') return 'there is no down'
  return verdict === 'empty' ? 'the down changes nothing' : null
}

function failureReport({ code, message, place, statement }: LockstepError): RehearsalFailure {
  return {
    code,
    message,
    file: place?.file ?? null,
    line: place?.line ?? null,
    column: place?.column ?? null,
    statement,
  }
}

function whyItMayFail({ told, missing: all, broken }: Surroundings): string[] {
  const missing = all.filter((one) => told?.extensions.includes(one.name) === true)
  const before = broken.slice(0, 3).join(', ')
  return [
    ...missing.map((one) => `the extension ${one.name} is not here: ${one.remedy}`),
    ...(broken.length === 0 ? [] : [`before it ${before}${broken.length > 3 ? ', ...' : ''} could not be run`]),
  ]
}
