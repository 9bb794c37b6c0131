import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import { readFolder, type FolderContents, type FolderOptions } from './read-folder.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

function read(folder: string, options: Partial<FolderOptions> = {}): FolderContents {
  return readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql', ...options })
}

/** One line a migration: `version < up > down`, paths without the folder. */
function lines({ migrations }: FolderContents): string[] {
  return migrations.map(({ version, up, down }) => {
    const name = (file: string | undefined): string => (file ?? '-').replace(/^m\//, '')
    return `${version}: ${name(up.file)} | ${name(down?.file)}`
  })
}

/** The error's text, or what was read. */
function attempt(folder: string, options: Partial<FolderOptions> = {}): string {
  try {
    return lines(read(folder, options)).join('\n')
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
}

test('a module says in words what it does where its name does not; the name counts before that', () => {
  const module = "export default { description: 'what it does', up: () => undefined }\n"
  const folder = makeFolder({
    '0001.ts': module,
    '0002_by_name.ts': module,
    '0003.sql': 'select \'description: "none"\';\n',
    '0004.ts': `export const description = 'far from its up'\n//${'-'.repeat(200_000)}\nexport const up = () => undefined\n`,
    '0005.ts': 'export const up = () => undefined\n',
  })
  expect(read(folder).migrations.map((one) => one.description)).toEqual([
    'what it does',
    'by name',
    '',
    'far from its up',
    '',
  ])
})

interface Case {
  readonly files: readonly string[]
  readonly layout: string
  readonly wanted: readonly string[]
  readonly ignored?: readonly string[]
}

const folders: Readonly<Record<string, Case>> = {
  'numbered files in the order of their numbers': {
    files: ['10_c.sql', '9_b.sql', '0001_a.sql', '0001_a.down.sql'],
    layout: 'lockstep',
    wanted: ['0001: 0001_a.sql | 0001_a.down.sql', '9: 9_b.sql | -', '10: 10_c.sql | -'],
  },
  'versions of twenty digits': {
    files: ['18446744073709551616_b.sql', '18446744073709551615_a.sql', '99_x.sql'],
    layout: 'lockstep',
    wanted: [
      '99: 99_x.sql | -',
      '18446744073709551615: 18446744073709551615_a.sql | -',
      '18446744073709551616: 18446744073709551616_b.sql | -',
    ],
  },
  'two files of one version, both': {
    files: ['1_b.sql', '0001_a.sql', '0001_a.down.sql'],
    layout: 'lockstep',
    wanted: ['0001: 0001_a.sql | 0001_a.down.sql', '1: 1_b.sql | -'],
  },
  'repeatables last, by name': {
    files: ['R__b.sql', 'R__b.down.sql', 'repeat/a.sql', '0001_x.sql'],
    layout: 'lockstep',
    wanted: ['0001: 0001_x.sql | -', 'R__a: repeat/a.sql | -', 'R__b: R__b.sql | R__b.down.sql'],
  },
  'categories by name, each by number': {
    files: ['task10_x.sql', 'task2_x.sql', 'knowledge1_x.sql'],
    layout: 'lockstep',
    wanted: ['knowledge1: knowledge1_x.sql | -', 'task2: task2_x.sql | -', 'task10: task10_x.sql | -'],
  },
  'a down by an underscore, where its up is there': {
    files: ['001_a_up.sql', '001_a_down.sql', '002_b.sql', '002_b_down.sql', '003_scale_down.sql'],
    layout: 'lockstep',
    wanted: ['001: 001_a_up.sql | 001_a_down.sql', '002: 002_b.sql | 002_b_down.sql', '003: 003_scale_down.sql | -'],
  },
  'a down without an up is ignored, and said': {
    files: ['001_a.sql', '002_b.down.sql'],
    layout: 'lockstep',
    wanted: ['001: 001_a.sql | -'],
    ignored: ['002_b.down.sql'],
  },
  'modules beside scripts': {
    files: ['001_a.sql', '002_b.ts', '002_b.d.ts', '003_c.js'],
    layout: 'lockstep',
    wanted: ['001: 001_a.sql | -', '002: 002_b.ts | -', '003: 003_c.js | -'],
    ignored: ['002_b.d.ts'],
  },
  'hidden files and what editors leave behind': {
    files: ['001_a.sql', '.#001_a.sql', '001_a.sql~', '#001_a.sql#', '.001_a.sql.swp', '.gitkeep'],
    layout: 'lockstep',
    wanted: ['001: 001_a.sql | -'],
  },
  'what fits no pattern is said': {
    files: ['001_a.sql', 'README.md', 'seed.sql', 'old/001_x.sql'],
    layout: 'lockstep',
    wanted: ['001: 001_a.sql | -'],
    ignored: ['README.md', 'old/', 'seed.sql'],
  },
  'files for another kind of store': {
    files: ['001_a.sql', '002_b.cypher'],
    layout: 'lockstep',
    wanted: ['001: 001_a.sql | -'],
  },
  'Flyway, with undo files of other names': {
    files: ['V2__b.sql', 'V1.10__d.sql', 'V1_9__c.sql', 'U2__undo_b.sql', 'R__v.sql', 'V1__a.sql', 'U1.0__a.sql'],
    layout: 'flyway',
    wanted: [
      '1: V1__a.sql | U1.0__a.sql',
      '1_9: V1_9__c.sql | -',
      '1.10: V1.10__d.sql | -',
      '2: V2__b.sql | U2__undo_b.sql',
      'R__v: R__v.sql | -',
    ],
  },
  'golang-migrate': {
    files: ['000002_b.up.sql', '000001_a.up.sql', '000001_a.down.sql'],
    layout: 'golang-migrate',
    wanted: ['000001: 000001_a.up.sql | 000001_a.down.sql', '000002: 000002_b.up.sql | -'],
  },
  'golang-migrate names among plain ones': {
    files: ['000002_b.sql', '000001_a.up.sql', '000001_a.down.sql'],
    layout: 'lockstep',
    wanted: ['000001: 000001_a.up.sql | 000001_a.down.sql', '000002: 000002_b.sql | -'],
  },
  diesel: {
    files: ['2020-01-02-030405_b/up.sql', '2020-01-01-030405_a/up.sql', '2020-01-01-030405_a/down.sql'],
    layout: 'diesel',
    wanted: [
      '2020-01-01-030405: 2020-01-01-030405_a/up.sql | 2020-01-01-030405_a/down.sql',
      '2020-01-02-030405: 2020-01-02-030405_b/up.sql | -',
    ],
  },
  prisma: {
    files: [
      '20260102000000_c/migration.sql',
      '20260102000000_b/migration.sql',
      '0_init/migration.sql',
      'migration_lock.toml',
    ],
    layout: 'prisma',
    wanted: [
      '0_init: 0_init/migration.sql | -',
      '20260102000000_b: 20260102000000_b/migration.sql | -',
      '20260102000000_c: 20260102000000_c/migration.sql | -',
    ],
  },
}

test.each(Object.entries(folders))('a folder is read: %s', (_fact, { files, layout, wanted, ignored }) => {
  const found = read(makeFolder(Object.fromEntries(files.map((name) => [name, '']))))
  expect(found.layout).toBe(layout)
  expect(lines(found)).toEqual(wanted)
  expect(found.ignored).toEqual(ignored ?? [])
})

test('a migration has the name, description and checksum of its file', () => {
  const folder = makeFolder({ '0001_create-all_users.sql': '\uFEFFcreate table users (id integer);\r\n' })
  expect(read(folder, { shownAs: 'migrations/app' }).migrations[0]).toMatchObject({
    version: '0001',
    description: 'create all users',
    file: 'migrations/app/0001_create-all_users.sql',
    checksum: 'v1:sha256:968a887aca174ac5ff7677ad6717511dff395f1c528856c0c34d6e0cb08e4a9a',
    breaking: false,
    repeatable: false,
    up: { path: join(folder, '0001_create-all_users.sql'), language: 'sql', range: null },
  })
})

test('in the working folder itself, files have no folder in front', () => {
  expect(read(makeFolder({ '1_a.sql': '' }), { shownAs: '.' }).migrations[0]?.file).toBe('1_a.sql')
})

test('an edit of a down file is no edit of the migration', () => {
  const sum = (files: Files): unknown => read(makeFolder(files)).migrations[0]?.checksum
  expect(sum({ '1_a.sql': 'a', '1_a.down.sql': 'b' })).toBe(sum({ '1_a.sql': 'a', '1_a.down.sql': 'c' }))
})

test('where names sort another way than versions, it is said', () => {
  const folder = makeFolder({ '9_a.sql': '', '10_b.sql': '', '11_c.sql': '' })
  expect(read(folder).fileOrderDiffers).toEqual([{ file: 'm/10_b.sql', version: '10', after: 'm/9_a.sql' }])
  expect(read(makeFolder({ '09_a.sql': '', '10_b.sql': '', '9_c.sql': '' })).fileOrderDiffers).toHaveLength(1)
  expect(read(makeFolder({ '09_a.sql': '', '10_b.sql': '' })).fileOrderDiffers).toEqual([])
})

test('the language picks the files of a shared folder', () => {
  const folder = makeFolder({ 'V3__owner.sql': '', 'V3__owner.cypher': '// lockstep: breaking\nMATCH (n)' })
  expect(attempt(folder)).toBe('3: V3__owner.sql | -')
  expect(read(folder, { language: 'cypher' }).migrations[0]).toMatchObject({
    breaking: true,
    up: { language: 'cypher' },
  })
})

test('directives are read from the head', () => {
  const folder = makeFolder({ '1_a.sql': '-- lockstep: requires auth/3\n-- lockstep: breaking\nselect 1;' })
  expect(read(folder).migrations[0]).toMatchObject({
    breaking: true,
    directives: { breaking: true, requires: [{ store: 'auth', version: '3' }] },
  })
})

test('links that stay in the folder, and links that nobody reads, are no harm', () => {
  const folder = makeFolder({ '1_a.sql': '', 'docs/x': '' })
  symlinkSync('1_a.sql', join(folder, '2_b.sql'))
  symlinkSync('/etc/passwd', join(folder, 'README.md'))
  expect(attempt(folder)).toBe('1: 1_a.sql | -\n2: 2_b.sql | -')
})

test('a folder may itself be reached by a link', () => {
  const folder = makeFolder({ 'real/1_a.sql': '' })
  symlinkSync('real', join(folder, 'link'))
  expect(attempt(join(folder, 'link'))).toBe('1: 1_a.sql | -')
})

test('reading a folder leaves it as it was', () => {
  const folder = makeFolder({ '1_a.sql': '', '2_b.ts': 'throw new Error("loaded")' })
  read(folder)
  expect(readdirSync(folder)).toEqual(['1_a.sql', '2_b.ts'])
})

test('a long file is read in chunks, its markers found on either side of a border', () => {
  const line = `-- ${'x'.repeat(96)}\n`
  const text = 'select 1;\n' + line.repeat(700)
  for (const at of [65_536 - 12, 65_536 - 3, 65_536]) {
    const folder = makeFolder({ '1_a.sql': `${'\n'.repeat(at)}-- migrate:up\n${text}` })
    expect(attempt(folder, { layout: 'lockstep' })).toContain('layout-mismatch: m/1_a.sql holds "-- migrate:up"')
  }
})

test('a marker behind a very long line is found', () => {
  const folder = makeFolder({ '1_a.sql': `select '${'x'.repeat(300_000)}';\n-- migrate:down\n` })
  expect(attempt(folder, { layout: 'lockstep' })).toContain('layout-mismatch')
})

test('a folder may be read twice with an edit between', () => {
  const folder = makeFolder({ '1_a.sql': 'a' })
  const before = read(folder).migrations[0]?.checksum
  writeFileSync(join(folder, '1_a.sql'), 'b')
  mkdirSync(join(folder, 'new'))
  expect(read(folder).migrations[0]?.checksum).not.toBe(before)
})
