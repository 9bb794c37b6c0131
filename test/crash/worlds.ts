/** Places to crash in: a database that outlives the process, and what can be seen of it from outside. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Client } from 'pg'
import type { LockHolder } from '../../src/core/event.ts'
import type { PostgresAddress } from '../../src/core/address.ts'
import type { Store } from '../../src/core/ports.ts'
import { systemClock } from '../../src/app/opening/context.ts'
import { realOutside } from '../../src/settings/address/outside.ts'
import { parseAddress } from '../../src/settings/address/parse-address.ts'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { openSqlite } from '../../src/stores/sqlite/index.ts'
import { postgresScenario, sqliteScenario, type Scenario } from './scenario.ts'

export interface World {
  readonly url: string
  /** Rows of `effects`, sorted; null where the table is not there yet. */
  effects(): Promise<readonly string[] | null>
  drop(): Promise<void>
}

export async function openWorld(url: string, holder: LockHolder): Promise<{ store: Store; scenario: Scenario }> {
  const { address } = parseAddress(url, realOutside(process.env, process.cwd()))
  const clock = systemClock
  if (address.kind === 'sqlite') {
    const path = address.path ?? ':memory:'
    const store = await openSqlite({
      name: 'app',
      place: 'file',
      path,
      history: { table: 'lockstep_migrations' },
      clock,
    })
    return { store, scenario: sqliteScenario }
  }
  const history = { schema: 'public', table: 'lockstep_migrations' }
  const store = openPostgres({
    name: 'app',
    place: 'server',
    address: address as PostgresAddress,
    history,
    clock,
    holder,
  })
  return { store, scenario: postgresScenario }
}

export function sqliteWorld(): World {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-crash-'))
  const path = join(folder, 'app.db')
  return {
    url: `sqlite:${path}`,
    effects: () => Promise.resolve(sqliteEffects(path)),
    drop: () => Promise.resolve(rmSync(folder, { recursive: true, force: true })),
  }
}

function sqliteEffects(path: string): readonly string[] | null {
  // Not read only: a killed writer may have left a journal that has to be rolled back first.
  const database = new DatabaseSync(path)
  try {
    if (database.prepare(`select 1 from sqlite_schema where name = 'effects'`).get() === undefined) return null
    return database
      .prepare('select effect from effects order by 1')
      .all()
      .map((row) => String(row['effect']))
  } finally {
    database.close()
  }
}

export function postgresWorld(url: string): World {
  return {
    url,
    effects: () =>
      withClient(url, async (client) => {
        const { rows } = await client.query<{ there: boolean }>(
          `select to_regclass('public.effects') is not null as there`,
        )
        if (rows[0]?.there !== true) return null
        return (await client.query<{ effect: string }>('select effect from effects order by 1')).rows
          .map((row) => row.effect)
          .toSorted()
      }),
    drop: () => Promise.resolve(),
  }
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
