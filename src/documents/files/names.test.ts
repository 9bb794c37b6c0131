import { expect, test } from 'vitest'
import { backupFile, documentOfBackup, isInTree, isSidecarOf, sidecarFile, temporaryFile } from './names.ts'

const long = `${'x'.repeat(150)}/${'y'.repeat(150)}/manifest.json`

test.each(['a/b/manifest.json', 'manifest.json', '100%/2%2F/ü.json', long])(
  'the backup of %s leads back to it',
  (document) => {
    const backup = backupFile('r1', 7, document)
    expect(documentOfBackup(backup.slice('.lockstep/runs/r1/backup/'.length))).toBe(document)
    expect(isInTree(backup)).toBe(document === long)
    expect(Math.max(...backup.split('/').map((name) => Buffer.byteLength(name)))).toBeLessThan(256)
  },
)

test('sidecars are numbered from the second on, and known by name', () => {
  expect([1, 2].map((number) => sidecarFile('a/m.json', number))).toEqual(['a/m.json.backup', 'a/m.json.backup.2'])
  expect(
    ['m.json.backup', 'm.json.backup.2', 'm.json.backup.x', 'n.json.backup'].map((name) =>
      isSidecarOf('a/m.json', name),
    ),
  ).toEqual([true, true, false, false])
})

test('a temporary name is hidden, beside its file, and never too long', () => {
  expect(temporaryFile('a/m.json', 'r1')).toBe('a/.m.json.r1.lockstep-tmp')
  expect(temporaryFile(`a/${'x'.repeat(255)}`, 'r1').length).toBeLessThan(100)
})
