/** pg_dump and pg_restore: found, asked for their version, and run with everything they must know in the environment. */

import { existsSync, globSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { PostgresAddress } from '../../../core/address.ts'
import { LockstepError } from '../../../core/error.ts'
import type { Signal } from '../../../core/ports.ts'

export interface Tools {
  readonly dump: string
  readonly restore: string
  readonly major: number
}

/** Where distributions put them, besides PATH. */
const places = [
  '/usr/lib/postgresql/*/bin',
  '/usr/pgsql-*/bin',
  '/opt/homebrew/opt/{postgresql@*,libpq}/bin',
  '/usr/local/opt/{postgresql@*,libpq}/bin',
]

/**
 * The tools nearest to the server's major version, not below it: an older pg_dump refuses a newer server, and what a
 * newer one writes, an older server may not understand.
 */
export function findTools(store: string, serverMajor: number, folders: readonly string[] = toolFolders()): Tools {
  const found = [...new Set(folders)].map(readTools).filter((one) => one !== null)
  const whole = found.filter((one) => 'major' in one)
  const fit = whole.filter((one) => one.major >= serverMajor).sort((a, b) => a.major - b.major)[0]
  if (fit !== undefined) return fit
  const names = found.map((one) => `${one.dump} (${'major' in one ? one.major : one.fault})`)
  throw new LockstepError('backup-tool-missing', { store, tool: 'pg_dump', needed: serverMajor, found: names })
}

/** Debian's /usr/bin has wrappers, so PATH comes last. */
function toolFolders(): string[] {
  return [...places.flatMap((one) => globSync(one)), ...(process.env['PATH'] ?? '').split(delimiter)]
}

/** Something that is named like pg_dump and cannot be used. */
interface Unfit {
  readonly dump: string
  readonly fault: string
}

function readTools(folder: string): Tools | Unfit | null {
  const [dump, restore] = [join(folder, 'pg_dump'), join(folder, 'pg_restore')]
  if (folder === '' || !existsSync(dump)) return null
  if (!existsSync(restore)) return { dump, fault: 'there is no pg_restore beside it' }
  const [major, other] = [majorSaidBy(dump), majorSaidBy(restore)]
  if (typeof major === 'string') return { dump, fault: major }
  if (typeof other === 'string') return { dump, fault: `pg_restore: ${other}` }
  return major === other ? { dump, restore, major } : { dump, fault: `${major}, and pg_restore beside it ${other}` }
}

/** Of a tool, as it says itself; in words where it says none: wrappers are there without anything behind them. */
function majorSaidBy(tool: string): number | string {
  // Not imported above: most runs start no other program.
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout, error, status } = spawnSync(tool, ['--version'], { encoding: 'utf8', timeout: versionMs })
  if (error !== undefined) return `it cannot be run: ${(error as NodeJS.ErrnoException).code ?? error.message}`
  const major = /^pg_(?:dump|restore) \(.+?\) (\d+)/.exec(stdout)?.[1]
  return status === 0 && major !== undefined ? Number(major) : 'it tells no version'
}

const versionMs = 10_000

export interface ToolRun {
  readonly args: readonly string[]
  readonly address: PostgresAddress
  readonly signal: Signal
  readonly stdin?: AsyncIterable<Uint8Array>
  /** What others see of its sessions. */
  readonly name?: string
}

export interface ToolEnd {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const textMost = 1 << 24

/** Runs a tool to its end; an aborted signal ends it. */
export async function runTool(
  path: string,
  { args, address, signal, stdin, name = 'lockstep backup' }: ToolRun,
): Promise<ToolEnd> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const child = spawn(path, args, {
    env: { ...environmentFor(address), PGAPPNAME: name },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [out, err]: [string[], string[]] = [[], []]
  for (const [stream, into] of [
    [child.stdout, out],
    [child.stderr, err],
  ] as const) {
    let chars = 0
    stream.setEncoding('utf8').on('data', (text: string) => {
      chars += text.length
      if (chars <= textMost) into.push(text)
    })
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code))
  })
  const stop = (): void => void child.kill('SIGTERM')
  signal.addEventListener('abort', stop)
  try {
    // A tool that ends early closes its input; its exit and its words tell why.
    child.stdin.on('error', () => undefined)
    await feed(child.stdin, stdin, ended).catch((error: unknown) => {
      child.kill('SIGTERM')
      throw error
    })
    const code = await ended
    if (signal.aborted) throw signal.reason
    return { code, stdout: out.join(''), stderr: err.join('') }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

async function feed(
  input: NodeJS.WritableStream,
  chunks: AsyncIterable<Uint8Array> | undefined,
  ended: Promise<unknown>,
): Promise<void> {
  let gone = false
  const end = ended.then(() => (gone = true))
  for await (const chunk of chunks ?? []) {
    if (gone) continue
    if (!input.write(chunk)) await Promise.race([new Promise((resolve) => input.once('drain', resolve)), end])
  }
  input.end()
}

/** libpq's own words, so that nothing of them stands in the list of processes. */
function environmentFor(address: PostgresAddress): NodeJS.ProcessEnv {
  const { hosts, user, password, database, ssl, options, connectTimeoutMs, targetSessionAttrs } = address
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  const verifies = ssl.mode === 'verify-ca' || ssl.mode === 'verify-full'
  const words: Record<string, string | null> = {
    PGHOST: hosts.map((one) => one.host).join(','),
    PGPORT: hosts.map((one) => String(one.port)).join(','),
    PGUSER: user,
    PGPASSWORD: password?.reveal() ?? null,
    PGDATABASE: database,
    PGSSLMODE: ssl.mode,
    PGSSLROOTCERT: ssl.rootCert ?? (verifies ? 'system' : null),
    PGSSLCERT: ssl.cert,
    PGSSLKEY: ssl.key,
    PGOPTIONS: options === '' ? null : options,
    PGCONNECT_TIMEOUT: connectTimeoutMs === 0 ? null : String(Math.ceil(connectTimeoutMs / 1000)),
    PGTARGETSESSIONATTRS: targetSessionAttrs,
    LC_ALL: 'C',
  }
  const said = Object.entries(words).filter((one): one is [string, string] => one[1] !== null)
  return { ...Object.fromEntries(kept), ...Object.fromEntries(said) }
}

/** The last words of a tool that failed. */
export function complaintOf({ code, stderr }: ToolEnd): string {
  const lines = stderr.trim().split('\n')
  return lines.slice(-3).join('; ') || `it ended with ${code}`
}
