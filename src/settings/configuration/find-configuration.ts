/** Which configuration counts: the one that is named, else the nearest upward. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { LockstepError } from '../../core/error.ts'

export const configurationNames = ['ts', 'mts', 'js', 'mjs', 'json'].map((ending) => `lockstep.config.${ending}`)

export interface FoundConfiguration {
  readonly file: string
  /** What made it count, for `doctor`. */
  readonly origin: string
  /** Another one beside it, which does not count. */
  readonly shadowed: string | null
}

/** `null`: there is none, and none was named. */
export function findConfiguration(cwd: string, named: { flag?: string; variable?: string }): FoundConfiguration | null {
  if (named.flag !== undefined) return namedFile(resolve(cwd, named.flag), '--config')
  if (named.variable !== undefined && named.variable !== '')
    return namedFile(resolve(cwd, named.variable), 'LOCKSTEP_CONFIG')
  const folders = foldersUpward(cwd)
  for (const folder of folders) {
    const [file, shadowed = null] = configurationNames.map((name) => join(folder, name)).filter(isFile)
    if (file !== undefined) return { file, origin: 'found upward of the working folder', shadowed }
  }
  const manifest = folders
    .map((folder) => join(folder, 'package.json'))
    .find((file) => isFile(file) && holdsConfiguration(file))
  return manifest === undefined ? null : { file: manifest, origin: '"lockstep" in package.json', shadowed: null }
}

/**
 * The working folder and those above it, up to the root of the repository. Outside a repository a folder that everybody
 * can write to ends the way: a configuration is code, and one in /tmp could be anybody's.
 */
function foldersUpward(cwd: string): string[] {
  const folders = [resolve(cwd)]
  for (;;) {
    const folder = folders.at(-1) ?? cwd
    const above = dirname(folder)
    if (existsSync(join(folder, '.git')) || above === folder || openToAll(above)) return folders
    folders.push(above)
  }
}

function openToAll(folder: string): boolean {
  const found = statSync(folder, { throwIfNoEntry: false })
  return found === undefined || (process.platform !== 'win32' && (found.mode & 0o002) !== 0)
}

function namedFile(file: string, origin: string): FoundConfiguration {
  if (!isFile(file)) {
    throw new LockstepError('configuration-unreadable', { file, reason: `${origin} names it, and it is no file` })
  }
  return { file, origin, shadowed: null }
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true
}

/** Only looks; a manifest that is not JSON is npm's to complain about, unless it speaks of us. */
function holdsConfiguration(file: string): boolean {
  const text = readFileSync(file, 'utf8')
  if (!text.includes('"lockstep"')) return false
  try {
    const manifest = JSON.parse(text) as { lockstep?: unknown } | null
    // `"lockstep": "^1.0.0"` would be a dependency in the wrong place; an object is a configuration.
    return manifest !== null && typeof manifest.lockstep === 'object'
  } catch (error) {
    throw new LockstepError('configuration-unreadable', {
      file,
      reason: error instanceof Error ? error.message : String(error),
    })
  }
}
