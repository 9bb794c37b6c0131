/** Who runs this, on which machine, from which release: what records and log say of a run. */

import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import type { AppContext } from '../../app/opening/context.ts'
import { packageVersion } from '../package.ts'

export interface AuthorWords {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--release` or the configuration's; `null`: what git says. */
  readonly release: string | null
  readonly operator: string | null
  readonly now: number
}

/** The author of a run, and the holder of its locks. */
export function describeRun(words: AuthorWords): Pick<AppContext, 'author' | 'holder'> {
  const { operator, now } = words
  const host = hostname()
  const runId = randomUUID()
  const by = once(() => {
    const person = `${userName(words.env)}@${host}`
    return operator === null ? person : `${operator} (${person})`
  })
  const version = once(() => packageVersion())
  return {
    author: {
      runId,
      // Asked when a record is written, and not by a run that finds nothing to do.
      get by() {
        return by()
      },
      get toolVersion() {
        return version()
      },
      get release() {
        return words.release ?? gitRelease(words)
      },
    },
    holder: { host, pid: process.pid, runId, since: new Date(now).toISOString() },
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

function userName(env: AuthorWords['env']): string {
  try {
    return userInfo().username
  } catch {
    // A container may run under a number that has no name.
    return env['USER'] ?? `uid ${process.getuid?.() ?? '?'}`
  }
}

const releases = new Map<string, string | null>()

/** The nearest tag; `null` outside a repository, without a tag or without git. */
function gitRelease({ cwd, env }: Pick<AuthorWords, 'cwd' | 'env'>): string | null {
  const known = releases.get(cwd)
  if (known !== undefined) return known
  // Looked for first: to start git only to hear that there is no repository takes as long as ten migrations.
  const found = env['GIT_DIR'] !== undefined || isInRepository(cwd) ? describe(cwd) : null
  releases.set(cwd, found)
  return found
}

function isInRepository(folder: string): boolean {
  const above = dirname(folder)
  return existsSync(join(folder, '.git')) || (above !== folder && isInRepository(above))
}

function describe(cwd: string): string | null {
  // Not imported above: most runs write nothing and never ask.
  const { execFileSync } = process.getBuiltinModule('node:child_process')
  try {
    const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
    return execFileSync('git', ['describe', '--tags'], { cwd, encoding: 'utf8', stdio, timeout: 2000 }).trim()
  } catch {
    // No git, no repository or no tag: the release is not known, which is an answer.
    return null
  }
}
