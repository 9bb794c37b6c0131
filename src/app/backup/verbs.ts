/** `backup create | list | verify | prune`: backups that somebody asks for, and a look at those that are there. */

import { compareSummaries, summaryOf } from '../../core/backup.ts'
import { assert, isLockstepError, LockstepError } from '../../core/error.ts'
import { findBackup, listBackups, sweepFolder, type FoundBackup } from '../../backup/folder.ts'
import { readableBackup, readThrough, type Readable } from '../../backup/read-back.ts'
import { makeEngine } from '../../engine/engine.ts'
import { answerOf, asLockstepError, failedReport, reportOf } from '../answers/answer.ts'
import {
  aloneOf,
  type BackedUp,
  backUp,
  backupsOf,
  exitsOf,
  infoOf,
  infoOfTaken,
  logBackup,
  pruneOf,
  stopOf,
  tellProgress,
  whileFolderLocked,
} from './backup.ts'
import { sha256, type AppContext } from '../opening/context.ts'
import { whileAllLocked, type Locked } from '../running/locked.ts'
import type { Answer, BackupInfo, BackupReport, StoreReport } from '../answers/report.ts'
import { judgeTarget, type Target } from '../opening/target.ts'

export interface BackupOptions {
  readonly lockWaitMs: number
}

/** One backup of each store; the log of a store that has one says so. */
export async function createBackups(
  targets: readonly Target[],
  { lockWaitMs }: BackupOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await forEach('backup create', { targets, context }, async (target) => {
    const { backups } = backupsOf(target)
    if ((await backups.measure()).holds === 'nothing') {
      const message = 'nothing to back up: it holds no table'
      context.emit({ type: 'notice', store: target.name, version: null, message })
      return { backups: [], removed: [] }
    }
    const backup = await whileAllLocked([target], { context, waitMs: lockWaitMs }, async ([locked]) => {
      assert(locked !== undefined, 'one target, one lock')
      return await createLocked(locked, lockWaitMs, context)
    })
    return { backups: [backup], removed: [] }
  })
}

async function createLocked({ target, session }: Locked, lockWaitMs: number, context: AppContext): Promise<BackupInfo> {
  const taken = await backUp(target, { reason: 'asked', context, lockWaitMs })
  const history = await session.readHistory()
  if (history.meta !== null && !history.readOnly) {
    const { clock, emit, signal, author } = context
    const { name: store, bodies, policy } = target
    const engine = makeEngine({ store, session, bodies, author, policy, clock, sha256, emit, signal }, history)
    // The backup is made and whole whatever becomes of its line in the log.
    await logBackup(engine, taken).catch((error: unknown) => {
      if (signal.aborted) throw error
      const message = `${taken.file} is made, but could not be written into the log: ${asLockstepError(error).message}`
      emit({ type: 'warning', store, message })
    })
  }
  return infoOfTaken(taken)
}

/** Newest first; nothing is read but the manifests. */
export async function listAllBackups(targets: readonly Target[]): Promise<Answer<BackupReport>> {
  return await forEach('backup list', { targets, context: null }, async (target) => {
    const { place } = backupsOf(target)
    return { backups: (await listBackups(place.path, target.name)).map(infoOf), removed: [] }
  })
}

export interface VerifyBackupsOptions extends BackupOptions {
  /** As the user names it; `null`: all of each store. */
  readonly backup: string | null
  readonly cwd: string
  /** Put each into a scratch place and compare what is there, instead of only reading it. */
  readonly restore: boolean
}

/** Reads backups to their end. One that is damaged is an answer and no error. */
export async function verifyBackups(
  targets: readonly Target[],
  options: VerifyBackupsOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  const answer = await forEach('backup verify', { targets, context }, async (target) => {
    const { place } = backupsOf(target)
    return await whileFolderLocked(target, { context, lockWaitMs: options.lockWaitMs }, async () => {
      const found =
        options.backup === null
          ? await listBackups(place.path, target.name)
          : [await findOrThrow(target, { wanted: options.backup, cwd: options.cwd })]
      const backups: BackupInfo[] = []
      for (const one of found) backups.push(await verifyOne(one, target, { ...options, context }))
      return { backups, removed: [] }
    })
  })
  const damaged = answer.stores.some((one) => one.backups.some((backup) => !backup.verified))
  return damaged && answer.ok ? { ...answer, ok: false, exit: 3 } : answer
}

