import { expect, test } from 'vitest'
import { matches, parseGlob } from './glob.ts'

const cases: readonly (readonly [string, string, boolean])[] = [
  ['artifacts/**/manifest.json', 'a/b/manifest.json', true],
  ['artifacts/**/manifest.json', 'manifest.json', true],
  ['artifacts/**/manifest.json', 'a/manifest.json.backup', false],
  ['artifacts/**/manifest.json', 'a/.lockstep/manifest.json', false],
  ['artifacts/**/manifest.json', '.manifest.json', false],
  ['artifacts/*/*/manifest.json', 'a/b/manifest.json', true],
  ['artifacts/*/*/manifest.json', 'a/b/inputs/manifest.json', false],
  ['artifacts/*/manifest.json', 'a/b/manifest.json', false],
  ['data/*.json', 'x.json', true],
  ['data/*.json', 'xjson', false],
  ['data/?.json', 'xy.json', false],
  ['data/{a,b.c}/*.json', 'b.c/x.json', true],
  ['data/{a,b.c}/*.json', 'bxc/x.json', false],
  ['data/**/x/**/*.json', 'a/x/b/c/y.json', true],
  ['data/**/x/**/*.json', 'a/y/b/c/y.json', false],
  ['data/*(1)+.json', 'x(1)+.json', true],
  ['data/*', 'ü 語', true],
  ['data/*', 'x.json.backup', false],
  ['data/*', 'x.json.backup.2', false],
]

test.each(cases)('%s and %s: %s', (files, path, wanted) => {
  expect(matches(parseGlob(files), path)).toBe(wanted)
})

test.each([
  ['artifacts/**/manifest.json', 'artifacts'],
  ['./a/b/*.json', './a/b'],
  ['*.json', '.'],
  ['/srv/data/*.json', '/srv/data'],
  ['/*.json', '/'],
])('the root of %s is %s', (files, base) => {
  expect(parseGlob(files).base).toBe(base)
})

test.each([
  ['../x/*.json', '".." leads out of its folder'],
  ['a/../*/b.json', '".." leads out of its folder'],
  ['a/b.json', 'it holds no wildcard'],
  ['a/**', 'it ends in "**"'],
  ['a/*/.hidden/x.json', 'dot folders'],
])('%s is refused: %s', (files, reason) => {
  expect(() => parseGlob(files)).toThrow(reason)
})
