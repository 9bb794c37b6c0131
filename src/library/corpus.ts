/** Documents for a running program: read at the latest version, written only where they fit. */

import type { LiveDocuments, SchemaVersions, StoredVersions } from '../app/live/live-documents.ts'
import type { WrittenBack } from '../app/live/write-back.ts'
import type { Transform } from '../app/corpus/define.ts'
import { LockstepError } from '../core/error.ts'
import type { RunEvent } from '../core/event.ts'
import type { Configuration, DocumentsStore } from '../settings/configuration/configuration.ts'
import { readPlaces, readSettings } from '../settings/read-settings.ts'
import type { SettingsOptions, StoreSettings } from '../settings/settings.ts'
import { makeContext } from './context.ts'

/** How documents are read and written, wherever the corpus is described. */
export interface CorpusBehaviour {
  /** Default: the process's working folder. Names of documents start here, or at the root of the corpus. */
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /**
   * Documents that a newer program has written: read none (`refuse`), those of the same major version, which only adds
   * (`same-major`, the default), or all. None is ever written over.
   */
  readonly readNewer?: 'refuse' | 'same-major' | 'any'
  /** How long a write-back waits for a migration that is at work; default 0: the document is left to it. */
  readonly lockWaitMs?: number
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
}

/** A store of the configuration. */
export interface ConfiguredCorpus extends CorpusBehaviour {
  /** A configuration, or the path of one; default: found as the command line finds it. */
  readonly config?: Configuration | string
  /** Its name; needed where more than one store holds documents. */
  readonly store?: string
}

/** A corpus that is described here; the words are those of the configuration. */
export interface DescribedCorpus
  extends CorpusBehaviour, Omit<DocumentsStore, 'kind' | 'contracts' | 'layout' | 'placeholders' | 'index'> {
  /** The transforms themselves, instead of `migrations`, their folder. */
  readonly transforms?: readonly Transform[]
  /** A pattern of files with `{version}` in it, or JSON Schemas by version. */
  readonly contracts?: string | Readonly<Record<string, object>>
}

/** A document at the latest version that the code knows. */
export interface ReadDocument<Document extends object> {
  /** Frozen through and through: change a copy. */
  readonly document: Document
  /** The version of the stored text. */
  readonly storedVersion: string
  /** `migrated`: carried here in memory. `newer`: as a newer program has stored it. */
  readonly state: 'current' | 'migrated' | 'newer'
  /** Checksum of the stored text; give it back to `write`, so that nobody's change is lost. */
  readonly stored: string
  /** What became of `writeBack`; `null` where it was not asked for, or there was nothing to do. */
  readonly writtenBack: WrittenBack | null
}

export interface OpenedCorpus<Document extends object> {
  /** What the code knows: versions, contracts, steps. As `GET /schemas/versions` would answer it. */
  readonly versions: SchemaVersions
  /** What is stored: how many documents of each version, and a verdict. Reads every document. */
  storedVersions(): Promise<StoredVersions>
  /** Throws a `LockstepError` (`document-...`) for what cannot be read, or carried to the latest version. */
  read(path: string, options?: { readonly writeBack?: boolean }): Promise<ReadDocument<Document>>
  /**
   * Stores a document that keeps the contract of the latest version, all at once, in the format of what stood there;
   * else throws `document-result-invalid` with the path of each fault. `over`: the `stored` of the read it rests on,
   * `null` for a new document; without it, whatever stands there is replaced. Gives the new `stored`.
   */
  write(path: string, document: Document, options?: { readonly over?: string | null }): Promise<string>
}

/** Opens a corpus: reads its transforms and contracts, and no document. There is nothing to close. */
export async function openCorpus<Document extends object = { readonly [key: string]: unknown }>(
  options: ConfiguredCorpus | DescribedCorpus = {},
): Promise<OpenedCorpus<Document>> {
  const { openLiveStore } = await import('../app/live/open-live.ts')
  const { settings, given } = await (isDescribed(options) ? described(options) : configured(options))
  const context = makeContext(options, { release: null, emit: (event) => options.onEvent?.(event) })
  const { cwd = process.cwd(), readNewer = 'same-major', lockWaitMs = 0 } = options
  return typed(await openLiveStore(settings, given, { readNewer, lockWaitMs, workingFolder: cwd, context }))
}

function typed<Document extends object>(live: LiveDocuments): OpenedCorpus<Document> {
  return {
    versions: live.versions,
    storedVersions: () => live.storedVersions(),
    read: async (path, { writeBack = false } = {}) => {
      const { value, ...more } = await live.read(path, writeBack ? 'write-back' : 'in-memory')
      // The contract says what a document is; which type that is in the program, the program says.
      return { document: value as unknown as Document, ...more }
    },
    // A refusal is a rejection, like that of a read.
    write: async (path, document, { over } = {}) => live.write(path, document, over),
  }
}

interface Found {
  readonly settings: StoreSettings
  readonly given: { readonly transforms?: readonly Transform[]; readonly contracts?: Readonly<Record<string, object>> }
}

function isDescribed(options: ConfiguredCorpus | DescribedCorpus): options is DescribedCorpus {
  return 'files' in options
}

async function described(options: DescribedCorpus): Promise<Found> {
  const { cwd, env, readNewer: _, lockWaitMs: __, signal: ___, onEvent: ____, transforms, contracts, ...said } = options
  const store: DocumentsStore = {
    ...said,
    kind: 'documents',
    ...(typeof contracts === 'string' ? { contracts } : {}),
  }
  const configuration: Configuration = { stores: { documents: store } }
  const settings = await only(readingOf({ cwd, env }, { configuration, flags: {} }))
  const given = {
    ...(transforms === undefined ? {} : { transforms }),
    ...(typeof contracts === 'object' ? { contracts } : {}),
  }
  return { settings, given }
}

async function configured({ config, store, cwd, env }: ConfiguredCorpus): Promise<Found> {
  const flags = typeof config === 'string' ? { config } : {}
  const reading = readingOf({ cwd, env }, { flags, ...(typeof config === 'object' ? { configuration: config } : {}) })
  // What other stores need from the environment is not this program's business.
  const name = store ?? (await onlyCorpus(reading))
  return { settings: await only({ ...reading, flags: { ...flags, store: [name] } }), given: {} }
}

function readingOf(
  { cwd, env }: { readonly cwd: string | undefined; readonly env: CorpusBehaviour['env'] | undefined },
  more: Pick<SettingsOptions, 'flags' | 'configuration'>,
): SettingsOptions {
  return { cwd: cwd ?? process.cwd(), env: env ?? process.env, ...more }
}

async function onlyCorpus(reading: SettingsOptions): Promise<string> {
  const places = await readPlaces(reading)
  const corpora = places.filter((one) => one.kind === 'documents').map((one) => one.name)
  const [name, second] = corpora
  if (name !== undefined && second === undefined) return name
  const reason =
    name === undefined
      ? 'openCorpus: no store of the configuration holds documents'
      : `openCorpus: say which store: ${corpora.join(', ')}`
  throw new LockstepError('wrong-arguments', { command: 'status', reason })
}

async function only(reading: SettingsOptions): Promise<StoreSettings> {
  const [settings] = (await readSettings(reading)).stores
  if (settings === undefined) throw new LockstepError('internal', { message: 'one store gave no settings' })
  return settings
}
