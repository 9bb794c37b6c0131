/** `lockstep restore`. */

import { previewRestore, restore as putBack, type RestorePreview } from '../../app/backup/restore.ts'
import { isCorpus, type AnyTarget } from '../../app/opening/by-kind.ts'
import type { AppContext } from '../../app/opening/context.ts'
import type { CorpusTarget } from '../../app/corpus/corpus-target.ts'
import type { Answer, RestoreReport } from '../../app/answers/report.ts'
import type { Target } from '../../app/opening/target.ts'
import { restoreCorpus, restoreFromPack } from '../../app/verbs.ts'
import { isLockstepError, LockstepError, type ErrorDetails } from '../../core/error.ts'
import { command, type Context } from '../command.ts'
import type { InvocationOf } from '../parse/command-line.ts'
import { lossText, restoredText } from '../print/text/backups.ts'
import { finish, styleOf } from '../run/finish.ts'
import { onlyOne } from '../run/only-one.ts'
import { defaultLockWaitMs, withAnyTargets } from '../run/with-targets.ts'
import type { restore } from '../specs/back-up.ts'
import { agentMarker } from '../terminal/agent.ts'
import { askWord, askYesNo } from '../terminal/prompt.ts'
import { ownersOf } from './backup.ts'

type Said = InvocationOf<typeof restore>

export const run = command<typeof restore>(async (said, context) => {
  const { values } = said
  const backup = backupOf(said)
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const others = values.force ? 'end' : 'refuse'
  const agent = agentMarker(context.env)
  const answer = await withAnyTargets(said, { context, access: 'write', lockWaitMs }, async ({ targets, app }) => {
    if (backup === null) return await restoreDocuments(onlyOne(corporaOf(targets), said), said, { context, app, agent })
    const { cwd } = context
    const options = { backup, cwd, agent, lockWaitMs } as const
    const target = onlyOne(ownersOf(targets, backup), said)
    if (isCorpus(target)) {
      const { only } = values
      return await withIdentity(said, context, (confirm) => restoreFromPack(target, { ...options, only, confirm }, app))
    }
    if (values.only.length > 0) throw notOfDatabases(target.name)
    if (!(await isMeant(target, said, { context, app }))) return null
    return await withIdentity(said, context, (confirm) => putBack(target, { ...options, others, confirm }, app))
  })
  if (answer === null) return 0
  return finish(answer, said, { context, text: restoredText, next: () => 'lockstep status' })
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
async function restoreDocuments(
  target: CorpusTarget,
  said: Said,
  { context, app, agent }: { readonly context: Context; readonly app: AppContext; readonly agent: string | null },
): Promise<Answer<RestoreReport>> {
  const { values } = said
  const { run, only } = values
  const changedSince = values['changed-since'] === 'replace' ? 'replace' : 'leave'
  const lockWaitMs = values['lock-wait'] ?? defaultLockWaitMs
  const options = { run, only, changedSince, workingFolder: context.cwd, agent, lockWaitMs } as const
  return await withIdentity(said, context, (typed) => restoreCorpus(target, { ...options, confirm: typed }, app))
}

/** Once more with the identity, where the store is protected and a person is there to type it. */
async function withIdentity(
  { values }: Said,
  context: Context,
  work: (confirm: string | null) => Promise<Answer<RestoreReport>>,
): Promise<Answer<RestoreReport>> {
  const first = await work(values.confirm)
  const typed = values.json ? null : await askIdentity(first.stores[0]?.error ?? null, context)
  return typed === null ? first : await work(typed)
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

async function askIdentity(error: unknown, { terminal }: Context): Promise<string | null> {
  if (!isLockstepError(error) || error.code !== 'confirmation-needed' || !terminal.interactive) return null
  // The code says whose details these are.
  const { store, identity } = error.details as ErrorDetails<'confirmation-needed'>
  const text = `store ${store} is protected; type its identity to go on`
  const typed = await askWord(terminal, { text, flag: `--confirm ${identity}` })
  return typed === '' ? null : typed
}
