/** `lockstep status`. */

import { status as ask } from '../../app/verbs.ts'
import { command } from '../command.ts'
import { statusText } from '../print/text/answers.ts'
import { finish } from '../run/finish.ts'
import { withAnyTargets } from '../run/with-targets.ts'
import type { status } from '../specs/look.ts'

export const run = command<typeof status>(async (said, context) => {
  const answer = await withAnyTargets(said, { context, access: 'read' }, ({ targets, app }) => ask(targets, app))
  const next = () => (answer.stores.some((one) => one.verdict === 'behind') ? 'lockstep plan' : null)
  return await finish(answer, said, { context, text: statusText, next })
})
