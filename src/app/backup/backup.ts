/** A backup as part of a run: taken under the migration lock, before anything begins, and written into the log. */

import type { BackupReason } from '../../core/backup.ts'
import type { LockOptions, StoreCopies, StoreKind } from '../../core/ports.ts'
import type { ExitCode } from '../../core/errors/entry.ts'
import { isLockstepError, LockstepError } from '../../core/error.ts'
import type { BackupPhase, LockHolder } from '../../core/event.ts'
import { makeFolder } from '../../backup/files/file.ts'
import { folderLock, listBackups, type FoundBackup } from '../../backup/folder.ts'
import { pruneFolder } from '../../backup/prune.ts'
import { takeBackup, type Taken } from '../../backup/take.ts'
import { moved, nextRow, type Engine } from '../../engine/engine.ts'
import type { BackupSettings } from '../../settings/settings.ts'
import { whileSideLocked } from '../../stores/side-lock.ts'
import { asLockstepError } from '../answers/answer.ts'
import { sha256, type AppContext } from '../opening/context.ts'
import type { BackupInfo } from '../answers/report.ts'
import { signalName } from '../running/run.ts'
import type { Target } from '../opening/target.ts'

export interface BackingUp {
  readonly reason: BackupReason
  readonly context: AppContext
  readonly lockWaitMs: number
}

/** What backups are made of and kept by: a database, or a corpus. */
export interface BackedUp<Copies extends StoreCopies = StoreCopies> {
  readonly name: string
  readonly store: { readonly name: string; readonly kind: StoreKind; readonly place: string; readonly backups?: Copies }
  readonly backups?: BackupSettings
}

/** What a target needs for backups; throws `backup-impossible` where it has not got it. */
export function backupsOf<Copies extends StoreCopies>({
  name: store,
  store: { backups },
  backups: place,
}: BackedUp<Copies>): { readonly backups: Copies; readonly place: BackupSettings } {
  if (backups === undefined)
    throw new LockstepError('backup-impossible', { store, reason: 'it has no place of its own that could be copied' })
  if (place === undefined)
    throw new LockstepError('backup-impossible', { store, reason: 'nobody has said where backups go' })
  return { backups, place }
}

/** What the policy wants before a run or a migration; `null` where it wants none, or there is nothing to back up. */
export async function backUpByPolicy(target: Target, backing: BackingUp): Promise<Taken | null> {
  const { store, policy } = target
  // What lives in memory ends with the process.
  if (policy.backup === 'off' || store.abilities.lock === 'none') return null
  const { backups } = backupsOf(target)
  return (await backups.measure()).holds === 'tables' ? await backUp(target, backing) : null
}

/** Takes a backup, and lets go those that are too old. Under the migration lock. */
export async function backUp(target: BackedUp, backing: BackingUp): Promise<Taken> {
  return await whileFolderLocked(target, backing, async () => {
    const taken = await takeOne(target, backing)
    const removed = await pruneOf(target, backing.context, taken.file)
    const message = `removed ${removed.length === 1 ? 'a backup that is' : `${removed.length} backups that are`} too old`
    if (removed.length > 0) backing.context.emit({ type: 'notice', store: target.name, version: null, message })
    return taken
  })
}

/** One that makes, removes or puts back backups of a store at a time. */
export async function whileFolderLocked<T>(
  target: BackedUp,
  { context, lockWaitMs }: Omit<BackingUp, 'reason'>,
  work: () => Promise<T>,
): Promise<T> {
  const { place } = backupsOf(target)
  await makeFolder(place.path).catch((error: unknown) => {
    const reason = `its folder cannot be made: ${error instanceof Error ? error.message : String(error)}`
    throw new LockstepError('backup-failed', { store: target.name, reason }, { cause: error })
  })
  const options = { ...aloneOf(target, { context, lockWaitMs }), clock: context.clock, store: target.name }
  return await whileSideLocked(folderLock(place.path, target.name), options, work)
}

