/** Contracts from JSON Schema files. What compiles them is loaded only where a corpus has contracts. */

import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { LockstepError } from '../../../core/error.ts'
import type { Contracts, Validate } from '../../../documents/index.ts'
import type { Ajv2020, ErrorObject, Options } from 'ajv/dist/2020.js'

/** Faults of one document that are told. */
const faultsMax = 10

/** The absolute path of a JSON Schema, or the schema itself. */
export type ContractSource = string | object

export interface LoadSettings {
  /** Where the configuration is. */
  readonly folder: string
  /** `proven`: these very schemas were held against the schema of schemas in this process already. */
  readonly schemas: 'unproven' | 'proven'
}

const ajvOptions: Options = {
  strict: false,
  allErrors: true,
  ownProperties: true,
  logger: false,
  validateSchema: false,
}

/** One function a version. */
export async function loadContracts(
  sources: ReadonlyMap<string, ContractSource>,
  { folder, schemas }: LoadSettings,
): Promise<Contracts> {
  const contracts = new Map<string, Validate>()
  if (sources.size === 0) return contracts
  const { Ajv2020 } = await import('ajv/dist/2020.js')
  // One for all, since compiling the schema of schemas takes longer than everything else here.
  const judge = schemas === 'proven' ? null : new Ajv2020(ajvOptions)
  for (const [version, source] of sources) {
    const file = typeof source === 'string' ? relative(folder, source) : `contracts of ${version}`
    // Each by itself: versions of one contract carry the same $id as often as not.
    contracts.set(version, compile(source, { file, judge, ajv: new Ajv2020(ajvOptions) }))
  }
  return contracts
}

function compile(
  source: ContractSource,
  { file, judge, ajv }: { readonly file: string; readonly judge: Ajv2020 | null; readonly ajv: Ajv2020 },
): Validate {
  try {
    const schema = typeof source === 'string' ? (JSON.parse(readFileSync(source, 'utf8')) as object) : source
    void judge?.validateSchema(schema, true)
    const validate = ajv.compile(schema)
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
