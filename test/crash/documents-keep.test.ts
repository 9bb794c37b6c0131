/** The power goes out while old runs are removed, and while the backups of an older tool are written down. */

import { expect, test } from 'vitest'
import { corpusAt } from '../../src/documents/files/corpus.ts'
import { listLeaving, listRuns, readEnd } from '../../src/documents/files/journal.ts'
import { adoptBackups } from '../../src/documents/keep/adopt.ts'
import { mendCorpus } from '../../src/documents/keep/mend.ts'
import { listEndedRuns, removeRuns } from '../../src/documents/keep/prune.ts'
import { rulesOf } from '../../src/documents/migrate/rules.ts'
import { migrateCorpus } from '../../src/documents/runs/migrate-corpus.ts'
import type { OpenCorpus } from '../../src/documents/runs/open-corpus.ts'
import { restoreRun } from '../../src/documents/runs/restore.ts'
import { verifyCorpus } from '../../src/documents/runs/verify.ts'
import { add } from '../../src/documents/transforms/operations.ts'
import { makeRegistry } from '../../src/documents/transforms/registry.ts'
import { defineTransform } from '../../src/documents/transforms/transform.ts'
import { type CrashFiles, PowerCut, crashModes, makeCrashFiles } from '../support/crash-files.ts'

const transforms = makeRegistry([
  defineTransform({ from: '1.0.0', to: '1.1.0', operations: [add('inputs_hash', null)] }),
  defineTransform({ from: '1.1.0', to: '1.2.0', operations: [add('chain', {})] }),
])
const names = ['a/1/manifest.json', 'a/2/manifest.json', 'b/1/manifest.json']
const now = '2026-02-28T10:30:00.000Z'
const signal = { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined }

interface World {
  readonly files: CrashFiles
  readonly open: OpenCorpus
}

function makeWorld(version = '1.0.0'): World {
  const files = makeCrashFiles()
  for (const name of names)
    files.put(`/data/artifacts/${name}`, JSON.stringify({ schema_version: version, run_id: name }))
  const corpus = corpusAt('artifacts/**/manifest.json', '/data')
  return { files, open: { files, corpus, transforms, contracts: new Map(), rules: rulesOf({ protect: ['run_id'] }) } }
}

async function up({ open }: World, to: string, form: 'links' | 'sidecar'): Promise<void> {
  const head = { run: `to-${to}`, at: now, by: 'me@here', tool: '0', form }
  const goal = { direction: 'up', to, only: null, limit: null, now } as const
  await migrateCorpus(open, goal, { head, signal, onProgress: () => undefined })
}

/** Runs `work` with the power going out at the n-th call; false once it comes to its end before that. */
async function isCut({ files }: World, call: number, work: () => Promise<void> | void): Promise<boolean> {
  files.crashAt(call, 'after')
  try {
    await work()
    return false
  } catch (error) {
    if (error instanceof PowerCut) return true
    throw error
  }
}

function documentsOf({ files }: World): Map<string, string> {
  return new Map([...files.all()].filter(([path]) => path.endsWith('/manifest.json') && !path.includes('/.lockstep/')))
}

const cases = (['links', 'sidecar'] as const).flatMap((form) => crashModes.map((mode) => [form, mode] as const))

test.each(cases)('a prune that was cut loses no document, and the next one ends it: %s, %s', async (form, mode) => {
  let cuts = 0
  for (let call = 1; ; call++) {
    const world = makeWorld()
    await up(world, '1.1.0', form)
    await up(world, '1.2.0', form)
    world.files.restart('kill', 0)
    const before = documentsOf(world)
    if (!(await isCut(world, call, () => removeRuns(world.open, ['to-1.1.0'])))) break
    cuts++
    world.files.restart(mode, call)
    expect(documentsOf(world), `call ${call}`).toEqual(before)
    // Whatever is still a run has all that it kept.
    expect((await verifyCorpus(world.open)).damaged, `call ${call}`).toEqual([])
    const listed = listEndedRuns(world.open).map((one) => one.run)
    removeRuns(world.open, listed.includes('to-1.1.0') ? ['to-1.1.0'] : [])
    expect(listRuns(world.files, world.open.corpus), `call ${call}`).toEqual(['to-1.2.0'])
    expect(listLeaving(world.files, world.open.corpus), `call ${call}`).toEqual([])
    const kept = [...world.files.all().keys()].filter((path) => path.includes('backup'))
    expect(kept, `call ${call}`).toHaveLength(names.length)
    expect(documentsOf(world), `call ${call}`).toEqual(before)
  }
  expect(cuts).toBeGreaterThan(5)
})

