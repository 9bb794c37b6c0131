/** Backups and their way back: the same use cases as the command line, loaded when one of them is called. */

import type { Answer, BackupReport, RestoreReport } from '../app/answers/report.ts'
import type { RestorePreview } from '../app/backup/restore.ts'
import type { CorpusTarget } from '../app/corpus/corpus-target.ts'
import { isCorpus, refuseCorpora, type AnyTarget } from '../app/opening/by-kind.ts'
import { restoreCorpus, restoreFromPack } from '../app/verbs.ts'
import { LockstepError } from '../core/error.ts'
import type { Verbs } from './context.ts'

/** Backups of whole stores; of documents one pack, beside the originals that each run keeps. */
export interface Backups {
  /** One of each store, read back and checked; its log says so. */
  create(): Promise<Answer<BackupReport>>
  /** Newest first; only their manifests are read. */
  list(): Promise<Answer<BackupReport>>
  /** Reads them to their end. A damaged one is an answer: `ok` is false, and it says why. */
  verify(options?: VerifyBackups): Promise<Answer<BackupReport>>
  /** Removes those that are older than the configuration keeps, and what killed runs have left. */
  prune(): Promise<Answer<BackupReport>>
  /** What a restore would put back and what would be lost by it, without doing it; throws where it cannot be used. */
  preview(store: string, backup: string): Promise<RestorePreview>
}

export interface VerifyBackups {
  /** Only this one; default: all of every store. */
  readonly only?: { readonly store: string; readonly backup: string }
  /** Put each into a scratch place and compare what is there, instead of only reading it. */
  readonly restore?: boolean
}

/** A backup; or for documents a run, or some documents of one. */
export type RestoreChoice = RestoreBackup | RestoreDocuments

interface Confirmed {
  /** The identity of a protected store, typed by a person. */
  readonly confirm?: string | null
}

export interface RestoreBackup extends Confirmed {
  /** As `backup.list` names it, or a path. */
  readonly backup: string
  /** Others who work in the store: by default nothing is replaced under them; `end` ends their sessions. */
  readonly others?: 'refuse' | 'end'
  /** Of a store of documents only these; default: all that are in the backup. */
  readonly only?: readonly string[]
  readonly run?: never
}

export interface RestoreDocuments extends Confirmed {
  /** As `history` names it; default: the newest run that replaced the document in `only`. */
  readonly run?: string
  /** Default: all that the run replaced. */
  readonly only?: readonly string[]
  /** Documents that were changed after the run; default: they are left alone. */
  readonly changedSince?: 'leave' | 'replace'
  readonly backup?: never
}

const loadVerbs = () => import('../app/backup/any-verbs.ts')
const loadRestore = () => import('../app/backup/restore.ts')

export function backupsOver(targets: readonly AnyTarget[], { context, lockWaitMs, cwd }: Verbs): Backups {
  const named = <One extends AnyTarget>(some: readonly One[], store: string): One => {
    const found = some.find((one) => one.name === store)
    if (found === undefined) throw new LockstepError('unknown-store', { store, known: targets.map((one) => one.name) })
    return found
  }
  return {
    create: async () => (await loadVerbs()).createBackups(targets, { lockWaitMs }, context),
    list: async () => (await loadVerbs()).listAllBackups(targets, context),
    verify: async ({ only, restore = false } = {}) => {
      const { verifyBackups } = await loadVerbs()
      const chosen = only === undefined ? targets : [named(targets, only.store)]
      return await verifyBackups(chosen, { backup: only?.backup ?? null, restore, cwd, lockWaitMs }, context)
    },
    prune: async () => (await loadVerbs()).pruneBackups(targets, { lockWaitMs }, context),
    preview: async (store, backup) => {
      const target = named(refuseCorpora([named(targets, store)]), store)
      return await (await loadRestore()).previewRestore(target, { backup, cwd }, context)
    },
  }
}

export async function restoreOver(
  target: AnyTarget,
  choice: RestoreChoice,
  verbs: Verbs,
): Promise<Answer<RestoreReport>> {
  const { context, lockWaitMs, cwd } = verbs
  if (isCorpus(target)) {
    if (choice.backup === undefined) return await restoreRun(target, choice, verbs)
    const { backup, only = [], confirm = null } = choice
    return await restoreFromPack(target, { backup, only, confirm, agent: null, cwd, lockWaitMs }, context)
  }
  if (choice.backup === undefined) throw refusal(target, 'it is a database: say which `backup`')
  if (choice.only !== undefined) throw refusal(target, 'it is a database: a backup puts all of it back')
  const { restore } = await loadRestore()
  const { backup, others = 'refuse', confirm = null } = choice
  return await restore(target, { backup, others, confirm, agent: null, cwd, lockWaitMs }, context)
}

async function restoreRun(
  target: CorpusTarget,
  choice: RestoreDocuments,
  { context, lockWaitMs, cwd: workingFolder }: Verbs,
): Promise<Answer<RestoreReport>> {
  const { run = null, only = [], changedSince = 'leave', confirm = null } = choice
  const words = { run, only, changedSince, confirm }
  return await restoreCorpus(target, { ...words, workingFolder, agent: null, lockWaitMs }, context)
}

function refusal({ name }: AnyTarget, why: string): LockstepError {
  return new LockstepError('wrong-arguments', { command: 'restore', reason: `${name}: ${why}` })
}
