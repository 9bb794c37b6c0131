/** Taking away from a protected store, or deciding by hand what its history says: the identity must be typed, by a person. */

import { LockstepError } from '../../core/error.ts'
import type { History } from '../../core/history.ts'
import type { Policy } from '../../core/policy.ts'

export interface Confirmation {
  /** What was typed; `null` where nothing was. */
  readonly confirm: string | null
  /** What in the environment says that a program is at the keyboard; `null` for a person. */
  readonly agent: string | null
}

interface Asked {
  readonly target: { readonly name: string; readonly policy: Pick<Policy, 'protected' | 'identity'> }
  readonly history: Pick<History, 'meta'>
}

/** Protection is kept in the store: a configuration can raise it, never lower it. */
export function refuseUnconfirmed({ target, history }: Asked, { confirm, agent }: Confirmation): void {
  const isProtected = target.policy.protected || history.meta?.protected === true
  if (!isProtected) return
  const store = target.name
  if (agent !== null) throw new LockstepError('agent-refused', { store, marker: agent })
  const identity = history.meta?.identity ?? target.policy.identity ?? store
  if (confirm !== identity) throw new LockstepError('confirmation-needed', { store, identity })
}
