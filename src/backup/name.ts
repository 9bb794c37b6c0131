/** Names of backups: `{store}.{YYYY-MM-DD_HH-mm-ss}.bak`, in UTC; the second of one second gets `-2`. */

/** Until it was read back and checked. */
export const partialEnding = '.partial'
export const manifestEnding = '.json'
export const packedEnding = '.zst'

export interface BackupName {
  readonly store: string
  /** `2026-11-21_14-30-45`: sorts by time. */
  readonly stamp: string
  /** From 1. */
  readonly number: number
  readonly packed: boolean
}

/** The file name of a backup, or `null` for anything else that may lie in its folder. */
export function parseBackupName(file: string): BackupName | null {
  const match = /^(.+)\.(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)(?:-([1-9]\d*))?\.bak(\.zst)?$/.exec(file)
  const [, store = '', stamp = '', number, packed] = match ?? []
  return match === null ? null : { store, stamp, number: Number(number ?? 1), packed: packed !== undefined }
}

/** The first name of this second that is not taken, in any form and at any stage. */
export function freeBackupName(store: string, atMs: number, taken: (file: string) => boolean): string {
  const stamp = new Date(atMs).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-')
  for (let number = 1; ; number++) {
    const name = `${store}.${stamp}${number === 1 ? '' : `-${number}`}.bak`
    if (!stagesOf(name).some(taken)) return name
  }
}

/** Newest first. */
export function compareNewest(a: BackupName, b: BackupName): number {
  return a.stamp === b.stamp ? b.number - a.number : a.stamp < b.stamp ? 1 : -1
}

function stagesOf(name: string): string[] {
  return [name, name + packedEnding].flatMap((one) => [
    one,
    one + partialEnding,
    one + manifestEnding,
    one + manifestEnding + partialEnding,
  ])
}
