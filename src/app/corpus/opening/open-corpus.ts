/** Opens a corpus: its transforms, its contracts and its rules. Threads do it too, each for itself. */

import { resolve } from 'node:path'
import type { DocumentsAddress } from '../../../core/address.ts'
import { LockstepError } from '../../../core/error.ts'
import {
  type CorpusPlace,
  type OpenCorpus,
  type Transform,
  corpusAt,
  disk,
  findContracts,
  makeRegistry,
  rulesOf,
} from '../../../documents/index.ts'
import type { StoreSettings } from '../../../settings/settings.ts'
import { type ContractSource, type LoadSettings, loadContracts } from './load-contracts.ts'
import { type LoadedTransforms, loadTransforms, takeTransforms } from './load-transforms.ts'

/** Where everything is; plain data, and nothing secret, so that it can be sent to a thread. */
export interface CorpusSource extends Pick<StoreSettings, 'migrations'> {
  readonly address: Omit<DocumentsAddress, 'inputs' | 'index'>
}

export function sourceOf(migrations: StoreSettings['migrations'], settings: DocumentsAddress): CorpusSource {
  const { inputs: _, index: __, ...address } = settings
  return { migrations, address }
}

export interface OpenedCorpus extends OpenCorpus {
  /** Files of the transforms by step, as the user would name them. */
  readonly transformFiles: LoadedTransforms['files']
  readonly transformChecksums: LoadedTransforms['checksums']
}

/** What a program brings along instead of having it read from folders. */
export interface GivenCorpus {
  readonly transforms?: readonly Transform[]
  /** JSON Schemas by version. */
  readonly contracts?: Readonly<Record<string, object>>
}

/** Reads transforms and contracts, or takes those that are given. `schemas`: see `loadContracts`. */
export async function openCorpusOf(
  { migrations, address }: CorpusSource,
  given: GivenCorpus = {},
  schemas: LoadSettings['schemas'] = 'unproven',
): Promise<OpenedCorpus> {
  const place = placeOf({ address })
  const loaded = given.transforms === undefined ? await loadTransforms(migrations) : takeTransforms(given.transforms)
  const sources = contractSources(address, given)
  const transforms = makeRegistry(loaded.transforms, [...sources.keys()])
  const contracts = await loadContracts(sources, { folder: address.folder, schemas })
  return {
    ...place,
    transforms,
    contracts,
    transformFiles: loaded.files,
    transformChecksums: loaded.checksums,
  }
}

/** Throws where there is no such folder. */
export function placeOf({ address }: Pick<CorpusSource, 'address'>): CorpusPlace {
  const corpus = corpusAt(address.files, address.folder)
  if (disk.facts(corpus.root)?.kind !== 'folder') {
    throw new LockstepError('corpus-invalid', { files: address.files, reason: `there is no folder ${corpus.name}` })
  }
  const rules = rulesOf({
    version: address.version,
    protect: address.protect,
    minorSteps: address.minorSteps,
    history: address.historyField ?? false,
    hardLinks: address.hardLinks,
    limits: address.limits,
    ...(address.versionWhenMissing === null ? {} : { versionWhenMissing: address.versionWhenMissing }),
    ...(address.leaveAlone === null ? {} : { leaveAlone: address.leaveAlone }),
  })
  return { files: disk, corpus, rules }
}

/** A corpus without its transforms and contracts, whatever is wrong with them: every version is unknown in it. */
export function bareCorpus(source: Pick<CorpusSource, 'address'>): OpenedCorpus {
  const none = { transforms: makeRegistry([]), contracts: new Map(), transformFiles: new Map() }
  return { ...placeOf(source), ...none, transformChecksums: new Map() }
}

function contractSources(
  { contracts, folder }: CorpusSource['address'],
  given: GivenCorpus,
): ReadonlyMap<string, ContractSource> {
  if (given.contracts !== undefined) return new Map(Object.entries(given.contracts))
  return contracts === null ? new Map() : findContracts(disk, contracts, resolve(folder))
}
