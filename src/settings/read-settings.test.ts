import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  config,
  makeProject,
  onlyOne,
  postgres,
  read,
  removeProject,
  sqlite,
  type Project,
} from './temporary-project.ts'

let root: string

beforeEach(() => {
  root = makeProject()
})
afterEach(removeProject)

const documents = { kind: 'documents', files: 'a/*.json' }
const index = { url: 'sqlite:i.db', table: 't', key: ['id'], columns: { id: { type: 'text' } } }
const DATABASE_URL = 'postgres://u:pw-1234@h/d'

test.each<[string, Project, object]>([
  [
    'DATABASE_URL',
    { env: { DATABASE_URL } },
    { name: 'app', kind: 'postgres', place: 'postgres://u@h:5432/d', warnings: [] },
  ],
  [
    'DATABASE_URL of .env',
    { files: { '.env': 'DATABASE_URL="sqlite:x.db"' } },
    { place: 'sqlite:x.db', origins: { address: expect.stringMatching(/DATABASE_URL.*\.env/) } },
  ],
  [
    '--url before DATABASE_URL',
    { env: { DATABASE_URL }, flags: { url: 'sqlite:x.db' } },
    { kind: 'sqlite', origins: { address: '--url' } },
  ],
  [
    '--url env:NAME',
    { env: { OTHER: DATABASE_URL }, flags: { url: 'env:OTHER' } },
    { place: 'postgres://u@h:5432/d', warnings: [] },
  ],
  [
    'a literal password in argv',
    { flags: { url: DATABASE_URL } },
    { warnings: ['--url holds a password, which every list of processes shows; use --url env:NAME'] },
  ],
  [
    '--files',
    { flags: { files: 'a/*.json' } },
    { name: 'app', kind: 'documents', place: 'a/*.json', address: { version: 'schema_version', backupForm: 'links' } },
  ],
  ['--layout', { flags: { url: 'sqlite:x.db', layout: 'dbmate' } }, { layout: 'dbmate' }],
  [
    'the defaults',
    { flags: { url: 'sqlite:x.db' } },
    {
      layout: null,
      history: { schema: null, table: 'lockstep_migrations' },
      migrations: { shownAs: 'migrations' },
      policy: { late: 'error', backup: 'run' },
    },
  ],
  [
    '--migrations, from the working folder',
    { cwd: 'a', flags: { url: 'sqlite:x.db', migrations: '../m' } },
    { migrations: { shownAs: '../m' } },
  ],
])('without a configuration: %s', async (_fact, project, expected) => {
  expect(onlyOne(await read(project))).toMatchObject(expected)
})

test.each<[string, Project, object]>([
  [
    'paths start at its folder',
    { cwd: 'a', files: config({ app: sqlite }) },
    { place: 'sqlite:../app.db', migrations: { shownAs: '../migrations/app' } },
  ],
  [
    'the store alone may use the shared folder',
    { files: { ...config({ app: sqlite }), 'migrations/1.sql': '' } },
    { migrations: { shownAs: 'migrations' } },
  ],
  [
    'a folder of its own goes first',
    { files: { ...config({ app: sqlite }), 'migrations/app/1.sql': '' } },
    { migrations: { shownAs: 'migrations/app' } },
  ],
  [
    'of several stores each has its own',
    { files: { ...config({ app: sqlite, b: sqlite }), 'migrations/1.sql': '' }, flags: { store: ['b'] } },
    { migrations: { shownAs: 'migrations/b' } },
  ],
  [
    '--url stands for the address of its only store',
    { files: config({ app: { ...postgres, migrations: 'm' } }), flags: { url: 'postgres://h/other' } },
    { name: 'app', place: expect.stringMatching(/@h:5432\/other$/), migrations: { shownAs: 'm' } },
  ],
  [
    '--url and --store',
    { files: config({ app: sqlite, b: sqlite }), flags: { url: 'sqlite:o.db', store: ['b'] } },
    { name: 'b', place: 'sqlite:o.db' },
  ],
  [
    'PGlite for PostgreSQL',
    { files: config({ app: postgres }), flags: { url: 'pglite:memory' } },
    { kind: 'pglite', place: 'pglite:memory' },
  ],
  [
    'an address from a file',
    { files: { ...config({ app: { ...postgres, url: 'file:secret' } }), secret: `${DATABASE_URL}\n` } },
    { place: 'postgres://u@h:5432/d', warnings: [] },
  ],
  [
    'a path from a variable',
    { files: config({ app: { kind: 'sqlite', path: 'env:FILE' } }), env: { FILE: 'v.db' } },
    { place: 'sqlite:v.db' },
  ],
  ['SQLite in memory', { files: config({ app: { kind: 'sqlite', path: ':memory:' } }) }, { place: 'sqlite::memory:' }],
  [
    'a literal password',
    { files: config({ app: { ...postgres, url: DATABASE_URL } }) },
    { warnings: ['stores.app.url holds a password in plain text; use env:NAME or file:path'] },
  ],
  [
    'history',
    { files: config({ app: { ...sqlite, history: { table: 'schema_version' } } }) },
    { history: { schema: null, table: 'schema_version' } },
  ],
  [
    'placeholders of all and of the store',
    {
      files: config({ app: { ...sqlite, placeholders: { a: 'own' } } }, { placeholders: { a: 'all', b: 'env:B' } }),
      env: { B: 'b' },
    },
    { placeholders: { a: 'own', b: 'b' } },
  ],
  [
    'documents',
    { cwd: 'x', files: config({ m: { ...documents, protect: ['run_id'] } }) },
    { kind: 'documents', address: { files: 'a/*.json', protect: ['run_id'], contracts: null } },
  ],
  [
    'documents with their preset, and a rule of their own',
    { files: config({ m: { ...documents, preset: 'documents', minorSteps: 'any' } }) },
    { address: { backupForm: 'sidecar', minorSteps: 'any' }, policy: { backup: 'run' } },
  ],
  [
    'documents under the preset of all',
    { files: config({ m: documents }, { preset: 'documents' }) },
    { address: { backupForm: 'sidecar', minorSteps: 'additive' } },
  ],
  [
    'a table of documents',
    { cwd: 'x', files: config({ m: { ...documents, index } }) },
    {
      address: {
        index: {
          address: { kind: 'sqlite', path: expect.stringMatching(/i\.db$/) },
          place: 'sqlite:../i.db',
          schema: null,
          key: ['id'],
          read: 'latest',
          columns: [{ name: 'id', at: 'id', type: 'text', needed: true, default: null, indexed: false }],
        },
      },
    },
  ],
  [
    'a table of documents whose variable is missing stops nothing',
    { files: config({ m: { ...documents, index: { ...index, url: 'env:INDEX_URL' } } }) },
    { address: { index: { address: null, reference: 'env:INDEX_URL', place: 'env:INDEX_URL' } } },
  ],
  [
    'Neo4j by parts',
    {
      files: config({ g: { kind: 'neo4j', url: 'env:U', password: 'env:P', database: 'movies' } }),
      env: { U: 'bolt://h:7687', P: 'canary' },
    },
    { place: 'bolt://h:7687/movies', address: { user: 'neo4j', url: 'bolt://h:7687' } },
  ],
])('with a configuration: %s', async (_fact, project, expected) => {
  expect(onlyOne(await read(project))).toMatchObject(expected)
})

