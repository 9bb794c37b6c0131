/** A corpus for a running program: documents by name, the versions that the code knows, and those that are stored. */

import { randomBytes } from 'node:crypto'
import { LockstepError } from '../../core/error.ts'
import { type JsonValue, type ReadNewer, type Sha256, disk, openLive, placeNamed } from '../../documents/index.ts'
import type { Verdict } from '../answers/report.ts'
import type { CorpusTarget } from '../corpus/corpus-target.ts'
import type { OpenedCorpus } from '../corpus/opening/open-corpus.ts'
import { nowOf } from '../corpus/goal.ts'
import { standingOf } from '../corpus/standing.ts'
import type { AppContext } from '../opening/context.ts'
import { type WrittenBack, makeWriteBack } from './write-back.ts'

/** What the code knows of its documents; plain data, as an endpoint would answer it. */
export interface SchemaVersions {
  readonly latest: string
  /** Oldest first. */
  readonly versions: readonly { readonly version: string; readonly contract: boolean }[]
  readonly steps: readonly {
    readonly from: string
    readonly to: string
    readonly changes: readonly string[]
    /** Whether it can be taken back. */
    readonly down: boolean
  }[]
}

/** Where the stored documents stand towards the code. */
export interface StoredVersions {
  /** As `lockstep status` judges: `ahead` is fine, `incompatible` is not: a newer major version is among them. */
  readonly verdict: Verdict
  readonly latest: string | null
  readonly documents: number
  /** How many have each version, oldest first. */
  readonly versions: Readonly<Record<string, number>>
  readonly needsMigration: number
  readonly newer: number
  /** Of a version that no transform and no contract knows. */
  readonly unknown: number
  readonly withoutVersion: number
  readonly unreadable: number
  readonly leftAlone: number
}

export interface ReadAnswer {
  readonly value: JsonValue
  readonly storedVersion: string
  readonly stored: Sha256
  readonly state: 'current' | 'migrated' | 'newer'
  /** `null`: it was not asked for, or there was nothing to do. */
  readonly writtenBack: WrittenBack | null
}

export interface LiveDocuments {
  readonly versions: SchemaVersions
  storedVersions(): Promise<StoredVersions>
  read(named: string, writeBack: 'write-back' | 'in-memory'): Promise<ReadAnswer>
  write(named: string, value: unknown, over: string | null | undefined): Sha256
}

export interface LiveSettings {
  readonly readNewer: ReadNewer
  /** How long a write-back waits for a migration; the read waits with it. */
  readonly lockWaitMs: number
  /** Where the names of documents start, if not at the root of the corpus. */
  readonly workingFolder: string
  readonly context: AppContext
}

/** Reads transforms and contracts; throws what is wrong with them. Documents are only read when they are asked for. */
export async function openLiveDocuments(target: CorpusTarget, settings: LiveSettings): Promise<LiveDocuments> {
  const { context, workingFolder, readNewer } = settings
  const open = await target.open()
  const versions = versionsOf(target, open)
  const live = openLive(open, { now: () => nowOf(context), token: () => randomBytes(8).toString('hex'), readNewer })
  const writeBack = makeWriteBack(target, open, settings)
  const place = (named: string): string => placeNamed(disk, open.corpus, { named, workingFolder })
  return {
    versions,
    storedVersions: () => storedVersionsOf(target),
    read: async (named, wanted) => {
      const document = place(named)
      const read = live.read(document)
      if (read.state !== 'migrated' || wanted === 'in-memory') return { ...read, writtenBack: null }
      const writtenBack = await writeBack(document)
      // What was stored by now is what a later write has to name.
      return writtenBack.state === 'stored' ? { ...live.read(document), writtenBack } : { ...read, writtenBack }
    },
    // The checks of a write begin with whether it is JSON at all.
    write: (named, value, over) => live.write(place(named), value as JsonValue, over as Sha256 | null | undefined),
  }
}

function versionsOf({ folder }: CorpusTarget, { transforms, contracts }: OpenedCorpus): SchemaVersions {
  const { latest, versions } = transforms.graph
  if (latest === null) throw new LockstepError('transforms-invalid', { faults: [`${folder} has no transform`] })
  return {
    latest,
    versions: versions.map((version) => ({ version, contract: contracts.has(version) })),
    steps: transforms.transforms.map(({ from, to, changes, down }) => ({ from, to, changes, down: down !== null })),
  }
}

async function storedVersionsOf(target: CorpusTarget): Promise<StoredVersions> {
  const { report, documents } = await standingOf(target, { depth: 'versions' })
  const { seen, latest, versions, needsMigration, newer, unknown, withoutVersion, unreadable, leftAlone } = documents
  const counts = { needsMigration, newer, unknown, withoutVersion, unreadable, leftAlone }
  return { verdict: report.verdict, latest, documents: seen, versions, ...counts }
}
