import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  config,
  makeProject,
  onlyOne,
  postgres,
  read,
  refusal,
  removeProject,
  write,
  type Project,
} from './temporary-project.ts'

const canary = 'p@ss/w:ord%#?&\'"\n'
let root: string

beforeEach(() => {
  root = makeProject()
})
afterEach(removeProject)

test('JSON that is cut does not show its secrets', async () => {
  const text = '{"stores": {"app": {"kind": "postgres", "url": "postgres://u:canary-1234@h" "x"'
  expect(await refusal({ files: { 'lockstep.config.json': text } })).toMatch(/line 1, column \d+$/)
})

const encoded = encodeURIComponent(canary)
const graph = { kind: 'neo4j', url: 'bolt://h', user: 'u' }

test.each<[string, Project]>([
  ['an address in a variable', { env: { DATABASE_URL: `postgres://u:${encoded}@h/d` } }],
  ['an address in .env', { files: { '.env': `DATABASE_URL=postgres://u:${encoded}@h/d` } }],
  ['an address in argv', { flags: { url: `mysql://u:${encoded}@h/d` } }],
  [
    'an address in the configuration',
    { files: config({ app: { ...postgres, url: `postgres://h/d?password=${encoded}` } }) },
  ],
  ['pairs', { env: { DATABASE_URL: `host=h password='${canary.replaceAll(/['\\]/g, String.raw`\$&`)}'` } }],
  ['PGPASSWORD', { env: { DATABASE_URL: 'postgres://h/d', PGPASSWORD: canary } }],
  ['MYSQL_PWD', { env: { DATABASE_URL: 'mysql://h/d', MYSQL_PWD: canary } }],
  ['a password in a variable', { files: config({ g: { ...graph, password: 'env:P' } }), env: { P: canary } }],
  ['a password in the configuration', { files: config({ g: { ...graph, password: canary } }) }],
  [
    'a password in a file',
    { files: { ...config({ app: { ...postgres, url: 'postgres://h/d', password: 'file:s' } }), s: canary } },
  ],
])('no canary leaves the settings: %s', async (_fact, project) => {
  const settings = await read(project)
  const { address } = onlyOne(settings)
  const password = 'password' in address ? address.password?.reveal() : undefined
  // A file's last line break is the editor's.
  expect([canary, canary.trim()]).toContain(password)
  const shown = inspect(settings, { depth: 12, showHidden: true }) + JSON.stringify(settings)
  for (const form of [canary.trim(), encoded, JSON.stringify(canary.trim()).slice(1, -1), 'w:ord']) {
    expect(shown).not.toContain(form)
    expect(settings.redact(`at ${form}|`)).toMatch(form === 'w:ord' ? /w:ord/ : /^at \S{0,9}\*\*\*\S{0,9}\|$/)
  }
})

test('a password file that others can read is ignored, with a warning', async () => {
  write({ '.pgpass': '*:*:*:*:canary-1234' })
  const env = { DATABASE_URL: 'postgres://u@h/d' }
  chmodSync(join(root, '.pgpass'), 0o644)
  const open = await read({ env })
  expect(open.warnings).toEqual([expect.stringMatching(/^store app: .*\.pgpass can be read by others/)])
  chmodSync(join(root, '.pgpass'), 0o600)
  const closed = await read({ env })
  expect(closed.warnings).toEqual([])
  expect(onlyOne(closed).address).toMatchObject({ password: { reveal: expect.any(Function) } })
  expect(closed.redact('canary-1234')).toBe('***')
})

test('no canary leaves the settings of the table of documents', async () => {
  const index = { url: `postgres://u:${encoded}@h/d`, table: 't', columns: {} }
  const settings = await read({ files: config({ m: { kind: 'documents', files: 'a/*.json', index } }) })
  expect(settings.warnings).toEqual(['stores.m.index.url holds a password in plain text; use env:NAME'])
  for (const shown of [inspect(settings, { depth: 9 }), JSON.stringify(settings)]) {
    expect(shown).not.toContain(encoded)
    expect(shown).not.toContain(JSON.stringify(canary).slice(1, -1))
  }
  expect(settings.redact(`connecting with ${canary}`)).not.toContain(canary)
})
