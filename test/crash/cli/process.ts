/** The command line as its users start it: a process with a folder, an environment and two streams. */

import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const bin = join(import.meta.dirname, '../../../src/cli/bin.ts')

export interface LockstepOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Another user than the one who runs the tests. */
  readonly uid?: number
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** Resolves once this stands in one of the streams; rejects where the process ends before. */
  printed(text: string): Promise<void>
}

/** What a test must not inherit from whoever runs it: addresses, passwords, and signs of an agent at the keyboard. */
const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG'] as const

/** Starts it; the environment is empty but for what a program cannot live without. */
export function startLockstep(args: readonly string[], { cwd, env = {}, uid }: LockstepOptions): Running {
  const base = Object.fromEntries(inherited.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { ...base, CI: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  const out: Buffer[] = []
  const err: Buffer[] = []
  const listeners = new Set<() => void>()
  const take = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk)
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', take(out))
  child.stderr.on('data', take(err))
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString()
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, stdout: text(out), stderr: text(err) }))
  })
  const printed = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!text(out).includes(wanted) && !text(err).includes(wanted)) return
        listeners.delete(look)
        resolve()
      }
      listeners.add(look)
      look()
      void ended.then(
        ({ code, stderr }) => reject(new Error(`ended with ${code} before ${wanted}:\n${stderr}`)),
        reject,
      )
    })
  return { child, ended, printed }
}

/** Runs it to its end. */
export async function lockstep(args: readonly string[], options: LockstepOptions): Promise<Ended> {
  return await startLockstep(args, options).ended
}
