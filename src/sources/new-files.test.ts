import { expect, test } from 'vitest'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { makeFolder } from '../../test/support/temporary-folder.ts'
import { layoutNames } from './layouts/table.ts'
import { newFiles, type NewMigration } from './new-files.ts'
import { readFolder } from './read-folder.ts'

const now = Date.UTC(2026, 10, 21, 12, 30, 45)

function names(wanted: Partial<NewMigration>): readonly string[] | string {
  try {
    return newFiles({ ...usual, ...wanted }).map((one) => one.path)
  } catch (error) {
    return `${(error as { code: string }).code}: ${(error as Error).message}`
  }
}

const usual: NewMigration = {
  layout: 'lockstep',
  folder: 'm',
  name: 'add email',
  existing: ['0001', '0002'],
  withDown: true,
  language: 'sql',
  now,
}

const cases: readonly (readonly [fact: string, wanted: Partial<NewMigration>, names: readonly string[]])[] = [
  ['the next number', {}, ['m/0003_add_email.sql', 'm/0003_add_email.down.sql']],
  ['without a down', { withDown: false }, ['m/0003_add_email.sql']],
  ['the first', { existing: [], withDown: false }, ['m/0001_add_email.sql']],
  [
    'the first in the layout of numbers',
    { layout: 'numbered', existing: [], withDown: false },
    ['m/001_add_email.sql'],
  ],
  ['the width of the newest', { existing: ['9', '010'], withDown: false }, ['m/011_add_email.sql']],
  ['beyond the width', { existing: ['999'], withDown: false }, ['m/1000_add_email.sql']],
  [
    'beyond a JS number',
    { existing: ['18446744073709551615'], withDown: false },
    ['m/18446744073709551616_add_email.sql'],
  ],
  ['repeatables do not count', { existing: ['0001', 'R__9'], withDown: false }, ['m/0002_add_email.sql']],
  [
    'the time where the newest is a time',
    { existing: ['0001', '20260101120000'], withDown: false },
    ['m/20261121123045_add_email.sql'],
  ],
  [
    'after a clock that runs ahead',
    { existing: ['20270101000000'], withDown: false },
    ['m/20270101000001_add_email.sql'],
  ],
  ['a long number is no time', { existing: ['99999999999999'], withDown: false }, ['m/100000000000000_add_email.sql']],
  ['seconds since 1970', { existing: ['1700000000'], withDown: false }, [`m/${now / 1000}_add_email.sql`]],
  ['Cypher', { language: 'cypher' }, ['m/0003_add_email.cypher', 'm/0003_add_email.down.cypher']],
  ['a module', { language: 'module' }, ['m/0003_add_email.ts']],
  ['the only category', { existing: ['task001', 'task002'], withDown: false }, ['m/task003_add_email.sql']],
  [
    'a category by name',
    { existing: ['task001', 'knowledge007'], name: 'knowledge add email', withDown: false },
    ['m/knowledge008_add_email.sql'],
  ],
  ['Flyway', { layout: 'flyway', existing: ['2', '10'] }, ['m/V11__add_email.sql', 'm/U11__add_email.sql']],
  ['Flyway with dots', { layout: 'flyway', existing: ['1.9'], withDown: false }, ['m/V1.10__add_email.sql']],
  [
    'diesel',
    { layout: 'diesel', existing: [] },
    ['m/2026-11-21-123045_add_email/up.sql', 'm/2026-11-21-123045_add_email/down.sql'],
  ],
  [
    'golang-migrate',
    { layout: 'golang-migrate', existing: [] },
    ['m/000001_add_email.up.sql', 'm/000001_add_email.down.sql'],
  ],
  ['dbmate', { layout: 'dbmate', existing: [] }, ['m/20261121123045_add_email.sql']],
  ['goose', { layout: 'goose', existing: ['00004'] }, ['m/00005_add_email.sql']],
  [
    'sqlx',
    { layout: 'sqlx', existing: [] },
    ['m/20261121123045_add_email.up.sql', 'm/20261121123045_add_email.down.sql'],
  ],
  ['prisma', { layout: 'prisma', existing: [], withDown: false }, ['m/20261121123045_add_email/migration.sql']],
  [
    'prisma, in a folder with a file of the future',
    { layout: 'prisma', existing: ['0_init', '20271121123045_last'], withDown: false },
    ['m/20271121123046_add_email/migration.sql'],
  ],
  ['a name is made fit', { name: ' ../Add "e-mail"; DROP\n', withDown: false }, ['m/0003_Add_e_mail_DROP.sql']],
  ['letters of any alphabet stay', { name: 'größe ändern', withDown: false }, ['m/0003_größe_ändern.sql']],
]

test.each(cases)('new: %s', (_fact, wanted, expected) => {
  expect(names(wanted)).toEqual(expected)
})

const refused: readonly (readonly [fact: string, wanted: Partial<NewMigration>, error: string])[] = [
  ['a name without letters', { name: '../..' }, 'wrong-arguments: "../.." leaves nothing'],
  [
    'one of several categories',
    { existing: ['task001', 'knowledge1'] },
    'which category? begin the name with one of task, knowledge',
  ],
  ['a file that drizzle would not know', { layout: 'drizzle' }, 'drizzle-kit generate --custom'],
  [
    'a module where the layout has none',
    { layout: 'dbmate', language: 'module' },
    'the layout dbmate has no files of this kind (.ts)',
  ],
  [
    'Cypher where the layout has none',
    { layout: 'prisma', language: 'cypher' },
    'the layout prisma has no files of this kind (.cypher)',
  ],
]

test.each(refused)('new is refused: %s', (_fact, wanted, error) => {
  expect(names(wanted)).toContain(error)
})

test.each(layoutNames.filter((layout) => layout !== 'drizzle'))(
  'what is new in the layout %s is read as the last one',
  (layout) => {
    const folder = makeFolder({})
    const existing: string[] = []
    for (let i = 0; i < 3; i++) {
      for (const { path, text } of newFiles({ ...usual, layout, folder, existing, now: now + i })) {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(path, text)
      }
      const found = readFolder({ folder, shownAs: 'm', layout, language: 'sql' })
      const last = found.migrations.at(-1)
      expect(found.migrations).toHaveLength(i + 1)
      expect(existing).not.toContain(last?.version)
      existing.push(last?.version ?? '')
    }
  },
)

test('a new module holds both ways', () => {
  const folder = makeFolder({})
  for (const { path, text } of newFiles({ ...usual, folder, language: 'module' })) writeFileSync(path, text)
  const [found] = readFolder({ folder, shownAs: 'm', layout: 'auto', language: 'sql' }).migrations
  expect(found).toMatchObject({ version: '0003', down: { language: 'module' } })
})
