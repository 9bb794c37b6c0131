/**
 * Looking at a file, and leaving its folder as it was found. For the readers of a database in WAL mode SQLite makes two
 * files beside it, and a connection that may not write cannot remove them when it closes.
 */

import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { isWritable, openClient, valueOf, type OwnedClient } from './client.ts'
import { isBusy } from './failure.ts'

export interface Reader {
  readonly client: OwnedClient
  readonly close: () => void
}

/** The file must be there, under the path that no link leads to. */
export function openReader(file: string): Reader {
  // What is there already belongs to somebody who works in it, or holds what a killed one has committed.
  const found = hasLog(file)
  const client = openClient(file, 'read')
  const close = (): void => {
    client.close()
    if (!found && hasLog(file) && isWritable(file)) removeLog(file)
  }
  return { client, close }
}

/** Lends a connection that changes nothing. */
export function whileReading<T>(file: string, work: (client: OwnedClient) => T): T {
  const { client, close } = openReader(file)
  try {
    return work(client)
  } finally {
    close()
  }
}

function hasLog(file: string): boolean {
  return existsSync(`${file}-wal`)
}

/**
 * SQLite does it itself, as it knows who else is in: the last connection that may write takes both files away as it
 * closes. If somebody came and went meanwhile, it does what the closing of that one would have done without us.
 */
function removeLog(file: string): void {
  const client = openClient(`${pathToFileURL(file).href}?mode=rw`, 'write')
  try {
    // A connection takes part in the log from its first question on.
    valueOf(client, 'SELECT count(*) FROM sqlite_master')
  } catch (error) {
    // Somebody has come in between: the files are theirs now.
    if (!isBusy(error)) throw error
  } finally {
    client.close()
  }
}
