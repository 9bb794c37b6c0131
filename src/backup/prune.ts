/** Lets go of backups that are too old, once one of those that stay was read to its end. */

import { isLockstepError } from '../core/error.ts'
import { listBackups, removeBackup, type FoundBackup } from './folder.ts'
import { readableBackup, readThrough } from './read-back.ts'
import { choosePruned, type Retention } from './retention.ts'

export interface Pruning {
  readonly folder: string
  readonly store: { readonly name: string; readonly kind: string; readonly place: string }
  readonly retention: Retention
  readonly nowMs: number
  /** The backup that was made a moment ago, and so is whole; `null`: nobody has read any. */
  readonly proven: string | null
}

/** The files that were removed, oldest first. Under the lock of the folder. */
export async function pruneFolder({ folder, store, retention, nowMs, proven }: Pruning): Promise<string[]> {
  // Another store may have the same name elsewhere: its backups are not ours to count or to remove.
  const own = (await listBackups(folder, store.name)).filter(
    ({ manifest }) => manifest === null || manifest.place === store.place,
  )
  const damaged = new Set<string>()
  // Each round but the last one finds a damaged one.
  for (;;) {
    const isWhole = (one: FoundBackup): boolean => one.fault === null && !damaged.has(one.file)
    const kept = own.map((one) => ({ file: one.file, takenAtMs: takenAtOf(one), verified: isWhole(one) }))
    const pruned = choosePruned(kept, retention, nowMs)
    const newest = own.find((one) => isWhole(one) && !pruned.includes(one.file))
    // Where nothing whole would stay, the damaged ones may be all that there is.
    if (pruned.length === 0 || newest === undefined) return []
    if (newest.file === proven || (await isReadable(newest, store))) {
      for (const one of own) if (pruned.includes(one.file)) await removeBackup(one.path)
      return pruned
    }
    damaged.add(newest.file)
  }
}

async function isReadable(found: FoundBackup, store: Pruning['store']): Promise<boolean> {
  try {
    await readThrough(readableBackup(found, store), () => undefined)
    return true
  } catch (error) {
    if (isLockstepError(error) && error.code === 'backup-unusable') return false
    throw error
  }
}

function takenAtOf({ file, manifest }: FoundBackup): number {
  if (manifest !== null) return Date.parse(manifest.takenAt)
  const [, day = '', time = ''] = /(\d{4}-\d\d-\d\d)_(\d\d-\d\d-\d\d)/.exec(file) ?? []
  return Date.parse(`${day}T${time.replaceAll('-', ':')}Z`)
}
