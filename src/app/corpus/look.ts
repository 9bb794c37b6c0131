/** `status`, `history` and `verify` of documents. They write nothing and need no lock. */

import { LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import {
  type CorpusPlace,
  type CorpusVerification,
  listRuns,
  readEnd,
  readHead,
  replacedBy,
  verifyCorpus,
  verifyInputs,
} from '../../documents/index.ts'
import type { CorpusOutcome } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { HistoryReport, StoreReport, VerifyReport } from '../answers/report.ts'
import type { CorpusTarget } from './corpus-target.ts'
import { type OpenedCorpus, placeOf } from './opening/open-corpus.ts'
import type { DocumentsRun, VerifiedDocuments } from './report.ts'
import { answering, exitOfStanding, refusedDocuments, standingAsKnown, standingOf } from './standing.ts'

export async function statusOfDocuments(target: CorpusTarget): Promise<CorpusOutcome<StoreReport>> {
  return await answering(target, {}, async () => {
    const standing = await standingOf(target, { depth: 'contracts' })
    return { report: standing.report, exits: [exitOfStanding(standing)] }
  })
}

/** The runs over a corpus; what happened to one document stands in the document. */
export async function historyOfDocuments(
  target: CorpusTarget,
  context: AppContext,
): Promise<CorpusOutcome<HistoryReport>> {
  return await answering(target, { records: [], log: [] }, async () => {
    const { report, documents } = await standingAsKnown(target, context)
    return { report: { ...report, documents: { ...documents, runs: runsOf(placeOf(target.source)) } }, exits: [] }
  })
}

function runsOf({ files, corpus }: CorpusPlace): DocumentsRun[] {
  const runs = listRuns(files, corpus).flatMap((run): DocumentsRun[] => {
    const head = readHead(files, corpus, run)
    if (head === null) return []
    const end = readEnd(files, corpus, run)
    const { command, at, by, tool } = head
    return [
      {
        run,
        command,
        at,
        by,
        tool,
        replaced: end?.replaced ?? countOf(replacedBy(files, corpus, run)),
        unfinished: end === null,
      },
    ]
  })
  return runs.sort((a, b) => (a.at < b.at ? 1 : -1))
}

function countOf(items: Iterable<unknown>): number {
  let count = 0
  for (const _ of items) count++
  return count
}

export interface VerifyDocuments {
  readonly head: string | null
  /** Recompute what documents say of the files beside them. */
  readonly inputs: 'checked' | 'passed over'
}

export async function verifyDocuments(
  target: CorpusTarget,
  { head, inputs }: VerifyDocuments,
): Promise<CorpusOutcome<VerifyReport>> {
  return await answering(target, { logRows: 0, head: null, differences: [] }, async () => {
    if (head !== null) refuseHead(target)
    const open = await target.open()
    const found = await verifyCorpus(open)
    const checked = inputs === 'checked' ? await inputsOf(target, open) : null
    const { report, documents } = await standingOf(target, { depth: 'versions' })
    const verified = verifiedOf(found, checked)
    const refusals = refusedDocuments(open, [...found.refusals, ...found.damaged])
    return { report: { ...report, documents: { ...documents, refusals, verified } }, exits: exitOf(verified, found) }
  })
}

function verifiedOf(found: CorpusVerification, inputs: VerifiedDocuments['inputs']): VerifiedDocuments {
  const { good, refused, asMigrated, changedSince, backups, goneToo, damaged } = found
  return { good, refused, asMigrated, changedSince, backups, goneToo, damaged: damaged.length, inputs }
}

async function inputsOf({ name, corpus }: CorpusTarget, open: OpenedCorpus): Promise<VerifiedDocuments['inputs']> {
  if (corpus.inputs !== null) return await verifyInputs(open, corpus.inputs)
  const reason = `--inputs: the configuration does not say how the documents of store ${name} name theirs (stores.${name}.inputs)`
  throw new LockstepError('wrong-arguments', { command: 'verify', reason })
}

/** A damaged backup is worse than a finding: what it was kept for cannot be done any more. */
function exitOf({ damaged, inputs }: VerifiedDocuments, { refused }: CorpusVerification): ExitCode[] {
  if (damaged > 0) return [6]
  return refused > 0 || (inputs?.findings.length ?? 0) > 0 ? [3] : []
}

function refuseHead({ name }: CorpusTarget): void {
  const reason = `--head is about the log of a database; store ${name} holds documents, each with its own history`
  throw new LockstepError('wrong-arguments', { command: 'verify', reason })
}
