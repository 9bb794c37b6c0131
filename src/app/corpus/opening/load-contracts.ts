/** Contracts from JSON Schema files. What compiles them is loaded only where a corpus has contracts. */

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { LockstepError } from '../../../core/error.ts'
import type { Contracts, Validate } from '../../../documents/index.ts'
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js'

/** Faults of one document that are told. */
const faultsMax = 10

/** The absolute path of a JSON Schema, or the schema itself. */
export type ContractSource = string | object

/** One function a version. `folder` is where the configuration is. */
export async function loadContracts(sources: ReadonlyMap<string, ContractSource>, folder: string): Promise<Contracts> {
  const contracts = new Map<string, Validate>()
  if (sources.size === 0) return contracts
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  for (const [version, source] of sources) {
    // Each by itself: versions of one contract carry the same $id as often as not.
    const ajv = new Ajv2020({ strict: false, allErrors: true, ownProperties: true, logger: false })
    const file = typeof source === 'string' ? relative(folder, source) : `contracts of ${version}`
    contracts.set(version, compile(ajv, source, file))
  }
  return contracts
}

function compile(ajv: Ajv2020, source: ContractSource, file: string): Validate {
  try {
    const validate = ajv.compile(
      typeof source === 'string' ? (JSON.parse(readFileSync(source, 'utf8')) as object) : source,
    )
    return (value) => (validate(value) ? [] : (validate.errors ?? []).slice(0, faultsMax).map(faultText))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new LockstepError('corpus-invalid', { files: file, reason: `it is no usable contract: ${reason}` }, { cause })
  }
}

function faultText({ instancePath, keyword, message, params }: ErrorObject): string {
  const place = instancePath === '' ? 'the document' : instancePath
  const more = { additionalProperty: params['additionalProperty'], allowed: params['allowedValues'] }
  const extra = keyword === 'additionalProperties' ? `: ${String(more.additionalProperty)}` : ''
  const allowed = keyword === 'enum' ? `: ${JSON.stringify(more.allowed)}` : ''
  return `${place} ${message ?? keyword}${extra}${allowed}`
}
