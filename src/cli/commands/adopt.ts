/** `lockstep adopt`. */

import { adopt as takeOver } from '../../app/adopt.ts'
import { command } from '../command.ts'
import { adoptText } from '../print/moves.ts'
import { finish } from '../run/finish.ts'
import { onlyTarget } from '../run/only-target.ts'
import { defaultLockWaitMs, withTargets } from '../run/with-targets.ts'
import type { adopt } from '../specs/move.ts'

export const run = command<typeof adopt>(async (said, context) => {
  const { at, why } = said.values
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const options = { at, why, lockWaitMs, acceptDifferences: said.values['accept-differences'] }
  const answer = await withTargets(said, context, { access: 'write', lockWaitMs }, ({ targets, app }) =>
    takeOver(onlyTarget(targets, said), options, app),
  )
  return finish(answer, said, context, { text: adoptText, next: () => 'lockstep status' })
})
