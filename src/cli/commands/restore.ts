/** `lockstep restore`. */

import { previewRestore, restore as putBack, type RestorePreview } from '../../app/backup/restore.ts'
import type { Target } from '../../app/target.ts'
import { isLockstepError, type ErrorDetails } from '../../core/error.ts'
import { command, type Context } from '../command.ts'
import type { InvocationOf } from '../parse/command-line.ts'
import { lossText, restoredText } from '../print/text/backups.ts'
import { finish, styleOf } from '../run/finish.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withTargets } from '../run/with-targets.ts'
import type { restore } from '../specs/back-up.ts'
import { agentMarker } from '../terminal/agent.ts'
import { askWord, askYesNo } from '../terminal/prompt.ts'
import { ownersOf } from './backup.ts'

type Said = InvocationOf<typeof restore>

export const run = command<typeof restore>(async (said, context) => {
  const { values, words } = said
  const backup = words[0] ?? ''
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const others = values.force ? 'end' : 'refuse'
  const agent = agentMarker(context.env)
  const answer = await withTargets(said, { context, access: 'write', lockWaitMs }, async ({ targets, app }) => {
    const target = onlyOne(ownersOf(targets, backup), said)
    const { cwd } = context
    if (!(await isMeant(target, said, context))) return null
    const options = { backup, cwd, agent, others, lockWaitMs } as const
    const first = await putBack(target, { ...options, confirm: values.confirm }, app)
    const error = first.stores[0]?.error ?? null
    const typed = values.json ? null : await askIdentity(error, context)
    return typed === null ? first : await putBack(target, { ...options, confirm: typed }, app)
  })
  if (answer === null) return 0
  return finish(answer, said, { context, text: restoredText, next: () => 'lockstep status' })
})

/** Tells what would be lost, and asks where nobody has said that it is meant. */
async function isMeant(target: Target, { values, words }: Said, context: Context): Promise<boolean> {
  const { terminal, cwd } = context
  const preview: RestorePreview = await previewRestore(target, { backup: words[0] ?? '', cwd })
  terminal.hint(lossText(preview, { store: target.name, place: target.store.place }, styleOf(terminal)))
  if (values.yes || values.confirm !== null) return true
  const text = `put ${preview.backup.file} in the place of ${target.store.place}?`
  return await askYesNo(terminal, { text, flag: '--yes (or --confirm <identity>)' })
}

async function askIdentity(error: unknown, { terminal }: Context): Promise<string | null> {
  if (!isLockstepError(error) || error.code !== 'confirmation-needed' || !terminal.interactive) return null
  // The code says whose details these are.
  const { store, identity } = error.details as ErrorDetails<'confirmation-needed'>
  const text = `store ${store} is protected; type its identity to go on`
  const typed = await askWord(terminal, { text, flag: `--confirm ${identity}` })
  return typed === '' ? null : typed
}
