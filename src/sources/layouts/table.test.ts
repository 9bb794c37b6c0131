import { expect, test } from 'vitest'
import { isLayoutName, layoutNames, layouts, type LayoutName } from './table.ts'

/** What a name says, in one line: direction version "name" language. */
function read(layout: LayoutName, path: string): string | null {
  const part = layouts[layout].match(path)
  if (part === null) return null
  const head = part.repeatable ? `repeatable ${part.direction}` : `${part.direction} ${part.version}`
  return `${head} "${part.name}" ${part.language}`
}

const names: readonly (readonly [layout: LayoutName, path: string, wanted: string | null])[] = [
  ['lockstep', '0001_create_users.sql', 'up 0001 "create_users" sql'],
  ['lockstep', '0001_create_users.down.sql', 'down 0001 "create_users" sql'],
  ['lockstep', '0001_create_users.up.sql', 'up 0001 "create_users" sql'],
  ['lockstep', '0001_create_users.cypher', 'up 0001 "create_users" cypher'],
  ['lockstep', '0001_create_users.down.cypher', 'down 0001 "create_users" cypher'],
  ['lockstep', '0001_backfill.ts', 'up 0001 "backfill" module'],
  ['lockstep', '0001_backfill.mjs', 'up 0001 "backfill" module'],
  ['lockstep', '0001_backfill.cjs', 'up 0001 "backfill" module'],
  ['lockstep', '0001_backfill.d.ts', null],
  ['lockstep', '0001_backfill.test.ts', null],
  ['lockstep', '0001_backfill.down.ts', null],
  ['lockstep', '20260101120000_x.sql', 'up 20260101120000 "x" sql'],
  ['lockstep', '2026-01-01_x.sql', 'up 2026-01-01 "x" sql'],
  ['lockstep', '2026-01-01-120000_x.sql', 'up 2026-01-01-120000 "x" sql'],
  ['lockstep', '001-2-tables.sql', 'up 001 "2-tables" sql'],
  ['lockstep', '1-init.sql', 'up 1 "init" sql'],
  ['lockstep', '7.sql', 'up 7 "" sql'],
  ['lockstep', '7__x.sql', 'up 7 "x" sql'],
  ['lockstep', '18446744073709551616_x.sql', 'up 18446744073709551616 "x" sql'],
  ['lockstep', 'task001_x.sql', 'up task001 "x" sql'],
  ['lockstep', 'task001_x.down.sql', 'down task001 "x" sql'],
  ['lockstep', 'my_feature001_x_2_y.sql', 'up my_feature001 "x_2_y" sql'],
  ['lockstep', 'R__active_users.sql', 'repeatable up "active_users" sql'],
  ['lockstep', 'repeat/active_users.sql', 'repeatable up "active_users" sql'],
  ['lockstep', 'R__active_users.down.sql', 'repeatable down "active_users" sql'],
  ['lockstep', 'repeat/active_users.down.sql', 'repeatable down "active_users" sql'],
  ['lockstep', 'repeat/deep/active_users.sql', null],
  ['lockstep', 'other/0001_x.sql', null],
  ['lockstep', 'V1__x.sql', null],
  ['lockstep', 'U1__x.sql', null],
  ['lockstep', 'V1.1__x.sql', null],
  ['lockstep', 'users.sql', null],
  ['lockstep', 'users2.sql', null],
  ['lockstep', '1.0.0-1.1.0.ts', null],
  ['lockstep', '0001_x.sql.orig', null],
  ['lockstep', '0001_x.SQL', null],
  ['lockstep', '0001x.sql', null],
  ['lockstep', '.sql', null],
  ['numbered', '001_init.sql', 'up 001 "init" sql'],
  ['numbered', '1-init.sql', 'up 1 "init" sql'],
  ['numbered', '001_init.down.sql', 'down 001 "init" sql'],
  ['numbered', '00000000000000000007_x.sql', 'up 00000000000000000007 "x" sql'],
  ['numbered', 'task001_x.sql', null],
  ['numbered', 'R__x.sql', 'repeatable up "x" sql'],
  ['flyway', 'V2__add_email.sql', 'up 2 "add_email" sql'],
  ['flyway', 'V1_1__x.sql', 'up 1_1 "x" sql'],
  ['flyway', 'V1.1__x.sql', 'up 1.1 "x" sql'],
  ['flyway', 'V1.sql', 'up 1 "" sql'],
  ['flyway', 'V3__add_owner.cypher', 'up 3 "add_owner" cypher'],
  ['flyway', 'V3__backfill.ts', 'up 3 "backfill" module'],
  ['flyway', 'V2__add_email.down.sql', 'down 2 "add_email" sql'],
  ['flyway', 'U2__add_email.sql', 'down 2 "add_email" sql'],
  ['flyway', 'U2__backfill.ts', null],
  ['flyway', 'R__view.sql', 'repeatable up "view" sql'],
  ['flyway', 'v1/tables/V2__x.sql', 'up 2 "x" sql'],
  ['flyway', 'V0001.Name.up.sql', 'up 0001 "Name" sql'],
  ['flyway', 'V0001.Name.down.sql', 'down 0001 "Name" sql'],
  ['flyway', 'B1__base.sql', null],
  ['flyway', 'beforeMigrate.sql', null],
  ['flyway', 'V2_x.sql', null],
  ['diesel', '2020-01-02-030405_create/up.sql', 'up 2020-01-02-030405 "create" sql'],
  ['diesel', '2020-01-02-030405_create/down.sql', 'down 2020-01-02-030405 "create" sql'],
  ['diesel', '00000000000000_diesel_initial_setup/up.sql', 'up 00000000000000 "diesel_initial_setup" sql'],
  ['diesel', '1/up.sql', 'up 1 "" sql'],
  ['diesel', 'create/up.sql', null],
  ['diesel', '1_x/other.sql', null],
  ['golang-migrate', '1_x.up.sql', 'up 1 "x" sql'],
  ['golang-migrate', '000001_create_users.down.sql', 'down 000001 "create_users" sql'],
  ['golang-migrate', '1_x.up.cypher', 'up 1 "x" cypher'],
  ['golang-migrate', '1_x.up..sql', 'up 1 "x" sql'],
  ['golang-migrate', '1_x_up.sql', 'up 1 "x" sql'],
  ['golang-migrate', '1_scale_down.up.sql', 'up 1 "scale_down" sql'],
  ['golang-migrate', '1_x.sql', null],
  ['dbmate', '20260101120000_x.sql', 'up 20260101120000 "x" sql'],
  ['dbmate', '20260101120000.sql', 'up 20260101120000 "" sql'],
  ['dbmate', '1_x.cypher', null],
  ['goose', '00001_x.sql', 'up 00001 "x" sql'],
  ['goose', '00001_x.go', null],
  ['sqlx', '20260101120000_x.sql', 'up 20260101120000 "x" sql'],
  ['sqlx', '1_x.up.sql', 'up 1 "x" sql'],
  ['sqlx', '1_x.down.sql', 'down 1 "x" sql'],
  ['prisma', '20260101120000_x/migration.sql', 'up 20260101120000_x "x" sql'],
  ['prisma', '0_init/migration.sql', 'up 0_init "init" sql'],
  ['prisma', '0_init/down.sql', 'down 0_init "init" sql'],
  ['prisma', 'init/migration.sql', null],
  ['drizzle', '0000_tense_deathstrike.sql', 'up 0000 "tense_deathstrike" sql'],
  ['drizzle', 'meta/_journal.json', null],
]

test.each(names)('%s reads %s as %s', (layout, path, wanted) => {
  expect(read(layout, path)).toBe(wanted)
})

test.each(layoutNames)('%s reads back the names that it gives to new files', (layout) => {
  const { newPaths, match } = layouts[layout]
  for (const { path, holds } of newPaths({
    version: '20260101120000',
    name: 'x_y',
    extension: 'sql',
    withDown: true,
  })) {
    expect(match(path)).toMatchObject({ name: 'x_y', direction: holds === 'down' ? 'down' : 'up' })
  }
})

test('the scheme of the default layout follows the versions', () => {
  expect(layouts.lockstep.scheme(['0001', '2026-01-01'])).toBe('numeric')
  expect(layouts.lockstep.scheme(['0001', 'task001'])).toBe('category')
  expect(layouts.lockstep.scheme([])).toBe('numeric')
  expect(layouts.flyway.scheme(['1'])).toBe('dotted')
})

test('layouts are known by their names', () => {
  expect(layoutNames.every(isLayoutName)).toBe(true)
  expect(isLayoutName('toString')).toBe(false)
})
