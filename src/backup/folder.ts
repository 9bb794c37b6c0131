/** The folder of backups: what lies in it, and what belongs to a store. */

import { constants } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { isCode, lstatOrNull, refusalOf } from './files/file.ts'
import { parseManifest, type Manifest } from './manifest.ts'
import { compareNewest, manifestEnding, packedEnding, parseBackupName, partialEnding, type BackupName } from './name.ts'

export interface FoundBackup {
  readonly file: string
  readonly path: string
  readonly bytes: number
  readonly manifest: Manifest | null
  /** Why it cannot be used, as far as a look without reading it tells; `null` where nothing speaks against it. */
  readonly fault: string | null
}

/** One lock a store, held by whoever makes, removes or puts back its backups. */
export function folderLock(folder: string, store: string): string {
  return join(folder, `.${store}.lockstep-lock`)
}

/** The backups of one store, newest first. */
export async function listBackups(folder: string, store: string): Promise<FoundBackup[]> {
  const names = (await namesIn(folder))
    .map((file) => ({ file, name: parseBackupName(file) }))
    .filter((one): one is { file: string; name: BackupName } => one.name?.store === store)
    .sort((a, b) => compareNewest(a.name, b.name))
  const found: FoundBackup[] = []
  for (const { file } of names) found.push(await lookAtBackup(join(folder, file)))
  return found
}

/** What a look at the file and its manifest tells; the bytes are not read. */
export async function lookAtBackup(path: string): Promise<FoundBackup> {
  const bytes = (await lstatOrNull(path))?.size ?? 0
  const of = { file: basename(path), path, bytes }
  const refusal = await refusalOf(path)
  if (refusal !== null) return { ...of, manifest: null, fault: refusal }
  const manifest = await readManifest(path)
  if (typeof manifest === 'string') return { ...of, manifest: null, fault: manifest }
  const wanted = manifest.file.bytes
  return { ...of, manifest, fault: bytes === wanted ? null : `it has ${bytes} bytes instead of ${wanted}` }
}

/** A backup as the user names it: as `list` shows it, with or without `.zst`, or by its path. */
export async function findBackup(folder: string, wanted: string, cwd: string): Promise<FoundBackup | null> {
  const candidates = wanted === basename(wanted) ? [join(folder, wanted), resolve(cwd, wanted)] : [resolve(cwd, wanted)]
  for (const path of candidates.flatMap((one) => [one, one + packedEnding])) {
    if ((await lstatOrNull(path)) !== null) return await lookAtBackup(path)
  }
  return null
}

/** Removes a backup and its manifest; first the manifest, so that half of the work is no backup. */
export async function removeBackup(path: string): Promise<void> {
  await rm(path + manifestEnding, { force: true })
  await rm(path, { force: true })
}

/** What a killed run left half done, and manifests without a backup. Only under the lock of the folder. */
export async function sweepFolder(folder: string, store: string): Promise<string[]> {
  const names = await namesIn(folder)
  const there = new Set(names)
  const left = names.filter((file) => {
    const bare = withoutEnding(withoutEnding(file, partialEnding), manifestEnding)
    if (parseBackupName(bare)?.store !== store) return isRemainder(file, store)
    return file.endsWith(partialEnding) || (file.endsWith(manifestEnding) && !there.has(bare))
  })
  for (const file of left) await rm(join(folder, file), { force: true })
  return left
}

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return []
    throw error
  }
}

const manifestBytesMost = 64 * 1024 * 1024

async function readManifest(path: string): Promise<Manifest | string> {
  const refusal = await refusalOf(path + manifestEnding)
  if (refusal !== null)
    return refusal === 'it does not exist' ? 'there is no manifest beside it' : `its manifest: ${refusal}`
  const file = await open(path + manifestEnding, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    if ((await file.stat()).size > manifestBytesMost) return 'its manifest is too large'
    return parseManifest(await file.readFile('utf8'))
  } finally {
    await file.close()
  }
}

/** What SQLite had beside a copy that was under way. */
function isRemainder(file: string, store: string): boolean {
  const [, copy = ''] = /^(.+)\.partial-(?:wal|shm|journal)$/.exec(file) ?? []
  return parseBackupName(copy)?.store === store
}

function withoutEnding(file: string, ending: string): string {
  return file.endsWith(ending) ? file.slice(0, -ending.length) : file
}
