/** Looks at documents in threads of their own, while the main one only writes. */

import { Worker } from 'node:worker_threads'
import { assert } from '../../core/error.ts'
import type { Consider, Considered } from './consider.ts'
import type { CorpusGoal, OpenCorpus } from '../runs/open-corpus.ts'

/** How a thread opens the corpus for itself: transforms and contracts are code, which cannot be sent. */
export interface WorkerSetup {
  readonly count: number
  /** Where worker.ts is, or what it was bundled to. */
  readonly entry: URL
  /** The URL of a module that exports `openForWorker(data): OpenCorpus`, or a promise of it. */
  readonly module: string
  /** What that function is given; plain data. */
  readonly data: unknown
}

export interface WorkerModule {
  readonly openForWorker: (data: unknown) => OpenCorpus | Promise<OpenCorpus>
}

export interface WorkerData {
  readonly module: string
  readonly data: unknown
  readonly goal: CorpusGoal
}

export interface Question {
  readonly id: number
  readonly documents: readonly string[]
  readonly ownLinks: 'possible' | 'none'
}

/** New texts come in one piece, which changes hands instead of being copied. */
export type Reply = { readonly id: number; readonly packed: Packed } | { readonly id: number; readonly error: unknown }

/** Answers whose texts were taken out: `lengths` tell them apart in `texts`. */
export interface Packed {
  readonly considered: readonly Considered[]
  readonly lengths: readonly number[]
  readonly texts: Uint8Array<ArrayBuffer>
}

interface Thread {
  readonly worker: Worker
  waiting: number
}

interface Asked {
  readonly resolve: (considered: readonly Considered[]) => void
  readonly reject: (error: unknown) => void
}

/** Lends threads to `work`. They end with it, however it ends. */
export async function withWorkers<T>(
  setup: WorkerSetup,
  goal: CorpusGoal,
  work: (consider: { readonly by: Consider; readonly chunksAtOnce: number }) => Promise<T>,
): Promise<T> {
  const asked = new Map<number, Asked>()
  const workerData: WorkerData = { module: setup.module, data: setup.data, goal }
  const threads = Array.from({ length: setup.count }, () => startThread(setup.entry, workerData, asked))
  let ids = 0
  const by: Consider = (documents, ownLinks) => {
    const thread = threads.reduce((least, one) => (one.waiting < least.waiting ? one : least))
    return new Promise((resolve, reject) => {
      const id = ++ids
      asked.set(id, {
        resolve: (considered) => {
          thread.waiting--
          resolve(considered)
        },
        reject,
      })
      thread.waiting++
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      thread.worker.postMessage({ id, documents, ownLinks } satisfies Question)
    })
  }
  try {
    return await work({ by, chunksAtOnce: setup.count * 2 })
  } finally {
    await Promise.all(threads.map((thread) => thread.worker.terminate()))
  }
}

function startThread(entry: URL, workerData: WorkerData, asked: Map<number, Asked>): Thread {
  const worker = new Worker(entry, { workerData })
  worker.on('message', (reply: Reply) => {
    const one = asked.get(reply.id)
    assert(one !== undefined, `a thread answered question ${reply.id}, which nobody asked`)
    asked.delete(reply.id)
    if ('error' in reply) one.reject(reply.error)
    else one.resolve(unpack(reply.packed))
  })
  // A thread that dies takes all questions with it: nothing may wait for an answer that never comes.
  worker.on('error', (error) => {
    for (const one of asked.values()) one.reject(error)
    asked.clear()
  })
  return { worker, waiting: 0 }
}

const noText = new Uint8Array()

/** Takes the new texts out of the answers. */
export function pack(considered: readonly Considered[]): Packed {
  const all = considered.map((one) => (one.state === 'migrated' ? one.replacement.newBytes : noText))
  const lengths = all.map((text) => text.length)
  const texts = new Uint8Array(lengths.reduce((sum, length) => sum + length, 0))
  let at = 0
  for (const text of all) {
    texts.set(text, at)
    at += text.length
  }
  return { considered: considered.map((one) => withText(one, noText)), lengths, texts }
}

/** Puts them in again. */
export function unpack({ considered, lengths, texts }: Packed): Considered[] {
  let at = 0
  return considered.map((one, i) => {
    const from = at
    at += lengths[i] ?? 0
    return withText(one, texts.subarray(from, at))
  })
}

function withText(one: Considered, newBytes: Uint8Array): Considered {
  return one.state === 'migrated' ? { ...one, replacement: { ...one.replacement, newBytes } } : one
}
