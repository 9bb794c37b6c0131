/** The old text of a document under a second name: no byte is copied, and there is no moment without it. */

import { dirname } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { type Sha256, sha256Of } from '../json/canonical.ts'
import { type Corpus, fileOf, pathOf } from './corpus.ts'
import type { FileFacts, FileSystem, ReadFile } from './file-system.ts'
import type { JournalEntry, RunHead } from './journal.ts'
import { backupFile, isInTree, sidecarFile, temporaryFile } from './names.ts'

/** As many sidecars as one document may gather. */
const sidecarsMax = 10_000

interface Original {
  readonly document: string
  readonly facts: FileFacts
  readonly before: Sha256
}

/** Gives the document its backup name. Where no link can be made, a copy waits under a temporary name. */
export function makeBackup(
  files: FileSystem,
  corpus: Corpus,
  { item, head, chunk }: { readonly item: Original; readonly head: RunHead; readonly chunk: number },
): Pick<JournalEntry, 'backup' | 'copy'> {
  for (let number = 1; number <= sidecarsMax; number++) {
    const backup =
      head.form === 'sidecar' ? sidecarFile(item.document, number) : backupFile(head.run, chunk, item.document)
    if (isInTree(backup)) files.makeFolder(dirname(pathOf(corpus, backup)))
    const made = files.link(pathOf(corpus, item.document), pathOf(corpus, backup))
    if (made === 'done') return { backup, copy: null }
    const there = files.facts(pathOf(corpus, backup))
    if (there === null) {
      const copy = temporaryFile(backup, head.run)
      files.writeNew(pathOf(corpus, copy), bytesOf(files, corpus, item), item.facts)
      return { backup, copy }
    }
    if (there.id === item.facts.id) return { backup, copy: null }
    if (head.form === 'links') return { backup: sameBackup(files, corpus, { item, backup }), copy: null }
  }
  throw new LockstepError('backup-differs', {
    file: fileOf(corpus, item.document),
    backup: fileOf(corpus, sidecarFile(item.document, 1)),
  })
}

/** Once everything is on disk: gives a copy its name. A link has it already. */
export function settleBackup(files: FileSystem, corpus: Corpus, { document, backup, copy }: JournalEntry): void {
  if (copy === null) return
  if (files.facts(pathOf(corpus, backup)) !== null) {
    throw new LockstepError('backup-differs', { file: fileOf(corpus, document), backup: fileOf(corpus, backup) })
  }
  files.rename(pathOf(corpus, copy), pathOf(corpus, backup))
}

/** Takes back a backup of a document that this run did not replace. Where the document is gone, it is the last copy. */
export function removeBackup(files: FileSystem, corpus: Corpus, { document, backup, copy }: JournalEntry): void {
  if (copy !== null) return files.remove(pathOf(corpus, copy))
  if (files.facts(pathOf(corpus, document)) !== null) files.remove(pathOf(corpus, backup))
}

/** The bytes of a backup, proven to be those that were replaced; throws `backup-damaged` for any others. */
export function readBackup(
  files: FileSystem,
  corpus: Corpus,
  entry: JournalEntry,
): ReadFile & { readonly bytes: Uint8Array } {
  const refuse = (reason: string): LockstepError =>
    new LockstepError('backup-damaged', {
      file: fileOf(corpus, entry.document),
      backup: fileOf(corpus, entry.backup),
      reason,
    })
  const found = files.read(pathOf(corpus, entry.backup), Infinity)
  if (found === null) throw refuse('it is gone')
  if (found.bytes === null) throw refuse('it is no plain file')
  if (sha256Of(found.bytes) !== entry.before) throw refuse('it does not hold the bytes that were there')
  return { facts: found.facts, bytes: found.bytes }
}

/** The bytes that were read before; throws where they are others by now. */
function bytesOf(files: FileSystem, corpus: Corpus, { document, facts, before }: Original): Uint8Array {
  const bytes = files.read(pathOf(corpus, document), facts.bytes)?.bytes ?? null
  if (bytes !== null && sha256Of(bytes) === before) return bytes
  throw new LockstepError('document-changed-meanwhile', { file: fileOf(corpus, document) })
}

function sameBackup(
  files: FileSystem,
  corpus: Corpus,
  { item, backup }: { readonly item: Original; readonly backup: string },
): string {
  const bytes = files.read(pathOf(corpus, backup), Infinity)?.bytes ?? null
  if (bytes !== null && sha256Of(bytes) === item.before) return backup
  throw new LockstepError('backup-differs', { file: fileOf(corpus, item.document), backup: fileOf(corpus, backup) })
}
