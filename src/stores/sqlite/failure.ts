/** What SQLite, the driver and the file system say when something fails, in the words of the catalogue. */

import { isLockstepError, LockstepError, type ErrorContext, type SourcePlace } from '../../core/error.ts'
import type { FailureReason } from '../../core/errors/run.ts'

export interface About {
  readonly store: string
  readonly place: string
}

/** A failure of the file, the disk or the rights to it, whatever was run; `null` for all others. */
export function storeFailure(error: unknown, about: About, context: ErrorContext = {}): LockstepError | null {
  if (isLockstepError(error)) return error
  const word = wordOf(error) ?? ''
  const details = { ...about, reason: messageOf(error) }
  const more: ErrorContext = { ...context, cause: error }
  switch (word) {
    case 'SQLITE_FULL':
    case 'ENOSPC':
      return new LockstepError('disk-full', details, more)
    case 'SQLITE_READONLY':
      // A reader may not take back what a killed writer left behind.
      if (isRecovery(error)) return new LockstepError('recovery-needed', about, more)
      return new LockstepError('read-only-target', details, more)
    case 'EROFS':
      return new LockstepError('read-only-target', details, more)
    case 'SQLITE_PERM':
    case 'SQLITE_AUTH':
    case 'EACCES':
    case 'EPERM':
      return new LockstepError('privilege-missing', details, more)
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_IOERR':
    case 'SQLITE_PROTOCOL':
    case 'ENOTDIR':
      return new LockstepError('store-unreadable', details, more)
    default:
      return null
  }
}

/** A failure while the history is read: whatever it is, it is no empty history. */
export function readFailure(error: unknown, about: About): unknown {
  if (wordOf(error) === 'SQLITE_READONLY' && !isRecovery(error)) {
    const reason = 'it is in WAL mode, and its folder cannot be written, where SQLite keeps what readers share'
    return new LockstepError('store-unreadable', { ...about, reason }, { cause: error })
  }
  const known = storeFailure(error, about)
  if (known !== null) return known
  const partial = (error as { code?: unknown } | null)?.code === 'partial-history'
  if (!partial && wordOf(error) === null) return error
  const reason = isBusy(error) ? 'a writer has locked it' : messageOf(error)
  return new LockstepError('store-unreadable', { ...about, reason }, { cause: error })
}

export interface FailedStatement {
  readonly file: string
  readonly place: SourcePlace | null
  readonly statement: string | null
}

/** A failure of what a migration asked for. */
export function statementFailure(error: unknown, about: About, failed: FailedStatement): LockstepError {
  if (isLockstepError(error)) return error
  const { file, ...context } = failed
  const code = wordOf(error)
  // Of a damaged or missing file it is more useful to say which statement met it (ATTACH, say).
  const ofTheStore = code === 'SQLITE_FULL' || code === 'SQLITE_READONLY' ? storeFailure(error, about, context) : null
  const reason = failureReason(error)
  const details = { file, message: messageOf(error), code, reason }
  return ofTheStore ?? new LockstepError('migration-failed', details, { ...context, cause: error })
}

/** Somebody else is writing (or, for an exclusive lock, reading). */
export function isBusy(error: unknown): boolean {
  return wordOf(error) === 'SQLITE_BUSY'
}

export function isSqliteError(error: unknown): boolean {
  return typeof (error as { errcode?: unknown } | null)?.errcode === 'number'
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function failureReason(error: unknown): FailureReason {
  if (isBusy(error)) return 'lock-timeout'
  return /(from within|inside|within) a transaction/.test(messageOf(error)) ? 'needs-steps' : 'refused'
}

/** SQLITE_READONLY_RECOVERY, _ROLLBACK and _CANTINIT: there is a journal to be played back, and we may not write. */
function isRecovery(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode
  return code === 264 || code === 776 || code === 1288
}

/** SQLite's result code by name, or the system's; `null` for an error of another making. */
function wordOf(error: unknown): string | null {
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return extendedWords[errcode] ?? primaryWords[errcode & 0xff] ?? `SQLITE_${errcode}`
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : null
}

const primaryWords: Readonly<Record<number, string>> = {
  1: 'SQLITE_ERROR',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  23: 'SQLITE_AUTH',
  25: 'SQLITE_RANGE',
  26: 'SQLITE_NOTADB',
}

const extendedWords: Readonly<Record<number, string>> = {
  275: 'SQLITE_CONSTRAINT_CHECK',
  787: 'SQLITE_CONSTRAINT_FOREIGNKEY',
  1299: 'SQLITE_CONSTRAINT_NOTNULL',
  1555: 'SQLITE_CONSTRAINT_PRIMARYKEY',
  1811: 'SQLITE_CONSTRAINT_TRIGGER',
  2067: 'SQLITE_CONSTRAINT_UNIQUE',
  3091: 'SQLITE_CONSTRAINT_DATATYPE',
}
