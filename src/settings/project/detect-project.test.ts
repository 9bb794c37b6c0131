import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkConfiguration } from '../rules/check-configuration.ts'
import { configName, configText, proposeStores } from './config-text.ts'
import { detectProject, type DetectedProject } from './detect-project.ts'

let root: string

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-detect-')))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

type Files = Readonly<Record<string, string>>

async function detect(files: Files, env: Readonly<Record<string, string>> = {}): Promise<DetectedProject> {
  for (const [path, text] of Object.entries({ '.git/HEAD': '', ...files })) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    if (text === 'sqlite') makeSqlite(join(root, path))
    else writeFileSync(join(root, path), text)
  }
  return detectProject({
    cwd: root,
    env,
    guessLayout: ({ shownAs }) => (shownAs.includes('drizzle') ? 'drizzle' : 'lockstep'),
  })
}

function makeSqlite(path: string): void {
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE t (a)')
  database.close()
}

const sql = { layout: 'lockstep', languages: ['sql'], tool: null }
const compose = `# stack
services:
  web:
    image: node:24
  db:
    image: "docker.io/library/postgres:17" # pinned
    environment:
      image: mysql
    ports:
      - "127.0.0.1:5433:5432"
  graph:
    image: neo4j:5
volumes:
  mysql:
    image: mysql
`

test.each<[string, Files, object]>([
  [
    'nothing',
    {},
    {
      configuration: null,
      databaseUrl: null,
      folders: [],
      sqliteFiles: [],
      drivers: [],
      services: [],
      typescript: false,
      modules: null,
    },
  ],
  [
    'DATABASE_URL in .env',
    { '.env': 'DATABASE_URL=mysql://u:canary@h/d' },
    { databaseUrl: { kind: 'mysql', origin: expect.stringMatching(/\.env$/) } },
  ],
  ['an address of no kind', { '.env': 'DATABASE_URL=mongodb://u:canary@h/d' }, { databaseUrl: { kind: null } }],
  ['a configuration', { 'lockstep.config.ts': '' }, { configuration: expect.stringMatching(/lockstep\.config\.ts$/) }],
  [
    'drivers and TypeScript',
    { 'package.json': '{"type":"module","dependencies":{"pg":"8","hono":"4"},"devDependencies":{"typescript":"7"}}' },
    { drivers: [{ package: 'pg', kind: 'postgres' }], typescript: true, modules: 'module' },
  ],
  [
    'a package of no said type',
    { 'package.json': '{}', 'tsconfig.json': '{}' },
    { typescript: true, modules: 'commonjs' },
  ],
  ['a package.json that is cut', { 'package.json': '{' }, { drivers: [], modules: null }],
  [
    'SQLite files, by their heads',
    {
      'data/auth.db': 'sqlite',
      'notes.db': 'SQLite format',
      'node_modules/x/x.db': 'sqlite',
      'test/t.sqlite': 'sqlite',
    },
    { sqliteFiles: ['data/auth.db'] },
  ],
  [
    'servers of a compose file',
    { 'docker-compose.yml': compose },
    {
      services: [
        {
          file: 'docker-compose.yml',
          service: 'db',
          kind: 'postgres',
          image: 'docker.io/library/postgres:17',
          port: 5433,
        },
        { file: 'docker-compose.yml', service: 'graph', kind: 'neo4j', image: 'neo4j:5', port: null },
      ],
    },
  ],
  [
    'a plain folder',
    { 'migrations/0001_a.sql': '', 'migrations/0001_a.down.sql': '', 'migrations/README.md': '' },
    { folders: [{ path: 'migrations', files: 1, ...sql }] },
  ],
  [
    'folders of other tools',
    {
      'infra/db/migrations/1.sql': '',
      'drizzle/0000_a.sql': '',
      'drizzle/meta/_journal.json': '{}',
      'packages/db/prisma/migrations/20240101_a/migration.sql': '',
    },
    {
      folders: [
        { path: 'drizzle', files: 1, ...sql, layout: 'drizzle' },
        { path: 'infra/db/migrations', files: 1, ...sql },
        { path: 'packages/db/prisma/migrations', files: 1, ...sql },
      ],
    },
  ],
  [
    'a folder for each store',
    { 'migrations/app/1.sql': '', 'migrations/graph/V1__a.cypher': '' },
    {
      folders: [
        { path: 'migrations/app', files: 1, ...sql },
        { path: 'migrations/graph', files: 1, ...sql, languages: ['cypher'] },
      ],
    },
  ],
  [
    "other tools' code",
    { 'alembic/versions/0a1b_x.py': '', 'alembic/versions/__init__.py': '', 'db/migrations/20240101_a.js': '' },
    {
      folders: [
        { path: 'alembic/versions', layout: null, files: 1, tool: 'alembic' },
        { path: 'db/migrations', layout: null, files: 1, tool: 'code' },
      ],
    },
  ],
  [
    'nothing in what others made',
    { 'node_modules/x/migrations/1.sql': '', '.next/migrations/1.sql': '', 'migrations/notes.sql': '' },
    { folders: [] },
  ],
])('detected: %s', async (_fact, files, expected) => {
  expect(await detect(files)).toMatchObject(expected)
})

