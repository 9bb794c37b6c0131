/** The one error that is thrown: a word of the catalogue, its details, and where it happened. */

import { backupErrors } from './errors/backup.ts'
import { connectionErrors } from './errors/connection.ts'
import { documentErrors } from './errors/documents.ts'
import type { Entry, ExitCode } from './errors/entry.ts'
import { historyErrors } from './errors/history.ts'
import { policyErrors } from './errors/policy.ts'
import { rehearseErrors } from './errors/rehearse.ts'
import { runErrors } from './errors/run.ts'
import { sqliteErrors } from './errors/sqlite.ts'
import { useErrors } from './errors/use.ts'
import type { Problem } from './problem.ts'

export const catalogue = {
  ...useErrors,
  ...historyErrors,
  ...policyErrors,
  ...connectionErrors,
  ...runErrors,
  ...rehearseErrors,
  ...documentErrors,
  ...sqliteErrors,
  ...backupErrors,
}

export type ErrorCode = keyof typeof catalogue
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof catalogue)[C]['what']>[0]

/** A place in a file, with the line to show. */
export interface SourcePlace {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly column: number
  /** The text of that line; `null` where it is not at hand. */
  readonly excerpt: string | null
}

export interface ErrorContext {
  readonly place?: SourcePlace | null
  /** The failing statement, shortened. */
  readonly statement?: string | null
  /** What this left behind: "nothing was changed", "1 of 3 steps are committed". */
  readonly state?: string
  readonly store?: string
  readonly problems?: readonly Problem[]
  readonly cause?: unknown
}

/** The state of a store of which an error says nothing else. */
export const untouched = 'nothing was changed'

/** Told apart by `code`, never by class or text: two copies of a package in one tree have two classes. */
export class LockstepError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly details: ErrorDetails<C>
  readonly place: SourcePlace | null
  readonly statement: string | null
  readonly state: string
  readonly store: string | null
  readonly problems: readonly Problem[]

  constructor(code: C, details: ErrorDetails<C>, context: ErrorContext = {}) {
    super(describe(code, details).what, context.cause === undefined ? {} : { cause: context.cause })
    this.name = 'LockstepError'
    this.code = code
    this.details = details
    this.place = context.place ?? null
    this.statement = context.statement ?? null
    this.state = context.state ?? untouched
    this.store = context.store ?? storeOf(details)
    this.problems = context.problems ?? []
  }

  /** The same error, told with more or other circumstances. */
  told(more: ErrorContext): LockstepError<C> {
    const { code, details, place, statement, state, store, problems, cause } = this
    const known = { place, statement, state, problems, cause, ...(store === null ? {} : { store }) }
    return new LockstepError(code, details, { ...known, ...more })
  }

  /** The same error, told with what it left behind. */
  withState(state: string): LockstepError<C> {
    return this.told({ state })
  }

  get exit(): ExitCode {
    // The one entry for both signals cannot know which it was.
    const bySigterm = this.code === 'interrupted' && (this.details as { signal?: unknown }).signal === 'SIGTERM'
    return bySigterm ? 143 : catalogue[this.code].exit
  }
}

/** The texts of one entry for these details. */
export function describe<C extends ErrorCode>(
  code: C,
  details: ErrorDetails<C>,
): { what: string; why: string; help: readonly string[] } {
  // The catalogue's type keeps entry and details together; TypeScript cannot follow that through the index.
  const found = catalogue[code] as unknown as Entry<ErrorDetails<C>>
  return { what: found.what(details), why: found.why, help: found.help(details) }
}

/** The texts of a problem. */
export function describeProblem(
  problem: Problem,
  store: string,
): { what: string; why: string; help: readonly string[] } {
  const found = catalogue[problem.code] as unknown as Entry<object>
  const details = { ...problem.details, version: problem.version, file: problem.file, store }
  return { what: found.what(details), why: found.why, help: found.help(details) }
}

export function isLockstepError(error: unknown): error is LockstepError {
  if (!(error instanceof Error) || error.name !== 'LockstepError') return false
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && Object.hasOwn(catalogue, code)
}

/** For what must be true. Our mistake, not the user's. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new LockstepError('internal', { message })
}

/** Of several outcomes, the one that the process reports: 6 before 8, 4, 5, 7, 1. */
export function worstExit(exits: readonly ExitCode[]): ExitCode {
  const order: readonly ExitCode[] = [6, 8, 4, 5, 7, 1, 2, 3, 143, 130, 0]
  return order.find((exit) => exits.includes(exit)) ?? 0
}

function storeOf(details: unknown): string | null {
  const store = (details as { store?: unknown }).store
  return typeof store === 'string' ? store : null
}
