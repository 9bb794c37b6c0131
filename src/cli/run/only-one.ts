/** Some commands decide about one store, and never guess which. */

import { LockstepError } from '../../core/error.ts'
import type { Invocation } from '../parse/command-line.ts'

/** The only one of these; `wrong-arguments` with the choices where there are several. */
export function onlyOne<T extends { readonly name: string }>(
  stores: readonly T[],
  { command }: Pick<Invocation, 'command'>,
): T {
  const [first, second] = stores
  if (first !== undefined && second === undefined) return first
  const choices = stores.map((one) => `--store ${one.name}`).join(' or ')
  const reason = `lockstep ${command.name} is about one store; say which: ${choices}`
  throw new LockstepError('wrong-arguments', { command: command.name, reason })
}