/** Removes what is older than the configuration keeps, and what killed runs have left. */
export async function pruneBackups(
  targets: readonly Target[],
  { lockWaitMs }: BackupOptions,
  context: AppContext,
): Promise<Answer<BackupReport>> {
  return await forEach('backup prune', { targets, context }, async (target) => {
    const { place } = backupsOf(target)
    const waiting = { context, lockWaitMs }
    const beside = await removeLeftovers(target, waiting)
    return await whileFolderLocked(target, waiting, async () => {
      const removed = [...(await pruneOf(target, context)), ...(await sweepFolder(place.path, target.name)), ...beside]
      return { backups: (await listBackups(place.path, target.name)).map(infoOf), removed }
    })
  })
}

/** What killed restores have left beside a store. That its server is away is no reason to keep old backups. */
async function removeLeftovers(
  target: Target,
  waiting: BackupOptions & { readonly context: AppContext },
): Promise<readonly string[]> {
  const { backups } = backupsOf(target)
  try {
    if ((await backups.readLeftovers()).length === 0) return []
    return await backups.whileAlone(aloneOf(target, waiting), () =>
      whileFolderLocked(target, waiting, async () => {
        const left = await backups.readLeftovers()
        await backups.removeLeftovers()
        return left
      }),
    )
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'unreachable') throw error
    const message = `what killed restores may have left on the server was not looked for: ${error.message}`
    waiting.context.emit({ type: 'warning', store: target.name, message })
    return []
  }
}

/** The backup that somebody means; throws `backup-unknown`. */
export async function findOrThrow(
  target: BackedUp,
  { wanted, cwd }: { readonly wanted: string; readonly cwd: string },
): Promise<FoundBackup> {
  const { place } = backupsOf(target)
  const found = await findBackup(place.path, wanted, cwd)
  if (found !== null) return found
  const known = (await listBackups(place.path, target.name)).map((one) => one.file)
  throw new LockstepError('backup-unknown', { store: target.name, wanted, known })
}

/** Puts a backup into a scratch place, looks at it there, and compares it with what the manifest says. */
export async function compareRestored(target: Target, backup: Readable, context: AppContext): Promise<void> {
  const { backups } = backupsOf(target)
  const tell = tellProgress(target.name, context)
  const content = backup.read((done, total) => tell('restoring', done, total))
  const unpacked = await backups.unpack(content, { place: 'scratch', bytes: backup.manifest.content.bytes })
  try {
    await unpacked.check()
    const restored = unpacked.store.backups
    assert(restored !== undefined, 'a restored store can be read like any other')
    expectHolds(backup, summaryOf(await restored.readContents(), sha256), target.name)
  } finally {
    await unpacked.drop()
  }
}

/** Throws `backup-unusable` where a restored copy holds something else than was backed up. */
export function expectHolds({ file, manifest }: Readable, found: ReturnType<typeof summaryOf>, store: string): void {
  const differences = compareSummaries(manifest.holds, found)
  if (differences.length === 0) return
  throw new LockstepError('backup-unusable', { store, file, reason: `restored, ${differences.join('; ')}` })
}

async function verifyOne(
  found: FoundBackup,
  target: Target,
  { restore, context }: VerifyBackupsOptions & { readonly context: AppContext },
): Promise<BackupInfo> {
  try {
    const backup = readableBackup(found, target.store)
    const tell = tellProgress(target.name, context)
    if (restore) await compareRestored(target, backup, context)
    else await readThrough(backup, (done, total) => tell('reading', done, total))
    return infoOf(found)
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'backup-unusable') throw error
    return { ...infoOf(found), verified: false, fault: (error.details as { reason: string }).reason }
  }
}

type Found = Pick<BackupReport, 'backups' | 'removed'>

/** One report a store; what stops one is in its report. */
async function forEach(
  command: string,
  { targets, context }: { readonly targets: readonly Target[]; readonly context: AppContext | null },
  work: (target: Target) => Promise<Found>,
): Promise<Answer<BackupReport>> {
  const reports: BackupReport[] = []
  for (const target of targets) {
    try {
      const found = await work(target)
      reports.push({ ...(await standing(target)), ...found })
    } catch (error) {
      const told = context === null ? asLockstepError(error) : stopOf(error, target.name, context)
      reports.push({ ...(await standing(target)), backups: [], removed: [], error: told })
      if (told.code === 'interrupted') break
    }
  }
  return answerOf(command, reports, context === null ? [] : exitsOf(context))
}

/** A store as it stands. That it cannot be read is no reason not to look at its backups. */
export async function standing(target: Target): Promise<StoreReport> {
  try {
    return reportOf(await judgeTarget(target))
  } catch (error) {
    return { ...failedReport(target, error), error: null }
  }
}
