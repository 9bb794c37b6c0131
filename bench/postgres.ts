/** What is measured on PostgreSQL. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Comparison, type Contestant, type Prepared } from './compare.ts'
import { writePsqlFloor } from './floors/psql.ts'
import { makeFolder } from './folders.ts'
import type { Installed } from './peers/install.ts'
import { floor, lockstep, upWithoutDrift, type World } from './world.ts'

export interface Measuring {
  readonly world: World
  readonly rounds: number
}

/** Fresh files on an empty database: the floor, a bare client, ourselves, the peers. */
export async function applyOnPostgres(
  count: number,
  { world, rounds }: Measuring,
  peers: readonly Installed[],
): Promise<Comparison> {
  const folder = world.folder('postgres', count)
  const script = join(world.scratch, `floor-${count}.sql`)
  writePsqlFloor(script, folder)
  const fresh = (name: string, program: (url: string) => Prepared['program']): Contestant => ({
    name,
    prepare: async () => {
      const { url, drop } = await world.database()
      return { program: program(url), after: drop }
    },
  })
  const psqlArgs = ['-q', '-X', '-v', 'ON_ERROR_STOP=1', '-f', script]
  const contestants = [
    fresh('psql, one session', (url) => ({ file: 'psql', args: [...psqlArgs, url] })),
    fresh('pg, one message a file', (url) => floor('bare-client.mjs', [folder], { DATABASE_URL: url })),
    fresh('lockstep up', (url) => lockstep('up', { url, folder })),
    fresh("lockstep up, drift: 'off'", (url) => upWithoutDrift(world.scratch, { url, folder })),
    ...peers.map(({ peer, home }) => {
      const below = peerFolder({ peer, home }, count)
      return fresh(peer.name, (url) => peer.apply({ home, url, folder: below }))
    }),
  ]
  return await compare(contestants, { title: `PostgreSQL: apply ${count} files`, rounds, scratch: world.scratch })
}

function peerFolder({ peer, home }: Installed, count: number): string {
  const below = `m${count}`
  if (!existsSync(join(home, below))) makeFolder(join(home, below), { form: peer.form, dialect: 'postgres', count })
  return below
}

/** Nothing to do: by hand, ourselves, and the peers after a run of their own. */
export async function noopOnPostgres(
  count: number,
  { world, rounds }: Measuring,
  peers: readonly Installed[],
): Promise<Comparison> {
  const url = await world.applied(count)
  const folder = world.folder('postgres', count)
  const always = (name: string, program: Prepared['program']): Contestant => ({
    name,
    prepare: () => Promise.resolve({ program }),
  })
  const contestants = [
    always('by hand, with pg', floor('by-hand.mjs', [folder], { DATABASE_URL: url })),
    always('lockstep up', lockstep('up', { url, folder })),
    always('lockstep status', lockstep('status', { url, folder })),
    ...peers.map((one) => afterFirst(one, count, world)),
  ]
  return await compare(contestants, {
    title: `PostgreSQL: nothing to do, ${count} applied`,
    rounds,
    scratch: world.scratch,
  })
}

/** A peer whose first run, in round 0, applies everything. */
function afterFirst(one: Installed, count: number, world: World): Contestant {
  const folder = peerFolder(one, count)
  let url: string | null = null
  const { peer, home } = one
  return {
    name: peer.name,
    prepare: async () => {
      url ??= (await world.database()).url
      return { program: peer.apply({ home, url, folder }) }
    },
  }
}
