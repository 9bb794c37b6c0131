/** `node bench/documents/run.ts`: a whole corpus, moved and scanned, against the floors. See bench/README.md. */

import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { compare, type Comparison, type Contestant } from '../compare.ts'
import type { Program } from '../measure.ts'
import { tableOf } from '../table.ts'
import { type Layout, makeCorpus } from './corpus.ts'
import { makeProject } from './project.ts'

const { values } = parseArgs({
  options: {
    documents: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    /** Where the corpora are made and left until the end: eight bytes on the disk for each of a document. */
    folder: { type: 'string', default: tmpdir() },
    /** The package whose build is measured. */
    package: { type: 'string', default: join(import.meta.dirname, '../..') },
    /** Leave the slow ones out: Node and Python with an fsync for each file. */
    'no-fsync': { type: 'boolean', default: false },
  },
})

const documents = Number(values.documents)
const rounds = Number(values.rounds)
const lockstepFile = join(values.package, 'dist/bin.js')
const scratch = mkdtempSync(join(values.folder, 'lockstep-bench-documents-'))
const source = join(scratch, 'source')
/** Younger files are read twice, since a second write could carry the same time. */
const settledMs = 2_200
let copies = 0

/** A new copy of the corpus in a project of its own, on the disk and no longer fresh. Nothing is removed in between. */
async function project(contracts: 'checked' | 'none', layout: Layout = 'own folders'): Promise<string> {
  const folder = join(scratch, `copy-${++copies}`)
  if (layout === 'own folders') {
    makeProject(folder, { contracts, lockstep: values.package })
    cpSync(join(source, 'artifacts'), join(folder, 'artifacts'), { recursive: true })
  } else {
    makeProject(folder, { contracts, lockstep: values.package, files: 'artifacts/**/*.json' })
    makeCorpus(folder, documents, layout)
  }
  execFileSync('sync', ['-f', scratch])
  await setTimeout(settledMs)
  return folder
}

function moving(name: string, program: (folder: string) => Program): Contestant {
  return { name, prepare: async () => ({ program: program(await project('checked')) }) }
}

const script = (file: string, ...args: readonly string[]): Program => ({
  file: file.endsWith('.py') ? 'python3' : process.execPath,
  args: [join(import.meta.dirname, file), ...args],
})

const lockstep = (command: string, folder: string, exits: readonly number[] = [0]): Program => ({
  file: process.execPath,
  args: [lockstepFile, command, '--quiet'],
  cwd: folder,
  exits,
})

async function migrating(): Promise<Comparison> {
  const kinds = values['no-fsync'] ? (['no'] as const) : (['no', 'fsync'] as const)
  const plain = kinds.flatMap((kind) =>
    (['plain.mjs', 'plain.py'] as const).map((file) =>
      moving(`${file}, ${kind === 'no' ? 'nothing synced' : 'each file synced'}`, (folder) =>
        script(file, join(folder, 'artifacts'), kind),
      ),
    ),
  )
  const copying = 'cp -r artifacts copy && sync -f .'
  const contestants = [
    moving('cp -r and sync', (folder) => ({ file: 'bash', args: ['-c', copying], cwd: folder })),
    moving('lockstep up', (folder) => lockstep('up', folder)),
    ...plain,
  ]
  return await compare(contestants, { title: `Documents: migrate ${documents}`, rounds, scratch })
}

async function scanning(): Promise<Comparison> {
  const [plain, checked] = [await project('none'), await project('checked')]
  const shared = await project('none', 'shared folders')
  const always = (name: string, program: Program): Contestant => ({
    name,
    prepare: () => Promise.resolve({ program }),
  })
  const contestants = [
    always('read.mjs', script('read.mjs', join(plain, 'artifacts'))),
    always('lockstep status, versions', lockstep('status', plain, [0, 3])),
    always('read.mjs, shared folders', script('read.mjs', join(shared, 'artifacts'))),
    always('lockstep status, versions, shared folders', lockstep('status', shared, [0, 3])),
    always('lockstep status, versions and contracts', lockstep('status', checked, [0, 3])),
    always('lockstep plan', lockstep('plan', checked)),
  ]
  return await compare(contestants, { title: `Documents: look at ${documents}`, rounds, scratch })
}

if (!existsSync(lockstepFile)) throw new Error('there is no build to measure: npm run build')
const scenarios = { migrate: migrating, scan: scanning }
const load = (): string =>
  loadavg()
    .map((one) => one.toFixed(1))
    .join(', ')
const comparisons: Comparison[] = []
try {
  mkdirSync(source)
  makeCorpus(source, documents)
  console.log(`Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model}), load ${load()}\n`)
  for (const [name, run] of Object.entries(scenarios)) {
    if (!name.startsWith(values.only)) continue
    const comparison = await run()
    comparisons.push(comparison)
    console.log(tableOf(comparison))
  }
  console.log(`load at the end ${load()}`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
const results = join(import.meta.dirname, '../results')
mkdirSync(results, { recursive: true })
const file = join(results, `documents-${new Date().toISOString().replace(/[:.]/g, '-')}.json`)
writeFileSync(file, `${JSON.stringify({ node: process.versions.node, documents, comparisons }, null, 2)}\n`)
console.log(`written to ${file}`)
