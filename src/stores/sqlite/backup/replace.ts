/** A checked copy takes the place of a SQLite database: in one transaction of SQLite, or by its name. */

import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import type { Clock, ReplaceOptions } from '../../../core/ports.ts'
import { LockstepError } from '../../../core/error.ts'
import { syncPath } from '../../staged-file.ts'
import { openClient, valueOf, type OwnedClient } from '../client.ts'
import { isBusy, storeFailure, type About } from '../failure.ts'

export interface Replacing {
  readonly staged: string
  readonly target: string
  readonly about: About
  readonly clock: Clock
}

/**
 * Whoever has the database open would go on with the old file if it were renamed away; so it is overwritten page by
 * page in one transaction, which SQLite itself takes back after a crash or on a full disk. Only what SQLite cannot
 * open any more is moved aside.
 */
export async function replaceFile(replacing: Replacing, options: ReplaceOptions): Promise<string | null> {
  const { target } = replacing
  if (options.present === 'saved' && existsSync(target)) {
    await replaceInPlace(replacing, options)
    return null
  }
  return await replaceByName(replacing)
}

async function replaceInPlace(replacing: Replacing, { signal, waitMs }: ReplaceOptions): Promise<void> {
  const { staged, target, about, clock } = replacing
  const source = openClient(staged, 'write')
  try {
    // The target keeps its own journal mode, which is its application's choice.
    source.exec('PRAGMA journal_mode = DELETE')
    alignPageSize(source, target)
    const begun = clock.now()
    while (!(await overwrite(source, replacing))) {
      if (signal.aborted) throw signal.reason
      const busy = whoIsIn(target)
      if (clock.now() - begun >= waitMs) {
        const others = [busy ?? 'somebody writes all the time']
        throw new LockstepError('store-in-use', { store: about.store, place: about.place, others })
      }
      // Short: between two transactions of a busy writer there is not much time.
      await clock.sleep(pauseMs * (0.5 + clock.random()), signal)
    }
  } catch (error) {
    throw storeFailure(error, about) ?? error
  } finally {
    source.close()
  }
}

const pauseMs = 10

/** A WAL database cannot change the size of its pages; without others in it, it can leave WAL for that. */
function alignPageSize(source: OwnedClient, target: string): void {
  const client = openClient(target, 'write')
  try {
    const same = valueOf(client, 'PRAGMA page_size') === valueOf(source, 'PRAGMA page_size')
    if (!same && valueOf(client, 'PRAGMA journal_mode') === 'wal') client.exec('PRAGMA journal_mode = DELETE')
  } finally {
    client.close()
  }
}

/** Why the database cannot be written at this moment. node:sqlite does not tell a busy target from any other failure. */
function whoIsIn(target: string): string | null {
  const client = openClient(target, 'write')
  try {
    client.exec(valueOf(client, 'PRAGMA journal_mode') === 'wal' ? 'BEGIN IMMEDIATE' : 'BEGIN EXCLUSIVE')
    client.exec('ROLLBACK')
    return null
  } catch (error) {
    if (!isBusy(error)) throw error
    return 'another connection reads or writes it'
  } finally {
    client.close()
  }
}

/** `false`: somebody was quicker. All pages in one step, so that nobody waits for a lock in the middle. */
async function overwrite(source: OwnedClient, { target, about }: Replacing): Promise<boolean> {
  try {
    await backup(asDatabase(source), target, { rate: 0x7f_ff_ff_ff })
    return true
  } catch (error) {
    const { errcode = 0 } = (error ?? {}) as { errcode?: number }
    if (errcode === 0 || isBusy(error)) return false
    const known = storeFailure(error, about)
    if (known !== null) throw known
    const reason = error instanceof Error ? error.message : String(error)
    throw new LockstepError('restore-failed', { store: about.store, file: target, reason }, { cause: error })
  }
}

/** The old files stay beside, under a name that says when. */
async function replaceByName({ staged, target, clock }: Replacing): Promise<string | null> {
  const stamp = new Date(clock.now()).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-')
  const aside = existsSync(target) ? `${target}.before-restore-${stamp}` : null
  // First what belongs to the old file: beside the new one it would be played back into it.
  for (const ending of ['-wal', '-shm', '-journal']) {
    if (existsSync(target + ending))
      await rename(target + ending, (aside ?? `${target}.before-restore-${stamp}`) + ending)
  }
  if (aside !== null) await rename(target, aside)
  await rename(staged, target)
  await syncPath(dirname(target))
  return aside
}

/** `openClient` gives node:sqlite's own, of which the rest of this store needs less. */
export function asDatabase(client: OwnedClient): DatabaseSync {
  return client as unknown as DatabaseSync
}
