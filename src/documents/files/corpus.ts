/** A corpus on disk: one folder, a pattern, and the names of what Lockstep keeps beside the documents. */

import { join, resolve, sep } from 'node:path'
import { LockstepError } from '../../core/error.ts'
import { type Glob, matches, parseGlob } from './glob.ts'
import type { FileSystem } from './file-system.ts'

export interface Corpus {
  /** Absolute; the folders of the pattern before its first wildcard. */
  readonly root: string
  /** The same, as the user names it. */
  readonly name: string
  /** The whole pattern as configured. */
  readonly files: string
  readonly glob: Glob
  /** Where journals and backups are: a dot folder, which no pattern enters. */
  readonly keep: string
}

/** Held by whoever is about to rename: see alone.ts. */
export function swapLockOf(corpus: Corpus): string {
  return join(corpus.keep, 'swap')
}

/** The name of a file that is being written; never one of a document. */
export const temporarySuffix = '.lockstep-tmp'

export function corpusAt(files: string, workingFolder: string): Corpus {
  const glob = parseGlob(files)
  const root = resolve(workingFolder, glob.base)
  return { root, name: glob.base.replace(/^\.\//, ''), files, glob, keep: join(root, '.lockstep') }
}

/** The absolute path of a document that is named relative to the root. */
export function pathOf(corpus: Corpus, document: string): string {
  // Both are normal already, and this is asked several times for each document.
  return corpus.root.endsWith(sep) ? corpus.root + document : `${corpus.root}/${document}`
}

/** A document as the user would name it. */
export function fileOf(corpus: Corpus, document: string): string {
  return corpus.name === '.' ? document : `${corpus.name === '/' ? '' : corpus.name}/${document}`
}

/**
 * The document that a user names, from the working folder or from the root. Throws `document-outside` for whatever is
 * not reached through plain folders below the root, or does not fit the pattern.
 */
export function documentNamed(files: FileSystem, corpus: Corpus, named: Named): string {
  const found = insideOf(corpus, named).find((document) => holdsDocument(files, corpus, document))
  if (found !== undefined) return found
  throw new LockstepError('document-outside', { file: named.named, root: corpus.name })
}

/** The same where a document may be made: if none is there, it and its folders are named from the working folder first. */
export function placeNamed(files: FileSystem, corpus: Corpus, named: Named): string {
  const inside = insideOf(corpus, named)
  const [document] = [...inside.filter((one) => holdsDocument(files, corpus, one)), ...inside]
  if (document !== undefined && matches(corpus.glob, document) && isReachedPlainly(files, corpus, document)) {
    return document
  }
  throw new LockstepError('document-outside', { file: named.named, root: corpus.name })
}

/** What a name may mean, relative to the root. */
function insideOf(corpus: Corpus, { named, workingFolder }: Named): string[] {
  const root = corpus.root.endsWith(sep) ? corpus.root : corpus.root + sep
  return [resolve(workingFolder, named), resolve(corpus.root, named)]
    .filter((path) => path.startsWith(root))
    .map((path) => path.slice(corpus.root.length).split(sep).filter(Boolean).join('/'))
}

/** Whether a document of this name is there now, reached through plain folders. */
export function holdsDocument(files: FileSystem, corpus: Corpus, document: string): boolean {
  return (
    matches(corpus.glob, document) &&
    isReachedPlainly(files, corpus, document) &&
    files.facts(pathOf(corpus, document)) !== null
  )
}

interface Named {
  readonly named: string
  readonly workingFolder: string
}

/** No folder above it is a link, or anything else that is no folder; one that is missing leads nowhere else. */
export function isReachedPlainly(files: FileSystem, corpus: Corpus, document: string): boolean {
  const names = document.split('/')
  const folders = names.slice(0, -1).map((_, i) => names.slice(0, i + 1).join('/'))
  return folders.every((folder) => (files.facts(pathOf(corpus, folder))?.kind ?? 'folder') === 'folder')
}
