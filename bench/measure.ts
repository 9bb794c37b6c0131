/** Runs programs as a shell would, one after the other, and tells what each took: time, CPU, memory. */

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Exit codes that are no failure; 0 unless said. */
  readonly exits?: readonly number[]
}

export interface Sample {
  readonly wallMs: number
  /** User and system time of the program and its children; what a server does for it is not in it. */
  readonly cpuMs: number
  /** The most memory that it held at once. */
  readonly rssMb: number
}

/** GNU time tells the memory; Node does not know what another program has used. */
const gnuTime = '/usr/bin/time'
/** The shell's own `time` counts in milliseconds, and leaves the start of the shell out. */
const script = `exec 3>&2; TIMEFORMAT='%3R %3U %3S'
{ time ${gnuTime} -q -o "$1" -f %M "\${@:3}" 2>&3; } 2>"$2"`
const waitMostMs = 600_000

/** Throws with the end of what the program said where it fails, and where GNU time or bash is missing. */
export async function measure(program: Program, scratch: string): Promise<Sample> {
  if (!existsSync(gnuTime)) throw new Error(`${gnuTime} is missing: install GNU time`)
  const [memory, times] = ['memory', 'times'].map((name) => join(scratch, `${name}-${process.pid}`)) as [string, string]
  const { exit, said } = await run(['-c', script, 'bench', memory, times, program.file, ...program.args], program)
  if (!(program.exits ?? [0]).includes(exit)) {
    throw new Error(`${program.file} ${program.args.slice(0, 3).join(' ')} ended with ${exit}: ${said.trim()}`)
  }
  const [wall = 0, user = 0, system = 0] = numbersIn(times)
  const [kilobytes = 0] = numbersIn(memory)
  return { wallMs: wall * 1000, cpuMs: (user + system) * 1000, rssMb: kilobytes / 1024 }
}

function numbersIn(file: string): readonly number[] {
  return readFileSync(file, 'utf8').trim().split(/\s+/).map(Number)
}

async function run(args: readonly string[], { env, cwd }: Program): Promise<{ exit: number; said: string }> {
  const child = spawn('bash', [...args], {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: waitMostMs,
  })
  let said = ''
  const keep = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-600))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const exit = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? -1))
  })
  return { exit, said }
}
