/** At every call that changes something the power goes out; then one clean run must bring the corpus to order. */

import { describe, expect, test } from 'vitest'
import { corpusAt } from '../../src/documents/files/corpus.ts'
import { listRuns, readEnd, replacedBy } from '../../src/documents/files/journal.ts'
import { sha256Of } from '../../src/documents/json/canonical.ts'
import { openLive } from '../../src/documents/live/live-corpus.ts'
import { rulesOf } from '../../src/documents/migrate/rules.ts'
import { migrateCorpus } from '../../src/documents/runs/migrate-corpus.ts'
import type { OpenCorpus } from '../../src/documents/runs/open-corpus.ts'
import { restoreRun } from '../../src/documents/runs/restore.ts'
import { add } from '../../src/documents/transforms/operations.ts'
import { makeRegistry } from '../../src/documents/transforms/registry.ts'
import { defineTransform } from '../../src/documents/transforms/transform.ts'
import { type CrashFiles, type CrashMode, PowerCut, crashModes, makeCrashFiles } from '../support/crash-files.ts'

type Form = 'links' | 'sidecar'

const transforms = makeRegistry([
  defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] }),
])
const names = ['a/1/manifest.json', 'a/2/manifest.json', 'b/1/manifest.json', 'b/2/manifest.json', 'c/1/manifest.json']
const original = (name: string): string => `${JSON.stringify({ schema_version: '1.0.0', run_id: name }, null, 2)}\n`
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }
const seeds = [1, 2, 3]

interface World {
  readonly files: CrashFiles
  readonly open: OpenCorpus
  readonly form: Form
}

function makeWorld(form: Form, links: boolean): World {
  const files = makeCrashFiles()
  files.setLinks(links)
  for (const name of names) files.put(`/data/artifacts/${name}`, original(name))
  const corpus = corpusAt('artifacts/**/manifest.json', '/data')
  return { files, form, open: { files, corpus, transforms, contracts: new Map(), rules: rulesOf({}) } }
}

const options = (form: Form, run: string) => ({
  head: { run, at: '2026-02-28T10:30:00.000Z', by: 'me@here', tool: '0', form },
  signal,
  onProgress: () => undefined,
  batchDocuments: 2,
})

async function up({ open, form }: World, run: string, only: readonly string[] | null = null): Promise<void> {
  await migrateCorpus(
    open,
    { direction: 'up', to: '1.1.0', only, limit: null, now: '2026-02-28T10:30:00.000Z' },
    options(form, run),
  )
}

async function down({ open, form }: World, run: string): Promise<void> {
  await migrateCorpus(
    open,
    { direction: 'down', to: '1.0.0', only: null, limit: null, now: '2026-03-01T00:00:00.000Z' },
    options(form, run),
  )
}

async function restore({ open, form }: World, run: string): Promise<void> {
  const goal = { run: 'first', only: null, changedSince: 'leave', now: '2026-03-01T00:00:00.000Z' } as const
  await restoreRun(open, goal, options(form, run))
}

/** What a document is in the end, without anything having happened on the way. */
const wanted = await (async (): Promise<ReadonlyMap<string, string>> => {
  const world = makeWorld('links', true)
  await up(world, 'first')
  return documentsOf(world)
})()

function documentsOf({ files }: World): Map<string, string> {
  return new Map([...files.all()].filter(([path]) => /^\/data\/artifacts\/[^.]+manifest\.json$/.test(path)))
}

/** Runs `work` with the power going out at the n-th call; false once it comes to its end before that. */
async function cutAt(
  world: World,
  cut: { call: number; when: 'before' | 'after' },
  work: () => Promise<void>,
): Promise<boolean> {
  world.files.crashAt(cut.call, cut.when)
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof PowerCut) return true
    throw error
  }
}

function expectNothingLost({ files }: World, where: string): void {
  const all = files.all()
  for (const name of names) {
    const path = `/data/artifacts/${name}`
    const folder = name.slice(0, name.lastIndexOf('/') + 1)
    const texts = [...all].filter(([one]) => one.replaceAll('%2F', '/').includes(folder)).map(([, text]) => text)
    expect([original(name), wanted.get(path)], `${where}: ${name} is whole`).toContain(all.get(path))
    expect(texts, `${where}: the original of ${name} is somewhere`).toContain(original(name))
  }
}

function expectOrder(world: World, where: string): void {
  const { files, open } = world
  const all = files.all()
  const strays = [...all.keys()].filter((path) => path.endsWith('.lockstep-tmp'))
  expect(strays, `${where}: no stray file`).toEqual([])
  const runs = listRuns(files, open.corpus)
  for (const run of runs) {
    expect(readEnd(files, open.corpus, run), `${where}: run ${run} has ended`).not.toBeNull()
    for (const entry of replacedBy(files, open.corpus, run)) {
      const backup = all.get(`/data/artifacts/${entry.backup}`)
      expect(sha256Of(backup ?? ''), `${where}: ${run} backed up ${entry.document}`).toBe(entry.before)
    }
  }
}

const cases = (['links', 'sidecar'] as const).flatMap((form) =>
  [true, false].flatMap((links) => crashModes.map((mode): [Form, boolean, CrashMode] => [form, links, mode])),
)

