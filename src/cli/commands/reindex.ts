/** `lockstep reindex`. */

import { reindex as rebuild } from '../../app/verbs.ts'
import { command } from '../command.ts'
import { finish } from '../run/finish.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { reindex } from '../specs/documents.ts'

export const run = command<typeof reindex>(async (said, context) => {
  const { values } = said
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const options = {
    work: values.verify ? 'compare' : 'rebuild',
    refused: values['leave-out'] ? 'leave-out' : 'refuse',
    foreign: values['replace-table'] ? 'replace' : 'refuse',
    lockWaitMs,
  } as const
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    rebuild(targets, options, app),
  )
  return await finish(answer, said, { context, text: () => '' })
})
