/** The answer for programs: one object, format 1. Fields are added, never renamed. */

import type { Answer, DocumentsReport, PendingReport, StoreReport } from '../../app/answers/report.ts'
import { describe, describeProblem, isLockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { Problem } from '../../core/problem.ts'
import { driverFacts } from './driver-facts.ts'

export const jsonFormat = 1

type Json = Readonly<Record<string, unknown>>

/** What every answer has, whatever it is about. */
export interface Result extends Json {
  readonly ok: boolean
  readonly exit: ExitCode
}

/** What a command that asks no store answers. */
export interface PlainAnswer {
  readonly command: string
  readonly ok: boolean
  readonly exit: ExitCode
  readonly more: Json
}

/** One line of text for `--json`; `redact` sees each string before it is quoted. */
export function jsonText(value: Json, redact: (text: string) => string): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'string' ? redact(one) : one))
}

export function answerJson(answer: Answer): Result {
  return {
    format: jsonFormat,
    command: answer.command,
    ok: answer.ok,
    exit: answer.exit,
    stores: answer.stores.map(storeJson),
    ...(answer.error === null ? {} : { error: errorJson(answer.error) }),
  }
}

export function plainJson({ command, ok, exit, more }: PlainAnswer): Result {
  return { format: jsonFormat, command, ok, exit, ...more }
}

/** The same answer of a command beside which something failed. What stopped the command itself is told before that. */
export function ownUp(result: Result, { error, exit }: { readonly error: unknown; readonly exit: ExitCode }): Result {
  return { ...result, ok: false, exit, error: result['error'] ?? errorJson(error) }
}

export function failureJson(command: string | null, exit: ExitCode, error: unknown): Result {
  return { format: jsonFormat, command, ok: false, exit, error: errorJson(error) }
}

/** Fields whose form is fixed come first; whatever else a report has follows in snake_case. */
function storeJson(report: StoreReport): Json {
  const { store, kind, place, verdict, version, applied, pending, ahead, problems, documents, error, ...more } = report
  return {
    store,
    kind,
    place,
    verdict,
    version,
    applied,
    pending: pending.map(pendingJson),
    ahead,
    problems: problems.map((one) => problemJson(one, store)),
    ...(snakeKeys(more) as Json),
    ...(documents === undefined || documents === null ? {} : documentsJson(documents)),
    ...(error === null ? {} : { error: errorJson(error) }),
  }
}

/** Versions are keys that belong to the user: they stay as they are. */
function documentsJson({ versions, refusals, ...more }: DocumentsReport): Json {
  return {
    versions,
    ...(snakeKeys(more) as Json),
    refusals: refusals.map(({ error }) => errorJson(error)),
  }
}

function pendingJson(pending: PendingReport): Json {
  const { version, file, description, ...more } = pending
  return { version, file, description, ...(snakeKeys(more) as Json) }
}

export function problemJson(problem: Problem, store: string): Json {
  const { what, why, help } = describeProblem(problem, store)
  return { code: problem.code, version: problem.version, file: problem.file, message: what, why, help }
}

export function errorJson(error: unknown): Json {
  if (!isLockstepError(error)) {
    const message = error instanceof Error ? error.message : String(error)
    const texts = describe('internal', { message })
    return {
      code: 'internal',
      message: texts.what,
      store: null,
      file: null,
      line: null,
      column: null,
      statement: null,
      state_of_store: 'unknown',
      help: texts.help,
    }
  }
  const { why, help } = describe(error.code, error.details)
  const { place } = error
  // Some details name the file although no place in it is known.
  const file = (error.details as { readonly file?: unknown }).file
  return {
    code: error.code,
    message: error.message,
    why,
    store: error.store,
    file: place?.file ?? (typeof file === 'string' ? file : null),
    line: place?.line ?? null,
    column: place?.column ?? null,
    statement: error.statement,
    state_of_store: error.code === 'internal' ? 'unknown' : error.state,
    help,
    problems: error.problems.map((one) => problemJson(one, error.store ?? '')),
    driver: driverFacts(error.cause),
  }
}

/** Keys of nested data in the spelling of JSON: `appliedAt` is `applied_at`. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [snake(key), snakeKeys(one)]))
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
