import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import type { Migration } from '../core/migration.ts'
import { makeBodyReader, verifyUnchanged } from './body-reader.ts'
import { readFolder } from './read-folder.ts'

function readOne(files: Readonly<Record<string, string>>): { folder: string; migration: Migration } {
  const folder = makeFolder(files)
  const found = readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql' }).migrations[0]
  if (found === undefined) throw new Error('no migration')
  return { folder, migration: found }
}

const plain = makeBodyReader({ placeholders: {}, dialect: 'postgres' })
const filling = makeBodyReader({ placeholders: { schema: 'app' }, dialect: 'postgres' })

const changed = expect.objectContaining({ code: 'file-changed-meanwhile' })

test('a script is its text, without the byte-order mark, otherwise as it is', () => {
  const { migration } = readOne({ '1_a.sql': '\uFEFFselect 1; \r\n' })
  const source = plain.script(migration, migration.up)
  expect([...source.read()]).toEqual(['select 1; \r\n'])
  expect([...source.read()]).toEqual(['select 1; \r\n'])
  expect(source.file).toBe('m/1_a.sql')
})

test('an empty script is empty', () => {
  const { migration } = readOne({ '1_a.sql': '' })
  expect([...plain.script(migration, migration.up).read()]).toEqual([])
})

test('placeholders are filled in what runs, not in what is hashed', () => {
  const { migration } = readOne({ '1_a.sql': 'create table ${schema:ident}.a ();' })
  expect([...plain.script(migration, migration.up).read()].join('')).toBe('create table ${schema:ident}.a ();')
  expect([...filling.script(migration, migration.up).read()].join('')).toBe('create table "app".a ();')
})

test('a placeholder that is not declared is told with the line of its file', () => {
  const { migration } = readOne({ '1_a.sql': '-- migrate:up\n\nselect 1;\n-- migrate:down\n${shcema:ident};' })
  expect(() => [...filling.script(migration, migration.down ?? migration.up).read()]).toThrow(
    'm/1_a.sql:5: ${shcema:ident}',
  )
})

test('a file that was edited since is not handed out', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;' })
  writeFileSync(join(folder, '1_a.sql'), 'select 2;')
  const chunks = plain.script(migration, migration.up).read()[Symbol.iterator]()
  expect(() => chunks.next()).toThrow(changed)
  expect(() => verifyUnchanged(migration)).toThrow(changed)
})

test('what was planned is what runs, whatever is saved between; a further attempt reads afresh', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;' })
  const source = plain.script(migration, migration.up)
  expect([...source.read()]).toEqual(['select 1;'])
  writeFileSync(join(folder, '1_a.sql'), 'select 2;')
  expect([...source.read()]).toEqual(['select 1;'])
  expect(() => [...source.read()]).toThrow(changed)
})

test('a file that is gone is told as changed', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;' })
  rmSync(join(folder, '1_a.sql'))
  expect(() => [...plain.script(migration, migration.up).read()]).toThrow(changed)
  expect(() => verifyUnchanged(migration)).toThrow(changed)
})

test('of a long file that was edited since, nothing is handed out', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;\n'.repeat(20_000) })
  expect([...plain.script(migration, migration.up).read()].join('')).toBe('select 1;\n'.repeat(20_000))
  appendFileSync(join(folder, '1_a.sql'), 'select 2;\n')
  const chunks = plain.script(migration, migration.up).read()[Symbol.iterator]()
  expect(() => chunks.next()).toThrow(changed)
})

test('a long file that is edited while it is read does not come to its end', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;\n'.repeat(20_000) })
  const seen: string[] = []
  expect(() => {
    for (const chunk of plain.script(migration, migration.up).read()) {
      if (seen.length === 0) appendFileSync(join(folder, '1_a.sql'), 'drop table a;\n')
      seen.push(chunk)
    }
  }).toThrow(changed)
  expect(seen.join('')).not.toContain('drop table a')
})

test('an edit that does not count is no change', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;\n' })
  writeFileSync(join(folder, '1_a.sql'), '\uFEFFselect 1;  \r\n')
  expect([...plain.script(migration, migration.up).read()]).toEqual(['select 1;  \r\n'])
})

test('the up section is not handed out when the down section was edited', () => {
  const { folder, migration } = readOne({ '1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\nselect 2;' })
  writeFileSync(join(folder, '1_a.sql'), '-- migrate:up\nselect 1;\n-- migrate:down\nselect 3;')
  expect(() => [...plain.script(migration, migration.up).read()]).toThrow(changed)
})

test('a down file may be mended after its up was applied', () => {
  const { folder, migration } = readOne({ '1_a.sql': 'select 1;', '1_a.down.sql': 'select 2;' })
  writeFileSync(join(folder, '1_a.down.sql'), 'select 3;')
  const down = migration.down ?? migration.up
  expect([...plain.script(migration, down).read()]).toEqual(['select 3;'])
})

const transactions: readonly (readonly [
  fact: string,
  files: Readonly<Record<string, string>>,
  up: boolean,
  down: boolean,
])[] = [
  ['neither says anything', { '1_a.sql': '', '1_a.down.sql': '' }, false, false],
  ['the up leaves it', { '1_a.sql': '-- lockstep: no-transaction', '1_a.down.sql': '' }, true, false],
  ['the down leaves it', { '1_a.sql': '', '1_a.down.sql': '-- lockstep: no-transaction' }, false, true],
]

test.each(transactions)('transactions of up and down: %s', (_fact, files, up, down) => {
  const { migration } = readOne(files)
  expect(plain.script(migration, migration.up).noTransaction).toBe(up)
  expect(plain.script(migration, migration.down ?? migration.up).noTransaction).toBe(down)
})

test('a directive that does nothing in a down file is refused', () => {
  const { migration } = readOne({ '1_a.sql': '', '1_a.down.sql': '\n-- lockstep: lock-timeout 2s' })
  expect(() => plain.script(migration, migration.down ?? migration.up)).toThrow('m/1_a.down.sql:2: a down file may say')
})
