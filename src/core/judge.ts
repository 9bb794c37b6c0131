/** Files against history: one verdict, what is pending, and every problem at once. Pure; the guard asks the same. */

import { isRepeatableVersion, type Migration, type MigrationRef } from './migration.ts'
import type { HistoryRecord } from './history.ts'
import type { Policy } from './policy.ts'
import type { Problem } from './problem.ts'
import { compareText, compareVersions, splitCategory, versionKey, type VersionScheme } from './version.ts'

export type Verdict = 'current' | 'behind' | 'ahead' | 'incompatible' | 'blocked'

export interface Pending<M extends MigrationRef> {
  readonly migration: M
  /** What the history has of it already: a journalled run that stopped, or a repeatable's former text. */
  readonly record: HistoryRecord | null
}

export interface Judgement<M extends MigrationRef = Migration> {
  readonly verdict: Verdict
  /** The newest applied version by scheme; `null` before the first. */
  readonly version: string | null
  /** In the order of application. */
  readonly applied: readonly HistoryRecord[]
  /** In the order in which they would run. */
  readonly pending: readonly Pending<M>[]
  /** Applied, unknown here, and newer than every file. */
  readonly ahead: readonly HistoryRecord[]
  readonly problems: readonly Problem[]
}

export interface Judging<M extends MigrationRef> {
  /** Sorted by scheme, repeatables last. */
  readonly files: readonly M[]
  readonly records: readonly HistoryRecord[]
  readonly scheme: VersionScheme
  readonly policy: Pick<Policy, 'late' | 'retry'>
}

/** Holds the files against the history. */
export function judge<M extends MigrationRef>(judging: Judging<M>): Judgement<M> {
  const index = indexOf(judging)
  const problems = [
    ...findDuplicates(judging, index),
    ...judging.records.flatMap((record) => findRecordProblems(record, judging, index)),
    ...findLate(judging, index),
  ]
  const ahead = judging.records.filter((record) => isAhead(record, judging, index))
  const pending = judging.files.flatMap((file) => pendingOf(file, judging, index))
  const applied = judging.records.filter(isDone).sort((a, b) => a.position - b.position)
  return {
    verdict: verdictOf(problems, pending, ahead),
    version: newestOf(applied, judging.scheme),
    applied,
    pending,
    ahead,
    problems: sortProblems(problems, judging.scheme),
  }
}

/** Whether all of a migration's effect is there. */
export function isDone(record: HistoryRecord): boolean {
  return record.state === 'applied'
}

/** Versions of different groups have no order between them (categories). */
export function groupOf(scheme: VersionScheme, version: string): string {
  return scheme === 'category' ? splitCategory(version).category : ''
}

interface Index<M extends MigrationRef> {
  readonly fileByKey: ReadonlyMap<string, M>
  readonly recordByKey: ReadonlyMap<string, HistoryRecord>
  /** By group: the newest file, the newest applied version. */
  readonly newestFile: ReadonlyMap<string, string>
  readonly newestDone: ReadonlyMap<string, string>
}

function indexOf<M extends MigrationRef>({ files, records, scheme }: Judging<M>): Index<M> {
  const recordByKey = new Map(records.map((record) => [keyOf(scheme, record.version), record]))
  const fileByKey = new Map<string, M>()
  for (const file of files) {
    const key = keyOf(scheme, file.version)
    const first = fileByKey.get(key)
    const recorded = recordByKey.get(key)?.checksum
    // Of two files with one version, the one that was applied is it; the other is the problem.
    if (first === undefined || (first.checksum !== recorded && file.checksum === recorded)) fileByKey.set(key, file)
  }
  const versioned = records.filter((record) => !isRepeatableVersion(record.version))
  return {
    fileByKey,
    recordByKey,
    newestFile: newestByGroup(
      files.filter((file) => !file.repeatable).map((file) => file.version),
      scheme,
    ),
    newestDone: newestByGroup(
      versioned.map((record) => record.version),
      scheme,
    ),
  }
}

function keyOf(scheme: VersionScheme, version: string): string {
  return isRepeatableVersion(version) ? version : versionKey(scheme, version)
}

function newestByGroup(versions: readonly string[], scheme: VersionScheme): Map<string, string> {
  const newest = new Map<string, string>()
  for (const version of versions) {
    const group = groupOf(scheme, version)
    const best = newest.get(group)
    if (best === undefined || compareVersions(scheme, version, best) > 0) newest.set(group, version)
  }
  return newest
}