/** The first run, with sidecars, during which somebody does something to the first document. */
async function upMeanwhile(world: World, meanwhile: (path: string) => void): Promise<void> {
  const { files } = world
  const disturbed: OpenCorpus['files'] = {
    ...files,
    syncMeanwhile(root, paths) {
      meanwhile(`/data/artifacts/${names[0]}`)
      return files.syncMeanwhile(root, paths)
    },
  }
  await up({ ...world, open: { ...world.open, files: disturbed } }, '1.1.0', 'sidecar')
}

const sidecarsOf = ({ files }: World): string[] => [...files.all().keys()].filter((path) => path.includes('backup'))

test('the sidecar of a document that went while a run was at it goes with the run', async () => {
  const world = makeWorld()
  await upMeanwhile(world, (path) => world.files.remove(path))
  expect(sidecarsOf(world)).toHaveLength(names.length)
  removeRuns(world.open, ['to-1.1.0'])
  expect(sidecarsOf(world)).toEqual([])
  expect([...documentsOf(world).keys()]).toEqual(names.slice(1).map((name) => `/data/artifacts/${name}`))
})

test('a sidecar that a later run has made stays with that run, also once its document is gone', async () => {
  const world = makeWorld()
  const { files } = world
  const path = `/data/artifacts/${names[0]}`
  const text = files.all().get(path) ?? ''
  // The same text in another file: the first run leaves it, the second one migrates it.
  await upMeanwhile(world, () => {
    files.remove(path)
    files.put(path, text)
  })
  await up(world, '1.2.0', 'sidecar')
  expect(files.all().get(`${path}.backup`)).toBe(text)
  files.remove(path)
  removeRuns(world.open, ['to-1.1.0'])
  expect(files.all().get(`${path}.backup`)).toBe(text)
  removeRuns(world.open, ['to-1.2.0'])
  expect(sidecarsOf(world)).toEqual([])
})

const backups = (): readonly (readonly [string, string])[] =>
  names.map((name) => [`/data/artifacts/${name}.backup`, JSON.stringify({ schema_version: '1.0.0', run_id: name })])

test.each(crashModes)(
  'an adoption that was cut takes no backup away, and the next one takes them over: %s',
  async (mode) => {
    let cuts = 0
    for (let call = 1; ; call++) {
      const world = makeWorld('1.1.0')
      for (const [path, text] of backups()) world.files.put(path, text)
      const adopt = async (run: string): Promise<void> => {
        await adoptBackups(world.open, { head: { run, at: now, by: 'me@here', tool: '0' }, now })
      }
      if (!(await isCut(world, call, () => adopt('first')))) break
      cuts++
      world.files.restart(mode, call)
      mendCorpus(world.open, now)
      for (const [path, text] of backups()) expect(world.files.all().get(path), `call ${call}`).toBe(text)
      await adopt('second')
      const runs = listRuns(world.files, world.open.corpus)
      expect(
        runs.every((run) => readEnd(world.files, world.open.corpus, run) !== null),
        `call ${call}`,
      ).toBe(true)
      expect(runs, `call ${call}`).toHaveLength(1)
      const goal = { run: runs[0] ?? '', only: null, changedSince: 'leave', now } as const
      const head = { run: 'back', at: now, by: 'me@here', tool: '0', form: 'links' } as const
      const answer = await restoreRun(world.open, goal, { head, signal, onProgress: () => undefined })
      expect(answer, `call ${call}`).toMatchObject({ restored: names.length, refused: 0 })
      for (const name of names)
        expect(documentsOf(world).get(`/data/artifacts/${name}`)).toBe(
          new Map(backups()).get(`/data/artifacts/${name}.backup`),
        )
    }
    expect(cuts).toBeGreaterThan(4)
  },
)
