/** `lockstep backup create | list | verify | prune`. */

import { createBackups, listAllBackups, pruneBackups, verifyBackups } from '../../app/backup/any-verbs.ts'
import { command } from '../command.ts'
import { backupsText, madeText, prunedText, verifiedText } from '../print/text/backups.ts'
import { finish } from '../run/finish.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { backupCreate, backupList, backupPrune, backupVerify } from '../specs/back-up.ts'

export const runCreate = command<typeof backupCreate>(async (said, context) => {
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    createBackups(targets, { lockWaitMs }, app),
  )
  return await finish(answer, said, { context, text: madeText })
})

export const runList = command<typeof backupList>(async (said, context) => {
  const answer = await withAnyTargets(said, { context, access: 'read' }, ({ targets, app }) =>
    listAllBackups(targets, app),
  )
  return await finish(answer, said, { context, text: backupsText })
})

export const runVerify = command<typeof backupVerify>(async (said, context) => {
  const { values, words } = said
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const { restore } = values
  const backup = words[0] ?? null
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    verifyBackups(
      backup === null ? targets : [onlyOne(ownersOf(targets, backup), said)],
      { backup, cwd: context.cwd, restore, lockWaitMs },
      app,
    ),
  )
  return await finish(answer, said, { context, text: verifiedText })
})

export const runPrune = command<typeof backupPrune>(async (said, context) => {
  const lockWaitMs = said.values['lock-wait'] ?? defaultLockWaitMs
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, ({ targets, app }) =>
    pruneBackups(targets, { lockWaitMs }, app),
  )
  return await finish(answer, said, { context, text: prunedText })
})

/** A backup carries the name of its store; a path need not, and then the user has to say which. */
export function ownersOf<T extends { readonly name: string }>(stores: readonly T[], backup: string): readonly T[] {
  const file = backup.slice(Math.max(backup.lastIndexOf('/'), backup.lastIndexOf('\\')) + 1)
  const owners = stores.filter((one) => file.startsWith(`${one.name}.`))
  return owners.length === 0 ? stores : owners
}
