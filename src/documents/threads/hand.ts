/** The work on some documents: read, judged, transformed, and prepared to be replaced. The same here and in a thread. */

import type { LockstepError } from '../../core/error.ts'
import { pathOf } from '../files/corpus.ts'
import type { RunHead } from '../files/journal.ts'
import {
  type Part,
  type Replacement,
  type UnreplacedDocument,
  checkSpace,
  partOf,
  startPreparing,
  takeBackAll,
} from '../files/prepare.ts'
import type { JsonValue } from '../json/value.ts'
import { type DocumentOutcome, migrateDocument } from '../migrate/migrate-document.ts'
import { countVersion } from '../runs/census.ts'
import { type CorpusGoal, type OpenCorpus, nextTurn } from '../runs/open-corpus.ts'
import { type Originals, exactly, makeOriginals } from '../runs/originals.ts'
import { readDocument } from '../runs/read-document.ts'
import { type Tally, newTally, tellLeftAlone, tellRefused } from '../runs/tally.ts'

/** What all tasks of one run or plan have in common. */
export interface Job {
  readonly goal: CorpusGoal
  /** `null`: a plan, which prepares nothing. */
  readonly head: RunHead | null
}

/** Documents to work on, in this order. */
export interface Task {
  /** Of the backups that it makes; see `chunkBackupFolder`. */
  readonly chunk: number
  readonly documents: readonly string[]
  /** A second name may be the backup of a run that did not end. */
  readonly ownLinks: 'possible' | 'none'
  /** As many as may change; `null` for all. */
  readonly room: number | null
  /** Whether the run has written down that it is there: nothing is prepared before. */
  readonly begun: boolean
}

/** What was done, as plain data but for the errors. */
export interface TaskAnswer {
  readonly tally: Tally
  /** In a plan the documents that would be. */
  readonly changes: number
  readonly prepared: Part
  /** `limit`: there are more documents to migrate; `not-begun`: there is one to replace, so nothing was done yet. */
  readonly stoppedBy: 'limit' | 'not-begun' | null
}

/** Whoever does a task. */
export type Hand = (task: Task) => Promise<TaskAnswer>

/** Does tasks here and now. */
export function handHere(open: OpenCorpus, job: Job): Hand {
  const originals = makeOriginals(open.files, open.corpus)
  return async (task) => {
    const answer = doTask(open, { ...job, originals }, task)
    await nextTurn()
    return answer
  }
}

function doTask(
  open: OpenCorpus,
  { goal, head, originals }: Job & { readonly originals: Originals },
  task: Task,
): TaskAnswer {
  const tally = newTally()
  const preparing = head === null ? null : startPreparing(open.files, open.corpus, { head, chunk: task.chunk })
  const ready = (): Part => partOf(preparing?.prepared ?? [])
  let changes = 0
  try {
    for (const document of task.documents) {
      const one = considerOne(open, goal, { document, ownLinks: task.ownLinks, originals })
      if (one.state === 'migrated') {
        if (task.room !== null && changes >= task.room) return { tally, changes, prepared: ready(), stoppedBy: 'limit' }
        if (preparing !== null && !task.begun) {
          // Too little room is better noticed before anything is there.
          checkSpace(open.files, open.corpus, one.replacement)
          return { tally: newTally(), changes: 0, prepared: ready(), stoppedBy: 'not-begun' }
        }
        changes++
        const left = preparing?.add(one.replacement) ?? null
        if (left !== null) countLeft(tally, left, open)
      }
      count(tally, one, { open, head })
    }
  } catch (error) {
    if (head !== null) takeBackAll(open.files, open.corpus, { head, parts: [ready()] })
    throw error
  }
  return { tally, changes, prepared: ready(), stoppedBy: null }
}

function countLeft(tally: Tally, left: UnreplacedDocument, open: OpenCorpus): void {
  tellRefused(tally, left)
  countVersion(tally.census, open, { version: left.from, value: null })
}

/** One document's fate. `gone`: somebody took it away since the walk, so it is none of this corpus any more. */
type Considered =
  | { readonly state: 'gone' }
  | { readonly state: 'unreadable'; readonly document: string; readonly error: LockstepError }
  | ({ readonly document: string; readonly value: JsonValue } & Exclude<DocumentOutcome, { state: 'migrated' }>)
  | {
      readonly state: 'migrated'
      readonly replacement: Replacement
      /** `1.0.0 -> 1.1.0` */
      readonly way: string
      readonly exact: boolean | null
    }

function considerOne(
  open: OpenCorpus,
  goal: CorpusGoal,
  work: { readonly document: string; readonly originals: Originals } & Pick<Task, 'ownLinks'>,
): Considered {
  const { document, ownLinks } = work
  const read = readDocument(open, document, ownLinks)
  if (!read.ok) {
    const gone = open.files.facts(pathOf(open.corpus, document)) === null
    return gone ? { state: 'gone' } : { state: 'unreadable', document, error: read.error }
  }
  const made = migrateDocument(read.parsed, { ...open, ...goal, purity: 'once' })
  const outcome = goal.direction === 'down' ? exactly(made, open, work) : made
  if (outcome.state !== 'migrated') return { ...outcome, document, value: read.parsed.value }
  const { before, after, from, to, bytes: newBytes, path, exact } = outcome
  const replacement = { document, facts: read.facts, before, newBytes, after, from, to }
  return { state: 'migrated', replacement, way: path.join(' -> '), exact }
}

/** Where a document stands that is to be replaced is counted by whoever replaces it, or at once in a plan. */
function count(
  tally: Tally,
  one: Considered,
  { open, head }: { readonly open: OpenCorpus; readonly head: RunHead | null },
): void {
  const { counts, ways, census } = tally
  if (one.state === 'gone') return
  counts.seen++
  census.counts.seen++
  switch (one.state) {
    case 'unreadable':
      census.counts.unreadable++
      return tellRefused(tally, one)
    case 'refused':
      if (one.version === null) census.counts.withoutVersion++
      else countVersion(census, open, { version: one.version, value: one.value })
      return tellRefused(tally, one)
    case 'current':
      counts.current++
      countVersion(census, open, one)
      return
    case 'left-alone':
      countVersion(census, open, one)
      return tellLeftAlone(tally, one)
    case 'migrated':
      ways.set(one.way, (ways.get(one.way) ?? 0) + 1)
      counts.newBytes += one.replacement.newBytes.length
      if (one.exact === false) counts.inexact++
      if (head === null) countVersion(census, open, { version: one.replacement.from, value: null })
  }
}
