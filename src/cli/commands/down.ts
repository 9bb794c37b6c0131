/** `lockstep down`. */

import { down as takeBack } from '../../app/verbs.ts'
import type { DownTarget } from '../../core/choose-down.ts'
import { LockstepError } from '../../core/error.ts'
import { command, type Context } from '../command.ts'
import type { InvocationOf } from '../parse/command-line.ts'
import { downText } from '../print/text/moves.ts'
import { finish, hasRun } from '../run/finish.ts'
import { documentsOf } from '../run/documents-of.ts'
import { withIdentity } from '../run/identity.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { down } from '../specs/move.ts'
import { agentMarker } from '../terminal/agent.ts'
import { askYesNo } from '../terminal/prompt.ts'

type Said = InvocationOf<typeof down>

export const run = command<typeof down>(async (said, context) => {
  const { values } = said
  const target = targetOf(said)
  if (target.kind === 'all' && !values.yes && values.confirm === null && !(await isMeant(context))) return 0
  const { ndjson } = values
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const agent = agentMarker(context.env)
  const answer = await withAnyTargets(
    said,
    { context, access: 'write', lockWaitMs, ndjson },
    async ({ targets, app }) => {
      const options = { target, lockWaitMs, agent, documents: documentsOf(said, context) }
      const asking = { terminal: context.terminal, said: values.confirm, forProgram: ndjson || values.json }
      return await withIdentity(asking, (confirm) => takeBack(targets, { ...options, confirm }, app))
    },
  )
  const next = () => (answer.stores.some(hasRun) ? 'lockstep status' : null)
  return await finish(answer, said, { context, text: downText, next, ndjson })
})

function targetOf({ command, values }: Said): DownTarget {
  const { to, steps, all } = values
  const release = values['to-release']
  const said = [to !== null && '--to', release !== null && '--to-release', steps !== null && '--steps', all && '--all']
  const named = said.filter((one) => one !== false)
  if (named.length > 1) {
    const reason = `${named.join(' and ')} say different things; one of them`
    throw new LockstepError('wrong-arguments', { command: command.name, reason })
  }
  if (to !== null) return { kind: 'to', version: to }
  if (release !== null) return { kind: 'release', release }
  return all ? { kind: 'all' } : { kind: 'steps', steps: steps ?? 1 }
}

async function isMeant({ terminal }: Context): Promise<boolean> {
  const text = 'take back every migration of these stores?'
  return await askYesNo(terminal, { text, flag: '--yes (or --confirm <identity>)' })
}