test.each(cases)(
  'a crash of an up is recovered from: backups by %s, links possible: %s, %s',
  async (form, links, mode) => {
    let cuts = 0
    for (const when of ['before', 'after'] as const) {
      for (let call = 1; ; call++) {
        const before = cuts
        for (const seed of mode === 'reorder' || mode === 'tear' ? seeds : [0]) {
          const world = makeWorld(form, links)
          if (!(await cutAt(world, { call, when }, () => up(world, 'first')))) break
          cuts++
          const where = `${when} call ${call}, seed ${seed}`
          world.files.restart(mode, seed + call * 31)
          expectNothingLost(world, where)
          await up(world, 'second')
          expect(documentsOf(world), where).toEqual(wanted)
          expectNothingLost(world, where)
          expectOrder(world, where)
          expectOneBackupEach(world, where)
        }
        if (cuts === before) break
      }
    }
    expect(cuts).toBeGreaterThan(40)
  },
)

/** Each document was replaced once, by one of the two runs, and has one backup. */
function expectOneBackupEach({ files, open }: World, where: string): void {
  const replaced = listRuns(files, open.corpus).flatMap((run) => [...replacedBy(files, open.corpus, run)])
  expect(replaced.map((entry) => entry.document).sort(), where).toEqual(names)
  const copies = [...files.all()].filter(([path, text]) => path.includes('backup') && text.includes('1.0.0'))
  expect(copies, `${where}: one backup each`).toHaveLength(names.length)
}

test.each(crashModes)('a crash of the recovery is recovered from: %s', async (mode) => {
  let cuts = 0
  for (const first of [9, 14, 18, 22, 26, 30]) {
    for (let call = 1; ; call++) {
      const world = makeWorld('sidecar', true)
      await cutAt(world, { call: first, when: 'after' }, () => up(world, 'first'))
      world.files.restart('kill', 0)
      if (!(await cutAt(world, { call, when: 'after' }, () => up(world, 'second')))) break
      cuts++
      const where = `first at ${first}, then at ${call}`
      world.files.restart(mode, call)
      expectNothingLost(world, where)
      await up(world, 'third')
      expect(documentsOf(world), where).toEqual(wanted)
      expectOrder(world, where)
    }
  }
  expect(cuts).toBeGreaterThan(40)
})

/** Both end at the originals; a restore makes more calls than a down. */
const waysBack = [
  ['restore', restore, 20],
  ['down', down, 10],
] as const

describe.each(waysBack)('a crash of a %s', (_, goBack, fewest) => {
  test.each(crashModes)('is recovered from: %s', async (mode) => {
    const originals = new Map(names.map((name) => [`/data/artifacts/${name}`, original(name)]))
    let cuts = 0
    for (let call = 1; ; call++) {
      const world = makeWorld('links', true)
      await up(world, 'first')
      world.files.restart('kill', 0)
      if (!(await cutAt(world, { call, when: 'after' }, () => goBack(world, 'second')))) break
      cuts++
      world.files.restart(mode, call)
      expectNothingLost(world, `call ${call}`)
      await goBack(world, 'third')
      expect(documentsOf(world), `call ${call}`).toEqual(originals)
      expectOrder(world, `call ${call}`)
    }
    expect(cuts).toBeGreaterThan(fewest)
  })
})

test.each(crashModes)(
  'a crash of a run that is taken up again, as by a program, is recovered from: %s',
  async (mode) => {
    let cuts = 0
    for (let call = 1; ; call++) {
      const world = makeWorld('sidecar', true)
      await up(world, 'lazy', names.slice(0, 2))
      world.files.restart('kill', 0)
      if (!(await cutAt(world, { call, when: 'after' }, () => up(world, 'lazy', names.slice(2, 4))))) break
      cuts++
      const where = `call ${call}`
      world.files.restart(mode, call)
      expectNothingLost(world, where)
      await up(world, 'lazy')
      expect(documentsOf(world), where).toEqual(wanted)
      expectOrder(world, where)
      expectOneBackupEach(world, where)
    }
    expect(cuts).toBeGreaterThan(15)
  },
)

test.each(crashModes)('a crash of what a program writes leaves the old text or the new one: %s', async (mode) => {
  const path = `/data/artifacts/${names[0]}`
  const writing = { now: () => '2026-02-28T10:30:00.000Z', token: () => 't', readNewer: 'refuse' } as const
  const write = ({ open }: World): Promise<void> => {
    const live = openLive(open, writing)
    const { value, stored } = live.read(names[0] ?? '')
    live.write(names[0] ?? '', value, stored)
    return Promise.resolve()
  }
  const whole = makeWorld('links', true)
  await write(whole)
  const texts = [original(names[0] ?? ''), whole.files.all().get(path)]
  let cuts = 0
  for (let call = 1; ; call++) {
    const world = makeWorld('links', true)
    if (!(await cutAt(world, { call, when: 'after' }, () => write(world)))) break
    cuts++
    world.files.restart(mode, call)
    expect(texts, `call ${call}`).toContain(world.files.all().get(path))
  }
  expect(cuts).toBeGreaterThan(3)
})

test('the simulation can lose something: a rename without a sync', () => {
  const files = makeCrashFiles()
  files.put('/a/x', 'old')
  files.writeNew('/a/y', Buffer.from('new text'), null)
  files.rename('/a/y', '/a/x')
  files.restart('tear', 1)
  expect(files.all().get('/a/x')).not.toBe('new text')
})
