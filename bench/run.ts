/** `npm run bench`: everything in one run, in turns, against the floors and the peers. See bench/README.md. */

import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { backUpPacked, backUpPostgres, backUpSqlite, restoreSqlite } from './backups.ts'
import type { Comparison } from './compare.ts'
import { applyOnSqlite, noopOnSqlite, planning, starting } from './local.ts'
import { installPeers, type Installed } from './peers/install.ts'
import { peers } from './peers/peers.ts'
import { applyOnPostgres, noopOnPostgres, type Measuring } from './postgres.ts'
import { rehearseOnPostgres, rehearseOnSqlite } from './rehearsals.ts'
import { tableOf } from './table.ts'
import { lockstepFile, openWorld } from './world.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    megabytes: { type: 'string', default: '500' },
    files: { type: 'string', default: '200' },
    only: { type: 'string', default: '' },
    peers: { type: 'string', default: join(tmpdir(), 'lockstep-bench-peers') },
    'no-peers': { type: 'boolean', default: false },
  },
})

/** How large what is backed up is, and how many migrations are rehearsed. */
const [megabytes, files] = [Number(values.megabytes), Number(values.files)]

type Scenario = (measuring: Measuring, peers: readonly Installed[]) => Promise<Comparison>

/** What takes long gets fewer rounds. */
const scenarios: Readonly<Record<string, { readonly share: number; readonly run: Scenario }>> = {
  start: { share: 3, run: starting },
  'noop-200': { share: 2, run: (measuring, all) => noopOnPostgres(200, measuring, all) },
  'noop-1000': { share: 1, run: (measuring, all) => noopOnPostgres(1_000, measuring, all) },
  'noop-10000': { share: 1, run: (measuring) => noopOnPostgres(10_000, measuring, []) },
  'apply-200': { share: 1, run: (measuring, all) => applyOnPostgres(200, measuring, all) },
  'apply-1000': { share: 0.5, run: (measuring, all) => applyOnPostgres(1_000, measuring, all) },
  'sqlite-noop': { share: 1, run: (measuring) => noopOnSqlite([200, 1_000, 10_000], measuring) },
  'sqlite-apply-200': { share: 1, run: (measuring) => applyOnSqlite(200, measuring) },
  'sqlite-apply-1000': { share: 0.5, run: (measuring) => applyOnSqlite(1_000, measuring) },
  'sqlite-apply-10000': { share: 0.3, run: (measuring) => applyOnSqlite(10_000, measuring) },
  'backup-sqlite': { share: 1, run: (measuring) => backUpSqlite(megabytes, measuring) },
  'backup-packed': { share: 1, run: (measuring) => backUpPacked(megabytes, measuring) },
  'backup-postgres': { share: 0.5, run: (measuring) => backUpPostgres(megabytes, measuring) },
  'restore-sqlite': { share: 0.5, run: (measuring) => restoreSqlite(megabytes, measuring) },
  'rehearse-sqlite': { share: 0.5, run: (measuring) => rehearseOnSqlite(files, measuring) },
  'rehearse-postgres': { share: 0.5, run: (measuring) => rehearseOnPostgres(files, measuring) },
  plan: { share: 1, run: (measuring) => planning([1_000, 10_000], measuring) },
}

if (!existsSync(lockstepFile)) throw new Error('there is no build to measure: npm run build')
const wanted = Object.entries(scenarios).filter(([name]) => name.startsWith(values.only))
const installed = values['no-peers'] ? [] : installPeers(peers, values.peers)
const scratch = mkdtempSync(join(tmpdir(), 'lockstep-bench-'))
const world = await openWorld(scratch)
const comparisons: Comparison[] = []
try {
  console.log(
    `Node ${process.versions.node}, PostgreSQL ${world.server.major}, ${cpus().length} cores (${cpus()[0]?.model})\n`,
  )
  for (const [, { share, run }] of wanted) {
    const rounds = Math.max(3, Math.round(Number(values.rounds) * share))
    const comparison = await run({ world, rounds }, installed)
    comparisons.push(comparison)
    console.log(tableOf(comparison))
  }
} finally {
  await world.close()
  rmSync(scratch, { recursive: true, force: true })
}
const results = join(import.meta.dirname, 'results')
mkdirSync(results, { recursive: true })
const file = join(results, `${new Date().toISOString().replace(/[:.]/g, '-')}.json`)
writeFileSync(file, `${JSON.stringify({ node: process.versions.node, comparisons }, null, 2)}\n`)
console.log(`written to ${file}`)
