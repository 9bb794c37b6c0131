/** Contracts, as functions that tell the faults of a document. Whoever opens a corpus brings them, made from JSON Schema. */

import { LockstepError } from '../../core/error.ts'
import { isKnownPlain } from '../json/freeze.ts'
import type { ParsedDocument } from '../json/parse.ts'
import { type JsonValue, plainNumbers } from '../json/value.ts'

/** The faults of a document, each with the path of the place; empty where it keeps its contract. */
export type Validate = (value: JsonValue) => readonly string[]

/** By version; a version without an entry has no contract. */
export type Contracts = ReadonlyMap<string, Validate>

/** What a document has against the contract of a version. */
export function faultsAgainst(contracts: Contracts, version: string, value: JsonValue): readonly string[] {
  const validate = contracts.get(version)
  if (validate === undefined) return []
  return validate(isKnownPlain(value) ? value : plainNumbers(value))
}

/** Throws where a document does not keep the contract of the version that it has. */
export function checkOwnContract(
  document: Pick<ParsedDocument, 'file' | 'value'>,
  version: string,
  contracts: Contracts,
): void {
  const faults = faultsAgainst(contracts, version, document.value)
  if (faults.length > 0) throw new LockstepError('document-invalid', { file: document.file, version, faults })
}
