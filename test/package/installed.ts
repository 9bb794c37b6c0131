/** Packs the repository and installs the tarball in an empty project, without a network and without install scripts. */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** npm and what it starts run under the repository's own Node. */
const env = {
  PATH: [join(root, 'node_modules/.bin'), process.env['PATH'] ?? ''].join(delimiter),
  HOME: process.env['HOME'] ?? tmpdir(),
  NO_COLOR: '1',
  // What the machine's own settings of npm have to warn about is not ours.
  npm_config_loglevel: 'error',
}

export interface Ran {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Builds, packs and installs; takes some seconds. Gives the folder of the project. */
export function installPacked(workshop: string): string {
  const folder = join(workshop, 'project')
  mkdirSync(folder)
  // `npm pack` builds first (prepack), so what is tested is what would be published.
  mustRun(['pack', '--silent', '--pack-destination', workshop], root)
  const tarball = readdirSync(workshop).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error('npm pack made no tarball')
  writeFileSync(join(folder, 'package.json'), '{ "name": "project", "private": true, "type": "module" }\n')
  mustRun(['install', '--silent', '--offline', '--ignore-scripts', join('..', tarball)], folder)
  return folder
}

function mustRun(args: readonly string[], cwd: string): void {
  const { exit, stdout, stderr } = run('npm', args, cwd)
  if (exit !== 0) throw new Error(`npm ${args.join(' ')} ended with ${exit}:\n${stdout}${stderr}`)
}

/** Runs a program to its end, with the environment that npm had. */
export function run(program: string, args: readonly string[], cwd: string): Ran {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd, env, encoding: 'utf8' })
  if (error !== undefined) throw error
  return { exit: status, stdout, stderr }
}

/** All files below a folder, with `/`, sorted. */
export function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(folder.length + 1).replaceAll('\\', '/')).sort()
}
