/**
 * The lock of stores that have none of their own: a small database beside the data, held in BEGIN EXCLUSIVE. The
 * operating system releases it with the process, however it ends. The lock database is never unlinked: a process that
 * waits on the old file and one that makes a new one would both hold "the" lock.
 */

import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LockstepError } from '../core/error.ts'
import type { LockHolder } from '../core/event.ts'
import { waitForLock, type WaitOptions } from './wait-for-lock.ts'

/** Runs `work` as the only one, over all processes, that holds the lock at `path`. The folder is made if need be. */
export async function whileSideLocked<T>(path: string, options: WaitOptions, work: () => Promise<T>): Promise<T> {
  const lock = openLock(path, options.store)
  try {
    await waitForLock({ take: () => takeExclusive(lock, path, options.store), holder: () => readText(path) }, options)
    try {
      writeText(path, options)
      return await work()
    } finally {
      // Before the lock is released: afterwards it could be the text of the next holder.
      rmSync(holderPath(path), { force: true })
    }
  } finally {
    lock.close()
  }
}

/** Whether the lock is held at this moment, and by whom. Asking takes a shared lock for an instant, and waits for none. */
export function readSideLock(path: string): { readonly held: boolean; readonly holder: LockHolder | null } {
  let reader: DatabaseSync | null = null
  try {
    reader = new DatabaseSync(path, { readOnly: true, timeout: 0 })
    reader.prepare('SELECT count(*) FROM sqlite_master').all()
    return { held: false, holder: null }
  } catch (error) {
    if (primaryCode(error) === busy) return { held: true, holder: readText(path) }
    // Nobody has ever locked, or nobody can: whoever tries to lock is told why.
    if (primaryCode(error) === cannotOpen) return { held: false, holder: null }
    throw error
  } finally {
    reader?.close()
  }
}

const busy = 5
const full = 13
const cannotOpen = 14

function openLock(path: string, store: string): DatabaseSync {
  try {
    mkdirSync(dirname(path), { recursive: true })
    return new DatabaseSync(path, { timeout: 0, allowExtension: false })
  } catch (error) {
    throw new LockstepError('read-only-target', { store, place: path, reason: reasonOf(error) }, { cause: error })
  }
}

function takeExclusive(lock: DatabaseSync, path: string, store: string): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    const code = primaryCode(error)
    if (code === busy) return false
    throw new LockstepError(
      code === full ? 'disk-full' : 'store-unreadable',
      { store, place: path, reason: reasonOf(error) },
      { cause: error },
    )
  }
  assertExclusive(path, store)
  return true
}

/** On a file that it may not write, SQLite turns BEGIN EXCLUSIVE into a shared lock without a word. */
function assertExclusive(path: string, store: string): void {
  try {
    accessSync(path, constants.W_OK)
  } catch (error) {
    throw new LockstepError('read-only-target', { store, place: path, reason: reasonOf(error) }, { cause: error })
  }
}

function holderPath(path: string): string {
  return `${path}.holder`
}

function writeText(path: string, { holder, store }: WaitOptions): void {
  try {
    writeFileSync(holderPath(path), `${JSON.stringify(holder)}\n`)
  } catch (error) {
    const code = (error as { code?: unknown }).code === 'ENOSPC' ? 'disk-full' : 'read-only-target'
    throw new LockstepError(code, { store, place: holderPath(path), reason: reasonOf(error) }, { cause: error })
  }
}

/** The text beside the lock; `null` while it is not there or not whole, as between taking the lock and writing it. */
function readText(path: string): LockHolder | null {
  try {
    return decodeHolder(JSON.parse(readFileSync(holderPath(path), 'utf8')))
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}

function decodeHolder(value: unknown): LockHolder | null {
  const { host, pid, runId, since } = (value ?? {}) as Record<string, unknown>
  if (typeof host !== 'string' || typeof pid !== 'number' || typeof runId !== 'string') return null
  return { host, pid, runId, since: typeof since === 'string' ? since : null }
}

function primaryCode(error: unknown): number | null {
  const code = (error as { errcode?: unknown } | null)?.errcode
  return typeof code === 'number' ? code & 0xff : null
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
