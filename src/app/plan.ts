/** `plan`: what `up` would do, as data. The dry run of everything; reads only. */

import { LockstepError } from '../core/error.ts'
import type { Arranged } from '../core/arrange.ts'
import { makeUpPlan, type ReadFacts } from '../core/make-plan.ts'
import { planFormat, type Plan } from '../core/plan.ts'
import type { ScriptFacts } from '../core/script.ts'
import { judgeBeside } from './opening/beside.ts'
import { answerOf, asLockstepError, failedReport, reportOf } from './answers/answer.ts'
import { sha256, type AppContext } from './opening/context.ts'
import { prepare, refuseForeign } from './running/prepare.ts'
import type { Answer, PlanReport } from './answers/report.ts'
import { judgeTarget, type Judged, type Target } from './opening/target.ts'

export interface PlanOptions {
  readonly to: string | null
}

export async function plan(
  targets: readonly Target[],
  { to }: PlanOptions,
  context: AppContext,
): Promise<Answer<PlanReport>> {
  const judged: Judged[] = []
  const reports = new Map<string, PlanReport>()
  for (const target of targets) {
    try {
      judged.push(await judgeTarget(target))
    } catch (error) {
      reports.set(target.name, { ...failedReport(target, error), plan: null })
    }
  }
  const pending = judged.some((one) => one.judgement.pending.length > 0)
  const { order, refused } = prepare(judged, { to }, pending ? await judgeBeside('up', context) : [])
  for (const one of judged)
    reports.set(one.target.name, planReport(one, { order, refused: refused.get(one.target.name) ?? null }))
  return answerOf(
    'plan',
    targets.flatMap(({ name }) => reports.get(name) ?? []),
    [],
  )
}

function planReport(
  one: Judged,
  { order, refused }: { order: readonly Arranged[]; refused: LockstepError | null },
): PlanReport {
  const report = reportOf(one)
  const error = refused ?? (report.pending.length > 0 ? refuseForeign(one) : null)
  if (error !== null) return { ...report, plan: null, error }
  try {
    return { ...report, plan: planFor(one, order) }
  } catch (cause) {
    return { ...report, plan: null, error: asLockstepError(cause) }
  }
}

/** The part of an arrangement that is this store's, with what its scripts say of themselves. */
export function planFor({ target, history }: Judged, order: readonly Arranged[]): Plan {
  const { name: store, store: opened } = target
  const pending = order.filter((one) => one.store === store).map((one) => one.pending)
  return makeUpPlan({ store, kind: opened.kind, history, readFacts: factsReader(target), sha256 }, pending)
}

/** A module is one transaction and tells nothing of its statements before it runs. */
const moduleFacts: ScriptFacts = { mode: 'whole', reasons: [], statements: 0, units: 1, warnings: [] }

export function factsReader({ store, bodies }: Target): ReadFacts {
  return (migration, body) =>
    body.language === 'module' ? moduleFacts : store.readScript(bodies.script(migration, body))
}

/** A saved plan: the plans of one or more stores, as `plan --out` writes them. */
export interface SavedPlan {
  readonly format: typeof planFormat
  /** The `--to` it was made with; `null` for all. */
  readonly to: string | null
  readonly plans: readonly Plan[]
}

/** Reads what `plan --out` has written; anything else is `plan-invalid`. */
export function parseSavedPlan(text: string, file: string): SavedPlan {
  const invalid = (reason: string): LockstepError => new LockstepError('plan-invalid', { file, reason })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : 'not JSON')
  }
  const { format, plans, to = null } = (value ?? {}) as { format?: unknown; plans?: unknown; to?: unknown }
  if (format !== planFormat) throw invalid(`its format is ${String(format)}, not ${planFormat}`)
  if (!Array.isArray(plans) || !plans.every(isPlan)) throw invalid('"plans" is not a list of plans')
  if (to !== null && typeof to !== 'string') throw invalid('"to" is not a version')
  return { format, to, plans }
}

function isPlan(value: unknown): value is Plan {
  const { store, history, migrations, direction } = (value ?? {}) as Record<string, unknown>
  const known =
    typeof store === 'string' && typeof history === 'string' && direction === 'up' && Array.isArray(migrations)
  return known && migrations.every((one) => typeof one?.version === 'string' && typeof one?.checksum === 'string')
}
