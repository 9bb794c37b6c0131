/** One history with every way in which a migration can run, and what must be there in the end, however it went. */

import type { RegisteredMigration } from '../../src/app/opening/registered.ts'

export interface Scenario {
  readonly migrations: readonly RegisteredMigration[]
  /** Every effect leaves a row; a step that ran twice leaves two. */
  readonly effects: readonly string[]
}

const mark = (effect: string): string => `insert into effects (effect) values ('${effect}')`

function common(alone: { readonly script: string; readonly effects: readonly string[] }): Scenario {
  const code: RegisteredMigration['up'] = async ({ query, exec }) => {
    await exec('create table made_by_code (id integer primary key)')
    await query(mark('code'))
  }
  return {
    migrations: [
      {
        version: '1',
        up: `create table effects (effect text not null);\n${mark('first')}`,
        down: 'drop table effects',
      },
      {
        version: '2',
        up: `create table two (id integer primary key, name text);\n${mark('two a')};\n${mark('two b')}`,
      },
      { version: '3', up: alone.script, directives: { noTransaction: true } },
      {
        version: '4',
        up: `begin;\ncreate table four (id integer);\n${mark('four')};\ncommit;\ninsert into four values (1)`,
      },
      { version: '5', up: code },
    ],
    effects: ['first', 'two a', 'two b', ...alone.effects, 'four', 'code'].toSorted(),
  }
}

export const postgresScenario: Scenario = common({
  script: [
    mark('three a'),
    'create index concurrently two_name on two (name)',
    mark('three b'),
    'create index concurrently if not exists two_name_id on two (name, id)',
    'drop index concurrently two_name',
    mark('three c'),
  ].join(';\n'),
  effects: ['three a', 'three b', 'three c'],
})

export const sqliteScenario: Scenario = common({
  script: [mark('three a'), 'vacuum', mark('three b'), 'create index two_name on two (name)'].join(';\n'),
  effects: ['three a', 'three b'],
})
