/**
 * One writer at a time for the moment in which documents get their new texts. A run holds its own lock for minutes; a
 * program that stores a document cannot wait that long, so both take this one for looking once more and renaming.
 */

import { chownSync, closeSync, fchmodSync, mkdirSync, openSync, statSync, accessSync, constants } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { LockstepError } from '../../core/error.ts'
import { systemCode } from './file-system.ts'

/** A part of a batch is renamed in some hundredths of a second; whoever holds it longer is stopped, not at work. */
const waitMsMax = 30_000

/** Busy, as SQLite says it. */
const busy = 5

/**
 * Runs `work` as the only one, over all processes, that is alone at `path`. The system gives it free with the process,
 * however it ends. `work` must not wait for anything.
 */
export function whileAlone<T>(path: string, work: () => T): T {
  const lock = openLock(path)
  try {
    take(lock, path)
    return work()
  } finally {
    lock.close()
  }
}

function openLock(path: string): DatabaseSync {
  try {
    makeLockFile(path)
    // Loaded with the first write: a program that only reads needs no SQLite.
    const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
    return new Database(path, { timeout: waitMsMax, allowExtension: false })
  } catch (error) {
    throw unwritable(path, error)
  }
}

function take(lock: DatabaseSync, path: string): void {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    // On a file that it may not write, SQLite turns this into a shared lock without a word.
    accessSync(path, constants.W_OK)
  } catch (error) {
    const code = (error as { readonly errcode?: unknown }).errcode
    if (typeof code !== 'number' || (code & 0xff) !== busy) throw unwritable(path, error)
    throw new LockstepError('lock-held', { store: path, holder: 'another process', waitedMs: waitMsMax })
  }
}

/** Made as the folder of the corpus is owned, so that a program can take what an operator's run has made. */
function makeLockFile(path: string): void {
  const folder = dirname(path)
  const root = statSync(dirname(folder))
  if (mkdirSync(folder, { recursive: true }) !== undefined && process.getuid?.() === 0) {
    chownSync(folder, root.uid, root.gid)
  }
  try {
    const file = openSync(path, 'wx')
    try {
      fchmodSync(file, root.mode & 0o666)
      if (process.getuid?.() === 0) chownSync(path, root.uid, root.gid)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}

function unwritable(path: string, cause: unknown): LockstepError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new LockstepError('read-only-target', { store: path, place: path, reason }, { cause })
}
