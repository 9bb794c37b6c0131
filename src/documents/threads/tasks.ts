/** Gives the documents of a corpus out as tasks, some at a time, and takes the answers in the order of the walk. */

import { assert } from '../../core/error.ts'
import type { Signal } from '../../core/ports.ts'
import type { LeftDocument } from '../files/prepare.ts'
import { removeLeftover } from '../files/recover.ts'
import type { OpenRun } from '../files/replace.ts'
import type { Crew } from './crew.ts'
import type { Task, TaskAnswer } from './hand.ts'
import { type CorpusGoal, type OpenCorpus, nextTurn } from '../runs/open-corpus.ts'
import { mergeTally, newTally, tellRefused } from '../runs/tally.ts'
import { type Chunk, type Walk, walkAhead } from './walk.ts'

export interface Tasks {
  readonly open: OpenCorpus
  readonly goal: CorpusGoal
  /** `null`: a plan. */
  readonly run: OpenRun | null
  readonly signal: Signal
  readonly ownLinks: Task['ownLinks']
  /** As many as one task is about. */
  readonly documentsMax: number
  /** How many documents may still change; `null` for all. */
  readonly room: () => number | null
  readonly take: (answer: TaskAnswer, found: ReturnType<Walk['found']>) => Promise<void>
  /** What was prepared in a task whose answer nobody takes any more. */
  readonly drop: (answer: TaskAnswer) => void
}

/** Does them all, or as many as limit and signal let. */
export async function doTasks(crew: Crew, tasks: Tasks): Promise<'limit' | 'signal' | null> {
  const { open, goal, run, signal } = tasks
  // The lock is held by whoever runs, so nobody is writing what a dead run left.
  const onLeftover = (document: string): void => {
    if (run !== null) removeLeftover(open.files, open.corpus, document)
  }
  const walk = walkAhead(open, goal, { chunkDocuments: tasks.documentsMax, onLeftover })
  const underWay: Promise<TaskAnswer>[] = []
  const takeNext = async (): Promise<TaskAnswer['stoppedBy']> => {
    const answer = await underWay[0]
    assert(answer !== undefined, 'there was no task under way')
    await underWay.shift()
    await tasks.take(answer, walk.found())
    return answer.stoppedBy
  }
  try {
    for (let chunk = await walk.next(); chunk !== null; chunk = await walk.next()) {
      if (signal.aborted) {
        while (underWay.length > 0) await takeNext()
        return 'signal'
      }
      crew.expect(walk.found().documents)
      const task = doTask(crew, tasks, chunk)
      // Its error is thrown where it is taken, which may be some tasks later, or never after an earlier one.
      task.catch(() => undefined)
      underWay.push(task)
      // A task that was done here kept the answers of threads waiting: those that are idle by now come first.
      await nextTurn()
      // With a limit, the next task must know what the one before has left of it.
      const most = goal.limit === null ? crew.tasksAtOnce() : 1
      while (underWay.length >= most) if ((await takeNext()) === 'limit') return 'limit'
    }
    while (underWay.length > 0) await takeNext()
    return null
  } finally {
    walk.stop()
    for (const one of await Promise.allSettled(underWay)) if (one.status === 'fulfilled') tasks.drop(one.value)
  }
}

async function doTask(crew: Crew, { run, ownLinks, room }: Tasks, chunk: Chunk): Promise<TaskAnswer> {
  const { documents } = chunk
  const begun = run?.hasBegun() ?? false
  const task: Task = { chunk: run?.nextChunk() ?? 0, documents, ownLinks, room: room(), begun }
  const answer = await crew.hand(task)
  if (run === null || answer.stoppedBy !== 'not-begun') return withScanned(answer, chunk)
  run.begin()
  return withScanned(await crew.hand({ ...task, begun: true }), chunk)
}

/** What the scan itself has seen is counted with the documents that were found beside it. */
function withScanned(answer: TaskAnswer, { documents, refused, links }: Chunk): TaskAnswer {
  const tally = newTally()
  const { counts, census } = tally
  counts.links = links
  census.counts.links = links
  counts.seen = refused.length
  census.counts.seen = refused.length
  census.counts.unreadable = refused.length
  mergeTally(tally, answer.tally)
  for (const one of refused) tellRefused(tally, one)
  if (refused.length === 0) return { ...answer, tally }
  const places = new Map([
    ...documents.map((document, i): [string, number] => [document, i]),
    ...refused.map(({ document, after }): [string, number] => [document, after - 0.5]),
  ])
  const placeOf = ({ document }: LeftDocument): number => places.get(document) ?? 0
  return { ...answer, tally: { ...tally, refusals: tally.refusals.sort((a, b) => placeOf(a) - placeOf(b)) } }
}
