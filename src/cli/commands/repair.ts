/** `lockstep repair accept | resolve | unlock | finish`. */

import { finishRuns, repair } from '../../app/mending/any-verbs.ts'
import type { Repair } from '../../app/repair.ts'
import { LockstepError } from '../../core/error.ts'
import { command, type Context } from '../command.ts'
import type { Invocation, InvocationOf } from '../parse/command-line.ts'
import { statusText } from '../print/text/answers.ts'
import { finish, placeFlags, shellWord } from '../run/finish.ts'
import { withIdentity } from '../run/identity.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { accept, finish as finishSpec, resolve, unlock } from '../specs/mend.ts'
import { agentMarker } from '../terminal/agent.ts'

type Said = Invocation<{
  readonly why: string | null
  /** Absent where nothing is decided about a history, and so nothing asked. */
  readonly confirm?: string | null
  readonly 'lock-wait': number | null
}>

export const runAccept = command<typeof accept>((said, context) =>
  decide(said, context, { kind: 'accept', version: versionOf(said) }),
)

export const runResolve = command<typeof resolve>((said, context) =>
  decide(said, context, { kind: 'resolve', version: versionOf(said), outcome: outcomeOf(said) }),
)

export const runUnlock = command<typeof unlock>((said, context) => decide(said, context, { kind: 'unlock' }))

export const runFinish = command<typeof finishSpec>(async (said, context) => {
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    finishRuns(onlyOne(targets, said), { lockWaitMs }, app),
  )
  return await finish(answer, said, { context, text: () => '', next: () => 'lockstep status' })
})

async function decide(said: Said, context: Context, what: Repair) {
  const { why, confirm: typed = null, json: forProgram } = said.values
  if (why === null || why.trim() === '') {
    const stores = said.values.store.map((name) => `--store ${shellWord(name)}`)
    const words = [placeFlags(said), said.command.name, ...said.words, ...stores].filter((word) => word !== '')
    throw new LockstepError('why-needed', { command: words.join(' ') })
  }
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const options = { repair: what, why, lockWaitMs, agent: agentMarker(context.env) }
  const asking = { terminal: context.terminal, said: typed, forProgram }
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    withIdentity(asking, (confirm) => repair(onlyOne(targets, said), { ...options, confirm }, app)),
  )
  const behind = answer.stores.some((one) => one.verdict === 'behind')
  // Where the repair was refused, the refusal says it all.
  const text: typeof statusText = (stores, style) =>
    statusText(
      stores.filter((one) => one.error === null),
      style,
    )
  return await finish(answer, said, { context, text, next: () => (behind ? 'lockstep up' : null) })
}

function versionOf({ words }: Pick<Invocation, 'words'>): string {
  // The parser has seen to it that the argument is there.
  return words[0] ?? ''
}

function outcomeOf({ command, values }: InvocationOf<typeof resolve>): 'applied' | 'not-applied' {
  if (values.applied !== values['not-applied']) return values.applied ? 'applied' : 'not-applied'
  throw new LockstepError('wrong-arguments', {
    command: command.name,
    reason: `lockstep ${command.name} needs one of: --applied, --not-applied`,
  })
}
