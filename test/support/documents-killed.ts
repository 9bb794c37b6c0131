/**
 * Does one verb over the corpus in a folder, in small batches, and kills itself right before or after the n-th call that
 * changes something on the disk. Prints the names of all these calls if it comes to its end.
 */

import * as documents from '../../src/documents/index.ts'
import { openForWorker } from './documents-worker-module.ts'

const [folder = '', verb = '', run = '', killAt = '', when = '', taken = ''] = process.argv.slice(2)
const now = '2026-02-28T10:30:00.000Z'
const calls: string[] = []

function watched<Args extends readonly unknown[], T>(name: string, call: (...args: Args) => T): (...args: Args) => T {
  return (...args) => {
    calls.push(name)
    const here = String(calls.length) === killAt
    if (here && when === 'before') process.kill(process.pid, 'SIGKILL')
    const answer = call(...args)
    if (here) process.kill(process.pid, 'SIGKILL')
    return answer
  }
}

const { disk } = documents
const files: documents.FileSystem = {
  ...disk,
  writeNew: watched('writeNew', disk.writeNew),
  append: watched('append', disk.append),
  link: watched('link', disk.link),
  rename: watched('rename', disk.rename),
  remove: watched('remove', disk.remove),
  makeFolder: watched('makeFolder', disk.makeFolder),
  removeFolder: watched('removeFolder', disk.removeFolder),
  sync: watched('sync', disk.sync),
  syncMeanwhile: watched('syncMeanwhile', disk.syncMeanwhile),
}
const whole = openForWorker(folder)
// Only the step to 1.1.0: the next one is there to be refused.
const transforms = documents.makeRegistry(whole.transforms.transforms.slice(0, 1))
const open: documents.OpenCorpus = { ...whole, transforms, files }
const names = [...documents.scanCorpus(files, open.corpus)].flatMap((one) =>
  one.kind === 'document' ? [one.document] : [],
)
const options = {
  head: { run, at: now, by: 'me@here', tool: '0', form: 'links' },
  signal: { aborted: false, reason: null, addEventListener: () => undefined, removeEventListener: () => undefined },
  onProgress: () => undefined,
  batchDocuments: 100,
} as const
const goalTo = (direction: 'up' | 'down', only: readonly string[] | null) =>
  ({ direction, to: direction === 'up' ? '1.1.0' : '1.0.0', only, limit: null, now }) as const

const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
  up: () => documents.migrateCorpus(open, goalTo('up', null), options),
  down: () => documents.migrateCorpus(open, goalTo('down', null), options),
  restore: () => documents.restoreRun(open, { run: taken, only: null, changedSince: 'leave', now }, options),
  // As a program does: some at a time, all of them in one run.
  'write-back': async () => {
    for (let i = 0; i < names.length; i += 50) {
      await documents.migrateCorpus(open, goalTo('up', names.slice(i, i + 50)), options)
    }
  },
  write: async () => {
    let tokens = 0
    const live = documents.openLive(open, { now: () => now, token: () => `${run}${++tokens}`, readNewer: 'refuse' })
    for (const name of names) {
      const { value, stored, state } = live.read(name)
      if (state === 'migrated') live.write(name, { ...(value as documents.JsonObject), written: true }, stored)
    }
  },
}

await verbs[verb]?.()
console.log(JSON.stringify(calls))
