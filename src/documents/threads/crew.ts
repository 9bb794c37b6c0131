/** Those who do the tasks of a run: this thread alone at first, and others beside it once there is enough to do for them. */

import { Worker } from 'node:worker_threads'
import { LockstepError, assert } from '../../core/error.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { type Hand, type Job, type TaskAnswer, handHere } from './hand.ts'
import { type Question, type Reply, type ThreadData, unpackAnswer, unpackFault } from './protocol.ts'

/** How threads are started. */
export interface Threads {
  /** Beside the one that asks, which works too. */
  readonly count: number
  /** As many documents as make it worth the time to start them. */
  readonly fromDocuments: number
  /** A module that calls `serveAsThread`. */
  readonly entry: URL
  /** What it opens the corpus by; plain data. */
  readonly corpus: unknown
  /** Before the first: from here on several heaps grow at once. */
  readonly onStart: () => void
  /** Told once where they cannot be started; all the work is done here then. */
  readonly onFailure: (error: unknown) => void
}

/** Documents come and go: what Node would let them take before it looks for room is three times as much, and no faster. */
const youngMbMax = 12

/** Tasks that a thread has at once: one that it works on, and some that wait while a batch is put in place here. */
const tasksOfThread = 8

/** Tasks that may be done here while the answer of an earlier one, which is taken first, is still under way. */
const tasksAhead = 8

export interface Crew {
  readonly hand: Hand
  /** As many tasks as are worth giving out at once. */
  tasksAtOnce(): number
  /** Told how many documents there are, as far as known; starts the threads where these are enough. */
  expect(documents: number): void
}

/** Lends a crew to `work`. Its threads end with it, however it ends. `threads`: `null` for none. */
export async function withCrew<T>(
  open: OpenCorpus,
  { job, threads }: { readonly job: Job; readonly threads: Threads | null },
  work: (crew: Crew) => Promise<T>,
): Promise<T> {
  const here = handHere(open, job)
  const started: Thread[] = []
  let ready: readonly Thread[] = []
  const start = (setup: Threads): void => {
    setup.onStart()
    for (let i = 0; i < setup.count; i++) started.push(startThread(setup, job))
    Promise.all(started.map((thread) => thread.opened)).then(
      () => (ready = started),
      // Nobody waits for them any more where the work has come to its end before.
      (error: unknown) => (ended ? undefined : setup.onFailure(error)),
    )
  }
  let ended = false
  try {
    return await work({
      // Threads first, so that none of them waits while this one is at work.
      hand: (task) => {
        const [idlest] = [...ready].sort((a, b) => a.waiting() - b.waiting())
        return idlest !== undefined && idlest.waiting() < tasksOfThread ? idlest.hand(task) : here(task)
      },
      tasksAtOnce: () => (ready.length === 0 ? 1 : ready.length * tasksOfThread + tasksAhead),
      expect: (documents) => {
        if (threads !== null && started.length === 0 && documents >= threads.fromDocuments) start(threads)
      },
    })
  } finally {
    ended = true
    await Promise.all(started.map((thread) => thread.end()))
  }
}

interface Thread {
  readonly hand: Hand
  readonly waiting: () => number
  readonly opened: Promise<void>
  readonly end: () => Promise<void>
}

interface Asked {
  readonly resolve: (answer: TaskAnswer | null) => void
  readonly reject: (error: unknown) => void
}

function startThread({ entry, corpus }: Threads, job: Job): Thread {
  const worker = new Worker(entry, {
    workerData: { corpus, job } satisfies ThreadData,
    resourceLimits: { maxYoungGenerationSizeMb: youngMbMax },
  })
  const asked = new Map<number, Asked>()
  let ids = 0
  let dead: { readonly error: unknown } | null = null
  const promised = (id: number): Promise<TaskAnswer | null> =>
    new Promise((resolve, reject) => {
      if (dead === null) asked.set(id, { resolve, reject })
      else reject(dead.error)
    })
  const opened = promised(0).then(() => undefined)
  worker.on('message', (reply: Reply) => {
    const one = asked.get(reply.id)
    assert(one !== undefined, `a thread answered question ${reply.id}, which nobody asked`)
    asked.delete(reply.id)
    if ('fault' in reply) one.reject(unpackFault(reply.fault))
    else one.resolve(reply.answer === null ? null : unpackAnswer(reply.answer))
  })
  // A thread that dies takes all questions with it: nothing may wait for an answer that never comes.
  const fail = (error: unknown): void => {
    dead ??= { error }
    for (const one of asked.values()) one.reject(error)
    asked.clear()
  }
  worker.on('error', fail)
  worker.on('exit', (code) => {
    const message = `a thread ended with code ${code} before it had answered; does a transform end its process?`
    fail(new LockstepError('internal', { message }))
  })
  return {
    opened,
    waiting: () => asked.size,
    hand: async (task) => {
      const answer = promised(++ids)
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      worker.postMessage({ id: ids, task } satisfies Question)
      const done = await answer
      assert(done !== null, 'a thread answered a task with nothing')
      return done
    },
    end: async () => {
      await worker.terminate()
    },
  }
}
