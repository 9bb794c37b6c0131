import { expect, test } from 'vitest'
import { isLockstepError } from '../../core/error.ts'
import { checkConfiguration } from './check-configuration.ts'
import { configurationSchema } from './schema.ts'

/** The faults of a configuration, in the order in which they are told. */
function faultsOf(value: unknown): readonly string[] {
  try {
    checkConfiguration(value, 'lockstep.config.json')
  } catch (error) {
    if (isLockstepError(error) && error.code === 'configuration-invalid') {
      return (error.details as { faults: readonly string[] }).faults
    }
    throw error
  }
  return []
}

const app = { kind: 'sqlite', path: 'app.db' }

const everything = {
  $schema: './node_modules/lockstep/schema.json',
  stores: {
    app: {
      kind: 'postgres',
      url: 'env:DATABASE_URL',
      password: 'file:/run/secrets/db',
      migrations: 'migrations/app',
      layout: 'lockstep',
      history: { schema: 'public', table: 'lockstep_migrations' },
      policy: { breaking: 'phase', identity: null, protect: ['audit_events'], idempotent: true },
      preset: 'phases',
      placeholders: { owner: 'env:OWNER' },
    },
    auth: { kind: 'sqlite', path: 'data/auth.db', history: { table: 'schema_version' } },
    local: { kind: 'pglite', url: 'pglite:./data' },
    shop: { kind: 'mysql', url: 'mysql://h/d' },
    graph: { kind: 'neo4j', url: 'env:URL', user: 'env:USER', password: 'env:PASSWORD', database: 'neo4j' },
    manifests: {
      kind: 'documents',
      files: 'artifacts/**/manifest.json',
      version: 'schema_version',
      contracts: 'contracts/{version}.schema.json',
      protect: ['run_id'],
      backupForm: 'links',
    },
  },
  policy: { late: 'error' },
  preset: 'operator-run',
  placeholders: {},
  backups: { path: '.lockstep/backups', keepDays: 30, keepAtLeast: 5, compress: false },
  alerts: [{ url: 'env:ALERT_URL', secret: 'env:ALERT_SECRET', format: 'json', on: ['drift'] }],
  release: 'env:RELEASE',
}

test('a configuration that says everything has no fault', () => {
  expect(faultsOf(everything)).toEqual([])
})

test('what is undefined was not said', () => {
  expect(faultsOf({ stores: { app: { ...app, layout: undefined } }, policy: undefined })).toEqual([])
})

