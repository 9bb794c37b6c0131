/** Makes one backup: copied, read back, checked, and only then given its name. */

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compareSummaries, summaryOf, type BackupReason, type Contents, type CopyChecks } from '../core/backup.ts'
import type { Signal, StoreCopies, StoreKind } from '../core/ports.ts'
import { isLockstepError, LockstepError } from '../core/error.ts'
import type { BackupPhase } from '../core/event.ts'
import type { Sha256 } from '../core/log-chain.ts'
import { digestOf, freeBytes, isCode, lstatOrNull, makeFolder, publish, sync, writeNew } from './files/file.ts'
import { ratioMost } from './files/pack.ts'
import { packFile, type PackedFile } from './files/pack-file.ts'
import { namesIn, sweepFolder } from './folder.ts'
import { manifestFormat, printManifest, type Digest, type Manifest } from './manifest.ts'
import { freeBackupName, manifestEnding, packedEnding, partialEnding } from './name.ts'

export interface Taking {
  readonly folder: string
  readonly compress: boolean
  readonly store: { readonly name: string; readonly kind: StoreKind; readonly place: string }
  readonly backups: StoreCopies
  readonly reason: BackupReason
  readonly author: { readonly by: string; readonly runId: string; readonly toolVersion: string }
  readonly now: () => number
  readonly sha256: Sha256
  readonly signal: Signal
  readonly onBytes: (phase: BackupPhase, done: number, total: number) => void
}

export interface Taken {
  readonly file: string
  readonly path: string
  readonly manifest: Manifest
}

/** Under the migration lock and the lock of the folder. Nothing with the name of a backup is left behind by a failure. */
export async function takeBackup(taking: Taking): Promise<Taken> {
  const { folder, store } = taking
  try {
    await makeFolder(folder)
    await sweepFolder(folder, store.name)
    await expectSpace(taking)
    const names = new Set(await namesIn(folder))
    const base = freeBackupName(store.name, taking.now(), (file) => names.has(file))
    return await takeAs(base, taking)
  } catch (error) {
    throw taking.signal.aborted ? taking.signal.reason : failureOf(error, taking)
  }
}

async function takeAs(base: string, taking: Taking): Promise<Taken> {
  const { folder, backups, signal, now } = taking
  const begunMs = now()
  const plain = join(folder, base + partialEnding)
  const leftovers = [plain, join(folder, base + packedEnding + partialEnding)]
  try {
    const onBytes = (done: number, total: number): void => taking.onBytes('copying', done, total)
    const contents = await backups.copy(plain, { packed: taking.compress, signal, onBytes })
    stopIfAsked(taking)
    const both = [backups.check(plain, contents), secure(base, taking)] as const
    // The files are removed below: nobody may still be at work on them.
    await Promise.allSettled(both)
    const [checked, secured] = await Promise.all(both)
    expectSame(checked, contents, taking)
    stopIfAsked(taking)
    const file = base + secured.ending
    const manifest = manifestOf(taking, { contents, checked, ...secured, begunMs })
    await finish(join(folder, file), manifest)
    return { file, path: join(folder, file), manifest }
  } finally {
    // After success only the uncompressed copy is left, if anything.
    for (const path of leftovers) await rm(path, { force: true })
  }
}

/** The copy in the form in which it stays: on disk, and its digests known. */
async function secure(base: string, taking: Taking): Promise<PackedFile & { readonly ending: string }> {
  const plain = join(taking.folder, base + partialEnding)
  const onBytes = (phase: BackupPhase) => (done: number, total: number) => {
    stopIfAsked(taking)
    taking.onBytes(phase, done, total)
  }
  if (taking.compress) {
    const packed = await packFile(
      plain,
      join(taking.folder, base + packedEnding + partialEnding),
      onBytes('compressing'),
    )
    // What would be taken for a bomb is kept as it is.
    if (packed.content.bytes <= packed.file.bytes * ratioMost) return { ending: packedEnding, ...packed }
  }
  await sync(plain)
  const content = await digestOf(plain, onBytes('checking'))
  return { ending: '', file: content, content }
}

/** The manifest first: a backup without one is no backup, a manifest without one is swept. */
async function finish(path: string, manifest: Manifest): Promise<void> {
  const beside = path + manifestEnding
  try {
    await writeNew(beside + partialEnding, chunksOf(printManifest(manifest)))
    await publish(beside + partialEnding, beside)
    await publish(path + partialEnding, path)
  } catch (error) {
    await rm(beside + partialEnding, { force: true })
    if ((await lstatOrNull(path)) === null) await rm(beside, { force: true })
    throw error
  }
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(Buffer.from(text))
}

function manifestOf(
  { store, backups, reason, author, now, sha256 }: Taking,
  found: { contents: Contents; checked: CopyChecks; content: Digest; file: Digest; begunMs: number },
): Manifest {
  return {
    format: manifestFormat,
    toolVersion: author.toolVersion,
    store: store.name,
    kind: store.kind,
    form: backups.form,
    place: store.place,
    takenAt: new Date(found.begunMs).toISOString(),
    takenBy: author.by,
    runId: author.runId,
    reason,
    file: found.file,
    content: found.content,
    holds: summaryOf(found.contents, sha256),
    checks: found.checked.checks,
    remarks: found.checked.remarks,
    durationMs: now() - found.begunMs,
  }
}

function expectSame({ contents: found }: CopyChecks, contents: Contents, { store, sha256 }: Taking): void {
  if (found === null) return
  const differences = compareSummaries(summaryOf(contents, sha256), summaryOf(found, sha256))
  if (differences.length === 0) return
  throw new LockstepError('backup-failed', { store: store.name, reason: `the copy differs: ${differences.join('; ')}` })
}

const leastBytes = 1 << 20

async function expectSpace({ folder, store, backups, compress }: Taking): Promise<void> {
  const { bytes } = await backups.measure()
  const needed = bytes * (compress ? 2 : 1) + leastBytes
  const free = await freeBytes(folder)
  if (free < needed) throw new LockstepError('backup-space', { store: store.name, place: folder, needed, free })
}

function stopIfAsked({ signal }: Taking): void {
  if (signal.aborted) throw signal.reason
}

function failureOf(error: unknown, { store, folder }: Taking): LockstepError {
  if (isLockstepError(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  if (isCode(error, 'ENOSPC') || isCode(error, 'EDQUOT'))
    return new LockstepError('disk-full', { store: store.name, place: folder, reason }, { cause: error })
  return new LockstepError('backup-failed', { store: store.name, reason }, { cause: error })
}