function newestOf(applied: readonly HistoryRecord[], scheme: VersionScheme): string | null {
  const versioned = applied.filter((record) => !isRepeatableVersion(record.version))
  if (scheme === 'category') return versioned.at(-1)?.version ?? null
  return (
    [
      ...newestByGroup(
        versioned.map((record) => record.version),
        scheme,
      ).values(),
    ][0] ?? null
  )
}

function findDuplicates<M extends MigrationRef>({ files, scheme }: Judging<M>, index: Index<M>): Problem[] {
  const others = new Map<string, string[]>()
  for (const file of files) {
    const key = keyOf(scheme, file.version)
    if (index.fileByKey.get(key) !== file) others.set(key, [...(others.get(key) ?? []), file.file])
  }
  return [...others].map(([key, names]) => {
    const first = index.fileByKey.get(key)
    return {
      code: 'duplicate-version',
      version: first?.version ?? key,
      file: first?.file ?? null,
      details: { others: names },
    }
  })
}

function findRecordProblems<M extends MigrationRef>(
  record: HistoryRecord,
  judging: Judging<M>,
  index: Index<M>,
): Problem[] {
  const file = index.fileByKey.get(keyOf(judging.scheme, record.version))
  if (file === undefined) return isAhead(record, judging, index) ? [] : missing(record)
  if (!isDone(record)) return stoppedHalfWay(record, file, judging.policy)
  if (file.repeatable || file.checksum === record.checksum) return []
  const details = { appliedAt: record.appliedAt, recorded: record.checksum, found: file.checksum }
  return [{ code: 'checksum-changed', version: record.version, file: file.file, details }]
}

function missing(record: HistoryRecord): Problem[] {
  // An empty file name means that a person accepted it (`repair accept`); a repeatable that is gone changes nothing.
  if (record.file === '' || isRepeatableVersion(record.version)) return []
  const details = { appliedAt: record.appliedAt, appliedBy: record.appliedBy }
  return [{ code: 'missing-file', version: record.version, file: record.file, details }]
}

function stoppedHalfWay(record: HistoryRecord, file: MigrationRef, policy: Pick<Policy, 'retry'>): Problem[] {
  const { stepsDone, stepsTotal, appliedAt, appliedBy, version } = record
  const details = { stepsDone, stepsTotal, since: appliedAt, by: appliedBy }
  if (record.direction === 'down') return [{ code: 'half-down', version, file: file.file, details }]
  if (policy.retry === 'never' && record.state !== 'resolved')
    return [{ code: 'failed-run', version, file: file.file, details }]
  return []
}

function isAhead<M extends MigrationRef>(record: HistoryRecord, { scheme }: Judging<M>, index: Index<M>): boolean {
  if (isRepeatableVersion(record.version) || record.file === '') return false
  if (index.fileByKey.has(keyOf(scheme, record.version))) return false
  const newest = index.newestFile.get(groupOf(scheme, record.version))
  return newest === undefined || compareVersions(scheme, record.version, newest) > 0
}

function findLate<M extends MigrationRef>({ files, scheme, policy }: Judging<M>, index: Index<M>): Problem[] {
  if (policy.late === 'run') return []
  return files.flatMap((file): Problem[] => {
    const newest = index.newestDone.get(groupOf(scheme, file.version))
    if (file.repeatable || newest === undefined || index.recordByKey.has(keyOf(scheme, file.version))) return []
    if (compareVersions(scheme, file.version, newest) > 0) return []
    return [{ code: 'late-file', version: file.version, file: file.file, details: { newest } }]
  })
}

function pendingOf<M extends MigrationRef>(file: M, { scheme }: Judging<M>, index: Index<M>): Pending<M>[] {
  const key = keyOf(scheme, file.version)
  if (index.fileByKey.get(key) !== file) return []
  const record = index.recordByKey.get(key) ?? null
  if (record === null) return [{ migration: file, record }]
  if (!isDone(record)) return record.direction === 'up' ? [{ migration: file, record }] : []
  return file.repeatable && file.checksum !== record.checksum ? [{ migration: file, record }] : []
}

function verdictOf(
  problems: readonly Problem[],
  pending: readonly unknown[],
  ahead: readonly HistoryRecord[],
): Verdict {
  if (ahead.some((record) => record.breaking)) return 'incompatible'
  if (problems.length > 0) return 'blocked'
  if (pending.length > 0) return 'behind'
  return ahead.length > 0 ? 'ahead' : 'current'
}

function sortProblems(problems: readonly Problem[], scheme: VersionScheme): Problem[] {
  return [...problems].sort((a, b) => compareVersions(scheme, a.version, b.version) || compareText(a.code, b.code))
}