test.each<[string, unknown, string[]]>([
  ['no object', [], ['the configuration must be an object, not a list']],
  ['nothing', null, ['the configuration must be an object, not nothing']],
  ['no stores', {}, ['stores is missing']],
  ['an empty list of stores', { stores: {} }, ['stores names no store']],
  ['an unknown key', { stores: { app }, polices: {} }, ['polices is not known here; did you mean "policy"?']],
  [
    'an unknown key that is near to nothing',
    { stores: { app: { ...app, history: { nonsense: 'x' } } } },
    ['stores.app.history.nonsense is not known here; known are table'],
  ],
  [
    'no kind',
    { stores: { app: { path: 'x' } } },
    ['stores.app.kind is missing; it is one of postgres, sqlite, pglite, mysql, neo4j, documents'],
  ],
  [
    'an unknown kind, and a key that no kind has',
    { stores: { app: { kind: 'postgress', urll: 'x' } } },
    [
      'stores.app.kind must be one of postgres, sqlite, pglite, mysql, neo4j, documents, not "postgress"; did you mean "postgres"?',
      'stores.app.urll is not known here; did you mean "url"?',
    ],
  ],
  [
    'a kind that is a number',
    { stores: { app: { kind: 7 } } },
    ['stores.app.kind must be one of postgres, sqlite, pglite, mysql, neo4j, documents, not a number'],
  ],
  [
    'a key of another kind',
    { stores: { app: { ...app, history: { schema: 'x' } } } },
    ['stores.app.history.schema is not known here; known are table'],
  ],
  ['no address', { stores: { app: { kind: 'postgres' } } }, ['stores.app.url is missing']],
  ['neither path nor url', { stores: { app: { kind: 'sqlite' } } }, ['stores.app.path is missing (or url)']],
  [
    'both path and url',
    { stores: { app: { ...app, url: 'sqlite:x' } } },
    ['stores.app has both path and url; one of them says where it is'],
  ],
  [
    'text that is a number',
    { stores: { app: { kind: 'postgres', url: 5432 } } },
    ['stores.app.url must be text, not a number'],
  ],
  ['empty text', { stores: { app: { kind: 'postgres', url: ' ' } } }, ['stores.app.url is empty']],
  [
    'a wrong word',
    { stores: { app }, policy: { late: 'errror' } },
    ['policy.late must be one of error, run, not "errror"; did you mean "error"?'],
  ],
  [
    'a flag in quotes',
    { stores: { app }, policy: { protected: 'true' } },
    ['policy.protected must be true or false, not text'],
  ],
  ['a list that is text', { stores: { app }, policy: { protect: 'a' } }, ['policy.protect must be a list, not text']],
  [
    'an entry of a list',
    { stores: { app }, policy: { protect: ['a', 1] } },
    ['policy.protect[1] must be text, not a number'],
  ],
  [
    'a number below zero',
    { stores: { app }, backups: { keepDays: -1 } },
    ['backups.keepDays must be a whole number from 0'],
  ],
  [
    'a part of a number',
    { stores: { app }, backups: { keepDays: 1.5 } },
    ['backups.keepDays must be a whole number from 0'],
  ],
  [
    'a name that no table can have',
    { stores: { app: { ...app, history: { table: 'x'.repeat(64) } } } },
    ['stores.app.history.table must be a plain name of at most 63 characters'],
  ],
  [
    'a store that would leave its folder',
    { stores: { '../x': app } },
    [
      'stores.../x: a name here is letters, digits, ".", "_" and "-", at most 63 of them, the first a letter or a digit',
    ],
  ],
  [
    'stores that differ by capitals',
    { stores: { app, App: app } },
    ['stores.App: another store has this name but for capitals'],
  ],
  [
    'a prototype for a store',
    JSON.parse('{"stores":{"__proto__":{"kind":"sqlite"}}}'),
    [
      'stores.__proto__: a name here is letters, digits, ".", "_" and "-", at most 63 of them, the first a letter or a digit',
    ],
  ],
  [
    'a key of every object',
    { stores: { app }, constructor: {} },
    [expect.stringMatching(/^constructor is not known here/)],
  ],
  [
    'contracts of no version',
    { stores: { m: { kind: 'documents', files: '*.json', contracts: 'c.json' } } },
    ['stores.m.contracts must be a path with {version} in it'],
  ],
  [
    "a secret for Slack's format",
    { stores: { app }, alerts: [{ url: 'x', secret: 'y', format: 'slack' }] },
    ["alerts[0].secret: Slack's format is not signed"],
  ],
  [
    'several at once',
    {
      stores: { app: { kind: 'sqlite', layout: 'fyway' }, b: { kind: 'postgres', url: true } },
      alerts: {},
      preset: 'phase',
    },
    [
      'stores.app.path is missing (or url)',
      'stores.app.layout must be one of lockstep, numbered, flyway, golang-migrate, dbmate, goose, diesel, sqlx, prisma, drizzle, auto, not "fyway"; did you mean "flyway"?',
      'stores.b.url must be text, not true or false',
      'alerts must be a list, not an object',
      'preset must be one of ci-job, operator-run, many-databases, phases, documents, not "phase"; did you mean "phases"?',
    ],
  ],
])('refused: %s', (_fact, value, faults) => {
  expect(faultsOf(value)).toEqual(faults)
})

test('a fault does not repeat a value that may be a secret', () => {
  const canary = 'canary-1234'
  const stores = {
    app: { kind: 'postgres', url: { secret: canary }, password: [canary], history: { table: `"${canary}` } },
  }
  expect(faultsOf({ stores })).toHaveLength(3)
  expect(faultsOf({ stores }).join('\n')).not.toContain(canary)
})

test('the JSON Schema knows every key of the example', () => {
  const schema = JSON.stringify(configurationSchema())
  const keys = (value: unknown): string[] =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? []
      : Object.entries(value).flatMap(([key, one]) => [key, ...keys(one)])
  const { stores, placeholders: _, ...rest } = everything
  const stored = Object.values(stores).flatMap((store) => keys({ ...store, placeholders: {} }))
  for (const key of [...keys(rest), ...stored]) expect(schema).toContain(`"${key}"`)
})
