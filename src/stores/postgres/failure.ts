/** What PostgreSQL, the network and Node say when something fails, in the words of the catalogue. */

import { LockstepError, isLockstepError, type ErrorContext } from '../../core/error.ts'
import type { FailureReason } from '../../core/errors/run.ts'
import type { SourcePlace } from '../../core/error.ts'

export interface About {
  readonly store: string
  readonly place: string
  readonly database: string
}

/** A failure that has nothing to do with the text that ran: the server, the network, the login. */
export function connectionFailure(error: unknown, about: About): LockstepError | null {
  if (isLockstepError(error)) return error
  const { code, message } = wordsOf(error)
  const context: ErrorContext = { store: about.store, cause: error }
  const reason = code === null ? message : `${message} (${code})`
  const { store, place } = about
  if (code === '28P01' || code === '28000')
    return new LockstepError('access-refused', { store, place, reason }, context)
  if (code === '3D000')
    return new LockstepError('database-missing', { store, place, database: about.database }, context)
  if (code === '25006') return new LockstepError('read-only-target', { store, place, reason }, context)
  if (code === '53100') return new LockstepError('disk-full', { store, place, reason }, context)
  if (isUnreachable(code, message)) return new LockstepError('unreachable', { store, place, reason }, context)
  if (isLost(code, message)) return new LockstepError('connection-lost', { store, place, reason }, context)
  return null
}

/** The statement that failed, where it is, and what the engine may do about it. */
export function statementFailure(
  error: unknown,
  { file, place, statement }: { file: string; place: SourcePlace | null; statement: string | null },
): LockstepError {
  const { code, message } = wordsOf(error)
  return new LockstepError(
    'migration-failed',
    { file, message, code, reason: reasonOf(code) },
    { place, statement, cause: error },
  )
}

/** Whether a server that is still starting, or not yet there, is worth another attempt. */
export function isWorthWaiting(error: unknown): boolean {
  return isLockstepError(error) && (error.code === 'unreachable' || error.code === 'connection-lost')
}

function reasonOf(code: string | null): FailureReason {
  if (code === '55P03') return 'lock-timeout'
  if (code === '40P01' || code === '40001') return 'conflict'
  // 25001: cannot run in a transaction block; 2D000: COMMIT inside a procedure or DO; 55P04: a new enum value is used.
  if (code === '25001' || code === '2D000' || code === '55P04') return 'needs-steps'
  return 'refused'
}

const unreachableCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ENOENT',
  'EACCES',
  '57P03',
  '53300',
])

function isUnreachable(code: string | null, message: string): boolean {
  return (
    (code !== null && unreachableCodes.has(code)) ||
    /timeout expired|timed? ?out.*connect|connect.*timed? ?out/i.test(message)
  )
}

function isLost(code: string | null, message: string): boolean {
  if (
    code !== null &&
    (code.startsWith('08') || ['ECONNRESET', 'EPIPE', '57P01', '57P02', '57P05', '25P03'].includes(code))
  )
    return true
  return /connection terminated|client has encountered a connection error|not queryable|connection was closed|client was closed/i.test(
    message,
  )
}

function wordsOf(error: unknown): { code: string | null; message: string } {
  const nested = error instanceof AggregateError ? error.errors[0] : error
  const code = (nested as { code?: unknown } | null)?.code
  const message = nested instanceof Error ? nested.message : String(nested)
  const detail = (nested as { detail?: unknown } | null)?.detail
  return {
    code: typeof code === 'string' ? code : null,
    message: typeof detail === 'string' ? `${message}: ${detail}` : message,
  }
}
