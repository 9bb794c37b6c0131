/** A machine made of values, and what addresses come to on it: for tests. */

import { isLockstepError } from '../../core/error.ts'
import type { Outside, Variables } from './outside.ts'
import { parseAddress } from './parse-address.ts'

/** What differs from an empty machine. */
export interface Machine {
  readonly env?: Variables
  /** Path to text; a mode may be said. */
  readonly files?: Readonly<Record<string, string | { text: string | null; mode: number }>>
  readonly user?: string | null
}

/** The user `ada` in the folder `/app`. */
export function outside({ env = {}, files = {}, user = 'ada' }: Machine = {}): Outside {
  return {
    env,
    folder: '/app',
    userName: () => user,
    home: () => '/home/ada',
    exists: (path) => Object.hasOwn(files, path),
    readFile: (path) => {
      const found = files[path]
      return found === undefined ? null : typeof found === 'string' ? { text: found, mode: 0o100600 } : found
    },
  }
}

/** What the address says, with its password revealed so that it can be compared. */
export function read(text: string, machine?: Machine): Record<string, unknown> {
  const { address, warnings } = parseAddress(text, outside(machine))
  const password = 'password' in address ? { password: address.password?.reveal() ?? null } : {}
  return { ...address, ...password, warnings }
}

/** Code and text of the refusal; `accepted` where there is none. */
export function refusal(text: string, machine?: Machine): string {
  try {
    parseAddress(text, outside(machine))
  } catch (error) {
    if (isLockstepError(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}
