/** A corpus as a store: where it is, what moves it, and the rules it is under. Transforms and contracts load when needed. */

import type { DocumentsAddress, IndexRule } from '../../core/address.ts'
import type { Policy } from '../../core/policy.ts'
import type { BackupSettings, StoreSettings } from '../../settings/settings.ts'
import type { Target } from '../opening/target.ts'
import { type CorpusSource, type OpenedCorpus, openCorpusOf, sourceOf } from './opening/open-corpus.ts'

export interface CorpusTarget {
  readonly name: string
  readonly place: string
  readonly policy: Policy
  /** The folder of the transforms, as the user would name it. */
  readonly folder: string
  /** Where backups go and how long they stay, and how long the originals of runs do; absent where nobody has said. */
  readonly backups?: BackupSettings
  /** What tells it apart from a database. */
  readonly corpus: DocumentsAddress
  /** What a thread opens the corpus by. */
  readonly source: CorpusSource
  /** Reads transforms and contracts once; throws what is wrong with them, all of it. */
  readonly open: () => Promise<OpenedCorpus>
  /** Opens the database that holds the table of an index, as a store like any other; whoever opens it closes it. */
  readonly openDatabase: (index: OpenableIndex) => Promise<Target>
}

/** An index whose database is known. */
export type OpenableIndex = IndexRule & { readonly address: NonNullable<IndexRule['address']> }

/** What opens a database for a store of these settings. */
export type OpenDatabase = (settings: StoreSettings) => Promise<Target>

export function corpusTargetOf(
  settings: StoreSettings & { readonly address: DocumentsAddress },
  { openDatabase, backups }: { readonly openDatabase: OpenDatabase; readonly backups: BackupSettings | undefined },
): CorpusTarget {
  const { name, place, policy, migrations, address } = settings
  let opened: Promise<OpenedCorpus> | null = null
  return {
    name,
    place,
    policy,
    folder: migrations.shownAs,
    corpus: address,
    source: sourceOf(migrations, address),
    ...(backups === undefined ? {} : { backups }),
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