test('what was detected holds no password', async () => {
  const detected = await detect({ '.env': 'DATABASE_URL=postgres://u:canary@h/d' })
  expect(JSON.stringify(detected)).not.toContain('canary')
})

const url = { kind: 'postgres', url: 'env:DATABASE_URL' }
const neo4j = { kind: 'neo4j', url: 'env:NEO4J_URL', user: 'env:NEO4J_USER', password: 'env:NEO4J_PASSWORD' }

test.each<[string, Files, object]>([
  ['nothing: a file that needs no server', {}, { app: { kind: 'sqlite', path: 'app.db' } }],
  ['DATABASE_URL', { '.env': 'DATABASE_URL=postgres://h/d' }, { app: url }],
  [
    'DATABASE_URL of SQLite',
    { '.env': 'DATABASE_URL=sqlite:app.db', 'app.db': 'sqlite' },
    { app: { kind: 'sqlite', url: 'env:DATABASE_URL' } },
  ],
  ['a driver', { 'package.json': '{"dependencies":{"pg":"8"}}' }, { app: url }],
  ['servers of a compose file', { 'compose.yaml': compose }, { app: url, graph: neo4j }],
  [
    'SQLite files',
    { 'data/auth.db': 'sqlite', 'data/my notes.sqlite3': 'sqlite' },
    { auth: { kind: 'sqlite', path: 'data/auth.db' }, 'my-notes': { kind: 'sqlite', path: 'data/my notes.sqlite3' } },
  ],
  [
    'the folder that is there',
    { '.env': 'DATABASE_URL=postgres://h/d', 'db/migrations/1.sql': '' },
    { app: { ...url, migrations: 'db/migrations' } },
  ],
  ['the usual folder is not said', { '.env': 'DATABASE_URL=postgres://h/d', 'migrations/1.sql': '' }, { app: url }],
  [
    'the layout that was found',
    { '.env': 'DATABASE_URL=postgres://h/d', 'drizzle/0.sql': '' },
    { app: { ...url, migrations: 'drizzle', layout: 'drizzle' } },
  ],
  [
    'folders by name and language',
    { 'compose.yaml': compose, 'migrations/graph/1.cypher': '', 'sql/migrations/1.sql': '' },
    { app: { ...url, migrations: 'sql/migrations' }, graph: neo4j },
  ],
  ["another tool's code is not taken over", { 'migrations/1_a.js': '' }, { app: { kind: 'sqlite', path: 'app.db' } }],
])('proposed for %s', async (_fact, files, stores) => {
  const detected = await detect(files)
  expect(proposeStores(detected)).toEqual(stores)
  expect(checkConfiguration(JSON.parse(configText(detected, 'json')), 'it')).toEqual({ stores })
})

test('the text of a configuration in TypeScript', async () => {
  const detected = await detect({ "it's.db": 'sqlite', 'data/auth.db': 'sqlite' })
  expect(configName(detected)).toBe('lockstep.config.ts')
  expect(configText(detected)).toBe(`import { defineConfig } from 'lockstep'

export default defineConfig({
  stores: {
    'it-s': { kind: 'sqlite', path: 'it\\'s.db' },
    auth: { kind: 'sqlite', path: 'data/auth.db' },
  },
})
`)
})

test('the name under which Node takes it', async () => {
  expect(configName(await detect({ 'package.json': '{}' }))).toBe('lockstep.config.mts')
  expect(configName(await detect({ 'package.json': '{"type":"module"}' }))).toBe('lockstep.config.ts')
  expect(configName(await detect({}), 'json')).toBe('lockstep.config.json')
})
