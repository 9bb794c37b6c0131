/** Migrators as real processes. */

import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'

const script = join(import.meta.dirname, 'migrate.ts')

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts one; the arguments after the URL say where it kills itself. */
export function startMigrator(url: string, ...fault: readonly string[]): Running {
  const child = spawn(process.execPath, [script, url, ...fault], { stdio: ['ignore', 'pipe', 'pipe'] })
  const out: Buffer[] = []
  const err: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() })
    })
  })
  return { child, ended }
}

export async function migrate(url: string, ...fault: readonly string[]): Promise<Ended> {
  return await startMigrator(url, ...fault).ended
}
