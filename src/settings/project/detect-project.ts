/** What a project has already, as plain data: the ground on which `init` writes a configuration. */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { isLockstepError } from '../../core/error.ts'
import { realOutside, type Variables } from '../address/outside.ts'
import { parseAddress } from '../address/parse-address.ts'
import { findConfiguration } from '../configuration/find-configuration.ts'
import { addEnvFile, environmentOf } from '../environment.ts'
import type { StoreSettings } from '../settings.ts'
import { readCompose, type ComposeService } from './compose.ts'
import { findMigrationFolders, type DetectedFolder, type GuessLayout } from './migration-folders.ts'
import { walkProject } from './walk.ts'

export type DetectedKind = StoreSettings['kind']

export interface DetectedProject {
  /** A configuration that counts here already. */
  readonly configuration: string | null
  /** `kind` is `null` where the address is none of ours. The address itself is not kept. */
  readonly databaseUrl: { readonly origin: string; readonly kind: DetectedKind | null } | null
  readonly folders: readonly DetectedFolder[]
  /** Files that begin as SQLite's do. */
  readonly sqliteFiles: readonly string[]
  /** Database packages of package.json. */
  readonly drivers: readonly { readonly package: string; readonly kind: DetectedKind }[]
  /** Database servers of a compose file. */
  readonly services: readonly ComposeService[]
  readonly typescript: boolean
  /** What `.ts` and `.js` files are here; `null` where no package.json says. */
  readonly modules: 'module' | 'commonjs' | null
}

export interface DetectOptions {
  readonly cwd: string
  readonly env: Variables
  readonly guessLayout: GuessLayout
}

/** Looks, opens no database, and changes nothing. */
export async function detectProject({ cwd, env, guessLayout }: DetectOptions): Promise<DetectedProject> {
  const walked = walkProject(cwd)
  const manifest = readManifest(join(cwd, 'package.json'))
  const packages = Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies })
  const names = new Set(walked.files)
  return {
    configuration: findConfiguration(cwd, {})?.file ?? null,
    databaseUrl: await detectUrl(cwd, env),
    folders: findMigrationFolders(cwd, walked, guessLayout),
    sqliteFiles: walked.files.filter((file) => /\.(?:db3?|sqlite3?)$/i.test(file) && beginsAsSqlite(join(cwd, file))),
    drivers: packages.flatMap((name) => (kinds[name] === undefined ? [] : [{ package: name, kind: kinds[name] }])),
    services: readCompose(cwd),
    typescript: names.has('tsconfig.json') || packages.includes('typescript'),
    modules: manifest === null ? null : manifest.type === 'module' ? 'module' : 'commonjs',
  }
}

const kinds: Readonly<Record<string, DetectedKind>> = {
  pg: 'postgres',
  postgres: 'postgres',
  'pg-promise': 'postgres',
  '@neondatabase/serverless': 'postgres',
  '@electric-sql/pglite': 'pglite',
  'better-sqlite3': 'sqlite',
  sqlite3: 'sqlite',
  sqlite: 'sqlite',
  mysql: 'mysql',
  mysql2: 'mysql',
  mariadb: 'mysql',
  'neo4j-driver': 'neo4j',
}

async function detectUrl(cwd: string, env: Variables): Promise<DetectedProject['databaseUrl']> {
  const environment = await addEnvFile(environmentOf(env), cwd)
  const url = environment.values['DATABASE_URL'] ?? ''
  if (url === '') return null
  const origin = environment.originOf('DATABASE_URL')
  try {
    return { origin, kind: parseAddress(url, realOutside(environment.values, cwd)).address.kind }
  } catch (error) {
    if (!isLockstepError(error)) throw error
    return { origin, kind: null }
  }
}

interface Manifest {
  readonly type?: unknown
  readonly dependencies?: object
  readonly devDependencies?: object
}

/** `null` where there is none; one that is not JSON is told by npm better than by us. */
function readManifest(file: string): Manifest | null {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof value === 'object' ? value : null
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: unknown }).code === 'ENOENT') return null
    throw error
  }
}

/**
 * A plain read, which SQLite forbids for a file that this very process has open: closing it would drop SQLite's locks.
 * `init` opens none.
 */
function beginsAsSqlite(file: string): boolean {
  const head = Buffer.alloc(16)
  const handle = openSync(file, 'r')
  try {
    return readSync(handle, head, 0, head.length, 0) === head.length && head.toString('latin1') === 'SQLite format 3\0'
  } finally {
    closeSync(handle)
  }
}
