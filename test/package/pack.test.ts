/** What users get: the packed package, installed in an empty project. */

import { cpSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js'
import { describe, expect, inject, test } from 'vitest'
import { filesBelow, root, run } from './installed.ts'

const project = inject('packedProject')
const installed = join(project, 'node_modules/lockstep')
const files = filesBelow(installed)

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly version: string
  readonly exports: Readonly<Record<string, unknown>>
}

describe('what is in it', () => {
  /** Chunks and declarations follow the code; everything else is listed, so that nothing slips in. */
  const published = [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/bin.js',
    'dist/chunks/*.js',
    'dist/index.js',
    'dist/main.js',
    'dist/sqlite.js',
    'dist/types/**/*.d.ts',
    'docs/errors/*.md',
    'package.json',
    'schema.json',
  ]

  test('the files that are meant to be published, and no others', () => {
    const kinds = files.map((file) =>
      file
        .replace(/^dist\/chunks\/[\w-]+\.js$/, 'dist/chunks/*.js')
        .replace(/^dist\/types\/.+\.d\.ts$/, 'dist/types/**/*.d.ts')
        .replace(/^docs\/errors\/[\w-]+\.md$/, 'docs/errors/*.md'),
    )
    expect([...new Set(kinds)].sort()).toEqual(published)
  })

  test('no other package comes with it', () => {
    const names = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(names).toEqual(['lockstep'])
  })

  test('it stays below 2 MB', () => {
    const bytes = files.reduce((sum, file) => sum + statSync(join(installed, file)).size, 0)
    expect(bytes).toBeLessThan(2_000_000)
  })

  test('no file names the machine that it was built on', () => {
    const naming = files.filter((file) => readFileSync(join(installed, file), 'utf8').includes(root))
    expect(naming).toEqual([])
  })

  test('the schema of the configuration knows each kind of store, and no other word', () => {
    const schema = JSON.parse(readFileSync(join(installed, 'schema.json'), 'utf8')) as AnySchemaObject
    const fits = new Ajv2020({ strict: false }).compile(schema)
    const sqlite = { kind: 'sqlite', path: 'app.db' }
    expect(fits({ $schema: 'x', stores: { app: sqlite }, policy: { direction: 'reversible' } })).toBe(true)
    expect(fits({ stores: { app: { ...sqlite, pth: 'app.db' } } })).toBe(false)
    expect(fits({ stores: { app: sqlite }, policy: { direction: 'sideways' } })).toBe(false)
  })

  test('the notices of bundled packages are there', () => {
    const notices = readFileSync(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8')
    for (const name of ['pg', 'pg-protocol', 'pg-types', 'pgpass', 'split2']) {
      expect(notices).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)\\n\\n\\S`, 'm'))
    }
  })

  test('pg is a file of its own, which no other file holds', () => {
    const holders = files.filter(
      (file) => file.endsWith('.js') && readFileSync(join(installed, file), 'utf8').includes('SCRAM-SERVER'),
    )
    expect(holders).toEqual(['dist/chunks/pg.js'])
  })
})

describe('the program', () => {
  const lockstep = (...args: string[]) => run('npx', ['--no-install', 'lockstep', ...args], project)

  /** A folder of migrations for the cases without a configuration. */
  const folder = (): string => {
    mkdirSync(join(project, 'sql'), { recursive: true })
    writeFileSync(join(project, 'sql/0001_nothing.sql'), 'select 1;\n')
    return 'sql'
  }

  test('tells its version', () => {
    expect(lockstep('--version')).toEqual({ exit: 0, stdout: `${manifest.version}\n`, stderr: '' })
  })

  test('says which package a PGlite store needs', () => {
    const { exit, stderr } = lockstep('up', '--url', 'pglite:./data', '--migrations', folder())
    expect(exit).toBe(2)
    expect(stderr).toContain('npm install @electric-sql/pglite@')
  })

  test('reaches for a server with the bundled driver', () => {
    const { exit, stderr } = lockstep('status', '--url', 'postgres://nobody@127.0.0.1:1/none', '--migrations', folder())
    expect(exit).toBe(1)
    expect(stderr).toContain('error[unreachable]')
  })

  test('makes a project, and migrates it', () => {
    expect(lockstep('init')).toMatchObject({ exit: 0 })
    expect(lockstep('new', 'create users')).toMatchObject({ exit: 0 })
    writeFileSync(
      join(project, 'migrations/app/0002_create_users.sql'),
      'create table users (id integer primary key);\n',
    )
    expect(lockstep('up')).toMatchObject({ exit: 0 })
    expect(lockstep('status')).toMatchObject({ exit: 0 })
  })

  test('works on documents in threads, whose file is in the package', () => {
    const corpus = join(project, 'corpus')
    const documents = 10_500
    for (let i = 0; i < documents; i++) {
      if (i % 500 === 0) mkdirSync(join(corpus, `artifacts/${i}`), { recursive: true })
      writeFileSync(join(corpus, `artifacts/${i - (i % 500)}/${i}.json`), `{"schema_version":"1.0.0","n":${i}}\n`)
    }
    mkdirSync(join(corpus, 'migrations/m'), { recursive: true })
    writeFileSync(
      join(corpus, 'migrations/m/1.0.0-1.1.0.ts'),
      `import { add, defineTransform } from 'lockstep'
       export default defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('a', null)] })\n`,
    )
    writeFileSync(join(corpus, 'package.json'), '{ "type": "module" }\n')
    const stores = { m: { kind: 'documents', files: 'artifacts/**/*.json' } }
    writeFileSync(join(corpus, 'lockstep.config.json'), JSON.stringify({ stores }))
    const { exit, stdout, stderr } = run('npx', ['--no-install', 'lockstep', 'up'], corpus)
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.not.stringContaining('others cannot start') })
    expect(stdout).toMatch(/migrated +10500\n/)
  })

  test('explains an error from its page', () => {
    const page = readFileSync(join(root, 'docs/errors/lock-held.md'), 'utf8')
    expect(lockstep('explain', 'lock-held').stdout.trim()).toBe(page.trim())
  })
})

describe('the library', () => {
  test.each(Object.keys(manifest.exports))('%s can be imported', (subpath) => {
    const name = subpath.replace(/^\./, 'lockstep')
    const attributes = subpath.endsWith('.json') ? ", { with: { type: 'json' } }" : ''
    const script = `import('${name}'${attributes}).then((all) => console.log(Object.keys(all).length > 0))`
    expect(run('node', ['-e', script], project)).toEqual({ exit: 0, stdout: 'true\n', stderr: '' })
  })

  test('importing it loads no store, and nothing that compiles contracts', () => {
    const script = `
      const { registerHooks } = require('node:module')
      registerHooks({ load(url, context, next) { console.log(url); return next(url, context) } })
      import('lockstep')`
    const { stdout } = run('node', ['-e', script], project)
    const loaded = stdout.split('\n').filter((url) => url.includes('/lockstep/dist/'))
    expect(loaded.some((url) => url.endsWith('/dist/index.js'))).toBe(true)
    expect(loaded.filter((url) => /\/(?:ajv|pg|pglite|postgres|sqlite)\.js$/.test(url))).toEqual([])
  })

  test('its types hold in a strict project', () => {
    cpSync(join(import.meta.dirname, 'consumer'), join(project, 'src'), { recursive: true })
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      lib: ['es2024', 'esnext.disposable'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
      typeRoots: [join(root, 'node_modules/@types')],
    }
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
    expect(run('tsc', ['-p', '.'], project)).toEqual({ exit: 0, stdout: '', stderr: '' })
  })
})
