/** One run of the real CLI, from its sources, in the fixed world. */

import { spawn } from 'node:child_process'
import { resolve } from 'node:path'

export interface Server {
  /** `host:port`, as in an address. */
  readonly place: string
  /** Of the superuser, in this database. */
  url(database: string): string
  /** The same through a transaction pooler. */
  poolerUrl(database: string): string
}

/** What every command of a transcript runs in. */
export interface Surroundings {
  readonly folder: string
  readonly server: Server | null
  readonly env: Readonly<Record<string, string>>
  /** From what a transcript shows to what is there, and back. */
  readonly real: (line: string) => string
  readonly shown: (line: string) => string
}

export interface Running {
  /** What it printed: standard output, then standard error with `! ` before each line, then `exit N`. */
  readonly lines: Promise<readonly string[]>
  /** For one that still runs when its transcript has ended. */
  stop(): void
}

const bin = resolve(import.meta.dirname, '../../../src/cli/bin.ts')
const world = resolve(import.meta.dirname, 'world.ts')

export function startCli(args: readonly string[], around: Surroundings & { readonly number: number }): Running {
  const { folder, env, number, shown } = around
  const child = spawn(process.execPath, ['--import', world, bin, ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      TZ: 'UTC',
      LANG: 'C',
      TRANSCRIPT_COMMAND: String(number),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (texts.out += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (texts.err += text))
  const lines = new Promise<readonly string[]>((done, fail) => {
    child.once('error', fail)
    child.once('close', (code, signal) =>
      done([
        ...linesOf(texts.out).map(shown),
        ...linesOf(texts.err).map((line) => `! ${shown(line)}`.trimEnd()),
        `exit ${code ?? String(signal)}`,
      ]),
    )
  })
  return { lines, stop: () => void child.kill('SIGKILL') }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n')
}
