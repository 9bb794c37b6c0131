import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, versionKey, type VersionScheme } from '../../src/core/version.ts'

const schemes: readonly VersionScheme[] = ['numeric', 'dotted', 'category']

/** Real forms, and anything that a history may hold: it was perhaps written under another scheme. */
const versions = fc.oneof(
  fc.stringMatching(/^0{0,3}[0-9]{1,20}$/),
  fc.stringMatching(/^[0-9]{1,3}([._-][0-9]{1,3}){0,3}$/),
  fc.stringMatching(/^[a-b_]{1,3}[0-9]{0,3}$/),
  fc.string({ maxLength: 6 }),
)

test.each(schemes)('%s: sorting gives the same order whatever the order before', (scheme) => {
  fc.assert(
    fc.property(fc.array(versions, { maxLength: 12 }), fc.infiniteStream(fc.nat()), (list, chance) => {
      const sort = (some: readonly string[]) =>
        some.toSorted((a, b) => compareVersions(scheme, a, b)).map((version) => versionKey(scheme, version))
      const shuffled = list.map((version) => ({ version, at: chance.next().value })).sort((a, b) => a.at - b.at)
      expect(sort(shuffled.map((one) => one.version))).toEqual(sort(list))
    }),
  )
})

test.each(schemes)('%s: the order is total: no circle, and turned around it is the opposite', (scheme) => {
  const sign = (a: string, b: string) => Math.sign(compareVersions(scheme, a, b))
  fc.assert(
    fc.property(versions, versions, versions, (a, b, c) => {
      expect(sign(a, a)).toBe(0)
      expect(sign(a, b) + sign(b, a)).toBe(0)
      if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test.each(schemes)('%s: two versions have one key exactly when neither comes first', (scheme) => {
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      expect(versionKey(scheme, a) === versionKey(scheme, b)).toBe(compareVersions(scheme, a, b) === 0)
    }),
  )
})

test('numbers are in the order of their values, however many digits they have', () => {
  const numbers = fc.bigInt({ min: 0n, max: 10n ** 25n })
  fc.assert(
    fc.property(numbers, numbers, fc.nat(4), (a, b, zeros) => {
      const wanted = a < b ? -1 : a > b ? 1 : 0
      expect(Math.sign(compareVersions('numeric', '0'.repeat(zeros) + String(a), String(b)))).toBe(wanted)
    }),
  )
})
