/** A corpus as a store: where it is, what moves it, and the rules it is under. Transforms and contracts load when needed. */

import { resolve } from 'node:path'
import type { DocumentsAddress, IndexRule } from '../../core/address.ts'
import { LockstepError } from '../../core/error.ts'
import type { Policy } from '../../core/policy.ts'
import {
  type OpenCorpus,
  type Transform,
  corpusAt,
  disk,
  findContracts,
  makeRegistry,
  rulesOf,
} from '../../documents/index.ts'
import type { StoreSettings } from '../../settings/settings.ts'
import type { Target } from '../opening/target.ts'
import { type ContractSource, loadContracts } from './load-contracts.ts'
import { type LoadedTransforms, loadTransforms, takeTransforms } from './load-transforms.ts'

export interface CorpusTarget {
  readonly name: string
  readonly place: string
  readonly policy: Policy
  /** The folder of the transforms, as the user would name it. */
  readonly folder: string
  /** What tells it apart from a database. */
  readonly corpus: DocumentsAddress
  /** Reads transforms and contracts once; throws what is wrong with them, all of it. */
  readonly open: () => Promise<OpenedCorpus>
  /** Opens the database that holds the table of an index, as a store like any other; whoever opens it closes it. */
  readonly openDatabase: (index: OpenableIndex) => Promise<Target>
}

/** An index whose database is known. */
export type OpenableIndex = IndexRule & { readonly address: NonNullable<IndexRule['address']> }

/** What opens a database for a store of these settings. */
export type OpenDatabase = (settings: StoreSettings) => Promise<Target>

export interface OpenedCorpus extends OpenCorpus {
  /** Files of the transforms by step, as the user would name them. */
  readonly transformFiles: LoadedTransforms['files']
}

export function corpusTargetOf(
  settings: StoreSettings & { readonly address: DocumentsAddress },
  openDatabase: OpenDatabase,
): CorpusTarget {
  const { name, place, policy, migrations, address } = settings
  let opened: Promise<OpenedCorpus> | null = null
  return {
    name,
    place,
    policy,
    folder: migrations.shownAs,
    corpus: address,
    open: () => (opened ??= openCorpusOf(settings)),
    openDatabase: ({ address: database, place: where, schema }) =>
      openDatabase({
        ...settings,
        kind: database.kind,
        address: database,
        place: where,
        history: { schema, table: 'lockstep_migrations' },
      }),
  }
}

/** What a program brings along instead of having it read from folders. */
export interface GivenCorpus {
  readonly transforms?: readonly Transform[]
  /** JSON Schemas by version. */
  readonly contracts?: Readonly<Record<string, object>>
}

/** Reads transforms and contracts, or takes those that are given. */
export async function openCorpusOf(
  { migrations, address }: StoreSettings & { readonly address: DocumentsAddress },
  given: GivenCorpus = {},
): Promise<OpenedCorpus> {
  const corpus = corpusAt(address.files, address.folder)
  if (disk.facts(corpus.root)?.kind !== 'folder') {
    throw new LockstepError('corpus-invalid', { files: address.files, reason: `there is no folder ${corpus.name}` })
  }
  if (address.backupForm === 'pack') {
    const reason = "backupForm 'pack' is not built yet; links and sidecar are"
    throw new LockstepError('corpus-invalid', { files: address.files, reason })
  }
  const loaded = given.transforms === undefined ? await loadTransforms(migrations) : takeTransforms(given.transforms)
  const sources = contractSources(address, given)
  const transforms = makeRegistry(loaded.transforms, [...sources.keys()])
  const contracts = await loadContracts(sources, address.folder)
  return {
    files: disk,
    corpus,
    transforms,
    contracts,
    rules: rulesOf({
      version: address.version,
      protect: address.protect,
      minorSteps: address.minorSteps,
      ...(address.versionWhenMissing === null ? {} : { versionWhenMissing: address.versionWhenMissing }),
      ...(address.leaveAlone === null ? {} : { leaveAlone: address.leaveAlone }),
    }),
    transformFiles: loaded.files,
  }
}

function contractSources(
  { contracts, folder }: DocumentsAddress,
  given: GivenCorpus,
): ReadonlyMap<string, ContractSource> {
  if (given.contracts !== undefined) return new Map(Object.entries(given.contracts))
  return contracts === null ? new Map() : findContracts(disk, contracts, resolve(folder))
}
