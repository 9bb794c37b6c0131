/** A copy of the example `manifests` in a temporary folder, and the real command line on it. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '../..')
const bin = join(root, 'src/cli/bin.ts')

export type Json = Record<string, unknown>

export interface Ran {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Project {
  readonly folder: string
  lockstep(...args: string[]): Ran
  /** Runs `lockstep ... --json` and gives its one store. */
  ask(...args: string[]): Json
  /** One of the example's own scripts, with `lockstep` on the path as npm puts it there. */
  script(name: 'migrate_schemas' | 'smoke_schema_migrations', ...args: string[]): Ran
  /** The manifest of a job, relative to the folder; every job of the example has one run. */
  manifest(job: string): string
  read(file: string): Json
  text(file: string): string
  /** Makes a job with one manifest of these members, or of this very content. */
  add(job: string, manifest: Json | string | Uint8Array): string
  /** Changes the text of the configuration. */
  configure(from: string, to: string): void
  /** SHA-256 of every file under `artifacts`, dot folders left out. */
  hashes(): Readonly<Record<string, string>>
}

export function makeProject(): Project & Disposable {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'manifests-')))
  cpSync(join(root, 'examples/manifests'), folder, { recursive: true })
  const path = join(folder, '.bin')
  mkdirSync(path)
  writeFileSync(join(path, 'lockstep'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`)
  chmodSync(join(path, 'lockstep'), 0o755)
  installShim(folder)
  const env = { ...process.env, PATH: `${path}${delimiter}${process.env['PATH'] ?? ''}`, NO_COLOR: '1' }
  const run = (args: readonly string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, env, encoding: 'utf8' })
    return { exit: status, stdout, stderr }
  }
  const project: Project = {
    folder,
    lockstep: (...args) => run([bin, ...args]),
    ask: (...args) => {
      const { stdout, stderr } = run([bin, ...args, '--json'])
      if (stdout === '') throw new Error(stderr)
      const { exit, stores } = JSON.parse(stdout) as { exit: number; stores: readonly Json[] }
      return { ...stores[0], exit }
    },
    script: (name, ...args) => run([`scripts/${name}.ts`, ...args]),
    manifest: (job) => `artifacts/${job}/${readdirSync(join(folder, 'artifacts', job))[0] ?? ''}/manifest.json`,
    read: (file) => JSON.parse(project.text(file)) as Json,
    text: (file) => readFileSync(join(folder, file), 'utf8'),
    add: (job, manifest) => {
      const file = `artifacts/${job}/r1/manifest.json`
      mkdirSync(join(folder, `artifacts/${job}/r1`), { recursive: true })
      writeFileSync(
        join(folder, file),
        typeof manifest === 'string' || manifest instanceof Uint8Array
          ? manifest
          : `${JSON.stringify(manifest, null, 2)}\n`,
      )
      return file
    },
    configure: (from, to) => {
      const file = join(folder, 'lockstep.config.ts')
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(from, () => to),
      )
    },
    hashes: () => hashesUnder(join(folder, 'artifacts')),
  }
  return { ...project, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The package as npm would put it there, for programs that read the configuration without the command line. */
function installShim(folder: string): void {
  const installed = join(folder, 'node_modules/lockstep')
  mkdirSync(installed, { recursive: true })
  writeFileSync(join(installed, 'package.json'), '{ "name": "lockstep", "type": "module", "exports": "./index.js" }')
  writeFileSync(join(installed, 'index.js'), `export * from '${pathToFileURL(join(root, 'src/index.ts')).href}'\n`)
}

function hashesUnder(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !file.includes('/.'))
  return Object.fromEntries(files.sort().map((file) => [file.slice(folder.length + 1), sha256Of(readFileSync(file))]))
}

export function sha256Of(content: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** The list that a manifest carries about itself. */
export function historyOf(project: Project, file: string): Json[] {
  return project.read(file)['migration_history'] as Json[]
}

/** Some members of an object. */
export function pick(from: Json, keys: readonly string[]): Json {
  return Object.fromEntries(keys.filter((key) => key in from).map((key) => [key, from[key]]))
}

/** The codes of refusals. */
export function codes(refusals: unknown): unknown[] {
  return (refusals as Json[]).map((one) => one['code'])
}

/** Of hashes, those of manifests. */
export function manifestsIn(hashes: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(Object.entries(hashes).filter(([file]) => file.endsWith('/manifest.json')))
}

/** Adds a step after the last one, without a contract of its own. */
export function withStep(project: Project, result: string): void {
  writeFileSync(join(project.folder, 'migrations/manifests/1.3.0-1.4.0.ts'), stepText(result))
}

/** A module of the step after the last one. */
export function stepText(result: string): string {
  return [
    "import { defineTransform } from 'lockstep'",
    "export default defineTransform({ from: '1.3.0', to: '1.4.0', changes: ['x'],",
    `  up: (manifest) => (${result}) })`,
    '',
  ].join('\n')
}
