/** Where a corpus stands: its distribution as a verdict, in the words that databases use. */

import { isLockstepError, type LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import { compareSemver, isNewerVersion, sameMajor } from '../../core/path.ts'
import {
  type CorpusPlace,
  type CorpusSurvey,
  type LeftDocument,
  fileOf,
  stepName,
  surveyCorpus,
} from '../../documents/index.ts'
import { asLockstepError, blankReport, exitOfVerdict } from '../answers/answer.ts'
import type { CorpusOutcome } from '../opening/by-kind.ts'
import type { AppContext } from '../opening/context.ts'
import type { DocumentsReport, RefusedDocument } from './report.ts'
import type { PendingReport, StoreReport, Verdict } from '../answers/report.ts'
import type { CorpusTarget } from './corpus-target.ts'
import { type OpenedCorpus, bareCorpus } from './opening/open-corpus.ts'

export interface Standing {
  readonly report: StoreReport
  readonly documents: DocumentsReport
}

/** Reads every document. `contracts`: each is also held against the contract of its own version. */
export async function standingOf(
  target: CorpusTarget,
  { depth }: { readonly depth: 'versions' | 'contracts' },
): Promise<Standing> {
  const open = await target.open()
  const looked = open.contracts.size === 0 ? 'versions' : depth
  return standingAfter(target, open, { depth, survey: await surveyCorpus(open, { depth: looked }) })
}

/** The same from a survey that was made on the way. */
export function standingAfter(
  target: CorpusTarget,
  open: OpenedCorpus,
  { depth, survey }: { readonly depth: 'versions' | 'contracts'; readonly survey: CorpusSurvey },
): Standing {
  const documents = documentsOf(survey, { open, invalid: depth === 'versions' ? null : survey.invalid })
  const known = [...survey.versions.keys()].filter((version) => open.transforms.graph.versions.includes(version))
  return {
    documents,
    report: {
      ...emptyReport(target),
      verdict: verdictOf(survey, open),
      version: known[0] ?? null,
      applied: survey.versions.get(survey.latest ?? '') ?? 0,
      pending: pendingOf(survey, open),
      ahead: newerIn(survey, open),
      documents,
    },
  }
}

/**
 * The same for verbs that need no transforms, such as a restore: where these cannot be loaded, no version is known, and
 * a notice says why.
 */
export async function standingAsKnown(target: CorpusTarget, { emit }: Pick<AppContext, 'emit'>): Promise<Standing> {
  try {
    return await standingOf(target, { depth: 'versions' })
  } catch (error) {
    const bare = bareCorpus(target.source)
    const survey = await surveyCorpus(bare, { depth: 'versions' })
    const standing = standingAfter(target, bare, { depth: 'versions', survey })
    const message = `where its documents stand is not known: ${asLockstepError(error).message}`
    emit({ type: 'notice', store: target.name, version: null, message })
    return { ...standing, report: { ...standing.report, verdict: 'blocked' } }
  }
}

/** A corpus of which nothing could be found out, but why. */
export function failedCorpus(target: CorpusTarget, error: unknown): StoreReport {
  return { ...emptyReport(target), verdict: 'blocked', error: asLockstepError(error), documents: null }
}

/** Turns what is thrown into the answer of one corpus; `more` is what the command's own report has beside. */
export async function answering<More extends object>(
  target: CorpusTarget,
  more: More,
  work: () => Promise<{ readonly report: StoreReport & Partial<More>; readonly exits: readonly ExitCode[] }>,
): Promise<CorpusOutcome<StoreReport & More>> {
  try {
    const { report, exits } = await work()
    return { report: { ...more, ...report }, exits }
  } catch (error) {
    return { report: { ...more, ...failedCorpus(target, error) }, exits: [] }
  }
}

/** The exit of a question about a corpus. */
export function exitOfStanding({ report }: Standing): ExitCode {
  return exitOfVerdict(report.verdict)
}

/** Documents of a newer program are nobody's fault, unless their first number says that they break older ones. */
export function exitOfRefusals(
  refusals: readonly RefusedDocument[],
  { refused, migrated }: { readonly refused: number; readonly migrated: number },
): readonly ExitCode[] {
  const faults = refusals.filter(({ error }) => !isMerelyNewer(error))
  if (faults.length === 0 && refused === refusals.length) return []
  const exits = faults.map(({ error }) => error.exit)
  // Something was done and something was not; only an outcome that nobody knows weighs more.
  if (migrated > 0) return [exits.includes(6) ? 6 : 7]
  return exits.length === 0 ? [1] : exits
}

export function refusedDocuments({ corpus }: CorpusPlace, left: readonly LeftDocument[]): RefusedDocument[] {
  return left.map(({ document, error }) => ({ file: fileOf(corpus, document), error }))
}

function isMerelyNewer(error: LockstepError): boolean {
  if (!isLockstepError(error) || error.code !== 'document-newer') return false
  // The code says whose details these are.
  const { version, latest } = error.details as { readonly version: string; readonly latest: string }
  return sameMajor(version, latest)
}

function documentsOf(
  survey: CorpusSurvey,
  { open, invalid }: { readonly open: OpenedCorpus; readonly invalid: number | null },
): DocumentsReport {
  const { versions, refusals, ...counts } = survey
  return { ...counts, versions: Object.fromEntries(versions), invalid, refusals: refusedDocuments(open, refusals) }
}

/** The same order as for a database: what is breaking before what is wrong before what is left to do. */
function verdictOf(survey: CorpusSurvey, open: OpenedCorpus): Verdict {
  const newer = newerIn(survey, open)
  if (newer.some((version) => !sameMajor(version, survey.latest ?? ''))) return 'incompatible'
  if (survey.unknown + survey.withoutVersion + survey.unreadable + survey.invalid > 0) return 'blocked'
  if (survey.needsMigration > 0 || survey.unfinished.length > 0) return 'behind'
  return newer.length > 0 ? 'ahead' : 'current'
}

function newerIn({ versions }: CorpusSurvey, { transforms }: OpenedCorpus): string[] {
  return [...versions.keys()].filter((version) => isNewerVersion(transforms.graph, version))
}

/** The transforms that documents which are there would go through. */
function pendingOf({ versions, latest }: CorpusSurvey, open: OpenedCorpus): PendingReport[] {
  const steps = new Map<string, PendingReport>()
  for (const version of versions.keys()) {
    const way = latest === null ? null : open.transforms.findWay('up', version, latest)
    if (way === null || !way.found) continue
    for (const [i, to] of way.path.entries()) {
      const from = i === 0 ? undefined : way.path[i - 1]
      if (from === undefined) continue
      const step = stepName({ from, to })
      const description = open.transforms.step(from, to).changes.join('; ')
      const file = open.transformFiles.get(step) ?? step
      steps.set(step, { version: to, description, file, repeatable: false, resumesAt: null, lastFailure: null })
    }
  }
  return [...steps.entries()].sort(([a], [b]) => compareSemver(a, b)).map(([, one]) => one)
}

/** A corpus of which nothing is told yet. */
export function emptyReport({ name, place }: CorpusTarget): StoreReport {
  return blankReport({ name, kind: 'documents', place })
}
