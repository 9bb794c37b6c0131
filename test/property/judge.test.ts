import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrange, type Part } from '../../src/core/arrange.ts'
import type { HistoryRecord } from '../../src/core/history.ts'
import { judge, type Judgement, type Judging } from '../../src/core/judge.ts'
import { isRepeatableVersion, type Migration } from '../../src/core/migration.ts'
import { compareVersions, versionKey, type VersionScheme } from '../../src/core/version.ts'
import { migration, record, sum } from '../support/histories.ts'

const schemes = fc.constantFrom<VersionScheme>('numeric', 'dotted', 'category')

/** Few enough that files and records meet; and now and then anything at all. */
const versions = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('1', '01', '2', '3', '10', '1.1', '1_1', 'task1', 'task2', 'zoo1') },
  { weight: 2, arbitrary: fc.constantFrom('R__views', 'R__grants') },
  { weight: 1, arbitrary: fc.string({ maxLength: 4 }) },
)
const checksums = fc.constantFrom(sum('a'), sum('b'))

const files = fc.array(
  fc
    .record({ version: versions, checksum: checksums, breaking: fc.boolean() })
    .map((one) => migration(one.version, one)),
  { maxLength: 8 },
)

const rows = fc.array(
  fc
    .record({
      version: versions,
      checksum: checksums,
      breaking: fc.boolean(),
      position: fc.nat(20),
      state: fc.constantFrom('running', 'applied', 'applied', 'applied', 'failed', 'resolved'),
      direction: fc.constantFrom('up', 'up', 'up', 'down'),
      file: fc.constantFrom('m/x.sql', 'm/x.sql', ''),
    })
    .map((one) => record(one.version, one.position, one as Partial<HistoryRecord>)),
  { maxLength: 8 },
)

const policies = fc.record({
  late: fc.constantFrom('error' as const, 'run' as const),
  retry: fc.constantFrom('bounded' as const, 'never' as const),
})

/** What a folder and a history can hold: files in order, a record a version. */
const judgings: fc.Arbitrary<Judging<Migration>> = fc
  .record({ files, records: rows, scheme: schemes, policy: policies })
  .map(({ files, records, scheme, policy }) => ({
    files: files.toSorted((a, b) => orderOf(scheme, a.version, b.version)),
    records: [...new Map(records.map((one) => [keyOf(scheme, one.version), one])).values()],
    scheme,
    policy,
  }))

function orderOf(scheme: VersionScheme, a: string, b: string): number {
  const last = Number(isRepeatableVersion(a)) - Number(isRepeatableVersion(b))
  return last === 0 ? compareVersions(scheme, a, b) : last
}

function keyOf(scheme: VersionScheme, version: string): string {
  return isRepeatableVersion(version) ? version : versionKey(scheme, version)
}

test('every history and every folder has a verdict, and it is the one that its findings ask for', () => {
  fc.assert(
    fc.property(judgings, (judging) => {
      const { verdict, problems, pending, ahead } = judge(judging)
      expect(verdict).toBe(verdictFor({ problems, pending, ahead }))
    }),
    { numRuns: 500 },
  )
})

/** What the words mean, said another way. */
function verdictFor({ problems, pending, ahead }: Pick<Judgement, 'problems' | 'pending' | 'ahead'>): string {
  if (ahead.some((one) => one.breaking)) return 'incompatible'
  if (problems.length === 0 && pending.length === 0) return ahead.length === 0 ? 'current' : 'ahead'
  return problems.length === 0 ? 'behind' : 'blocked'
}

