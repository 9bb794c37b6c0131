/** Backups and restores of one large store, against what copies the same bytes without looking at them. */

import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { compare, type Comparison, type Contestant, type Prepared } from './compare.ts'
import { configured } from './configured.ts'
import { fillPostgres, fillSqlite } from './fill.ts'
import type { Program } from './measure.ts'
import type { Measuring } from './postgres.ts'
import { floor, type World } from './world.ts'

/** Copied, read back, checked, hashed and with a manifest; the floor only writes. */
export async function backUpSqlite(megabytes: number, { world, rounds }: Measuring): Promise<Comparison> {
  const file = await largeFile(megabytes, world)
  const [vacuumed, backups] = [join(world.scratch, 'vacuumed.db'), join(world.scratch, 'backups')]
  const contestants = [
    writing('VACUUM INTO', { program: floor('vacuum.mjs', [file, vacuumed]), leaves: [vacuumed] }),
    writing('lockstep backup create', { program: creating(world, { file, backups }), leaves: [backups] }),
  ]
  const title = `SQLite: back up ${megabytes} MB`
  return await compare(contestants, { title, rounds, scratch: world.scratch })
}

/** The same with `compress: true`. The floor is what people write into cron. */
export async function backUpPacked(megabytes: number, { world, rounds }: Measuring): Promise<Comparison> {
  const file = await largeFile(megabytes, world)
  const [copied, backups] = [join(world.scratch, 'copied.db'), join(world.scratch, 'backups-packed')]
  const contestants = [
    writing('cp, then zstd -3', {
      program: shell('cp "$1" "$2" && zstd -q -3 "$2" -o "$2.zst"', file, copied),
      leaves: [copied, `${copied}.zst`],
    }),
    writing('lockstep backup create', { program: creating(world, { file, backups, packed: true }), leaves: [backups] }),
  ]
  const title = `SQLite: back up ${megabytes} MB, compressed`
  return await compare(contestants, { title, rounds, scratch: world.scratch })
}

/** The backup is read and checked, the present state is saved as a backup, and only then it is replaced. */
export async function restoreSqlite(megabytes: number, { world, rounds }: Measuring): Promise<Comparison> {
  const [target, backups] = [join(world.scratch, 'target.db'), join(world.scratch, 'backups-restored')]
  copyFileSync(await largeFile(megabytes, world), target)
  const config = configOf({ file: target, backups })
  const create = configured(world, config, ['backup', 'create'])
  execFileSync(create.file, create.args, { stdio: 'pipe' })
  const [made = ''] = readdirSync(backups).filter((name) => name.endsWith('.bak'))
  const saved = async (): Promise<void> => {
    for (const name of readdirSync(backups)) if (!name.startsWith(made)) rmSync(join(backups, name))
    settle()
  }
  const contestants: readonly Contestant[] = [
    {
      name: 'cp, then sync',
      prepare: () => ready(shell('cp "$1" "$2" && sync "$2"', join(backups, made), target), saved),
    },
    {
      name: 'lockstep restore',
      prepare: () => ready(configured(world, config, ['restore', made, '--yes']), saved),
    },
  ]
  const title = `SQLite: restore ${megabytes} MB`
  return await compare(contestants, { title, rounds, scratch: world.scratch })
}

/** The same dump, of a snapshot in which every table is counted, read back to its end. */
export async function backUpPostgres(megabytes: number, { world, rounds }: Measuring): Promise<Comparison> {
  const { url, drop } = await world.database()
  await fillPostgres(url, megabytes)
  const [dumped, backups] = [join(world.scratch, 'dumped.bak'), join(world.scratch, 'backups-postgres')]
  const config = { stores: { app: { kind: 'postgres', url: 'env:BENCH_URL' } }, backups: { path: backups } }
  const create = configured(world, config, ['backup', 'create'])
  const plain = { file: 'pg_dump', args: ['--format=custom', '--compress=1', `--file=${dumped}`, `--dbname=${url}`] }
  const contestants = [
    writing('pg_dump', { program: plain, leaves: [dumped] }),
    writing('lockstep backup create', {
      program: { ...create, env: { ...create.env, BENCH_URL: url } },
      leaves: [backups],
    }),
  ]
  const title = `PostgreSQL: back up ${megabytes} MB of tables`
  try {
    return await compare(contestants, { title, rounds, scratch: world.scratch })
  } finally {
    await drop()
  }
}

async function largeFile(megabytes: number, { scratch }: World): Promise<string> {
  const file = join(scratch, `large-${megabytes}.db`)
  if (!existsSync(file)) fillSqlite(file, megabytes)
  return await Promise.resolve(file)
}

interface Creating {
  readonly file: string
  readonly backups: string
  readonly packed?: true
}

function creating(world: World, options: Creating): Program {
  return configured(world, configOf(options), ['backup', 'create'])
}

function configOf({ file, backups, packed }: Creating): object {
  return {
    stores: { app: { kind: 'sqlite', path: file } },
    backups: { path: backups, ...(packed === undefined ? {} : { compress: true }) },
  }
}

/** What one leaves is removed, and on disk, before the next one's turn. */
function writing(name: string, { program, leaves }: { program: Program; leaves: readonly string[] }): Contestant {
  const after = async (): Promise<void> => {
    for (const path of leaves) rmSync(path, { recursive: true, force: true })
    settle()
  }
  return { name, prepare: () => ready(program, after) }
}

async function ready(program: Program, after: () => Promise<void>): Promise<Prepared> {
  return await Promise.resolve({ program, after })
}

/** What the disk still has to write would be counted against the next one. */
function settle(): void {
  execFileSync('sync')
}

function shell(script: string, ...args: readonly string[]): Program {
  return { file: 'bash', args: ['-c', script, 'bench', ...args] }
}
