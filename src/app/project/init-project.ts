/** `init`: a configuration that fits what is here, and where nothing is, a first migration to try it with. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { defaultPolicy } from '../../core/policy.ts'
import { configName, configText, proposeStores } from '../../settings/project/config-text.ts'
import { detectProject, type DetectedProject } from '../../settings/project/detect-project.ts'
import { guessLayout } from '../../sources/guess-layout.ts'
import { newMigration, plainPlace } from './new-migration.ts'

export interface InitOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Milliseconds since 1970. */
  readonly now: number
}

export interface InitReport {
  /** What was written, as the user would name it; the configuration first. */
  readonly files: readonly string[]
  /** Why the configuration says what it says; one sentence each. */
  readonly found: readonly string[]
  readonly stores: readonly string[]
  /** Whether there is something to apply. */
  readonly hasMigrations: boolean
}

/** Looks, writes, overwrites nothing. */
export async function initProject({ cwd, env, now }: InitOptions): Promise<InitReport> {
  const detected = await detectProject({ cwd, env, guessLayout })
  if (detected.configuration !== null) {
    throw new LockstepError('configuration-exists', { file: detected.configuration })
  }
  const file = configName(detected)
  writeFileSync(join(cwd, file), configText(detected), { flag: 'wx' })
  const example = isBlank(detected) ? writeExample(cwd, now) : []
  return {
    files: [file, ...example],
    found: findings(detected),
    stores: Object.keys(proposeStores(detected)),
    hasMigrations: example.length > 0 || detected.folders.some((one) => one.layout !== null),
  }
}

/** Nothing here speaks of a database: the example cannot get into anybody's. */
function isBlank({ databaseUrl, folders, sqliteFiles, drivers, services }: DetectedProject): boolean {
  return databaseUrl === null && [folders, sqliteFiles, drivers, services].every((list) => list.length === 0)
}

const exampleUp = `create table notes (
  id integer primary key,
  text text not null
);
`

function writeExample(cwd: string, now: number): readonly string[] {
  const place = {
    name: 'app',
    kind: 'sqlite',
    migrations: plainPlace('migrations/app', cwd),
    layout: 'lockstep',
    policy: defaultPolicy,
  } as const
  const written = newMigration([place], { name: 'create notes', withDown: true, form: 'script', now })
  for (const { file } of written) {
    writeFileSync(join(cwd, file), file.endsWith('.down.sql') ? 'drop table notes;\n' : exampleUp)
  }
  return written.map((one) => one.file)
}

function findings({ databaseUrl, folders, sqliteFiles, drivers, services }: DetectedProject): string[] {
  return [
    ...(databaseUrl === null
      ? []
      : [`DATABASE_URL (${databaseUrl.origin}) is ${databaseUrl.kind ?? 'no address that Lockstep knows'}`]),
    ...services.map((one) => `the compose file has ${one.kind}`),
    ...drivers.map((one) => `package.json has ${one.package}`),
    ...sqliteFiles.map((one) => `${one} is a SQLite database`),
    ...folders.map((one) =>
      one.layout === null
        ? `${one.path} holds ${one.files} migrations of ${one.tool ?? 'another tool'}, which are code and cannot be taken over as they are`
        : `${one.path} holds ${one.files} migrations in the layout ${one.layout}`,
    ),
  ]
}
