/** `lockstep adopt`. */

import { adopt as takeOver } from '../../app/mending/any-verbs.ts'
import { command } from '../command.ts'
import { adoptText } from '../print/text/moves.ts'
import { finish } from '../run/finish.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { adopt } from '../specs/move.ts'

export const run = command<typeof adopt>(async (said, context) => {
  const { at, why } = said.values
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const options = { at, why, lockWaitMs, acceptDifferences: said.values['accept-differences'] }
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    takeOver(onlyOne(targets, said), options, app),
  )
  return await finish(answer, said, { context, text: adoptText, next: () => 'lockstep status' })
})
