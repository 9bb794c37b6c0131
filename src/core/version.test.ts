import { expect, test } from 'vitest'
import { compareText, compareVersions, splitCategory, versionKey, type VersionScheme } from './version.ts'

type Sign = '<' | '=' | '>'

const cases: readonly (readonly [scheme: VersionScheme, a: string, sign: Sign, b: string])[] = [
  ['numeric', '1', '=', '0001'],
  ['numeric', '0', '=', '0000'],
  ['numeric', '2', '<', '10'],
  ['numeric', '0010', '>', '9'],
  ['numeric', '18446744073709551615', '<', '18446744073709551616'],
  ['numeric', '20260101120000', '>', '9999'],
  ['numeric', '2020-01-02-030405', '=', '20200102030405'],
  ['numeric', '2020-01-02-030405', '<', '2020-01-02-030406'],
  ['numeric', '9', '<', '1a'],
  ['numeric', '10', '<', '1a'],
  ['numeric', 'abc', '<', 'abd'],
  ['timestamp', '2024-03-13', '<', '2024-03-13-170000'],
  ['timestamp', '2024-03-13', '>', '2024-03-12-235959'],
  ['timestamp', '2026-07-30-140000-0000', '<', '2026-07-30-140001'],
  ['timestamp', '2026-07-30-140000-0000', '>', '20260730140000'],
  ['timestamp', '00000000000000', '<', '2018-01-14-171611'],
  ['timestamp', '2', '<', '10'],
  ['timestamp', '9999999', '<', '10000101'],
  ['name', '20240304123642_a', '<', '20240304123642_b'],
  ['name', '20250625_b', '>', '20250625120000_a'],
  ['name', '20250625_b', '<', '20250626120000_a'],
  ['name', '0_init', '<', '20250625_b'],
  ['name', '2_b', '<', '10_a'],
  ['dotted', '1', '=', '1.0'],
  ['dotted', '1.1', '=', '1_1'],
  ['dotted', '1.01', '=', '1.1'],
  ['dotted', '1.2', '<', '1.10'],
  ['dotted', '1.10', '<', '2'],
  ['dotted', '1', '<', '1.0.1'],
  ['dotted', '0', '=', '0.0.0'],
  ['dotted', '2026.1.9', '<', '2026.1.10'],
  ['dotted', '99999999999999999999', '<', '100000000000000000000'],
  ['category', 'task001', '=', 'task1'],
  ['category', 'task2', '<', 'task010'],
  ['category', 'knowledge9', '<', 'task1'],
  ['category', 'my_feature001', '<', 'my_feature002'],
  ['category', 'task', '<', 'task0'],
  ['category', 'Task1', '<', 'task1'],
  ['category', '001', '<', 'a1'],
]

test.each(cases)('%s: %s %s %s', (scheme, a, sign, b) => {
  const wanted = { '<': -1, '=': 0, '>': 1 }[sign]
  expect(Math.sign(compareVersions(scheme, a, b))).toBe(wanted)
  expect(Math.sign(compareVersions(scheme, b, a))).toBe(0 - wanted)
  expect(versionKey(scheme, a) === versionKey(scheme, b)).toBe(sign === '=')
})

test('what is no number does not disturb the order of numbers', () => {
  const sorted = ['9', '10', '1a']
  for (const start of [
    ['1a', '10', '9'],
    ['9', '1a', '10'],
    ['10', '9', '1a'],
  ])
    expect(start.sort((a, b) => compareVersions('numeric', a, b))).toEqual(sorted)
})

const splits: readonly (readonly [version: string, category: string, number: string])[] = [
  ['task001', 'task', '001'],
  ['my_feature001', 'my_feature', '001'],
  ['v2task3', 'v2task', '3'],
  ['init', 'init', ''],
  ['001', '', '001'],
  ['', '', ''],
]

test.each(splits)('%j is the category %j and the number %j', (version, category, number) => {
  expect(splitCategory(version)).toEqual({ category, number })
})

test('text is compared by code units, whatever the locale', () => {
  expect(['b', 'a', 'B', 'ä', '_'].sort(compareText)).toEqual(['B', '_', 'a', 'b', 'ä'])
})
