/** The variables of a run: those of the process, then those of `.env` files, which never override. */

import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '../core/error.ts'
import type { Variables } from './address/outside.ts'

export interface Environment {
  readonly values: Variables
  /** Where a variable comes from, for `doctor`. */
  originOf(name: string): string
}

/** The process's own. */
export function environmentOf(values: Variables): Environment {
  return { values, originOf: () => 'the environment' }
}

/** Adds the `.env` of `folder`, if there is one. What is set stays; set but empty counts as set, as a shell means it. */
export async function addEnvFile(environment: Environment, folder: string): Promise<Environment> {
  const file = join(folder, '.env')
  // A folder of that name is a virtual environment of Python, not ours to complain about.
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return environment
  const { parseEnv } = await import('node:util')
  const added = Object.entries(parseEnv(readEnvFile(file))).filter(([name]) => environment.values[name] === undefined)
  const names = new Set(added.map(([name]) => name))
  return {
    values: { ...environment.values, ...Object.fromEntries(added) },
    originOf: (name) => (names.has(name) ? file : environment.originOf(name)),
  }
}

function readEnvFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LockstepError('configuration-unreadable', { file, reason }, { cause: error })
  }
}
