/** Plans that a person has reviewed: only what was reviewed runs, and where the policy says so, nothing else. */

import { LockstepError } from '../../core/error.ts'
import type { Plan } from '../../core/plan.ts'
import type { Policy } from '../../core/policy.ts'
import type { SavedPlan } from '../plan.ts'

interface Reviewed {
  readonly target: { readonly name: string; readonly policy: Pick<Policy, 'run'> }
}

/** Policy `run: 'operator'`. */
export function refuseWithoutOperator(
  { target }: Reviewed,
  { plan, operator }: { plan: { saved: SavedPlan } | null; operator: string | null },
): LockstepError | null {
  if (target.policy.run !== 'operator') return null
  const store = target.name
  const planned = plan?.saved.plans.some((one) => one.store === store) ?? false
  if (!planned) return new LockstepError('operator-needed', { store, missing: 'there is no saved plan for it' })
  return operator === null
    ? new LockstepError('operator-needed', { store, missing: 'nobody is named as its operator' })
    : null
}

/** Throws `plan-stale` when the saved plan is not the plan that would be made now. */
export function refuseStalePlan(
  { target }: Reviewed,
  now: Plan,
  { file, saved }: { file: string; saved: SavedPlan },
): void {
  const store = target.name
  const before = saved.plans.find((one) => one.store === store)
  const same = before !== undefined && before.history === now.history && sameMigrations(before, now)
  if (!same && now.migrations.length > 0) throw new LockstepError('plan-stale', { store, file }, { store })
}

function sameMigrations(a: Plan, b: Plan): boolean {
  const keyOf = ({ migrations }: Plan): string =>
    JSON.stringify(migrations.map((one) => [one.version, one.checksum, one.fromStep]))
  return keyOf(a) === keyOf(b)
}
