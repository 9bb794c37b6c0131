/** `env:NAME` and `file:path`: values that a configuration only points at. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { LockstepError } from '../core/error.ts'
import type { Environment } from './environment.ts'

export interface Resolved {
  readonly text: string
  /** `literal`: it stands in the configuration or on the command line itself. */
  readonly from: 'env' | 'file' | 'literal'
  /** For `doctor`: `env:DATABASE_URL (/app/.env)`. */
  readonly origin: string
}

/** Follows references and remembers the variables that are missing, so that all are named at once. */
export interface References {
  /** `null`: the variable is missing; `stopIfMissing` will say so. `wanted` is what it is for, in words. */
  follow(reference: string, wanted: string): Resolved | null
  /** As `follow`, but `file:` is no reference: SQLite has addresses of that form. */
  followVariable(reference: string, wanted: string): Resolved | null
  stopIfMissing(): void
}

/** References with `folder` as the start of relative `file:` paths. */
export function makeReferences(environment: Environment, folder: string): References {
  const missing = new Map<string, string>()
  const followVariable = (reference: string, wanted: string): Resolved | null => {
    if (!reference.startsWith('env:')) return { text: reference, from: 'literal', origin: '' }
    const name = reference.slice('env:'.length).trim()
    const text = environment.values[name] ?? ''
    if (text !== '') return { text, from: 'env', origin: `${reference} (${environment.originOf(name)})` }
    missing.set(name, missing.has(name) ? `${missing.get(name)}, ${wanted}` : wanted)
    return null
  }
  return {
    followVariable,
    follow: (reference, wanted) =>
      reference.startsWith('file:')
        ? { text: readSecretFile(resolve(folder, reference.slice('file:'.length))), from: 'file', origin: reference }
        : followVariable(reference, wanted),
    stopIfMissing: () => {
      const names = [...missing].map(([name, wanted]) => ({ name, wanted }))
      if (names.length > 0) throw new LockstepError('environment-missing', { names })
    },
  }
}

/** Editors and `echo` end a file with a line break, which is no part of the secret. */
function readSecretFile(file: string): string {
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/(?:\r?\n)+$/, '')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new LockstepError('configuration-unreadable', { file, reason }, { cause: error })
  }
  if (text === '') throw new LockstepError('configuration-unreadable', { file, reason: 'it is empty' })
  return text
}
