/** What is measured without a server: SQLite, planning, starting. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Comparison, type Contestant, type Prepared } from './compare.ts'
import type { Measuring } from './postgres.ts'
import { floor, lockstep, lockstepFile } from './world.ts'

/** Fresh files on a new SQLite file. */
export async function applyOnSqlite(count: number, { world, rounds }: Measuring): Promise<Comparison> {
  const folder = world.folder('sqlite', count)
  let made = 0
  const fresh = (name: string, program: (path: string) => Prepared['program']): Contestant => ({
    name,
    prepare: () => {
      const path = join(world.scratch, `fresh-${made++}.db`)
      const after = async (): Promise<void> => {
        for (const end of ['', '-wal', '-shm', '-journal']) rmSync(path + end, { force: true })
      }
      return Promise.resolve({ program: program(path), after })
    },
  })
  const contestants = [
    fresh('node:sqlite, by hand', (path) => floor('sqlite.mjs', [folder, path])),
    fresh('lockstep up', (path) => lockstep('up', { url: `sqlite:${path}`, folder })),
  ]
  return await compare(contestants, { title: `SQLite: apply ${count} files`, rounds, scratch: world.scratch })
}

/** Nothing to do, for growing histories. */
export async function noopOnSqlite(counts: readonly number[], measuring: Measuring): Promise<Comparison> {
  const { world, rounds } = measuring
  const contestants: Contestant[] = []
  for (const count of counts) {
    const target = { url: `sqlite:${await world.appliedFile(count)}`, folder: world.folder('sqlite', count) }
    contestants.push(always(`lockstep up, ${count} applied`, lockstep('up', target)))
    contestants.push(always(`lockstep status, ${count} applied`, lockstep('status', target)))
  }
  return await compare(contestants, { title: 'SQLite: nothing to do', rounds, scratch: world.scratch })
}

/** Plans of what has not run yet; `node -e 0` is in it, so that memory can be compared too. */
export async function planning(counts: readonly number[], { world, rounds }: Measuring): Promise<Comparison> {
  const plans = counts.flatMap((count) =>
    (['plan', 'status'] as const).map((command) => {
      const target = { url: `sqlite:${join(world.scratch, 'none.db')}`, folder: world.folder('sqlite', count) }
      return always(`lockstep ${command}, ${count} pending`, lockstep(command, target))
    }),
  )
  const contestants = [always('node -e 0', bare), ...plans]
  return await compare(contestants, { title: 'Planning', rounds, scratch: world.scratch })
}

/** The price of being a program on Node. */
export async function starting({ world, rounds }: Measuring): Promise<Comparison> {
  const ours = (...args: readonly string[]): Contestant =>
    always(`lockstep ${args.join(' ')}`, { file: process.execPath, args: [lockstepFile, ...args] })
  const contestants = [always('node -e 0', bare), ours('--help'), ours('--version'), ours('help', 'up')]
  return await compare(contestants, { title: 'Start', rounds, scratch: world.scratch })
}

const bare = { file: process.execPath, args: ['-e', '0'] }

function always(name: string, program: Prepared['program']): Contestant {
  return { name, prepare: () => Promise.resolve({ program }) }
}
