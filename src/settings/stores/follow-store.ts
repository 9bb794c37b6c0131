/** One store's words, after its references were followed. */

import type { DocumentsAddress } from '../../core/address.ts'
import type { StoreConfiguration } from '../configuration/configuration.ts'
import type { References, Resolved } from '../references.ts'
import type { WantedStore } from './select-stores.ts'

export interface FollowedStore {
  readonly wanted: WantedStore
  /** `null`: documents, or a variable that is missing. */
  readonly address: FollowedAddress | null
  readonly documents: FollowedDocuments | null
  readonly credentials: Readonly<Partial<Record<'user' | 'password' | 'database', Resolved>>>
  readonly placeholders: Readonly<Record<string, Resolved>>
}

/** Without what is only known beside an address. */
export interface FollowedDocuments extends Omit<
  DocumentsAddress,
  'kind' | 'folder' | 'index' | 'backupForm' | 'minorSteps'
> {
  /** `null` where nobody has said, and a preset may. */
  readonly backupForm: DocumentsAddress['backupForm'] | null
  readonly minorSteps: DocumentsAddress['minorSteps'] | null
}

export interface FollowedAddress extends Resolved {
  /** `url` or `path` of the configuration, or the flag: for messages. */
  readonly saidBy: string
  /** A bare path of this kind instead of an address. */
  readonly pathOf: 'sqlite' | 'pglite' | null
}

/** Follows everything that `wanted` points at; missing variables are remembered by `references`. */
export function followStore(wanted: WantedStore, references: References, general: Placeholders = {}): FollowedStore {
  const { said, flags, name } = wanted
  const documents = documentsOf(wanted)
  return {
    wanted,
    address: documents === null ? followAddress(wanted, references) : null,
    documents,
    // An address on the command line stands for itself: the configured password is not sent to another place.
    credentials: flags.url === undefined && said !== null ? followCredentials(name, said, references) : {},
    placeholders: followPlaceholders(name, { ...general, ...said?.placeholders }, references),
  }
}

type Placeholders = Readonly<Record<string, string>>

function documentsOf({ said, flags }: WantedStore): FollowedDocuments | null {
  const files = flags.files ?? (said?.kind === 'documents' ? said.files : undefined)
  if (files === undefined || flags.url !== undefined) return null
  const documents = said?.kind === 'documents' ? said : null
  return {
    files,
    version: documents?.version ?? 'schema_version',
    contracts: documents?.contracts ?? null,
    protect: documents?.protect ?? [],
    backupForm: documents?.backupForm ?? null,
    versionWhenMissing: documents?.versionWhenMissing ?? null,
    minorSteps: documents?.minorSteps ?? null,
    leaveAlone: documents?.leaveAlone ?? null,
    historyField: documents?.historyField === undefined ? 'migration_history' : documents.historyField,
    hardLinks: documents?.hardLinks ?? 'refuse',
    limits: documents?.limits ?? {},
    inputs: documents?.inputs ?? null,
  }
}

function followAddress({ name, said, flags }: WantedStore, references: References): FollowedAddress | null {
  const wanted = `address of store ${name}`
  const finish = (
    resolved: Resolved | null,
    saidBy: string,
    pathOf: FollowedAddress['pathOf'] = null,
  ): FollowedAddress | null => (resolved === null ? null : { ...resolved, saidBy, pathOf })
  if (flags.url !== undefined) return finish(references.followVariable(flags.url, wanted), '--url')
  if (said === null) return finish(references.followVariable('env:DATABASE_URL', wanted), 'DATABASE_URL')
  switch (said.kind) {
    case 'sqlite':
    case 'pglite': {
      const at = `stores.${name}.${said.path === undefined ? 'url' : 'path'}`
      const resolved = references.followVariable(said.path ?? said.url ?? '', wanted)
      return finish(resolved, at, said.path === undefined ? null : said.kind)
    }
    case 'postgres':
    case 'mysql':
    case 'neo4j':
      return finish(references.follow(said.url, wanted), `stores.${name}.url`)
    case 'documents':
      return null
  }
}

function followCredentials(
  name: string,
  said: StoreConfiguration,
  references: References,
): FollowedStore['credentials'] {
  const given = said as { readonly user?: string; readonly password?: string; readonly database?: string }
  const follow = (field: 'user' | 'password' | 'database'): FollowedStore['credentials'] => {
    const reference = given[field]
    const resolved = reference === undefined ? null : references.follow(reference, `${field} of store ${name}`)
    return resolved === null ? {} : { [field]: resolved }
  }
  return { ...follow('user'), ...follow('password'), ...follow('database') }
}

function followPlaceholders(
  name: string,
  said: Placeholders,
  references: References,
): Readonly<Record<string, Resolved>> {
  return Object.fromEntries(
    Object.entries(said).flatMap(([key, value]) => {
      const resolved = references.follow(value, `placeholder ${key} of store ${name}`)
      return resolved === null ? [] : [[key, resolved]]
    }),
  )
}
