/** Where a run keeps what, relative to the root of the corpus. */

import { hash } from 'node:crypto'
import { temporarySuffix } from './corpus.ts'

export const runsFolder = '.lockstep/runs'

export function runFolder(run: string): string {
  return `${runsFolder}/${run}`
}

/** What a run is called while it goes: nothing is restored from it any more, and nothing is missed in it. */
export function leavingName(run: string): string {
  return `${run}.leaving`
}

export function isLeaving(name: string): boolean {
  return name.endsWith('.leaving')
}

export function headFile(run: string): string {
  return `${runFolder(run)}/run.json`
}

export function endFile(run: string): string {
  return `${runFolder(run)}/ended.json`
}

/** Batches are numbered from 1, so that their names sort as they were written. */
export function batchFile(run: string, batch: number): string {
  return `${runFolder(run)}/batch-${String(batch).padStart(6, '0')}.ndjson`
}

export function isBatchFile(name: string): boolean {
  return /^batch-\d+\.ndjson$/.test(name)
}

export function backupFolder(run: string): string {
  return `${runFolder(run)}/backup`
}

/** Where the backups of one chunk of documents are: a folder for each would cost more than the backup itself. */
export function chunkBackupFolder(run: string, chunk: number): string {
  return `${backupFolder(run)}/${String(chunk).padStart(6, '0')}`
}

/** Backups whose flat name would be too long for a file system stand here under their whole path. */
const treeFolder = 'tree'

/** The path of the document as one name: `job%2Frun%2Fmanifest.json`. */
export function backupFile(run: string, chunk: number, document: string): string {
  const flat = document.replaceAll('%', '%25').replaceAll('/', '%2F')
  if (Buffer.byteLength(flat) <= 200) return `${chunkBackupFolder(run, chunk)}/${flat}`
  return `${backupFolder(run)}/${treeFolder}/${document}`
}

/** Whether a backup needs folders of its own. */
export function isInTree(backup: string): boolean {
  return backup.startsWith(`${runsFolder}/`) && backup.split('/')[4] === treeFolder
}

/** The document that a backup is of, from its path below the folder of backups. */
export function documentOfBackup(path: string): string {
  const [folder, ...rest] = path.split('/')
  const name = rest.join('/')
  return folder === treeFolder ? name : name.replaceAll('%2F', '/').replaceAll('%25', '%')
}

/** `manifest.json.backup`, then `manifest.json.backup.2`: none is ever overwritten. */
export function sidecarFile(document: string, number: number): string {
  return number === 1 ? `${document}.backup` : `${document}.backup.${number}`
}

export function isSidecarOf(document: string, name: string): boolean {
  const base = document.split('/').at(-1) ?? ''
  return name.startsWith(`${base}.backup`) && /^(?:\.\d+)?$/.test(name.slice(`${base}.backup`.length))
}

/** A name beside a file, hidden, that no pattern and no other run uses. */
export function temporaryFile(path: string, run: string): string {
  const cut = path.lastIndexOf('/') + 1
  const base = path.slice(cut)
  // A file name ends at 255 bytes.
  const short = Buffer.byteLength(base) <= 100 ? base : hash('sha256', base).slice(0, 32)
  return `${path.slice(0, cut)}.${short}.${run}${temporarySuffix}`
}
