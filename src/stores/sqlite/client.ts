/** One SQLite connection through node:sqlite, with every option said: none is left to the driver's defaults. */

import { accessSync, constants, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { LockstepError } from '../../core/error.ts'
import { storeFailure, type About } from './failure.ts'

export type SqliteValue = null | number | bigint | string | Uint8Array

/** A connection by shape: `DatabaseSync` of node:sqlite fits. */
export interface SqliteClient {
  readonly isTransaction: boolean
  exec(text: string): void
  prepare(text: string): SqliteStatement
}

export interface SqliteStatement {
  all(...values: SqliteValue[]): unknown[]
  run(...values: SqliteValue[]): { readonly changes: number | bigint }
  setReadBigInts(enabled: boolean): unknown
}

export type SqliteRow = Readonly<Record<string, unknown>>

export type OwnedClient = SqliteClient & { close(): void }

/** `write` makes the file where there is none; `read` never does. */
export function openClient(path: string, access: 'read' | 'write'): OwnedClient {
  const options = {
    readOnly: access === 'read',
    timeout: 0,
    allowExtension: false,
    // SQLite's own defaults, for which real histories were written; the driver's are stricter.
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
    defensive: false,
    readBigInts: false,
    returnArrays: false,
    allowBareNamedParameters: true,
    allowUnknownNamedParameters: false,
  }
  return new DatabaseSync(path, options)
}

/** What is at the path, found without opening it: closing a database that `fs` opened would drop SQLite's locks. */
export function lookAt(path: string, about: About): 'missing' | 'file' {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found === undefined) return 'missing'
    if (found.isFile()) {
      accessSync(path, constants.R_OK)
      return 'file'
    }
    const reason = found.isDirectory() ? 'it is a folder' : 'it is not a file'
    throw new LockstepError('store-unreadable', { ...about, reason })
  } catch (error) {
    throw storeFailure(error, about) ?? error
  }
}

/** Whether a migrator could write here; a journal needs the folder as much as the file. */
export function isWritable(path: string): boolean {
  return mayWrite(dirname(path)) && mayWrite(path)
}

/** One file has one lock, whichever link leads to it. */
export function realPathOf(path: string): string {
  const absolute = resolve(path)
  const folder = dirname(absolute)
  return realPathOrNull(absolute) ?? join(realPathOrNull(folder) ?? folder, basename(absolute))
}

/** Answers of a PRAGMA or a SELECT. */
export function rowsOf(client: SqliteClient, text: string, ...values: SqliteValue[]): readonly SqliteRow[] {
  return client.prepare(text).all(...values) as readonly SqliteRow[]
}

/** The first value of the first row; `undefined` where there is no row. */
export function valueOf(client: SqliteClient, text: string): unknown {
  return Object.values(rowsOf(client, text)[0] ?? {})[0]
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch (error) {
    // What is not there yet is made; if its folder does not let us, that is said when it is tried.
    return codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR'
  }
}

function realPathOrNull(path: string): string | null {
  try {
    return realpathSync(path)
  } catch (error) {
    const code = codeOf(error)
    // Below what is no folder, or in a circle of links: opening it tells in the words of the catalogue.
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'EACCES' || code === 'ENAMETOOLONG')
      return null
    throw error
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code
}
