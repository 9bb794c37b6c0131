/** What is wrong between the files and the history. All of them are reported at once, never the first alone. */

/** Details by code; each code is also an error of the catalogue, with a page in docs/errors. */
export interface ProblemDetails {
  /** An applied file was edited. */
  readonly 'checksum-changed': { readonly appliedAt: string; readonly recorded: string; readonly found: string }
  /** A file older than the newest applied one was never applied. */
  readonly 'late-file': { readonly newest: string }
  /** Applied, but its file is gone although newer files are there. */
  readonly 'missing-file': { readonly appliedAt: string; readonly appliedBy: string }
  readonly 'duplicate-version': { readonly others: readonly string[] }
  readonly 'requires-unknown': { readonly wanted: string }
  /** It exists, but is neither applied nor part of this run. */
  readonly 'requires-pending': { readonly wanted: string }
  readonly 'requires-later': { readonly wanted: string }
  readonly 'requires-circle': { readonly circle: readonly string[] }
  /** A journalled migration stopped half way and does not go on by itself (policy `retry: 'never'`). */
  readonly 'failed-run': {
    readonly stepsDone: number
    readonly stepsTotal: number
    readonly since: string
    readonly by: string
  }
  /** A journalled down stopped half way: the migration is neither applied nor gone. */
  readonly 'half-down': {
    readonly stepsDone: number
    readonly stepsTotal: number
    readonly since: string
    readonly by: string
  }
  /** Steps that have run were edited. */
  readonly 'steps-changed': { readonly stepsDone: number; readonly stepsTotal: number }
  /** Policy `direction: 'reversible'`: neither a down nor a reason why there is none. */
  readonly 'no-way-back': Record<string, never>
  /** Policy `files: 'sql'`. */
  readonly 'code-refused': Record<string, never>
  /** Sorting the file names gives another order than the versions have (policy of teams that order by name). */
  readonly 'order-differs': { readonly after: string }
}

export type ProblemCode = keyof ProblemDetails

export type Problem = {
  readonly [C in ProblemCode]: {
    readonly code: C
    readonly version: string
    /** As the user would name it; `null` where there is none. */
    readonly file: string | null
    readonly details: ProblemDetails[C]
  }
}[ProblemCode]
