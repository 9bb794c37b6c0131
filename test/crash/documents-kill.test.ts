/**
 * Killed again and again, before and after every kind of call that changes the disk: each document is whole at every
 * moment, and one run that is left alone brings the corpus to where it was to go.
 */

import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as documents from '../../src/documents/index.ts'
import { openForWorker } from '../support/documents-worker-module.ts'
import { makeFolder } from '../support/temporary-folder.ts'

const script = new URL('../support/documents-killed.ts', import.meta.url).pathname

interface Ended {
  readonly signal: NodeJS.Signals | null
  readonly calls: readonly string[]
}

interface Kill {
  readonly at: number
  readonly when: 'before' | 'after'
}

function runVerb(folder: string, words: readonly [verb: string, run: string], kill: Kill | null, taken = ''): Ended {
  const args = [script, folder, ...words, String(kill?.at ?? 'never'), kill?.when ?? '', taken]
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  if (signal === null && status !== 0) throw new Error(stderr)
  return { signal, calls: signal === null ? (JSON.parse(stdout) as string[]) : [] }
}

/** A corpus of so many documents, at version 1.0.0. */
function makeCorpus(count: number): string {
  const name = (i: number): string => `artifacts/j${i % 7}/r${String(i).padStart(5, '0')}/manifest.json`
  const text = (i: number): string => `${JSON.stringify({ schema_version: '1.0.0', run_id: 'r', n: i }, null, 2)}\n`
  return makeFolder(Object.fromEntries(Array.from({ length: count }, (_, i) => [name(i), text(i)])))
}

function textsIn(folder: string): Map<string, string> {
  const open = openForWorker(folder)
  const found = [...documents.scanCorpus(open.files, open.corpus)]
  const names = found.flatMap((one) => (one.kind === 'document' ? [one.document] : []))
  return new Map(names.map((name) => [name, fs.readFileSync(join(folder, 'artifacts', name), 'utf8')]))
}

/** The first, one in the middle and the last call of each kind. */
function momentsOf(calls: readonly string[]): Kill[] {
  const kinds = Map.groupBy(calls.keys(), (i) => calls[i] ?? '')
  const at = [...kinds.values()].flatMap((all) => [all[0], all[all.length >> 1], all.at(-1)])
  const sorted = [...new Set(at.filter((one) => one !== undefined))].sort((a, b) => a - b)
  return sorted.map((one, i) => ({ at: one + 1, when: i % 2 === 0 ? 'before' : 'after' }))
}

/** With what must have been done before, and how many documents: what a program does one by one takes its time. */
const verbs = [
  ['up', null, 3000],
  ['down', 'up', 3000],
  ['restore', 'up', 3000],
  ['write-back', null, 400],
  ['write', null, 60],
] as const

test.each(verbs)(
  '%s, killed at every kind of moment, loses nothing and ends as if it had not been',
  (verb, first, all) => {
    const prepared = (count: number): string => {
      const folder = makeCorpus(count)
      if (first !== null) runVerb(folder, [first, 'first'], null)
      return folder
    }
    const few = prepared(Math.min(250, all / 4))
    const moments = momentsOf(runVerb(few, [verb, 'only'], null, 'first').calls)
    const folder = prepared(all)
    const [from, to] = [textsIn(folder), wantedOf(prepared(all), verb)]
    let kills = 0
    for (const [i, moment] of moments.entries()) {
      // A program goes on with the run that it has begun.
      const run = verb === 'write-back' ? 'lazy' : `run-${i}`
      if (runVerb(folder, [verb, run], moment, 'first').signal === 'SIGKILL') kills++
      const texts = textsIn(folder)
      const torn = [...from.keys()].filter(
        (name) => texts.get(name) !== from.get(name) && texts.get(name) !== to.get(name),
      )
      expect(torn, `after a kill ${moment.when} call ${moment.at}`).toEqual([])
    }
    expect(kills).toBeGreaterThan(moments.length / 2)
    // Temporary files of programs are only swept once nobody can be writing them any more.
    for (const file of leftoversIn(folder)) fs.utimesSync(file, 1, 1)
    runVerb(folder, [verb, 'last'], null, 'first')
    expect(textsIn(folder)).toEqual(to)
    // A write sweeps nothing; the next run does.
    if (verb === 'write') runVerb(folder, ['up', 'sweeping'], null)
    expect(leftoversIn(folder)).toEqual([])
  },
)

function wantedOf(folder: string, verb: string): ReadonlyMap<string, string> {
  runVerb(folder, [verb, 'only'], null, 'first')
  const texts = textsIn(folder)
  fs.rmSync(folder, { recursive: true })
  return texts
}

function leftoversIn(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.lockstep-tmp')).map((name) => join(folder, name))
}

test('after any number of kills of up and of down every backup is whole, and the corpus is the one from the beginning', async () => {
  const folder = makeCorpus(3000)
  const before = textsIn(folder)
  const moments = momentsOf(runVerb(makeCorpus(250), ['up', 'only'], null).calls).filter((_, i) => i % 3 === 0)
  for (const verb of ['up', 'down']) {
    for (const [i, moment] of moments.entries()) runVerb(folder, [verb, `${verb}-${i}`], moment)
    runVerb(folder, [verb, `${verb}-last`], null)
    const open = openForWorker(folder)
    const verified = await documents.verifyCorpus(open)
    expect(verified).toMatchObject({ seen: 3000, good: 3000, damaged: [], unfinished: [] })
    expect(verified.backups).toBe(verb === 'up' ? 3000 : 6000)
  }
  expect(textsIn(folder)).toEqual(before)
})
