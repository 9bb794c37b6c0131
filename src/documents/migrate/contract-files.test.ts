import { expect, test } from 'vitest'
import { makeCrashFiles } from '../../../test/support/crash-files.ts'
import { findContracts } from './contract-files.ts'

function find(pattern: string): [string, string][] {
  const files = makeCrashFiles()
  for (const name of ['1.10.0.schema.json', '1.9.0.schema.json', '.schema.json', 'README.md', '1.0.0.json']) {
    files.put(`/w/contracts/${name}`, '{}')
  }
  return [...findContracts(files, pattern, '/w')]
}

test('versions are found by file name, oldest first', () => {
  expect(find('contracts/{version}.schema.json')).toEqual([
    ['1.9.0', '/w/contracts/1.9.0.schema.json'],
    ['1.10.0', '/w/contracts/1.10.0.schema.json'],
  ])
})

test.each([
  'contracts/manifest.json',
  '{version}/{version}.json',
  'contracts/{version}-{version}.json',
  'gone/{version}.json',
])('%s is refused', (pattern) => {
  expect(() => find(pattern)).toThrow('is no usable corpus')
})
