/** The form of an entry of the error catalogue. */

/** 1 failed, 2 wrong use, 3 the answer is no, 4 refused, 5 lock held, 6 partial or unknown, 7 some failed, 8 incompatible. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 130 | 143

export interface Entry<Details> {
  readonly exit: ExitCode
  /** What happened, with the names of the things. */
  readonly what: (details: Details) => string
  /** Why it is refused or could not be done; one or two sentences. */
  readonly why: string
  /** What to do; commands where there are any. */
  readonly help: (details: Details) => readonly string[]
}

/** Fixes the type of one entry's details. */
export function entry<Details>(one: Entry<Details>): Entry<Details> {
  return one
}
