/** Backups of a whole corpus: one pack, made and checked as the backup of any store is. */

import { compareSummaries, summaryOf } from '../../../core/backup.ts'
import { isLockstepError, LockstepError } from '../../../core/error.ts'
import { compareSemver } from '../../../core/path.ts'
import { listBackups, sweepFolder, type FoundBackup } from '../../../backup/folder.ts'
import { readableBackup, type Readable } from '../../../backup/read-back.ts'
import { type CorpusPlace, type Refuse, makeCorpusCopies, readContents } from '../../../documents/index.ts'
import {
  type BackedUp,
  backUp,
  backupsOf,
  infoOf,
  infoOfTaken,
  pruneOf,
  stopOf,
  tellProgress,
  whileFolderLocked,
} from '../../backup/backup.ts'
import { type BackupOptions, type VerifyBackupsOptions, findOrThrow } from '../../backup/verbs.ts'
import type { CorpusOutcome } from '../../opening/by-kind.ts'
import { sha256, type AppContext } from '../../opening/context.ts'
import type { BackupInfo, BackupReport, StoreReport } from '../../answers/report.ts'
import type { CorpusTarget } from '../corpus-target.ts'
import { placeOf } from '../opening/open-corpus.ts'
import { whileCorpusLocked } from '../locked.ts'
import { answering, emptyReport, standingOf } from '../standing.ts'
import { pruneRuns } from './runs.ts'

/** A corpus as whatever backs stores up sees it. A pack is compressed: text shrinks to a tenth. */
export function asBackedUp({ name, place, backups }: CorpusTarget, open: CorpusPlace): BackedUp {
  return {
    name,
    store: { name, kind: 'documents', place, backups: makeCorpusCopies(open, name) },
    ...(backups === undefined ? {} : { backups: { ...backups, compress: true } }),
  }
}

export async function createPack(
  target: CorpusTarget,
  { lockWaitMs }: BackupOptions,
  context: AppContext,
): Promise<CorpusOutcome<BackupReport>> {
  return await keeping(target, context, async (backed) => {
    const { backups } = backupsOf(backed)
    if ((await backups.measure()).holds === 'nothing') {
      const message = 'nothing to back up: it holds no document'
      context.emit({ type: 'notice', store: target.name, version: null, message })
      return { backups: [], removed: [] }
    }
    const taken = await whileCorpusLocked(target, { context, lockWaitMs }, () =>
      backUp(backed, { reason: 'asked', context, lockWaitMs }),
    )
    return { backups: [withVersion(infoOfTaken(taken), Object.keys(taken.manifest.holds.rows))], removed: [] }
  })
}

export async function listPacks(target: CorpusTarget, context: AppContext): Promise<CorpusOutcome<BackupReport>> {
  return await keeping(target, context, async (backed) => {
    const { place } = backupsOf(backed)
    return { backups: (await listBackups(place.path, target.name)).map(infoOfPack), removed: [] }
  })
}

/** Reads packs to their end, document by document: there is nothing more that a restore to a scratch place would show. */
export async function verifyPacks(
  target: CorpusTarget,
  { backup, cwd, lockWaitMs }: VerifyBackupsOptions,
  context: AppContext,
): Promise<CorpusOutcome<BackupReport>> {
  const outcome = await keeping(target, context, async (backed, open) => {
    const { place } = backupsOf(backed)
    return await whileFolderLocked(backed, { context, lockWaitMs }, async () => {
      const found =
        backup === null
          ? await listBackups(place.path, target.name)
          : [await findOrThrow(backed, { wanted: backup, cwd })]
      const backups: BackupInfo[] = []
      for (const one of found) backups.push(await verifyOne(one, open, { backed, context }))
      return { backups, removed: [] }
    })
  })
  const isDamaged = outcome.report.backups.some((one) => !one.verified)
  return isDamaged ? { ...outcome, exits: [...outcome.exits, 3] } : outcome
}

/** Packs that are too old, what killed runs have left of some, and the originals of old runs. */
export async function prunePacks(
  target: CorpusTarget,
  { lockWaitMs }: BackupOptions,
  context: AppContext,
): Promise<CorpusOutcome<BackupReport>> {
  return await keeping(target, context, async (backed, open) => {
    const { place } = backupsOf(backed)
    const runs = await whileCorpusLocked(target, { context, lockWaitMs }, () =>
      Promise.resolve(pruneRuns(target, open, context)),
    )
    return await whileFolderLocked(backed, { context, lockWaitMs }, async () => {
      const packs = [...(await pruneOf(backed, context)), ...(await sweepFolder(place.path, target.name))]
      const removed = [...packs, ...runs.map((run) => `run ${run}`)]
      return { backups: (await listBackups(place.path, target.name)).map(infoOfPack), removed }
    })
  })
}

interface Checking {
  readonly backed: BackedUp
  /** Documents that must be in it. */
  readonly only?: readonly string[] | null
  readonly context: AppContext
}

/** Holds a pack against its manifest: its bytes, and what it says that it holds. */
export async function expectWhole(
  open: CorpusPlace,
  backup: Readable,
  { backed, only = null, context }: Checking,
): Promise<void> {
  const tell = tellProgress(backed.name, context)
  const { file, manifest } = backup
  const refuse = refusing(backed.name, file)
  const chunks = backup.read((done, total) => tell('reading', done, total))
  const differences = compareSummaries(
    manifest.holds,
    summaryOf(await readContents(open, { chunks, only, refuse }), sha256),
  )
  if (differences.length > 0) throw refuse(differences.join('; '))
}

export function refusing(store: string, file: string): Refuse {
  return (reason) => new LockstepError('backup-unusable', { store, file, reason })
}

async function verifyOne(found: FoundBackup, open: CorpusPlace, { backed, context }: Checking): Promise<BackupInfo> {
  try {
    await expectWhole(open, readableBackup(found, backed.store), { backed, context })
    return infoOfPack(found)
  } catch (error) {
    if (!isLockstepError(error) || error.code !== 'backup-unusable') throw error
    return { ...infoOfPack(found), verified: false, fault: (error.details as { reason: string }).reason }
  }
}

export function infoOfPack(found: FoundBackup): BackupInfo {
  return withVersion(infoOf(found), Object.keys(found.manifest?.holds.rows ?? {}))
}

/** The newest version that a document in it has. */
function withVersion(info: BackupInfo, versions: readonly string[]): BackupInfo {
  const known = versions.filter((one) => /^v?\d/.test(one)).sort(compareSemver)
  return { ...info, version: known.at(-1) ?? null }
}

type Found = Pick<BackupReport, 'backups' | 'removed'>

async function keeping(
  target: CorpusTarget,
  context: AppContext,
  work: (backed: BackedUp, open: CorpusPlace) => Promise<Found>,
): Promise<CorpusOutcome<BackupReport>> {
  const none: Found = { backups: [], removed: [] }
  return await answering(target, none, async () => {
    const open = placeOf({ address: target.corpus })
    const found = await work(asBackedUp(target, open), open).catch((error: unknown) => {
      throw stopOf(error, target.name, context)
    })
    return { report: { ...(await standing(target)), ...found }, exits: [] }
  })
}

/** A corpus as it stands. That its transforms cannot be loaded is no reason not to look after its backups. */
async function standing(target: CorpusTarget): Promise<StoreReport> {
  try {
    const { documents: _, ...report } = (await standingOf(target, { depth: 'versions' })).report
    return report
  } catch (error) {
    if (!isLockstepError(error)) throw error
    return { ...emptyReport(target), verdict: 'blocked' }
  }
}