test('every file is applied, pending, half taken back, or one of two with its version', () => {
  fc.assert(
    fc.property(judgings, (judging) => {
      const { pending, problems, applied } = judge(judging)
      const known = new Set(pending.map((one) => one.migration.file))
      const doubles = new Set(problems.flatMap((one) => (one.code === 'duplicate-version' ? one.details.others : [])))
      const half = new Set(problems.filter((one) => one.code === 'half-down').map((one) => one.file))
      const done = new Set(applied.map((one) => keyOf(judging.scheme, one.version)))
      for (const { file, version } of judging.files) {
        const accounted = [known.has(file), doubles.has(file), half.has(file), done.has(keyOf(judging.scheme, version))]
        expect(accounted).toContain(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('every record is applied, pending again, ahead, half taken back, or has lost its file', () => {
  fc.assert(
    fc.property(judgings, (judging) => {
      const { applied, pending, ahead, problems } = judge(judging)
      const told = new Set([
        ...applied.map((one) => one.version),
        ...pending.flatMap((one) => (one.record === null ? [] : [one.record.version])),
        ...ahead.map((one) => one.version),
        ...problems.map((one) => one.version),
      ])
      const accepted = (one: HistoryRecord): boolean => one.file === '' || isRepeatableVersion(one.version)
      for (const one of judging.records) expect(told.has(one.version) || accepted(one)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('once all that is pending is recorded, nothing is pending, and no problem has come of it', () => {
  fc.assert(
    fc.property(judgings, (judging) => {
      const before = judge(judging)
      const after = judge({ ...judging, records: recordAll(judging.records, before.pending) })
      const codes = (found: Judgement): string[] => found.problems.map((one) => `${one.code} ${one.version}`)
      expect(after.pending).toEqual([])
      expect(codes(before)).toEqual(expect.arrayContaining(codes(after)))
    }),
    { numRuns: 500 },
  )
})

/** What a run leaves that went well. */
function recordAll(records: readonly HistoryRecord[], pending: Judgement['pending']): HistoryRecord[] {
  const last = records.reduce((most, one) => Math.max(most, one.position), 0)
  const ran = pending.map((one, index) =>
    record(one.record?.version ?? one.migration.version, last + 1 + index, {
      checksum: one.migration.checksum,
      breaking: one.migration.breaking,
    }),
  )
  const again = new Set(ran.map((one) => one.version))
  return [...records.filter((one) => !again.has(one.version)), ...ran]
}

test('the order of the rows makes no difference', () => {
  fc.assert(
    fc.property(judgings, (judging) => {
      // Places in the order of application are unique in a real history.
      const records = judging.records.map((one, index) => ({ ...one, position: index }))
      const { ahead, ...forward } = judge({ ...judging, records })
      const { ahead: aheadBack, ...back } = judge({ ...judging, records: records.toReversed() })
      expect(back).toEqual(forward)
      expect(aheadBack.toReversed()).toEqual(ahead)
    }),
  )
})

/** Up to three stores whose migrations require each other at will. */
const parts: fc.Arbitrary<readonly Part[]> = fc
  .tuple(
    fc.array(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 1, max: 4 })), { maxLength: 2 }), {
      maxLength: 4,
    }),
    fc.array(fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 4 })), { maxLength: 2 }), {
      maxLength: 4,
    }),
  )
  .map((stores) =>
    stores.map((needs, index): Part => {
      const files = needs.map((requires, at) =>
        migration(String(at + 1), { requires: requires.map(([store, version]) => `${store}/${version}`) }),
      )
      const pending = files.map((one) => ({ migration: one, record: null }))
      return { store: index === 0 ? 'a' : 'b', scheme: 'numeric', files, pending, recorded: [] }
    }),
  )

test('what is ordered is all of it, after what it requires; or a problem says why not', () => {
  fc.assert(
    fc.property(parts, (stores) => {
      const { order, problems } = arrange(stores)
      const names = order.map((one) => `${one.store}/${one.pending.migration.version}`)
      expect(new Set(names).size).toBe(names.length)
      const all = stores.reduce((sum, one) => sum + one.pending.length, 0)
      expect(names.length === all).toBe(problems.length === 0)
      for (const [at, { pending, store }] of order.entries()) {
        const needs = pending.migration.directives.requires.map((one) => `${one.store}/${one.version}`)
        const before = names.slice(0, at)
        expect(before).toEqual(expect.arrayContaining(needs))
        const earlier = Array.from({ length: Number(pending.migration.version) - 1 }, (_, i) => `${store}/${i + 1}`)
        expect(before).toEqual(expect.arrayContaining(earlier))
      }
    }),
    { numRuns: 500 },
  )
})
