import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  config,
  makeProject,
  postgres,
  read,
  refusal,
  removeProject,
  sqlite,
  type Project,
} from './temporary-project.ts'

beforeEach(() => {
  makeProject()
})
afterEach(removeProject)

test('all missing variables of the selected stores are named at once, and only those', async () => {
  const stores = {
    app: postgres,
    graph: { kind: 'neo4j', url: 'env:NEO4J_URL', password: 'env:NEO4J_PASSWORD' },
    other: { kind: 'mysql', url: 'env:NOT_ASKED_FOR' },
  }
  const told = await refusal({ files: config(stores), env: { NEO4J_URL: '' }, flags: { store: ['graph', 'app'] } })
  expect(told).toBe(
    'environment-missing: environment variables are missing or empty:\n' +
      '  - DATABASE_URL (address of store app)\n' +
      '  - NEO4J_URL (address of store graph)\n' +
      '  - NEO4J_PASSWORD (password of store graph)',
  )
})

test.each<[string, Project, RegExp]>([
  ['nothing to go by', {}, /^configuration-missing/],
  [
    'an unknown store',
    { files: config({ app: sqlite }), flags: { store: ['ap'] } },
    /^unknown-store: there is no store "ap"/,
  ],
  ['another store than the only one', { flags: { url: 'sqlite:x.db', store: ['auth'] } }, /^unknown-store/],
  [
    '--url for several stores',
    { files: config({ a: sqlite, b: sqlite }), flags: { url: 'sqlite:x.db' } },
    /^wrong-arguments: --url is about one store; say which one: --store a, --store b/,
  ],
  [
    '--migrations for several stores',
    { files: config({ a: sqlite, b: sqlite }), flags: { migrations: 'm' } },
    /^wrong-arguments: --migrations/,
  ],
  [
    '--files for a database',
    { files: config({ a: sqlite }), flags: { files: 'x' } },
    /^wrong-arguments: --files is for documents/,
  ],
  ['--url and --files', { flags: { url: 'sqlite:x.db', files: 'x' } }, /^wrong-arguments: --url and --files/],
  [
    'an unknown layout',
    { flags: { url: 'sqlite:x.db', layout: 'goos' } },
    /^wrong-arguments: there is no layout "goos"; did you mean goose/,
  ],
  [
    'an address of another kind',
    { files: config({ app: postgres }), env: { DATABASE_URL: 'mysql://u:canary@h/d' } },
    /^url-invalid: mysql:\/\/u:\*\*\*@h\/d .*store app is of kind postgres/,
  ],
  [
    'an address of no kind',
    { env: { DATABASE_URL: 'postgre://u:canary@h/d' } },
    /^url-invalid: postgre:\/\/u:\*\*\*@h\/d/,
  ],
  [
    'a secret file that is not there',
    { files: config({ app: { ...postgres, url: 'file:nowhere' } }) },
    /^configuration-unreadable: .*nowhere/,
  ],
  [
    'a secret file that is empty',
    { files: { ...config({ app: { ...postgres, url: 'file:s' } }), s: '\n' } },
    /it is empty/,
  ],
  [
    'cut JSON',
    { files: { 'lockstep.config.json': '{"stores": {' } },
    /^configuration-unreadable: lockstep.config.json could not be read: it is not JSON/,
  ],
  ['an empty file', { files: { 'lockstep.config.json': ' ' } }, /it is empty/],
  [
    'faults',
    { files: config({ app: { kind: 'sqlit' } }, { polcy: 1 }) },
    /stores.app.kind .* did you mean "sqlite"\?\n {2}- polcy is not known here; did you mean "policy"/,
  ],
])('refused: %s', async (_fact, project, expected) => {
  expect(await refusal(project)).toMatch(expected)
})

test('an error of an address says of which store it is', async () => {
  const files = config({ a: sqlite, b: { ...postgres, url: 'postgres://h?nonsense=1' } })
  await expect(read({ files })).rejects.toMatchObject({ code: 'url-invalid', store: 'b' })
})
