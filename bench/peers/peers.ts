/** The migration tools of npm that take part: their packages, and how each applies a folder to PostgreSQL. */

import type { Form } from '../folders.ts'
import type { Program } from '../measure.ts'

export interface Peer {
  readonly name: string
  readonly form: Form
  /** Pinned: a comparison with whatever is newest today says nothing tomorrow. */
  readonly packages: Readonly<Record<string, string>>
  /** Configuration files beside its node_modules. */
  readonly files: Readonly<Record<string, string>>
  readonly apply: (where: PeerPlace) => Program
}

export interface PeerPlace {
  /** Where its packages are installed. */
  readonly home: string
  readonly url: string
  /** Below `home`: migrations of some import packages. */
  readonly folder: string
}

const pg = { pg: '8.23.1' }
const quiet = ['--no-dump-schema']

export const peers: readonly Peer[] = [
  {
    name: 'dbmate 2.36.0',
    form: 'dbmate',
    packages: { dbmate: '2.36.0' },
    files: {},
    apply: (where) =>
      bin(where, 'dbmate', ['--url', `${where.url}?sslmode=disable`, '--migrations-dir', where.folder, ...quiet, 'up']),
  },
  {
    name: 'node-pg-migrate 9.0.0',
    form: 'node-pg-migrate',
    packages: { 'node-pg-migrate': '9.0.0', ...pg },
    files: {},
    apply: (where) => bin(where, 'node-pg-migrate', ['up', '-m', where.folder]),
  },
  {
    name: 'knex 3.3.0',
    form: 'knex',
    packages: { knex: '3.3.0', ...pg },
    files: {
      'knexfile.cjs': `module.exports = { client: 'pg', connection: process.env.DATABASE_URL,
  migrations: { directory: process.env.MIGRATIONS, loadExtensions: ['.cjs'] } }\n`,
    },
    apply: (where) => bin(where, 'knex', ['migrate:latest', '--knexfile', 'knexfile.cjs']),
  },
  {
    name: 'kysely 0.29.9',
    form: 'kysely',
    packages: { kysely: '0.29.9', 'kysely-ctl': '0.21.0', ...pg },
    files: {
      'kysely.config.ts': `import { PostgresDialect } from 'kysely'
import { defineConfig } from 'kysely-ctl'
import pg from 'pg'
export default defineConfig({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: process.env.DATABASE_URL }) }),
  migrations: { migrationFolder: process.env.MIGRATIONS },
})\n`,
    },
    apply: (where) => bin(where, 'kysely', ['migrate:latest']),
  },
  {
    name: 'drizzle-kit 0.31.11',
    form: 'drizzle',
    packages: { 'drizzle-kit': '0.31.11', 'drizzle-orm': '0.45.4', ...pg },
    files: {
      'drizzle.config.ts': `export default { dialect: 'postgresql', out: process.env.MIGRATIONS,
  dbCredentials: { url: process.env.DATABASE_URL } }\n`,
    },
    apply: (where) => bin(where, 'drizzle-kit', ['migrate']),
  },
  {
    name: 'prisma 7.10.1',
    form: 'prisma',
    packages: { prisma: '7.10.1' },
    files: {
      'schema.prisma': 'datasource db {\n  provider = "postgresql"\n}\n',
      'prisma.config.ts': `import { defineConfig } from 'prisma/config'
export default defineConfig({ schema: 'schema.prisma', migrations: { path: process.env.MIGRATIONS },
  datasource: { url: process.env.DATABASE_URL } })\n`,
    },
    apply: (where) => bin(where, 'prisma', ['migrate', 'deploy']),
  },
]

function bin({ home, url, folder }: PeerPlace, name: string, args: readonly string[]): Program {
  // Relative: drizzle-kit takes no absolute folder.
  const env = { DATABASE_URL: url, MIGRATIONS: folder, CI: '1', NO_COLOR: '1' }
  return { file: `${home}/node_modules/.bin/${name}`, args, env, cwd: home }
}
