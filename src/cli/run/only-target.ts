/** Some commands decide about one store, and never guess which. */

import type { Target } from '../../app/target.ts'
import { LockstepError } from '../../core/error.ts'
import type { Invocation } from '../parse/command-line.ts'

/** The only target; `wrong-arguments` with the choices where there are several. */
export function onlyTarget(targets: readonly Target[], { command }: Pick<Invocation, 'command'>): Target {
  const [first, second] = targets
  if (first !== undefined && second === undefined) return first
  const choices = targets.map((one) => `--store ${one.name}`).join(' or ')
  const reason = `lockstep ${command.name} is about one store; say which: ${choices}`
  throw new LockstepError('wrong-arguments', { command: command.name, reason })
}
