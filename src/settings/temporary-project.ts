/** A project in a temporary folder, for tests of what settings make of one. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isLockstepError } from '../core/error.ts'
import type { Configuration } from './configuration/configuration.ts'
import { readSettings } from './read-settings.ts'
import type { Settings, SettingsFlags, StoreSettings } from './settings.ts'

let root = ''

/** Makes an empty project, a repository of its own, and gives back its folder. */
export function makeProject(): string {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-settings-')))
  write({ '.git/HEAD': '' })
  return root
}

/** Removes it again. */
export function removeProject(): void {
  rmSync(root, { recursive: true })
}

export type Files = Readonly<Record<string, string | object>>

export interface Project {
  readonly files?: Files
  readonly env?: Readonly<Record<string, string>>
  readonly flags?: SettingsFlags
  /** One that is given instead of a file. */
  readonly configuration?: Configuration
  /** The working folder, below the root. */
  readonly cwd?: string
}

/** Writes files below the root of the project; objects as JSON. */
export function write(files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
}

/** Settings of a project; HOME is the root, so that nobody's password file counts. */
export async function read({ files = {}, env = {}, flags = {}, cwd = '.', ...given }: Project): Promise<Settings> {
  write(files)
  mkdirSync(join(root, cwd), { recursive: true })
  return readSettings({ cwd: join(root, cwd), env: { HOME: root, ...env }, flags, ...given })
}

/** Code and text of the refusal; `accepted` where there is none. */
export async function refusal(project: Project): Promise<string> {
  try {
    await read(project)
  } catch (error) {
    if (isLockstepError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

/** A configuration in JSON. */
export function config(stores: object, rest: object = {}): Files {
  return { 'lockstep.config.json': { stores, ...rest } }
}

export const sqlite = { kind: 'sqlite', path: 'app.db' }
export const postgres = { kind: 'postgres', url: 'env:DATABASE_URL' }

/** The only store that was selected. */
export function onlyOne(settings: Settings): StoreSettings {
  const [store, ...others] = settings.stores
  if (store === undefined || others.length > 0) throw new Error(`there are ${settings.stores.length} stores`)
  return store
}