test('policy: default, preset, policy, preset of the store, policy of the store', async () => {
  const app = { ...sqlite, preset: 'phases', policy: { late: 'run', protected: undefined } }
  const rest = { preset: 'operator-run', policy: { retry: 'bounded', late: 'error', identity: 'production' } }
  const { policy, origins } = onlyOne(await read({ files: config({ app }, rest) }))
  expect(policy).toMatchObject({
    direction: 'reversible',
    breaking: 'phase',
    run: 'operator',
    retry: 'bounded',
    late: 'run',
  })
  expect(origins).toMatchObject({
    'policy.direction': 'stores.app.preset phases',
    'policy.run': 'preset operator-run',
    'policy.identity': 'policy',
    'policy.late': 'stores.app.policy',
    'policy.idempotent': 'default',
  })
})

test('variables: the process, then .env of the working folder, then .env of the configuration', async () => {
  const files = { ...config({ app: sqlite }), '.env': 'A=root\nB=root\nC=root', 'sub/.env': 'A=sub\nB=sub' }
  const settings = await read({ files, cwd: 'sub', env: { A: 'process' } })
  expect(settings.env()).toMatchObject({ A: 'process', B: 'sub', C: 'root' })
})

test('an alert whose variable is missing is off, and said to be', async () => {
  const alerts = [{ url: 'env:ALERT_URL' }, { url: 'https://hooks.example/canary', format: 'slack' }]
  const settings = await read({ files: config({ app: sqlite }, { alerts }) })
  expect(settings.warnings).toEqual(['alerts[0] is off: ALERT_URL is missing or empty'])
  expect(settings.alerts).toMatchObject([{ format: 'slack', secret: null, on: ['failure', 'drift', 'stale-backup'] }])
  expect(settings.redact('POST https://hooks.example/canary failed')).toBe('POST *** failed')
})

test('backups and release', async () => {
  const files = config({ app: sqlite }, { backups: { path: 'b', keepDays: 7 }, release: 'env:TAG' })
  expect(await read({ files, cwd: 'sub', env: { TAG: 'v1' } })).toMatchObject({
    backups: { path: join(root, 'b'), keepDays: 7, keepAtLeast: 5, compress: false },
    release: 'v1',
  })
  expect(await read({ files, flags: { release: 'v2' }, env: { TAG: 'v1' } })).toMatchObject({ release: 'v2' })
  expect(await read({ files })).toMatchObject({ release: null })
})

test('a configuration that is given goes before every file', async () => {
  const configuration = { stores: { given: { kind: 'sqlite', path: 'given.db' } } } as const
  const settings = await read({ files: config({ app: sqlite }), cwd: 'sub', configuration })
  expect(settings.file).toBeNull()
  expect(onlyOne(settings)).toMatchObject({ name: 'given', address: { path: join(root, 'sub/given.db') } })
})

test('--url stands for itself: the configured password is not sent to another place', async () => {
  const graph = { kind: 'neo4j', url: 'env:NOT_NEEDED', user: 'env:NOT_NEEDED', password: 'canary-1234' }
  const settings = await read({ files: config({ graph }), flags: { url: 'bolt://elsewhere:7687' } })
  expect(onlyOne(settings).address).toMatchObject({ url: 'bolt://elsewhere:7687', user: null, password: null })
})
