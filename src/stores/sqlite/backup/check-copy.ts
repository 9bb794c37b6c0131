/** Whether a copy of a SQLite database is whole, and what it holds: looked at here, or in a thread where it takes long. */

import { statSync } from 'node:fs'
import { extname } from 'node:path'
import type { CopyChecks } from '../../../core/backup.ts'
import { LockstepError } from '../../../core/error.ts'
import { openClient, type OwnedClient } from '../client.ts'
import { storeFailure } from '../failure.ts'
import { checkWhole, readContents } from './contents.ts'

export interface Copied {
  readonly path: string
  readonly store: string
  readonly historyTable: string
}

/** Below it a thread takes longer to start than to look. */
const threadFromBytes = 32 * 1024 * 1024

/** Throws `backup-unusable`. In a thread signals are heard meanwhile, and the copy is hashed or compressed. */
export async function checkCopy(copied: Copied): Promise<CopyChecks> {
  const isLarge = statSync(copied.path).size >= threadFromBytes
  return (isLarge ? await checkInThread(copied) : null) ?? checkHere(copied)
}

/** Opened for writing, because the check of FTS5 is a statement that writes; it changes nothing. */
export function checkHere({ path, store, historyTable }: Copied): CopyChecks {
  let client: OwnedClient | null = null
  try {
    client = openClient(path, 'write')
    const checked = checkWhole(client, { store, file: path })
    return { ...checked, contents: readContents(client, historyTable) }
  } catch (error) {
    const damage = storeFailure(error, { store, place: path })
    if (damage?.code !== 'store-unreadable') throw damage ?? error
    throw new LockstepError('backup-unusable', { store, file: path, reason: String(damage.cause) }, { cause: error })
  } finally {
    client?.close()
  }
}

/** `null` where the thread has found damage, or could not look: then it is found and thrown here. */
async function checkInThread(copied: Copied): Promise<CopyChecks | null> {
  // Not imported above: most runs start no thread.
  const { Worker } = process.getBuiltinModule('node:worker_threads')
  // The same beside its source and in the build, where both are chunks.
  const entry = new URL(`./check-thread${extname(import.meta.url)}`, import.meta.url)
  return await new Promise((resolve) => {
    const worker = new Worker(entry, { workerData: copied })
    worker.on('message', (checks: CopyChecks) => resolve(checks))
    worker.on('error', () => resolve(null))
    worker.on('exit', () => resolve(null))
  })
}
