/** Finds the documents of a corpus, one by one and always in the same order. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import { compareText } from '../../core/version.ts'
import { type Corpus, fileOf, temporarySuffix } from './corpus.ts'
import { type FileSystem, type FolderEntry, systemCode } from './file-system.ts'
import { type GlobState, accepts, enter, startOf } from './glob.ts'

export type Found =
  | { readonly kind: 'document'; readonly document: string }
  /** It has the name of a document but is none, or a folder could not be looked into. */
  | { readonly kind: 'refused'; readonly document: string; readonly error: LockstepError }
  /** A symbolic link, which is not followed. */
  | { readonly kind: 'link'; readonly document: string }
  /** A temporary file of a run that died. */
  | { readonly kind: 'leftover'; readonly document: string }

interface Folder {
  readonly path: string
  readonly document: string
  readonly state: GlobState
}

/** Walks the corpus. Holds one list of names for each level, never the whole corpus. */
export function* scanCorpus(files: FileSystem, corpus: Corpus): Generator<Found> {
  const waiting: Folder[] = [{ path: corpus.root, document: '', state: startOf(corpus.glob) }]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const entries = entriesOf(files, corpus, folder)
    if (isLockstepError(entries)) {
      yield { kind: 'refused', document: folder.document, error: entries }
      continue
    }
    const below: Folder[] = []
    for (const entry of entries) {
      const { name } = entry
      const document = folder.document === '' ? name : `${folder.document}/${name}`
      if (name.startsWith('.')) {
        if (entry.kind === 'file' && name.endsWith(temporarySuffix)) yield { kind: 'leftover', document }
        continue
      }
      if (isMangled(files, `${folder.path}/${name}`, name)) {
        const belongs = entry.kind === 'folder' || accepts(corpus.glob, folder.state, name)
        if (belongs) yield { kind: 'refused', document, error: unnameable(corpus, document) }
        continue
      }
      if (entry.kind === 'folder') {
        const state = enter(corpus.glob, folder.state, name)
        if (state.length > 0) below.push({ path: `${folder.path}/${name}`, document, state })
        continue
      }
      const found = judge(corpus, entry, { document, belongs: accepts(corpus.glob, folder.state, name) })
      if (found !== null) yield found
    }
    waiting.push(...below.reverse())
  }
}

/** A name whose bytes are no UTF-8 comes with marks in their place, and leads to nothing. */
function isMangled(files: FileSystem, path: string, name: string): boolean {
  return name.includes('\ufffd') && files.facts(path) === null
}

function unnameable(corpus: Corpus, document: string): LockstepError {
  return new LockstepError('document-unreadable', { file: fileOf(corpus, document), reason: 'its name is no UTF-8' })
}

function judge(
  corpus: Corpus,
  entry: FolderEntry,
  { document, belongs }: { readonly document: string; readonly belongs: boolean },
): Found | null {
  if (!belongs) return entry.kind === 'link' ? { kind: 'link', document } : null
  if (entry.kind === 'file') return { kind: 'document', document }
  const reason = entry.kind === 'link' ? 'it is a symbolic link' : 'it is no plain file'
  return {
    kind: 'refused',
    document,
    error: new LockstepError('document-not-plain', { file: fileOf(corpus, document), reason }),
  }
}

function entriesOf(files: FileSystem, corpus: Corpus, folder: Folder): readonly FolderEntry[] | LockstepError {
  try {
    return [...files.list(folder.path)].sort((a, b) => compareText(a.name, b.name))
  } catch (error) {
    const code = systemCode(error)
    if (code === null) throw error
    const file = folder.document === '' ? corpus.name : fileOf(corpus, folder.document)
    return new LockstepError('document-unreadable', { file, reason: code }, { cause: error })
  }
}
