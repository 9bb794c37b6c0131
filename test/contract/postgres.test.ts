import { Client } from 'pg'
import { openPostgres } from '../../src/stores/postgres/index.ts'
import { realOutside } from '../../src/settings/address/outside.ts'
import { parseAddress } from '../../src/settings/address/parse-address.ts'
import type { PostgresAddress } from '../../src/core/address.ts'
import { systemClock } from '../../src/app/opening/context.ts'
import { describeWithPostgres, type Databases } from '../support/describe-with-postgres.ts'
import { contextOf } from '../support/target.ts'
import { describeStore, type Kit } from './describe-store.ts'
import { postgresWords, tablesQuery } from './postgres-words.ts'

describeWithPostgres('promises', (databases) => {
  describeStore('postgres', () => Promise.resolve(kitOf(databases)))
})

function kitOf(databases: Databases): Kit {
  return {
    fresh: async () => {
      const url = await databases.create()
      const { address } = parseAddress(url, realOutside(process.env, process.cwd()))
      const options = {
        name: 'app',
        place: 'postgres',
        history: { schema: 'public', table: 'lockstep_migrations' },
        clock: systemClock,
      }
      return {
        words: postgresWords,
        open: () =>
          Promise.resolve(
            openPostgres({ ...options, address: address as PostgresAddress, holder: contextOf().holder }),
          ),
        tables: () => readTables(url),
      }
    },
    close: () => Promise.resolve(),
  }
}

async function readTables(url: string): Promise<string[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<{ name: string }>(tablesQuery)).rows.map((row) => row.name)
  } finally {
    await client.end()
  }
}
