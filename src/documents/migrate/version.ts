/** The version that a document says it has. */

import { LockstepError } from '../../core/error.ts'
import { type VersionGraph, isNewerVersion, nearestVersions } from '../../core/path.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { type JsonObject, type JsonValue, isJsonObject, withMember } from '../json/value.ts'
import { type Path, pathText, valueAt } from '../transforms/paths.ts'
import type { DocumentRules } from './rules.ts'

/** The version of a document as text; throws `document-version-missing` where there is none. */
export function readVersion(document: Pick<ParsedDocument, 'file' | 'value'>, rules: DocumentRules): string {
  const found = isJsonObject(document.value) ? valueAt(document.value, rules.version) : undefined
  const version = versionText(found)
  if (version !== null) return version
  if (found === undefined && isJsonObject(document.value) && rules.versionWhenMissing !== null) {
    return rules.versionWhenMissing
  }
  throw new LockstepError('document-version-missing', {
    file: document.file,
    field: pathText(rules.version),
    found: isJsonObject(document.value) ? kindOf(found) : 'nowhere: the document is no object',
  })
}

/** Whole numbers count as versions too; nothing else that is not text does. */
export function versionText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null
}

/** Where a version stands towards the versions that are known. */
export function placeOfVersion(graph: VersionGraph, version: string): 'known' | 'newer' | 'unknown' {
  if (graph.versions.includes(version)) return 'known'
  return isNewerVersion(graph, version) ? 'newer' : 'unknown'
}

/** Throws where a version is newer than all that are known, or strange. */
export function checkVersion(graph: VersionGraph, version: string, file: string): void {
  const place = placeOfVersion(graph, version)
  if (place === 'known') return
  if (place === 'newer') throw new LockstepError('document-newer', { file, version, latest: graph.latest ?? 'none' })
  throw new LockstepError('document-version-unknown', {
    file,
    version,
    nearest: nearestVersions(graph.versions, version),
  })
}

/** The document with another version, written as the old one was: as text or as a number. */
export function withVersion(document: JsonObject, path: Path, version: string): JsonObject {
  const old = valueAt(document, path)
  const value = typeof old === 'number' && /^[0-9]+$/.test(version) ? Number(version) : version
  return setAt(document, path, value)
}

function setAt(object: JsonObject, path: Path, value: JsonValue): JsonObject {
  const [head, ...rest] = path
  if (head === undefined) return object
  if (rest.length === 0) return withMember(object, head, value)
  const child = valueAt(object, [head])
  return withMember(object, head, setAt(child !== undefined && isJsonObject(child) ? child : {}, rest, value))
}

function kindOf(value: JsonValue | undefined): string {
  if (value === undefined) return 'not there'
  return value === null ? 'null' : value === '' ? 'empty' : Array.isArray(value) ? 'a list' : `a ${typeof value}`
}
