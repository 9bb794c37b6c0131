/** `lockstep verify`. */

import { verify as ask } from '../../app/verbs.ts'
import { command } from '../command.ts'
import { verifyText } from '../print/text/answers.ts'
import { finish } from '../run/finish.ts'
import { withAnyTargets } from '../run/with-targets.ts'
import type { verify } from '../specs/look.ts'

export const run = command<typeof verify>(async (said, context) => {
  const { head, inputs } = said.values
  const options = { head, inputs: inputs ? 'checked' : 'passed over' } as const
  const answer = await withAnyTargets(said, { context, access: 'read' }, ({ targets, app }) =>
    ask(targets, options, app),
  )
  return await finish(answer, said, { context, text: verifyText })
})
