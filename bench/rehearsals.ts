/** Rehearsals, against the same files run up, down and up by hand on a scratch store. */

import { join } from 'node:path'
import { compare, type Comparison } from './compare.ts'
import { configured } from './configured.ts'
import { writeThreeTimes } from './floors/psql.ts'
import { addDowns } from './folders.ts'
import type { Measuring } from './postgres.ts'
import { floor } from './world.ts'

/** In a file, each migration on its own, empty and with rows, shapes and rows compared after each leg. */
export async function rehearseOnSqlite(count: number, { world, rounds }: Measuring): Promise<Comparison> {
  const migrations = addDowns(world.folder('sqlite', count))
  const store = { kind: 'sqlite', path: join(world.scratch, 'rehearsed.db'), migrations }
  const byHand = floor('three-times.mjs', [migrations, join(world.scratch, 'three-times.db')])
  const ours = configured(world, { stores: { app: store } }, ['rehearse', '--all'])
  const contestants = [
    { name: 'up, down, up by hand', prepare: () => Promise.resolve({ program: byHand }) },
    { name: 'lockstep rehearse', prepare: () => Promise.resolve({ program: ours }) },
  ]
  return await compare(contestants, { title: `SQLite: rehearse ${count} files`, rounds, scratch: world.scratch })
}

/** In a database beside the one that is asked what is pending. */
export async function rehearseOnPostgres(count: number, { world, rounds }: Measuring): Promise<Comparison> {
  const migrations = addDowns(world.folder('postgres', count))
  const script = join(world.scratch, `three-times-${count}.sql`)
  writeThreeTimes(script, migrations)
  const store = { kind: 'postgres', url: 'env:BENCH_URL', migrations }
  const ours = configured(world, { stores: { app: store } }, ['rehearse', '--all'])
  const psql = ['-q', '-X', '-v', 'ON_ERROR_STOP=1', '-f', script]
  const contestants = [
    {
      name: 'up, down, up by psql',
      prepare: async () => {
        const { url, drop } = await world.database()
        return { program: { file: 'psql', args: [...psql, url] }, after: drop }
      },
    },
    {
      name: 'lockstep rehearse',
      prepare: async () => {
        const { url, drop } = await world.database()
        return { program: { ...ours, env: { BENCH_URL: url } }, after: drop }
      },
    },
  ]
  return await compare(contestants, { title: `PostgreSQL: rehearse ${count} files`, rounds, scratch: world.scratch })
}
