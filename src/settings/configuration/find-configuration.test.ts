import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import { findConfiguration } from './find-configuration.ts'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-find-')))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

/** Makes the files and asks from `cwd`; the answer is relative to the root of the tree. */
function find(files: readonly string[], cwd: string, named: { flag?: string; variable?: string } = {}): string | null {
  for (const file of files) {
    const [path = '', text = ''] = file.split(' = ')
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  mkdirSync(join(root, cwd), { recursive: true })
  try {
    const found = findConfiguration(join(root, cwd), named)
    return found === null ? null : relative(root, found.file)
  } catch (error) {
    return isLockstepError(error) ? error.code : String(error)
  }
}

const config = 'lockstep.config'

test.each<[string, string[], string, object, string | null]>([
  ['in the working folder', [`${config}.json`], '.', {}, `${config}.json`],
  ['above it', [`${config}.ts`, '.git/HEAD'], 'a/b', {}, `${config}.ts`],
  ['the nearest', [`${config}.ts`, `a/${config}.json`], 'a/b', {}, `a/${config}.json`],
  ['not above the repository', [`${config}.ts`, 'a/.git/HEAD'], 'a/b', {}, null],
  ['not above a worktree, where .git is a file', [`${config}.ts`, 'a/.git = gitdir: x'], 'a', {}, null],
  ['in the root of the repository', [`a/${config}.mts`, 'a/.git/HEAD'], 'a', {}, `a/${config}.mts`],
  ['TypeScript before JSON', [`${config}.ts`, `${config}.json`], '.', {}, `${config}.ts`],
  ['package.json', ['package.json = {"lockstep":{"stores":{}}}'], 'a', {}, 'package.json'],
  [
    'a file above goes before a package.json below',
    [`${config}.js`, 'a/package.json = {"lockstep":{}}'],
    'a',
    {},
    `${config}.js`,
  ],
  ['a package.json that only depends on us', ['package.json = {"dependencies":{"lockstep":"1"}}'], '.', {}, null],
  ['a package.json that is cut', ['package.json = {"lockstep":{'], '.', {}, 'configuration-unreadable'],
  [
    '--config goes first',
    [`${config}.ts`, 'b/other.json'],
    '.',
    { flag: 'b/other.json', variable: 'c' },
    'b/other.json',
  ],
  ['then LOCKSTEP_CONFIG', [`${config}.ts`, 'b/other.json'], '.', { variable: 'b/other.json' }, 'b/other.json'],
  ['a named one that is not there', [`${config}.ts`], '.', { flag: 'nowhere.ts' }, 'configuration-unreadable'],
  ['a named one that is a folder', ['a/x'], '.', { flag: 'a' }, 'configuration-unreadable'],
  ['a folder of that name', [`${config}.ts/x`], '.', {}, null],
])('the configuration that counts: %s', (_fact, files, cwd, named, expected) => {
  expect(find(['.git/HEAD', ...files], cwd, named)).toBe(expected)
})

test('outside a repository, a folder that everybody can write to is not searched', () => {
  mkdirSync(join(root, 'open'))
  chmodSync(join(root, 'open'), 0o777)
  expect(find([`open/${config}.ts`], 'open/mine')).toBeNull()
})

test('the one beside it that does not count is named', () => {
  find([`${config}.ts`, `${config}.json`], '.')
  expect(findConfiguration(root, {})?.shadowed).toBe(join(root, `${config}.json`))
})
