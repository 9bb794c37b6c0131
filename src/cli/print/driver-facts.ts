/** What the driver of a store said, from the error it threw. */

import { isLockstepError } from '../../core/error.ts'

export interface DriverFacts {
  readonly message: string
  /** SQLSTATE, or the name the driver has for it. */
  readonly code: string | null
  readonly detail: string | null
  readonly hint: string | null
}

/** `null` where there is no cause, or it says nothing. */
export function driverFacts(cause: unknown): DriverFacts | null {
  // One error of ours told as another: what the driver said lies below it.
  if (isLockstepError(cause)) return driverFacts(cause.cause)
  if (!(cause instanceof Error) || cause.message === '') return null
  // Drivers add fields of their own; each is looked at before it is used.
  const fields = cause as unknown as Record<string, unknown>
  const text = (name: string) => {
    const value = fields[name]
    return typeof value === 'string' && value !== '' ? value : null
  }
  return { message: cause.message, code: text('code'), detail: text('detail'), hint: text('hint') }
}
