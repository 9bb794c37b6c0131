/** Sends a verb to the half that knows the kind of store. The one place that tells databases and documents apart. */

import { LockstepError } from '../../core/error.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import type { StoreSettings } from '../../settings/settings.ts'
import { answerOf } from '../answers/answer.ts'
import type { AppContext } from './context.ts'
import type { CorpusTarget, OpenDatabase } from '../corpus/corpus-target.ts'
import { closeTargets, openTarget, openTargets, type OpenOptions } from './open.ts'
import type { Answer, StoreReport } from '../answers/report.ts'
import type { Target } from './target.ts'

/** A store of any kind. */
export type AnyTarget = Target | CorpusTarget

export function isCorpus(target: AnyTarget): target is CorpusTarget {
  return 'corpus' in target
}

/** Opens databases and corpora alike, in the order of the settings. */
export async function openAnyTargets(
  stores: readonly StoreSettings[],
  options: OpenOptions,
  context: AppContext,
): Promise<AnyTarget[]> {
  const targets: AnyTarget[] = []
  for (const settings of stores) {
    const { address } = settings
    if (address.kind !== 'documents') targets.push(...(await openTargets([settings], options, context)))
    else {
      const { corpusTargetOf } = await import('../corpus/corpus-target.ts')
      const openDatabase: OpenDatabase = (database) => openTarget(database, options, context)
      targets.push(corpusTargetOf({ ...settings, address }, { openDatabase, backups: options.backups }))
    }
  }
  return targets
}

/** A corpus holds nothing open between two verbs. */
export async function closeAnyTargets(targets: readonly AnyTarget[]): Promise<void> {
  await closeTargets(databasesIn(targets))
}

export function databasesIn(targets: readonly AnyTarget[]): Target[] {
  return targets.filter((one): one is Target => !isCorpus(one))
}

/** For verbs that no corpus answers yet. */
export function refuseCorpora(targets: readonly AnyTarget[]): readonly Target[] {
  const corpus = targets.find(isCorpus)
  if (corpus !== undefined) throw new LockstepError('kind-unsupported', { store: corpus.name, kind: 'documents' })
  return databasesIn(targets)
}

/** What became of one corpus. */
export interface CorpusOutcome<Report extends StoreReport> {
  readonly report: Report
  readonly exits: readonly ExitCode[]
}

export interface Halves<Report extends StoreReport> {
  readonly command: string
  readonly databases: (targets: readonly Target[]) => Promise<Answer<Report>>
  readonly corpus: (target: CorpusTarget) => Promise<CorpusOutcome<Report>>
  /** What a corpus answers where a store before it has failed; absent where each is asked for itself. */
  readonly afterFailure?: (target: CorpusTarget) => Promise<CorpusOutcome<Report>>
}

/** Asks the databases together, since they may depend on each other, then each corpus. */
export async function byKind<Report extends StoreReport>(
  targets: readonly AnyTarget[],
  { command, databases, corpus, afterFailure }: Halves<Report>,
): Promise<Answer<Report>> {
  const plain = databasesIn(targets)
  if (plain.length === targets.length) return await databases(plain)
  const first = plain.length === 0 ? null : await databases(plain)
  const reports = new Map(first?.stores.map((one) => [one.store, one]))
  const exits: ExitCode[] = first === null ? [] : [first.exit]
  for (const target of targets.filter(isCorpus)) {
    const failed = exits.some((exit) => exit !== 0)
    const outcome = await (failed && afterFailure !== undefined ? afterFailure : corpus)(target)
    reports.set(target.name, outcome.report)
    exits.push(...outcome.exits)
  }
  const answer = answerOf(
    command,
    targets.flatMap((target) => reports.get(target.name) ?? []),
    exits,
  )
  return { ...answer, ok: answer.ok && (first?.ok ?? true), error: first?.error ?? null }
}
