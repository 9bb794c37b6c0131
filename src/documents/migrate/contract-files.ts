/** Finds the contract of each version by the name of its file: `contracts/{version}.schema.json`. */

import { basename, dirname, join, resolve } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { compareSemver } from '../../core/path.ts'
import { type FileSystem, systemCode } from '../files/file-system.ts'

/** Versions with the absolute path of their contract, oldest first. A folder that is not there is a mistake. */
export function findContracts(files: FileSystem, pattern: string, workingFolder: string): ReadonlyMap<string, string> {
  const name = basename(pattern)
  const [before, after, ...more] = name.split('{version}')
  if (before === undefined || after === undefined || more.length > 0 || dirname(pattern).includes('{version}')) {
    throw new LockstepError('corpus-invalid', {
      files: pattern,
      reason: 'it must hold {version} once, in the file name',
    })
  }
  const folder = resolve(workingFolder, dirname(pattern))
  const versions = namesIn(files, folder, pattern)
    .filter((one) => one.length > before.length + after.length && one.startsWith(before) && one.endsWith(after))
    .map((one) => one.slice(before.length, one.length - after.length))
    .sort(compareSemver)
  return new Map(versions.map((version) => [version, join(folder, before + version + after)]))
}

function namesIn(files: FileSystem, folder: string, pattern: string): string[] {
  try {
    return files
      .list(folder)
      .filter((entry) => entry.kind === 'file')
      .map((entry) => entry.name)
  } catch (cause) {
    const reason = systemCode(cause)
    if (reason === null) throw cause
    throw new LockstepError(
      'corpus-invalid',
      { files: pattern, reason: `its folder cannot be read (${reason})` },
      { cause },
    )
  }
}
