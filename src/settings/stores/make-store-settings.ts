/** One store's settings from its followed words: address, folder, history, policy. */

import { statSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import type { Address, DocumentsAddress } from '../../core/address.ts'
import { documentPresets } from '../../core/policy.ts'
import { isLockstepError, LockstepError } from '../../core/error.ts'
import { makeSecret } from '../../core/secret.ts'
import { realOutside } from '../address/outside.ts'
import { parseAddress } from '../address/parse-address.ts'
import { placeOf } from '../address/place.ts'
import { maskAddress } from '../address/refuse.ts'
import type { Configuration, IndexConfiguration } from '../configuration/configuration.ts'
import type { Environment } from '../environment.ts'
import type { FollowedAddress, FollowedDocuments, FollowedStore } from './follow-store.ts'
import { indexRule } from './index-settings.ts'
import { makePolicy } from './make-policy.ts'
import type { WantedStore } from './select-stores.ts'
import type { StoreSettings } from '../settings.ts'

export interface Around {
  readonly cwd: string
  /** Where relative paths of the configuration start. */
  readonly folder: string
  readonly configuration: Configuration | null
  readonly environment: Environment
}

export interface MadeStore {
  readonly settings: StoreSettings
  /** Everything that no text may show. */
  readonly secrets: readonly string[]
}

/** The settings of one store; stops with `url-invalid` where its address is none. */
export function makeStoreSettings(followed: FollowedStore, around: Around): MadeStore {
  const { wanted } = followed
  const { name, said } = wanted
  const { address, warnings } = inStore(name, () => readAddress(followed, around))
  const { place, origins } = makeStorePlace(wanted, around, address.kind)
  const history: { readonly schema?: string; readonly table?: string } =
    (said !== null && 'history' in said && said.history) || {}
  const usualSchema = address.kind === 'postgres' || address.kind === 'pglite' ? 'public' : null
  return {
    settings: {
      ...place,
      kind: address.kind,
      address,
      place: placeOf(address, around.cwd),
      history: { schema: history.schema ?? usualSchema, table: history.table ?? 'lockstep_migrations' },
      placeholders: Object.fromEntries(Object.entries(followed.placeholders).map(([key, value]) => [key, value.text])),
      warnings,
      origins: { address: addressOrigin(followed), ...origins },
    },
    secrets: secretsOf(address, followed),
  }
}

/** What is known of a store without its address. */
export type StorePlace = Pick<StoreSettings, 'name' | 'kind' | 'migrations' | 'layout' | 'policy'>

/** Where the migrations of one store are, and the rules they are under. */
export function makeStorePlace(
  wanted: WantedStore,
  around: Around,
  kind: StoreSettings['kind'] = wanted.said?.kind ?? kindOfWords(wanted, around),
): { readonly place: StorePlace; readonly origins: Readonly<Record<string, string>> } {
  const { name, said, flags } = wanted
  const migrations = folderOf(wanted, around)
  const { policy, origins } = makePolicy(around.configuration, name, kind)
  const layoutOrigin =
    flags.layout === undefined ? (said?.layout === undefined ? 'default' : 'configuration') : '--layout'
  return {
    place: {
      name,
      kind,
      migrations: { folder: migrations.folder, shownAs: shownPath(around.cwd, migrations.folder) },
      layout: flags.layout ?? said?.layout ?? null,
      policy,
    },
    origins: { migrations: migrations.origin, layout: layoutOrigin, ...origins },
  }
}

/** The kind by the look of an address that is not read: as far as the language of its migrations goes. */
function kindOfWords({ flags }: WantedStore, { environment }: Around): StorePlace['kind'] {
  if (flags.files !== undefined) return 'documents'
  const words = (flags.url ?? 'env:DATABASE_URL').replace(
    /^env:(.*)$/,
    (_, name: string) => environment.values[name] ?? '',
  )
  return /^(?:bolt|neo4j)/.test(words) ? 'neo4j' : 'sqlite'
}

function readAddress(followed: FollowedStore, around: Around): { address: Address; warnings: readonly string[] } {
  const { wanted, documents, address: words } = followed
  if (documents !== null) {
    // A pattern on the command line is the shell's, so it starts where the shell is.
    const folder = wanted.flags.files === undefined ? around.folder : resolve(around.cwd)
    const said = wanted.said?.kind === 'documents' ? wanted.said.index : undefined
    const index = said === undefined ? null : indexRule(wanted.name, said, around)
    const rules = withPreset(wanted, documents, around)
    return { address: { kind: 'documents', folder, ...rules, index }, warnings: plainIndex(wanted.name, said) }
  }
  if (words === null) throw new LockstepError('internal', { message: `store ${wanted.name} has no address` })
  const parsed = parseWords(words, around)
  const address = withCredentials(parsed.address, followed.credentials)
  expectKind(wanted, address, words)
  return {
    address,
    warnings: [...parsed.warnings.map((one) => `store ${wanted.name}: ${one}`), ...plainPasswords(followed)],
  }
}

function parseWords(words: FollowedAddress, around: Around): ReturnType<typeof parseAddress> {
  const folder = words.saidBy.startsWith('stores.') ? around.folder : resolve(around.cwd)
  if (words.pathOf === null) return parseAddress(words.text, realOutside(around.environment.values, folder))
  const path = words.text === ':memory:' ? null : resolve(folder, words.text)
  return { address: { kind: words.pathOf, path }, warnings: [] }
}

function withCredentials(address: Address, credentials: FollowedStore['credentials']): Address {
  const { user, password, database } = credentials
  const secret = password === undefined ? {} : { password: makeSecret(password.text) }
  switch (address.kind) {
    case 'postgres':
    case 'mysql':
      return { ...address, ...secret }
    case 'neo4j': {
      const name = user?.text ?? address.user
      const made = { ...address, ...secret, database: database?.text ?? address.database }
      // The name that every new Neo4j server has.
      return { ...made, user: name ?? (made.password === null ? null : 'neo4j') }
    }
    case 'sqlite':
    case 'pglite':
    case 'documents':
      return address
  }
}

/** PGlite and PostgreSQL speak one language, so `--url` may try one for the other. */
function expectKind({ name, said, flags }: WantedStore, address: Address, words: FollowedAddress): void {
  if (said === null || said.kind === address.kind) return
  const related = ['postgres', 'pglite']
  if (flags.url !== undefined && related.includes(said.kind) && related.includes(address.kind)) return
  const reason = `store ${name} is of kind ${said.kind}, this is an address of ${address.kind}`
  throw new LockstepError('url-invalid', { url: maskAddress(words.text), reason }, { store: name })
}

function plainPasswords({ address, credentials, wanted }: FollowedStore): string[] {
  const advice = 'use env:NAME or file:path'
  const inUrl = address !== null && address.from === 'literal' && maskAddress(address.text) !== address.text
  const url =
    address?.saidBy === '--url'
      ? '--url holds a password, which every list of processes shows; use --url env:NAME'
      : `${address?.saidBy} holds a password in plain text; ${advice}`
  const field = `stores.${wanted.name}.password is written in plain text; ${advice}`
  return [...(inUrl ? [url] : []), ...(credentials.password?.from === 'literal' ? [field] : [])]
}

/** What the store says, else what its preset says, else that of the whole configuration. */
function withPreset(
  { said }: WantedStore,
  documents: FollowedDocuments,
  { configuration }: Around,
): Omit<DocumentsAddress, 'kind' | 'folder' | 'index'> {
  const presets = [said?.preset, configuration?.preset].flatMap((name) => (name === undefined ? [] : [name]))
  const preset = presets.map((name) => documentPresets[name]).find((one) => one !== undefined)
  return {
    ...documents,
    backupForm: documents.backupForm ?? preset?.backupForm ?? 'links',
    minorSteps: documents.minorSteps ?? preset?.minorSteps ?? 'any',
  }
}

function plainIndex(store: string, index: IndexConfiguration | undefined): string[] {
  const plain = index !== undefined && maskAddress(index.url) !== index.url
  return plain ? [`stores.${store}.index.url holds a password in plain text; use env:NAME`] : []
}

function secretsOf(address: Address, { placeholders }: FollowedStore): string[] {
  const connected = address.kind === 'documents' ? (address.index?.address ?? address) : address
  const password = 'password' in connected && connected.password !== null ? [connected.password.reveal()] : []
  // A value from a file is a mounted secret; one from a variable is as often the name of a schema.
  return [...password, ...Object.values(placeholders).flatMap((value) => (value.from === 'file' ? [value.text] : []))]
}

function addressOrigin({ address, wanted }: FollowedStore): string {
  if (address === null) return wanted.flags.files === undefined ? 'configuration' : '--files'
  return address.from === 'literal' ? address.saidBy : `${address.saidBy}, ${address.origin}`
}

function folderOf(
  { name, said, flags, alone }: WantedStore,
  { cwd, folder }: Around,
): { folder: string; origin: string } {
  if (flags.migrations !== undefined) return { folder: resolve(cwd, flags.migrations), origin: '--migrations' }
  if (said === null) return { folder: resolve(cwd, 'migrations'), origin: 'default' }
  if (said.migrations !== undefined) return { folder: resolve(folder, said.migrations), origin: 'configuration' }
  const own = resolve(folder, 'migrations', name)
  const shared = resolve(folder, 'migrations')
  return { folder: alone && !isFolder(own) && isFolder(shared) ? shared : own, origin: 'default' }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function shownPath(cwd: string, path: string): string {
  return relative(cwd, path).replaceAll('\\', '/') || '.'
}

/** Says of which store an error is that was found without knowing. */
function inStore<T>(store: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isLockstepError(error) || error.store !== null) throw error
    throw new LockstepError(error.code, error.details, { store, cause: error.cause })
  }
}
