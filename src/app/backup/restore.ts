/** `restore`: a checked backup takes the place of a store, which is saved first, as a whole or not at all. */

import { compareText } from '../../core/version.ts'
import { summaryOf, type Summary } from '../../core/backup.ts'
import type { StoreBackups, Unpacked } from '../../core/ports.ts'
import { assert, isLockstepError } from '../../core/error.ts'
import { noHistory, type History, type HistoryChange } from '../../core/history.ts'
import { chainRow } from '../../core/log-chain.ts'
import { readableBackup, readThrough, type Readable } from '../../backup/read-back.ts'
import type { Taken } from '../../backup/take.ts'
import { isoTime } from '../../engine/engine.ts'
import { answerOf } from '../answers/answer.ts'
import {
  aloneOf,
  backupsOf,
  exitsOf,
  stopOf,
  infoOf,
  infoOfTaken,
  takeOne,
  tellProgress,
  whileFolderLocked,
} from './backup.ts'
import { expectHolds, findOrThrow, standing } from './verbs.ts'
import { refuseUnconfirmed, type Confirmation } from '../running/confirm.ts'
import { sha256, type AppContext } from '../opening/context.ts'
import type { Answer, BackupInfo, RestoreLoss, RestoreReport } from '../answers/report.ts'
import type { Target } from '../opening/target.ts'

export interface RestoreOptions extends Confirmation {
  /** As `backup list` shows it, or a path. */
  readonly backup: string
  readonly cwd: string
  /** What becomes of others who work in the store. */
  readonly others: 'refuse' | 'end'
  readonly lockWaitMs: number
}

export interface RestorePreview {
  readonly backup: BackupInfo
  readonly place: string
  readonly lost: RestoreLoss
}

/** What a restore would put back and what would be lost. Reads the backup to its end: nobody is asked about one that cannot be used. */
export async function previewRestore(
  target: Target,
  { backup: wanted, cwd }: Pick<RestoreOptions, 'backup' | 'cwd'>,
  context: AppContext,
): Promise<RestorePreview> {
  const { backups } = backupsOf(target)
  const found = await findOrThrow(target, { wanted, cwd })
  const backup = readableBackup(found, target.store)
  const { manifest } = backup
  const tell = tellProgress(target.name, context)
  await readThrough(backup, (done, total) => tell('reading', done, total))
  return { backup: infoOf(found), place: manifest.place, lost: await lossOf(backups, manifest.holds) }
}

export async function restore(
  target: Target,
  options: RestoreOptions,
  context: AppContext,
): Promise<Answer<RestoreReport>> {
  const nothing: Outcome = { restored: null, lost: null, saved: null, setAside: null, head: null }
  try {
    const outcome = await restoreOne(target, options, context)
    return answerOf('restore', [{ ...(await standing(target)), ...outcome }], [])
  } catch (error) {
    return answerOf(
      'restore',
      [{ ...(await standing(target)), ...nothing, error: stopOf(error, target.name, context) }],
      exitsOf(context),
    )
  }
}

type Outcome = Pick<RestoreReport, 'restored' | 'lost' | 'saved' | 'setAside' | 'head'>

async function restoreOne(target: Target, options: RestoreOptions, context: AppContext): Promise<Outcome> {
  const { backups } = backupsOf(target)
  const { lockWaitMs } = options
  const found = await findOrThrow(target, { wanted: options.backup, cwd: options.cwd })
  const backup = readableBackup(found, target.store)
  const waiting = { context, lockWaitMs }
  // In the order of a backup that a run takes, so that no two wait in a circle.
  return await backups.whileAlone(aloneOf(target, waiting), () =>
    whileFolderLocked(target, waiting, async () => {
      const outcome = await restoreAlone({ target, backups, backup, options, context })
      return { ...outcome, restored: infoOf(found) }
    }),
  )
}

interface Restoring {
  readonly target: Target
  readonly backups: StoreBackups
  readonly backup: Readable
  readonly options: RestoreOptions
  readonly context: AppContext
}

