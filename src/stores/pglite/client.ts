/** PGlite behind the same face as a PostgreSQL connection. It has one session, in this process. */

import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { LockstepError } from '../../core/error.ts'
import type { Row } from '../../readers/history-row.ts'
import type { PostgresClient } from '../postgres/client.ts'
import { splitStatements } from '../sql/split.ts'

/** What is used of PGlite, by shape: an application may bring its own. */
export interface PgliteLike {
  exec(
    text: string,
    options?: { onNotice?: (notice: { message?: string | undefined }) => void },
  ): Promise<{ rows: unknown[] }[]>
  query(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>
  /** The folder as a tar; only asked for by backups. */
  dumpDataDir?(compression: 'none'): Promise<Blob>
  close(): Promise<void>
}

export const pglitePackage = '@electric-sql/pglite'
export const pgliteVersion = '0.5.16'

/**
 * Opens a folder, or a database in memory where there is none; a new one out of `tar`. The package is loaded only here:
 * most projects do not need it.
 */
export async function loadPglite(folder: string | null, tar: Blob | null = null): Promise<PgliteLike> {
  let module: { PGlite: new (options: Options) => PgliteLike & { waitReady: Promise<void> } }
  try {
    module = await import('@electric-sql/pglite')
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new LockstepError(
      'driver-missing',
      { kind: 'pglite', package: pglitePackage, version: pgliteVersion },
      { cause: error },
    )
  }
  const database = new module.PGlite({
    ...(folder === null ? {} : { dataDir: folder }),
    ...(tar === null ? {} : { loadDataDir: tar }),
  })
  await database.waitReady
  return database
}

interface Options {
  readonly dataDir?: string
  readonly loadDataDir?: Blob
}

/** A connection, and for backups the dump of the whole folder. It blocks this thread: a signal is heard between two texts. */
export type PgliteConnection = PostgresClient & { readonly dump?: () => Promise<Blob> }

export function adaptPglite(database: PgliteLike): PgliteConnection {
  const listeners: ((message: string) => void)[] = []
  const state = { transaction: 'I' as 'I' | 'T' | 'E', cancelled: false }
  const onNotice = (notice: { message?: string | undefined }): void =>
    listeners.forEach((listener) => listener(notice.message ?? ''))
  return {
    pid: 0,
    localPort: null,
    lost: false,
    get transaction() {
      return state.transaction
    },
    onNotice: (listener) => void listeners.push(listener),
    run: async (text) => {
      await turnOfTheLoop()
      const after = transactionAfter(text, state.transaction)
      refuseCancelled(state, after)
      try {
        const results = await database.exec(text, { onNotice })
        state.transaction = after
        return results.map((one) => one.rows as Row[])
      } catch (error) {
        // It does not tell; a rollback too many is only a warning.
        state.transaction = 'E'
        throw Object.assign(error as Error, { completed: 0 })
      }
    },
    query: async (text, values) => {
      await turnOfTheLoop()
      refuseCancelled(state, state.transaction)
      return (await database.query(text, [...values])).rows as Row[]
    },
    // It runs in this very thread: nobody could ask while a text works, but the next one of the transaction does not begin.
    cancel: async () => {
      state.cancelled = true
    },
    ...(database.dumpDataDir === undefined ? {} : { dump: () => dumpOf(database) }),
    close: () => database.close(),
  }
}

/** As a server does: a transaction fails, and can only be rolled back. What begins and ends in one text is let through. */
function refuseCancelled(state: { transaction: 'I' | 'T' | 'E'; cancelled: boolean }, after: 'I' | 'T' | 'E'): void {
  if (!state.cancelled) return
  state.cancelled = false
  if (state.transaction !== 'T' && after !== 'T') return
  if (state.transaction === 'T') state.transaction = 'E'
  throw Object.assign(new Error('cancelled between two statements'), { code: '57014', completed: 0 })
}

async function dumpOf(database: PgliteLike): Promise<Blob> {
  if (database.dumpDataDir === undefined) throw new Error('this PGlite cannot dump its folder')
  return await database.dumpDataDir('none')
}

/** PGlite does not say whether a transaction is open, but all of its texts come from here. */
function transactionAfter(text: string, before: 'I' | 'T' | 'E'): 'I' | 'T' | 'E' {
  let state = before
  for (const { traits } of splitStatements([text], 'postgres', 'lockstep')) {
    if (traits.control === 'begin') state = 'T'
    else if (traits.control !== 'none') state = 'I'
  }
  return state
}
