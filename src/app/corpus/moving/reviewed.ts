/** Plans of documents for review: the same plans as of a database, bound to the documents that they are about. */

import { parseChecksum, type Checksum } from '../../../core/checksum.ts'
import { LockstepError } from '../../../core/error.ts'
import { compareSemver } from '../../../core/path.ts'
import { type Plan, type PlannedMigration, planFormat } from '../../../core/plan.ts'
import { type CorpusGoal, findCandidates, stepName } from '../../../documents/index.ts'
import { sha256 } from '../../opening/context.ts'
import type { SavedPlan } from '../../plan.ts'
import { refuseStalePlan, refuseWithoutOperator } from '../../running/reviewed.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import type { DocumentsChoice } from '../goal.ts'
import type { OpenedCorpus } from '../opening/open-corpus.ts'

/** A saved plan and the file it came from. */
export interface GivenPlan {
  readonly file: string
  readonly saved: SavedPlan
}

/** The plan that leads up to a goal. Reads every document; one that has nowhere to go is not in it. */
export async function makeDocumentsPlan({ name }: CorpusTarget, open: OpenedCorpus, goal: CorpusGoal): Promise<Plan> {
  const { to, only, limit } = goal
  const { documents, fingerprint, steps } = await findCandidates(open, goal)
  const sorted = steps.toSorted((a, b) => compareSemver(a.from, b.from) || compareSemver(a.to, b.to))
  return {
    format: planFormat,
    store: name,
    kind: 'documents',
    direction: goal.direction,
    history: sha256(JSON.stringify([to, only, limit, documents, fingerprint])),
    migrations: sorted.map((step) => plannedOf(open, step)),
    documents: { to, only, limit, count: documents },
  }
}

function plannedOf(open: OpenedCorpus, { from, to }: { readonly from: string; readonly to: string }): PlannedMigration {
  const step = stepName({ from, to })
  const { changes } = open.transforms.step(from, to)
  return {
    version: to,
    description: changes.join('; '),
    file: open.transformFiles.get(step) ?? step,
    checksum: open.transformChecksums.get(step) ?? checksumOfChanges([step, ...changes]),
    direction: 'up',
    repeatable: false,
    breaking: false,
    mode: 'steps',
    reasons: [],
    statements: 0,
    fromStep: 0,
    warnings: [],
  }
}

/** A transform that a program brings along has no file; what it says of itself has to do. */
function checksumOfChanges(texts: readonly string[]): Checksum {
  const made = parseChecksum(`v1:sha256:${sha256(JSON.stringify(texts))}`)
  if (made === null) throw new LockstepError('internal', { message: 'a hash is no checksum' })
  return made
}

/** A plan says which documents it is about; whoever says nothing else carries out just these. */
export function choiceOfPlan(
  { name }: CorpusTarget,
  given: GivenPlan | null,
  choice: DocumentsChoice,
): DocumentsChoice {
  const planned = given?.saved.plans.find((one) => one.store === name)?.documents
  if (planned === undefined || choice.only.length > 0 || choice.limit !== null) return choice
  return { ...choice, only: planned.only ?? [], limit: planned.limit }
}

export interface Reviewing {
  readonly goal: CorpusGoal
  readonly plan: GivenPlan | null
  readonly operator: string | null
}

/** Throws where the policy wants a review that is not there, or the reviewed plan is not what would be done now. */
export async function refuseUnreviewed(
  target: CorpusTarget,
  open: OpenedCorpus,
  { goal, plan, operator }: Reviewing,
): Promise<void> {
  const refusal = refuseWithoutOperator({ target }, { plan, operator })
  if (refusal === null && plan === null) return
  const now = await makeDocumentsPlan(target, open, goal)
  if (refusal !== null && now.migrations.length > 0) throw refusal
  if (plan !== null) refuseStalePlan({ target }, now, plan)
}