/** The migration lock, as backups ask a store for it. */
export function aloneOf({ name }: BackedUp, { context, lockWaitMs }: Omit<BackingUp, 'reason'>): LockOptions {
  const { holder, signal, emit } = context
  const onWait = (waiting: LockHolder | null, waitedMs: number): void =>
    emit({ type: 'lock-waiting', store: name, holder: waiting, waitedMs })
  return { holder, waitMs: lockWaitMs, signal, onWait }
}

/** Under both locks. */
export async function takeOne(target: BackedUp, { reason, context }: BackingUp): Promise<Taken> {
  const { backups, place } = backupsOf(target)
  const { clock, signal, author } = context
  const { name, kind, place: where } = target.store
  const taken = await takeBackup({
    folder: place.path,
    compress: place.compress,
    store: { name, kind, place: where },
    backups,
    reason,
    author,
    now: () => clock.now(),
    sha256,
    signal,
    onBytes: tellProgress(name, context),
  })
  const { file, manifest } = taken
  const { durationMs: ms, remarks } = manifest
  for (const message of remarks) context.emit({ type: 'warning', store: name, message })
  context.emit({ type: 'backup-done', store: name, file, reason, bytes: manifest.file.bytes, ms })
  return taken
}

const progressEveryMs = 200

/** Seldom enough for a stream of events, often enough for a bar. */
export function tellProgress(
  store: string,
  { clock, emit }: AppContext,
): (phase: BackupPhase, done: number, total: number) => void {
  let next = 0
  return (phase, done, total) => {
    if (clock.now() < next) return
    next = clock.now() + progressEveryMs
    emit({ type: 'backup-progress', store, phase, done, total })
  }
}

/** Writes the reference to a backup into the log of the store it is of. */
export async function logBackup(engine: Engine, { file, manifest }: Taken): Promise<void> {
  const detail = `${file} sha256:${manifest.file.sha256}`
  const row = nextRow(engine, 'backed-up', { version: manifest.holds.history.versions.at(-1) ?? null, detail })
  await engine.session.write([{ kind: 'log', row }])
  moved(engine, row)
}

/** Removes what is too old, of this store in this place. Under the lock of the folder. */
export async function pruneOf(
  target: BackedUp,
  { clock }: Pick<AppContext, 'clock'>,
  proven: string | null = null,
): Promise<string[]> {
  const { place } = backupsOf(target)
  const { kind, place: where } = target.store
  const store = { name: target.name, kind, place: where }
  return await pruneFolder({ folder: place.path, store, retention: place, nowMs: clock.now(), proven })
}

/** The newest backup of this very store in which a version was not applied yet; `null` where there is none. */
export async function backupBefore({ name, store, backups }: Target, version: string): Promise<string | null> {
  if (store.backups === undefined || backups === undefined) return null
  const found = await listBackups(backups.path, name)
  const before = found.find(
    ({ manifest, fault }) =>
      fault === null && manifest?.place === store.place && !manifest.holds.history.versions.includes(version),
  )
  return before?.file ?? null
}

export function infoOf({ file, bytes, manifest, fault }: FoundBackup): BackupInfo {
  return {
    file,
    takenAt: manifest?.takenAt ?? null,
    bytes,
    sha256: manifest?.file.sha256 ?? null,
    verified: fault === null,
    reason: manifest?.reason ?? null,
    version: manifest?.holds.history.versions.at(-1) ?? null,
    fault,
  }
}

export function infoOfTaken({ file, path, manifest }: Taken): BackupInfo {
  return infoOf({ file, path, manifest, bytes: manifest.file.bytes, fault: null })
}

/** What stopped work on backups, told as a stop where a signal did. */
export function stopOf(error: unknown, store: string, { signal }: Pick<AppContext, 'signal'>): LockstepError {
  if (!signal.aborted || isLockstepError(error)) return asLockstepError(error)
  return new LockstepError('interrupted', { signal: signalName(signal.reason), store, done: [], next: null }, { store })
}

/** 143 for SIGTERM, which the one entry of the catalogue for both signals cannot know. */
export function exitsOf({ signal }: Pick<AppContext, 'signal'>): readonly ExitCode[] {
  return signal.aborted && signalName(signal.reason) === 'SIGTERM' ? [143] : []
}
