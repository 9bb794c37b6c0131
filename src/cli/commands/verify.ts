/** `lockstep verify`. */

import { verify as ask } from '../../app/verify.ts'
import { command } from '../command.ts'
import { verifyText } from '../print/text/answers.ts'
import { finish } from '../run/finish.ts'
import { withTargets } from '../run/with-targets.ts'
import type { verify } from '../specs/look.ts'

export const run = command<typeof verify>(async (said, context) => {
  const { head } = said.values
  const answer = await withTargets(said, { context, access: 'read' }, ({ targets, app }) => ask(targets, { head }, app))
  return finish(answer, said, { context, text: verifyText })
})