async function restoreAlone(restoring: Restoring): Promise<Omit<Outcome, 'restored'>> {
  const { target, backups, backup, options, context } = restoring
  const before = await target.store.readHistory().catch(() => noHistory) // it may be what the restore is for
  refuseUnconfirmed({ target, history: before }, options)
  const tell = tellProgress(target.name, context)
  const content = backup.read((done, total) => tell('restoring', done, total))
  const unpacked = await backups.unpack(content, { place: 'target', bytes: backup.manifest.content.bytes })
  let replaced = false
  try {
    await expectWhole(unpacked, restoring)
    const lost = await lossOf(backups, backup.manifest.holds)
    const saved = await savePresent(restoring)
    const head = await recordRestore(unpacked, restoring, { before, saved })
    const { lockWaitMs: waitMs, others } = options
    const { signal } = context
    // From here on it is done as a whole.
    if (signal.aborted) throw signal.reason
    const present = saved === 'damaged' ? 'set-aside' : 'saved'
    const setAside = await unpacked.replaceTarget({ present, others, signal, waitMs })
    replaced = true
    const kept = saved === 'damaged' || saved === null ? null : infoOfTaken(saved)
    return { lost, saved: kept, setAside, head }
  } finally {
    if (!replaced) await unpacked.drop()
  }
}

async function expectWhole(unpacked: Unpacked, { backup, target, context }: Restoring): Promise<void> {
  const { remarks } = await unpacked.check()
  for (const message of remarks) context.emit({ type: 'warning', store: target.name, message })
  expectHolds(backup, await summaryIn(unpacked.store.backups), target.name)
}

async function summaryIn(backups: StoreBackups | undefined): Promise<Summary> {
  assert(backups !== undefined, 'a restored store can be read like any other')
  return summaryOf(await backups.readContents(), sha256)
}

/** A backup of the state that is about to go; `damaged` where its own store cannot read it any more. */
async function savePresent({ target, backups, context, options }: Restoring): Promise<Taken | 'damaged' | null> {
  const { lockWaitMs } = options
  try {
    if ((await backups.measure()).holds === 'nothing') return null
    return await takeOne(target, { reason: 'before-restore', context, lockWaitMs })
  } catch (error) {
    if (!isLockstepError(error) || (error.code !== 'store-unreadable' && error.code !== 'backup-unusable')) throw error
    const message = `the present state is damaged and cannot be saved as a backup; it is kept as it is: ${error.message}`
    context.emit({ type: 'warning', store: target.name, message })
    return 'damaged'
  }
}

interface Before {
  readonly before: History
  readonly saved: Taken | 'damaged' | null
}

/** The log that comes back with the backup says that it came back; label and protection of the store stay. */
async function recordRestore(
  { store }: Unpacked,
  { backup, context, target, options }: Restoring,
  { before, saved }: Before,
): Promise<string | null> {
  const { author, clock, holder, signal } = context
  const lock = { holder, waitMs: options.lockWaitMs, signal, onWait: () => undefined }
  const there = await store.readHistory()
  if (there.meta === null) return null
  return await store.whileLocked(lock, async (session) => {
    const { meta, head } = await session.readHistory()
    assert(meta !== null, `the restored ${target.name} has a history`)
    const { by, runId, toolVersion } = author
    const kept = saved === null || saved === 'damaged' ? '' : `; the state before is in ${saved.file}`
    const was = before.head === null ? '' : `, its log ended with ${before.head.hash}`
    const detail = `${backup.file}, taken ${backup.manifest.takenAt}${kept}${was}`
    const entry = {
      event: 'restored' as const,
      version: null,
      at: isoTime(clock.now()),
      by,
      runId,
      toolVersion,
      detail,
    }
    const row = chainRow(head, entry, sha256)
    const raised = {
      ...meta,
      identity: before.meta?.identity ?? meta.identity,
      protected: meta.protected || before.meta?.protected === true,
    }
    const changes: HistoryChange[] = [
      { kind: 'meta', meta: raised },
      { kind: 'log', row },
    ]
    await session.write(changes)
    return row.hash
  })
}

async function lossOf(backups: StoreBackups, then: Summary): Promise<RestoreLoss> {
  const none = { versions: [], returning: [], rows: [], unreadable: null }
  try {
    if ((await backups.measure()).holds === 'nothing') return none
    const now = await summaryIn(backups)
    const tables = [...new Set([...Object.keys(now.rows), ...Object.keys(then.rows)])].sort(compareText)
    return {
      ...none,
      versions: now.history.versions.filter((one) => !then.history.versions.includes(one)),
      returning: then.history.versions.filter((one) => !now.history.versions.includes(one)),
      rows: tables
        .filter((table) => now.rows[table] !== then.rows[table])
        .map((table) => ({ table, now: now.rows[table] ?? null, inBackup: then.rows[table] ?? null })),
    }
  } catch (error) {
    return { ...none, unreadable: error instanceof Error ? error.message : String(error) }
  }
}
