import { expect, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import { makeBodyReader } from './body-reader.ts'
import { layoutNames, layouts, type LayoutName } from './layouts/table.ts'
import { readFolder, type FolderContents } from './read-folder.ts'

type Files = Readonly<Record<string, string>>

function read(files: Files, layout: LayoutName | 'auto' = 'auto'): FolderContents {
  return readFolder({ folder: makeFolder(files), shownAs: 'm', layout, language: 'sql' })
}

function attempt(files: Files, layout: LayoutName | 'auto' = 'auto'): string {
  try {
    return read(files, layout).layout
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
}

const bodies = makeBodyReader({ placeholders: {}, dialect: 'postgres' })

/** What would run, in each direction, without empty lines. */
function texts(files: Files, layout: LayoutName | 'auto' = 'auto') {
  const migration = read(files, layout).migrations[0]
  if (migration === undefined) throw new Error('no migration')
  const text = (body: typeof migration.down) => {
    if (body === null) return null
    const source = bodies.script(migration, body)
    return { noTransaction: source.noTransaction, text: [...source.read()].join('').trim() }
  }
  return { up: text(migration.up), down: text(migration.down) }
}

test('dbmate: up and down are what stands under their markers', () => {
  const text = '-- (c)\n-- migrate:up transaction:false\ncreate table a ();\n\n-- migrate:down\ndrop table a;\n'
  expect(texts({ '20260101_a.sql': text })).toEqual({
    up: { noTransaction: true, text: '-- migrate:up transaction:false\ncreate table a ();' },
    down: { noTransaction: false, text: '-- migrate:down\ndrop table a;' },
  })
})

test('dbmate: the down may leave the transaction too, and stand first', () => {
  const text = '-- migrate:down transaction:false\ndrop table a;\n-- migrate:up\ncreate table a ();\n'
  expect(texts({ '1_a.sql': text })).toEqual({
    up: { noTransaction: false, text: '-- migrate:up\ncreate table a ();' },
    down: { noTransaction: true, text: '-- migrate:down transaction:false\ndrop table a;' },
  })
})

test('goose: sections, and a file that leaves the transaction', () => {
  const text =
    '-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose StatementBegin\nselect 1;\n-- +goose StatementEnd\n-- +goose Down\nselect 2;\n'
  expect(texts({ '00001_a.sql': text })).toEqual({
    up: { noTransaction: true, text: '-- +goose Up\n-- +goose StatementBegin\nselect 1;\n-- +goose StatementEnd' },
    down: { noTransaction: true, text: '-- +goose Down\nselect 2;' },
  })
})

test('a section keeps the line numbers of its file', () => {
  const found = read({ '1_a.sql': '-- migrate:up\r\nselect 1;\r\n\r\n-- migrate:down\r\nselect 2;' }).migrations[0]
  if (found?.down == null) throw new Error('no down')
  const lines = [...bodies.script(found, found.down).read()].join('').split('\n')
  expect(lines.indexOf('select 2;')).toBe(4)
})

test('sections beyond the first chunk are found, counted in characters, not in bytes', () => {
  const filler = "insert into a values ('äöü😀');\n".repeat(6_000)
  const found = texts({ '1_a.sql': `\uFEFF-- migrate:up\n${filler}-- migrate:down\ndrop table a;\n` })
  expect(found.up?.text).toBe(`-- migrate:up\n${filler.trim()}`)
  expect(found.down?.text).toBe('-- migrate:down\ndrop table a;')
})

test('an edit of the down section is an edit of the file', () => {
  const sum = (down: string): unknown =>
    read({ '1_a.sql': `-- migrate:up\n-- migrate:down\n${down}` }).migrations[0]?.checksum
  expect(sum('select 1;')).not.toBe(sum('select 2;'))
})

test('a down section that a template left empty is no way back', () => {
  expect(texts({ '1_a.sql': '-- migrate:up\nselect 1;\n-- migrate:down\n\n-- nothing\n' }).down).toBeNull()
  expect(texts({ '1_a.sql': '-- +goose Up\nselect 1;\n-- +goose Down\n' }).down).toBeNull()
  expect(texts({ '1_a.sql': '-- migrate:up\nselect 1;\n' }).down).toBeNull()
})

test('sqlx: the first line may leave the transaction', () => {
  const files = { '1_a.up.sql': '-- no-transaction\nselect 1;', '1_a.down.sql': '-- no-transaction\nselect 2;' }
  expect(read(files).layout).toBe('sqlx')
  expect(texts(files)).toMatchObject({ up: { noTransaction: true }, down: { noTransaction: true } })
  expect(texts({ '1_a.sql': 'select 1;\n-- no-transaction' }, 'sqlx')).toMatchObject({ up: { noTransaction: false } })
})

test('diesel: metadata.toml may leave the transaction', () => {
  const files = { '1_a/up.sql': 'select 1;', '1_a/metadata.toml': 'run_in_transaction = false\n' }
  expect(texts(files).up?.noTransaction).toBe(true)
  expect(read(files).ignored).toEqual([])
  expect(texts({ ...files, '1_a/metadata.toml': '# run_in_transaction = false' }).up?.noTransaction).toBe(false)
})

const journal = (...tags: readonly string[]): string =>
  JSON.stringify({ entries: tags.map((tag, idx) => ({ idx, tag })) })

test('drizzle: what the journal lists is run, and nothing else', () => {
  const found = read({
    'meta/_journal.json': journal('0000_a', '0001_b'),
    '0000_a.sql': 'create table a ();--> statement-breakpoint\ncreate table b ();',
    '0001_b.sql': '',
    '0001_b.down.sql': '',
    '0002_unlisted.sql': '',
  })
  expect(found.layout).toBe('drizzle')
  expect(found.migrations.map(({ version, down }) => [version, down?.file])).toEqual([
    ['0000', undefined],
    ['0001', 'm/0001_b.down.sql'],
  ])
  expect(found.ignored).toEqual(['0002_unlisted.sql'])
})

test('drizzle: a listed file that is gone, and a broken journal, are refused', () => {
  expect(attempt({ 'meta/_journal.json': journal('0000_a', '0001_b'), '0000_a.sql': '' })).toContain(
    'file-refused: m/0001_b.sql: meta/_journal.json lists it',
  )
  expect(attempt({ 'meta/_journal.json': '{', '0000_a.sql': '' })).toContain(
    'file-refused: m/meta/_journal.json: it is not a journal',
  )
})

const guesses: readonly (readonly [fact: string, files: Files, layout: string])[] = [
  ['dbmate by its markers', { '1_a.sql': '-- migrate:up\n' }, 'dbmate'],
  ['goose by its markers', { '1_a.sql': '-- +goose Up\n' }, 'goose'],
  ['drizzle by its journal', { 'meta/_journal.json': journal('0000_a'), '0000_a.sql': '' }, 'drizzle'],
  ['prisma by its folders', { '1_a/migration.sql': '' }, 'prisma'],
  ['diesel by its folders', { '1_a/up.sql': '' }, 'diesel'],
  ['Flyway by its names', { 'V1__a.sql': '' }, 'flyway'],
  ['golang-migrate by its names', { '1_a.up.sql': '', '1_a.down.sql': '' }, 'golang-migrate'],
  ['lockstep where nothing speaks for another', { '1_a.sql': '' }, 'lockstep'],
  ['folders of stores in another layout are not this folder', { '1_a.sql': '', 'app/V1__a.sql': '' }, 'lockstep'],
]

test.each(guesses)('found: %s', (_fact, files, layout) => {
  expect(attempt(files)).toBe(layout)
})

const markers: readonly (readonly [marker: string, layout: string])[] = [
  ['-- migrate:up', 'dbmate'],
  ['--migrate:down', 'dbmate'],
  ['  -- +goose Up', 'goose'],
  ['-- +migrate Up', 'sql-migrate'],
  ['create table a ();--> statement-breakpoint', 'drizzle'],
]

const plain: readonly (readonly [layout: LayoutName, file: string])[] = [
  ['lockstep', '1_a.sql'],
  ['numbered', '1_a.sql'],
  ['flyway', 'V1__a.sql'],
  ['golang-migrate', '1_a.up.sql'],
  ['diesel', '1_a/up.sql'],
]

test.each(plain)('the layout %s refuses the markers of others', (layout, file) => {
  for (const [marker, named] of markers) {
    expect(attempt({ [file]: `\nselect 1;\n${marker}\nselect 2;\n` }, layout)).toMatch(
      new RegExp(`layout-mismatch: .* a marker of the layout ${named}$`),
    )
  }
})

test('a first line that only sqlx reads is refused elsewhere', () => {
  const file = { '1_a.sql': '-- no-transaction\nselect 1;' }
  expect(attempt(file, 'lockstep')).toContain('holds "-- no-transaction", a marker of the layout sqlx')
  expect(attempt({ '1_a.sql': 'select 1;\n-- no-transaction\n' }, 'lockstep')).toBe('lockstep')
})

test('prose about markers is none', () => {
  const text = "-- see migrate:up\nselect '-- migrate:up';\n-- goose Up\n-- migrate:upward\n"
  expect(attempt({ '1_a.sql': text }, 'lockstep')).toBe('lockstep')
})

test('the layouts with markers refuse those of each other', () => {
  expect(attempt({ '1_a.sql': '-- migrate:up\n-- +goose Down\n' }, 'dbmate')).toContain('layout goose')
  expect(attempt({ '1_a.sql': '-- +goose Up\n-- migrate:down\n' }, 'goose')).toContain('layout dbmate')
})

const broken: readonly (readonly [fact: string, layout: LayoutName, text: string, wanted: string])[] = [
  ['no marker', 'dbmate', 'select 1;', 'it has no "-- migrate:up"'],
  ['only a down', 'dbmate', '-- migrate:down\nselect 1;', 'it has no "-- migrate:up"'],
  [
    'a statement before the marker',
    'dbmate',
    'select 1;\n-- migrate:up\n',
    'there is a statement before "-- migrate:up"',
  ],
  ['two ups', 'dbmate', '-- migrate:up\n-- migrate:up\n', '"-- migrate:up" stands in it twice'],
  ['no marker of goose', 'goose', 'select 1;', 'it has no "-- +goose Up"'],
  ['variables of the environment', 'goose', '-- +goose ENVSUB ON\n-- +goose Up\n', 'ENVSUB ON" is not supported'],
]

test.each(broken)('sections: %s', (_fact, layout, text, wanted) => {
  expect(attempt({ '1_a.sql': text }, layout)).toContain(wanted)
})

test('files of Flyway in another layout are not left out in silence', () => {
  expect(attempt({ '1_a.sql': '', 'V2__b.sql': '' }, 'lockstep')).toContain(
    'm/V2__b.sql holds "V2__", a marker of the layout flyway',
  )
})

test('migrations in Go are not left out in silence', () => {
  expect(attempt({ '1_a.sql': '-- +goose Up', '2_b.go': '' })).toContain(
    'file-refused: m/2_b.go: it is a migration in Go',
  )
  expect(attempt({ '1_a.sql': '-- +goose Up', '2_b_test.go': '' })).toBe('goose')
})

test.each(layoutNames)('a folder without a file is no success in the layout %s', (layout) => {
  expect(layouts[layout].match('README.md')).toBeNull()
  expect(attempt({ 'README.md': '' }, layout)).toContain('not-a-migration-folder')
})
