/** What reading an address may ask of the machine: variables, the user's name, a few small files. */

import { existsSync, readFileSync, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'

export type Variables = Readonly<Record<string, string | undefined>>

export interface Outside {
  readonly env: Variables
  /** Relative paths start here. */
  readonly folder: string
  /** Name of the operating system's user; `null` where there is none (a container without an entry for it). */
  userName(): string | null
  /** `null` where nobody has one. */
  home(): string | null
  exists(path: string): boolean
  /** `null` where nothing is; `text` is `null` for what is no plain file. */
  readFile(path: string): { readonly text: string | null; readonly mode: number } | null
}

/** The machine as it is, with `env` for its variables. */
export function realOutside(env: Variables, folder: string): Outside {
  return { env, folder, userName, home: () => env['HOME'] ?? homedir(), exists: existsSync, readFile }
}

function userName(): string | null {
  try {
    return userInfo().username
  } catch {
    // Node throws where the user id has no entry; the caller says what is missing.
    return null
  }
}

function readFile(path: string): { text: string | null; mode: number } | null {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found === undefined) return null
  return { text: found.isFile() ? readFileSync(path, 'utf8') : null, mode: found.mode }
}
