/** Which records a `down` takes back: decided as a whole before the first one runs. Pure. */

import type { HistoryRecord } from './history.ts'
import type { DownStep } from './make-plan.ts'
import { isRepeatableVersion, type Migration } from './migration.ts'
import { versionKey, type VersionScheme } from './version.ts'

export type DownTarget =
  | { readonly kind: 'steps'; readonly steps: number }
  /** Down to this version, which stays. */
  | { readonly kind: 'to'; readonly version: string }
  /** Down to the last migration of this release, which stays. */
  | { readonly kind: 'release'; readonly release: string }
  | { readonly kind: 'all' }

export type DownChoice =
  | { readonly kind: 'chosen'; readonly steps: readonly DownStep[] }
  | { readonly kind: 'unknown-target'; readonly wanted: string; readonly known: readonly string[] }
  /** Its up stopped half way: what its down would find is not known. */
  | { readonly kind: 'half-up'; readonly record: HistoryRecord; readonly file: string }
  | {
      readonly kind: 'irreversible'
      readonly record: HistoryRecord
      readonly file: string
      readonly reason: string | null
    }

/** In reverse order of application. A half-finished down is always the first to go on. */
export function chooseDown(
  target: DownTarget,
  { records, files, scheme }: { records: readonly HistoryRecord[]; files: readonly Migration[]; scheme: VersionScheme },
): DownChoice {
  const versioned = records.filter((record) => !isRepeatableVersion(record.version))
  const newestFirst = [...versioned].sort((a, b) => b.position - a.position)
  const count = countFor(target, newestFirst, scheme)
  if (count === null)
    return { kind: 'unknown-target', wanted: wantedOf(target), known: versioned.map((record) => record.version) }
  const byKey = new Map(
    files.filter((file) => !file.repeatable).map((file) => [versionKey(scheme, file.version), file]),
  )
  const steps: DownStep[] = []
  for (const record of newestFirst.slice(0, count)) {
    const migration = byKey.get(versionKey(scheme, record.version))
    if (record.direction === 'up' && record.state !== 'applied') {
      return { kind: 'half-up', record, file: migration?.file ?? record.file }
    }
    const reason = migration === undefined ? 'its file is gone' : migration.directives.irreversible
    // A down beside such a line takes back only what it can, and is tried out by a rehearsal alone.
    if (migration?.down == null || migration.directives.irreversible !== null)
      return { kind: 'irreversible', record, file: migration?.file ?? record.file, reason }
    steps.push({ record, migration, down: migration.down })
  }
  return { kind: 'chosen', steps }
}

function countFor(target: DownTarget, newestFirst: readonly HistoryRecord[], scheme: VersionScheme): number | null {
  switch (target.kind) {
    case 'steps':
      return Math.min(target.steps, newestFirst.length)
    case 'all':
      return newestFirst.length
    case 'to': {
      const at = newestFirst.findIndex(
        (record) => versionKey(scheme, record.version) === versionKey(scheme, target.version),
      )
      return at === -1 ? null : at
    }
    case 'release': {
      const at = newestFirst.findIndex((record) => record.release === target.release)
      return at === -1 ? null : at
    }
  }
}

function wantedOf(target: DownTarget): string {
  switch (target.kind) {
    case 'to':
      return target.version
    case 'release':
      return target.release
    case 'steps':
      return String(target.steps)
    case 'all':
      return 'all'
  }
}
