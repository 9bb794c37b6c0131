/** One document from the disk, with everything checked that its file alone can tell. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import { type ParsedDocument, parseDocument } from '../json/parse.ts'
import { fileOf, pathOf } from '../files/corpus.ts'
import { type FileFacts, type ReadFile, systemCode } from '../files/file-system.ts'
import type { CorpusPlace } from './open-corpus.ts'

export type FileAnswer =
  | { readonly ok: true; readonly facts: FileFacts; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly error: LockstepError }

export type DocumentAnswer =
  | { readonly ok: true; readonly facts: FileFacts; readonly parsed: ParsedDocument }
  | { readonly ok: false; readonly error: LockstepError }

/** The bytes of a document. `ownLinks`: a second name may be the backup of a run that did not end. */
export function readBytes(open: CorpusPlace, document: string, ownLinks: 'possible' | 'none'): FileAnswer {
  const { files, corpus, rules } = open
  const file = fileOf(corpus, document)
  let found: ReadFile | null
  try {
    found = files.read(pathOf(corpus, document), rules.limits.bytesMax)
  } catch (error) {
    if (isLockstepError(error)) return { ok: false, error: new LockstepError('document-changed-meanwhile', { file }) }
    const reason = systemCode(error)
    if (reason === null) throw error
    return { ok: false, error: new LockstepError('document-unreadable', { file, reason }, { cause: error }) }
  }
  if (found === null)
    return { ok: false, error: new LockstepError('document-unreadable', { file, reason: 'it is gone' }) }
  const { facts, bytes } = found
  if (bytes === null) return { ok: false, error: notPlain(file, facts, rules.limits.bytesMax) }
  if (facts.links > 1 && rules.hardLinks === 'refuse' && ownLinks === 'none') {
    const reason = `it has ${facts.links} names (hard links)`
    return { ok: false, error: new LockstepError('document-not-plain', { file, reason }) }
  }
  return { ok: true, facts, bytes }
}

/** The same, parsed. */
export function readDocument(open: CorpusPlace, document: string, ownLinks: 'possible' | 'none'): DocumentAnswer {
  const found = readBytes(open, document, ownLinks)
  if (!found.ok) return found
  try {
    return {
      ok: true,
      facts: found.facts,
      parsed: parseDocument(found.bytes, fileOf(open.corpus, document), open.rules.limits),
    }
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return { ok: false, error }
    throw error
  }
}

function notPlain(file: string, facts: FileFacts, bytesMax: number): LockstepError {
  if (facts.kind === 'file') return new LockstepError('document-too-large', { file, bytes: facts.bytes, bytesMax })
  const reason = facts.kind === 'link' ? 'it is a symbolic link' : 'it is no plain file'
  return new LockstepError('document-not-plain', { file, reason })
}
