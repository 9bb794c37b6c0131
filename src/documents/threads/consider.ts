/** What is to become of documents: read, judged and transformed, in this process or in others. */

import { LockstepError } from '../../core/error.ts'
import type { ErrorCode, ErrorDetails } from '../../core/error.ts'
import type { FileFacts } from '../files/file-system.ts'
import type { Replacement } from '../files/replace.ts'
import { migrateDocument } from '../migrate/migrate-document.ts'
import type { CorpusGoal, OpenCorpus } from '../runs/open-corpus.ts'
import { type Originals, exactly, makeOriginals } from '../runs/originals.ts'
import { readDocument } from '../runs/read-document.ts'

/** One document's fate, as plain data: it can come from another thread. */
export type Considered =
  | { readonly state: 'current'; readonly document: string }
  | { readonly state: 'left-alone'; readonly document: string; readonly reason: string }
  | { readonly state: 'refused'; readonly document: string; readonly refusal: Refusal }
  | {
      readonly state: 'migrated'
      readonly document: string
      readonly replacement: Replacement
      /** `1.0.0 -> 1.1.0` */
      readonly way: string
      readonly exact: boolean | null
    }

/** An error as plain data. */
export interface Refusal {
  readonly code: ErrorCode
  readonly details: unknown
}

/** Considers some documents, in the order in which they are named. */
export type Consider = (documents: readonly string[], ownLinks: 'possible' | 'none') => Promise<readonly Considered[]>

/** Considers them here and now. */
export function considerHere(open: OpenCorpus, goal: CorpusGoal): Consider {
  const originals = makeOriginals(open.files, open.corpus)
  return (documents, ownLinks) =>
    Promise.resolve(documents.map((document) => considerOne(open, goal, { document, ownLinks, originals })))
}

export function refusalOf(error: LockstepError): Refusal {
  return { code: error.code, details: error.details }
}

export function errorOf({ code, details }: Refusal): LockstepError {
  // Code and details left an error together.
  return new LockstepError(code, details as ErrorDetails<ErrorCode>)
}

function considerOne(
  open: OpenCorpus,
  goal: CorpusGoal,
  work: { readonly document: string; readonly ownLinks: 'possible' | 'none'; readonly originals: Originals },
): Considered {
  const { document, ownLinks } = work
  const read = readDocument(open, document, ownLinks)
  if (!read.ok) return { state: 'refused', document, refusal: refusalOf(read.error) }
  const made = migrateDocument(read.parsed, { ...open, ...goal, purity: 'once' })
  const outcome = goal.direction === 'down' ? exactly(made, open, work) : made
  switch (outcome.state) {
    case 'current':
      return { state: 'current', document }
    case 'left-alone':
      return { state: 'left-alone', document, reason: outcome.reason }
    case 'refused':
      return { state: 'refused', document, refusal: refusalOf(outcome.error) }
    case 'migrated': {
      const { before, after, from, to, bytes: newBytes, path, exact } = outcome
      const facts: FileFacts = read.facts
      const replacement = { document, facts, before, newBytes, after, from, to }
      return { state: 'migrated', document, replacement, way: path.join(' -> '), exact }
    }
  }
}
