/** `lockstep history`. */

import { history as ask } from '../../app/verbs.ts'
import { command } from '../command.ts'
import { historyText } from '../print/text/answers.ts'
import { finish } from '../run/finish.ts'
import { withAnyTargets } from '../run/with-targets.ts'
import type { history } from '../specs/look.ts'

export const run = command<typeof history>(async (said, context) => {
  const answer = await withAnyTargets(said, { context, access: 'read' }, ({ targets, app }) => ask(targets, app))
  return await finish(answer, said, { context, text: historyText })
})
