/** Folders of migrations that each make one table, in the form of every tool that takes part. */

import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Form = 'lockstep' | 'dbmate' | 'node-pg-migrate' | 'knex' | 'kysely' | 'drizzle' | 'prisma'
export type Dialect = 'postgres' | 'sqlite'

export interface Making {
  readonly form: Form
  readonly dialect: Dialect
  readonly count: number
}

/** One file of a migration: where it is below the folder, and what stands in it. */
interface File {
  readonly path: string
  readonly text: string
}

/** Makes the folder `at`. */
export function makeFolder(at: string, { form, dialect, count }: Making): void {
  mkdirSync(at, { recursive: true })
  const versions = Array.from({ length: count }, (_, i) => String(i + 1).padStart(5, '0'))
  for (const version of versions) {
    const { path, text } = fileOf(form, version, createTable(version, dialect))
    if (form === 'prisma') mkdirSync(join(at, `${version}_table`))
    writeFileSync(join(at, path), text)
  }
  if (form === 'drizzle') writeJournal(at, versions)
  if (form === 'prisma') writeFileSync(join(at, 'migration_lock.toml'), 'provider = "postgresql"\n')
}

/** The way back of each file, beside it; gives the folder. Folders of `up` alone are measured without. */
export function addDowns(folder: string): string {
  const at = `${folder}-both-ways`
  cpSync(folder, at, { recursive: true })
  for (const file of readdirSync(folder))
    writeFileSync(join(at, file.replace(/\.sql$/, '.down.sql')), `drop table t${file.slice(0, 5)};\n`)
  return at
}

/** The statement of one version. */
export function createTable(version: string, dialect: Dialect): string {
  const id = dialect === 'postgres' ? 'bigint generated always as identity primary key' : 'integer primary key'
  const at = dialect === 'postgres' ? 'timestamptz not null default now()' : 'text not null default current_timestamp'
  return `create table t${version} (\n  id ${id},\n  name text not null,\n  created_at ${at}\n);\n`
}

function fileOf(form: Form, version: string, up: string): File {
  const name = `${version}_table`
  const down = `drop table t${version};`
  switch (form) {
    case 'lockstep':
    case 'drizzle':
      return { path: `${name}.sql`, text: up }
    case 'dbmate':
      return { path: `${name}.sql`, text: `-- migrate:up\n${up}\n-- migrate:down\n${down}\n` }
    case 'node-pg-migrate':
      return { path: `${name}.sql`, text: `-- Up Migration\n${up}\n-- Down Migration\n${down}\n` }
    case 'knex':
      return {
        path: `${name}.cjs`,
        text: `exports.up = (knex) => knex.raw(\`${up}\`)\nexports.down = (knex) => knex.raw('${down}')\n`,
      }
    case 'kysely':
      return {
        path: `${name}.ts`,
        text: `import { sql } from 'kysely'\nexport const up = (db) => sql\`${up}\`.execute(db)\n`,
      }
    case 'prisma':
      return { path: `${name}/migration.sql`, text: up }
  }
}

function writeJournal(at: string, versions: readonly string[]): void {
  const begun = Date.UTC(2024, 0, 1)
  const entries = versions.map((version, idx) => ({
    idx,
    version: '7',
    when: begun + idx,
    tag: `${version}_table`,
    breakpoints: true,
  }))
  mkdirSync(join(at, 'meta'))
  writeFileSync(join(at, 'meta/_journal.json'), JSON.stringify({ version: '7', dialect: 'postgresql', entries }))
}
