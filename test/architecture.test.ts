/** The walls between the parts, the sizes of files and folders; and each wall shown to stand. */

import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findCycles, findForbidden, readImports, readTable, type Files } from './architecture/imports.ts'
import { findStale, findTooFull, findTooLong, type Exceptions } from './architecture/sizes.ts'

const root = join(import.meta.dirname, '..')
const table = readTable(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8'))
const all = readFiles('src')
const code: Files = new Map([...all].filter(([file]) => !file.endsWith('.test.ts')))

const exceptions: Exceptions = {
  'src/core': { most: 24, why: 'one file an idea; sorting them into folders would hide half of them' },
  'src/stores/postgres': { most: 16, why: 'the same file names as every kind, and what only a server needs' },
}

describe('the code', () => {
  test('is seen at all', () => {
    expect(code.size).toBeGreaterThan(100)
    expect(readImports(code).length).toBeGreaterThan(400)
    expect([...new Set([...code.keys()].map((file) => file.split('/')[1]))].filter((part) => !isListed(part))).toEqual(
      [],
    )
  })

  test('imports only what the table allows', () => {
    expect(findForbidden(readImports(code), table)).toEqual([])
  })

  test('has no circles, not even of types', () => {
    expect(findCycles(readImports(code))).toEqual([])
  })

  test('has files that fit a sitting', () => {
    expect(findTooLong(all, exceptions)).toEqual([])
  })

  test('has folders that can be read as a list', () => {
    expect(findTooFull(all, exceptions)).toEqual([])
  })

  test('needs every exception that it has', () => {
    expect(findStale(code, exceptions)).toEqual([])
  })

  test('lets the compiler see no more than the table does', () => {
    const more = [...table].flatMap(([part, { parts }]) => {
      const references = part.includes('/') || part === 'index' ? [] : readReferences(part)
      return references.filter((one) => !parts.includes(one)).map((one) => `${part} refers to ${one}`)
    })
    expect(more).toEqual([])
  })
})

describe('the table', () => {
  test('is read', () => {
    expect(table.get('core')).toEqual({ parts: [], packages: [] })
    expect(table.get('stores')).toEqual({
      parts: ['core', 'readers'],
      packages: ['node', 'pg', '@electric-sql/pglite'],
    })
  })

  test('knows no part that is not there', () => {
    const gone = [...table.keys()].filter((part) => ![...code.keys()].some((file) => file.startsWith(`src/${part}`)))
    expect(gone).toEqual([])
  })

  test('a page without it allows nothing', () => {
    expect(findForbidden(readImports(code), readTable('# Architecture')).length).toBeGreaterThan(100)
  })
})

/** Each violation, planted in a small tree; the answer must name it. */
const planted: readonly (readonly [fact: string, files: Readonly<Record<string, string>>, found: readonly string[]])[] =
  [
    [
      'core asks the outside',
      { 'src/core/judge.ts': "import { readFileSync } from 'node:fs'" },
      ['src/core/judge.ts may not import node'],
    ],
    [
      'core imports a part',
      { 'src/core/judge.ts': "import type { Engine } from '../engine/engine.ts'" },
      ['src/core/judge.ts may not import src/engine/engine.ts'],
    ],
    [
      'a reader imports the engine',
      { 'src/readers/sqlite.ts': "import { makeEngine } from '../engine/engine.ts'" },
      ['src/readers/sqlite.ts may not import src/engine/engine.ts'],
    ],
    [
      'the engine imports a store, lazily',
      { 'src/engine/steps.ts': "const { openSqlite } = await import('../stores/sqlite/index.ts')" },
      ['src/engine/steps.ts may not import src/stores/sqlite/index.ts'],
    ],
    [
      'a part passes another on',
      {
        'src/sources/index.ts':
          "export { judge } from '../core/judge.ts'\nexport * from '../settings/read-settings.ts'",
      },
      ['src/sources/index.ts may not import src/settings/read-settings.ts'],
    ],
    [
      'a reader brings a driver',
      { 'src/readers/postgres.ts': "import pg from 'pg'" },
      ['src/readers/postgres.ts may not import pg'],
    ],
    [
      'one kind of store leans on another',
      { 'src/stores/sqlite/index.ts': "import { takeLock } from '../postgres/lock.ts'" },
      ['src/stores/sqlite/index.ts may not import src/stores/postgres/lock.ts'],
    ],
    [
      'what all kinds share knows one of them',
      { 'src/stores/sql/split.ts': "import { makeSession } from '../postgres/session.ts'" },
      ['src/stores/sql/split.ts may not import src/stores/postgres/session.ts'],
    ],
    [
      'a use case imports a shell, over several lines',
      { 'src/app/up.ts': "import {\n  main,\n  type Terminal,\n} from '../cli/main.ts'" },
      ['src/app/up.ts may not import src/cli/main.ts'],
    ],
    [
      'a part that is in no row',
      { 'src/surprise/new.ts': "import { judge } from '../core/judge.ts'" },
      ['src/surprise/new.ts may not import src/core/judge.ts'],
    ],
    ['what is allowed', { 'src/stores/pglite/index.ts': "import { makeSession } from '../postgres/session.ts'" }, []],
  ]

describe('planted', () => {
  test.each(planted)('%s', (_fact, files, found) => {
    expect(findForbidden(readImports(new Map(Object.entries(files))), table)).toEqual(found)
  })

  test('a circle of two, one of three, and one with itself', () => {
    const files = new Map([
      ['src/core/a.ts', "import { b } from './b.ts'"],
      ['src/core/b.ts', "import type { A } from './a.ts'"],
      ['src/core/c.ts', "import './d.ts'"],
      ['src/core/d.ts', "export { e } from './e.ts'"],
      ['src/core/e.ts', "import { c } from './c.ts'\nimport { a } from './a.ts'"],
      ['src/core/f.ts', "import { f } from './f.ts'"],
    ])
    expect(findCycles(readImports(files)).map((cycle) => [...cycle].sort())).toEqual([
      ['src/core/a.ts', 'src/core/b.ts'],
      ['src/core/c.ts', 'src/core/d.ts', 'src/core/e.ts'],
      ['src/core/f.ts'],
    ])
  })

  test('a file that is too long, a folder that is too full, and exceptions that go too far or are stale', () => {
    const lines = (count: number): string => 'x\n'.repeat(count)
    const files = new Map([
      ['src/core/long.ts', lines(251)],
      ['src/core/longest.ts', lines(401)],
      ['src/core/fits.ts', lines(250)],
      ['src/core/long.test.ts', lines(400)],
      ...Array.from({ length: 13 }, (_, i) => [`src/full/${i}.ts`, ''] as const),
    ])
    const asked = { most: 500, why: '' }
    expect(findTooLong(files, { 'src/core/long.ts': asked, 'src/core/longest.ts': asked })).toEqual([
      'src/core/longest.ts has 401 lines, 500 are allowed',
    ])
    expect(findTooLong(files, {})).toHaveLength(2)
    expect(findTooFull(files, {})).toEqual(['src/full has 13 files, 12 are allowed'])
    expect(findStale(files, { 'src/core/fits.ts': asked, 'src/core': asked, 'src/full': asked })).toEqual([
      'src/core/fits.ts',
      'src/core',
    ])
  })
})

function isListed(part: string | undefined): boolean {
  return part === 'index.ts' || (part !== undefined && table.has(part))
}

function readReferences(part: string): string[] {
  const { references } = JSON.parse(readFileSync(join(root, 'src', part, 'tsconfig.json'), 'utf8')) as {
    references: readonly { readonly path: string }[]
  }
  return references.map((one) => one.path.replace('../', ''))
}

function readFiles(folder: string): Files {
  const entries = readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
  const names = entries
    .filter((one) => one.isFile() && one.name.endsWith('.ts'))
    .map((one) => join(one.parentPath, one.name))
  return new Map(
    names.sort().map((name) => [name.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(name, 'utf8')]),
  )
}
