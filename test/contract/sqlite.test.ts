import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '../../src/app/opening/context.ts'
import { openSqlite } from '../../src/stores/sqlite/index.ts'
import { describeStore, type Kit, type Words } from './describe-store.ts'

const words: Words = {
  create: (table) => `create table ${table} (id integer primary key)`,
  drop: (table) => `drop table ${table}`,
  fill: (table) => `insert into ${table} (id) values (1), (2), (3)`,
  refused: 'insert into nowhere values (1)',
  alone: 'vacuum',
  join: (...statements) => statements.join(';\n'),
}

describeStore('sqlite', () => Promise.resolve(makeKit()))

function makeKit(): Kit {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-contract-'))
  let made = 0
  return {
    fresh: () => {
      const path = join(folder, `${++made}.db`)
      const history = { table: 'lockstep_migrations' }
      return Promise.resolve({
        words,
        open: () => openSqlite({ name: 'app', place: 'file', path, history, clock: systemClock }),
        tables: () => Promise.resolve(readTables(path)),
      })
    },
    close: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

function readTables(path: string): string[] {
  const database = new DatabaseSync(path)
  try {
    const query = `select name from sqlite_schema where type = 'table' and name not like 'lockstep%' order by 1`
    return database
      .prepare(query)
      .all()
      .map((row) => String(row['name']))
  } finally {
    database.close()
  }
}
