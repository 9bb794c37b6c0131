/** What goes between the main thread and the others: plain data, errors too. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import type { ErrorCode, ErrorDetails } from '../../core/error.ts'
import { systemCode } from '../files/file-system.ts'
import type { Prepared } from '../files/prepare.ts'
import type { Job, Task, TaskAnswer } from './hand.ts'

/** What a thread is started with. */
export interface ThreadData {
  /** For whoever opens the corpus there: transforms and contracts are code, which cannot be sent. */
  readonly corpus: unknown
  readonly job: Job
}

export interface Question {
  readonly id: number
  readonly task: Task
}

/** The first reply says that the corpus is open, or why not; its id is 0. */
export type Reply =
  | { readonly id: number; readonly answer: PackedAnswer | null }
  | { readonly id: number; readonly fault: Fault }

/** An error that must keep its code, or any other as it can be sent. */
export type Fault = { readonly refusal: Refusal } | { readonly error: unknown }

interface Refusal {
  readonly code: ErrorCode
  readonly details: unknown
  /** What a transform threw, or the system said: the same is told whoever met it. */
  readonly cause: { readonly message: string; readonly code: string | null } | null
}

interface PackedAnswer extends Omit<TaskAnswer, 'tally' | 'prepared'> {
  /** As JSON: what waits in the main thread is then one text for hundreds of documents. */
  readonly prepared: { readonly documents: number; readonly text: string }
  readonly tally: Omit<TaskAnswer['tally'], 'refusals'>
  readonly refusals: readonly { readonly document: string; readonly refusal: Refusal }[]
}

export function packAnswer({ tally: { refusals, ...tally }, prepared, ...rest }: TaskAnswer): PackedAnswer {
  const { documents } = prepared
  const packed = refusals.map(({ document, error }) => ({ document, refusal: refusalOf(error) }))
  return { ...rest, tally, refusals: packed, prepared: { documents, text: JSON.stringify(prepared.read()) } }
}

export function unpackAnswer({ tally, refusals, prepared: { documents, text }, ...rest }: PackedAnswer): TaskAnswer {
  const unpacked = refusals.map(({ document, refusal }) => ({ document, error: errorOf(refusal) }))
  // Packed above, on the other side.
  const read = (): readonly Prepared[] => JSON.parse(text) as readonly Prepared[]
  return { ...rest, tally: { ...tally, refusals: unpacked }, prepared: { documents, read } }
}

export function packFault(error: unknown): Fault {
  return isLockstepError(error) ? { refusal: refusalOf(error) } : { error }
}

export function unpackFault(fault: Fault): unknown {
  return 'refusal' in fault ? errorOf(fault.refusal) : fault.error
}

function refusalOf({ code, details, cause }: LockstepError): Refusal {
  return { code, details, cause: cause instanceof Error ? { message: cause.message, code: systemCode(cause) } : null }
}

function errorOf({ code, details, cause }: Refusal): LockstepError {
  // Code and details left an error together.
  return new LockstepError(code, details as ErrorDetails<ErrorCode>, cause === null ? {} : { cause: causeOf(cause) })
}

function causeOf({ message, code }: NonNullable<Refusal['cause']>): Error {
  return Object.assign(new Error(message), code === null ? {} : { code })
}
