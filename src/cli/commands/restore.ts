/** `lockstep restore`. */

import { previewRestore, restore as putBack, type RestorePreview } from '../../app/backup/restore.ts'
import { isCorpus, type AnyTarget } from '../../app/opening/by-kind.ts'
import type { AppContext } from '../../app/opening/context.ts'
import type { CorpusTarget } from '../../app/corpus/corpus-target.ts'
import type { Target } from '../../app/opening/target.ts'
import { restoreCorpus, restoreFromPack } from '../../app/verbs.ts'
import { LockstepError } from '../../core/error.ts'
import { command, type Context } from '../command.ts'
import type { InvocationOf } from '../parse/command-line.ts'
import { lossText, restoredText } from '../print/text/backups.ts'
import { finish, styleOf } from '../run/finish.ts'
import { withIdentity } from '../run/identity.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { restore } from '../specs/back-up.ts'
import { agentMarker } from '../terminal/agent.ts'
import { askYesNo } from '../terminal/prompt.ts'
import { ownersOf } from './backup.ts'

type Said = InvocationOf<typeof restore>

export const run = command<typeof restore>(async (said, context) => {
  const { values } = said
  const backup = backupOf(said)
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const others = values.force ? 'end' : 'refuse'
  const agent = agentMarker(context.env)
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, async ({ targets, app }) => {
    const asking = { terminal: context.terminal, said: values.confirm, forProgram: values.json }
    if (backup === null) {
      const options = { ...choiceOf(said, context), agent }
      const target = onlyOne(corporaOf(targets), said)
      return await withIdentity(asking, (confirm) => restoreCorpus(target, { ...options, confirm }, app))
    }
    const { cwd } = context
    const options = { backup, cwd, agent, lockWaitMs } as const
    const target = onlyOne(ownersOf(targets, backup), said)
    if (isCorpus(target)) {
      const { only } = values
      return await withIdentity(asking, (confirm) => restoreFromPack(target, { ...options, only, confirm }, app))
    }
    if (values.only.length > 0) throw notOfDatabases(target.name)
    if (!(await isMeant(target, said, { context, app }))) return null
    return await withIdentity(asking, (confirm) => putBack(target, { ...options, others, confirm }, app))
  })
  if (answer === null) return 0
  return await finish(answer, said, { context, text: restoredText, next: () => 'lockstep status' })
})

/** The backup that is named; `null` where documents are put back as a run found them. */
function backupOf({ command, values, words }: Said): string | null {
  const [backup = null] = words
  const run = values.run !== null
  if (backup === null ? run || values.only.length > 0 : !run) return backup
  const reason = run
    ? '--run takes a run over documents back, a backup is another source: one of them'
    : 'say which backup (lockstep backup list), or for documents --run <run> (lockstep history)'
  throw new LockstepError('wrong-arguments', { command: command.name, reason })
}

function notOfDatabases(store: string): LockstepError {
  const reason = `--only is for documents, and store ${store} is a database: a backup puts all of it back`
  return new LockstepError('wrong-arguments', { command: 'restore', reason })
}

function corporaOf(targets: readonly AnyTarget[]): readonly CorpusTarget[] {
  const corpora = targets.filter(isCorpus)
  if (corpora.length > 0) return corpora
  const reason = '--run and --only are for documents, and none of these stores holds any'
  throw new LockstepError('wrong-arguments', { command: 'restore', reason })
}

/** What was replaced is kept as a backup too, so this asks only where the store is protected. */
function choiceOf({ values }: Said, { cwd: workingFolder }: Context) {
  const { run, only } = values
  const changedSince = values['changed-since'] === 'replace' ? 'replace' : 'leave'
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  return { run, only, changedSince, workingFolder, lockWaitMs } as const
}

/** Tells what would be lost, and asks where nobody has said that it is meant. */
async function isMeant(
  target: Target,
  { values, words }: Said,
  { context, app }: { readonly context: Context; readonly app: AppContext },
): Promise<boolean> {
  const { terminal, cwd } = context
  const preview: RestorePreview = await previewRestore(target, { backup: words[0] ?? '', cwd }, app)
  terminal.hint(lossText(preview, { store: target.name, place: target.store.place }, styleOf(terminal)))
  if (values.yes || values.confirm !== null) return true
  const text = `put ${preview.backup.file} in the place of ${target.store.place}?`
  return await askYesNo(terminal, { text, flag: '--yes (or --confirm <identity>)' })
}
