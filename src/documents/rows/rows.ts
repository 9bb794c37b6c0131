/** The rows that a corpus makes, one a document and one after the other: a million of them are never in memory. */

import { LockstepError, isLockstepError } from '../../core/error.ts'
import type { IndexRule } from '../../core/address.ts'
import { fileOf } from '../files/corpus.ts'
import { unfinishedRuns } from '../files/recover.ts'
import type { LeftDocument } from '../files/prepare.ts'
import { scanCorpus } from '../files/scan.ts'
import { migrateInMemory } from '../migrate/migrate-document.ts'
import { checkOwnContract } from '../migrate/contracts.ts'
import { checkVersion, readVersion } from '../migrate/version.ts'
import type { JsonValue } from '../json/value.ts'
import type { ParsedDocument } from '../json/parse.ts'
import type { OpenCorpus } from '../runs/open-corpus.ts'
import { readDocument } from '../runs/read-document.ts'
import { parsePath, valueAt } from '../transforms/paths.ts'
import { type Cell, cellOf } from './cells.ts'

export interface DocumentRow {
  /** Relative to the root. */
  readonly document: string
  /** The version that the file has, whatever it is read as. */
  readonly storedVersion: string
  /** In the order of the columns. */
  readonly cells: readonly Cell[]
}

export type RowAnswer =
  | { readonly kind: 'row'; readonly row: DocumentRow }
  | ({ readonly kind: 'refused' } & LeftDocument)

export interface RowOptions {
  /** ISO 8601, for transforms that ask for the time. */
  readonly now: string
}

/** Reads everything, writes nothing. What cannot become a row comes with its reason. */
export function* rowsOfCorpus(
  open: OpenCorpus,
  index: Pick<IndexRule, 'read' | 'columns'>,
  { now }: RowOptions,
): Generator<RowAnswer> {
  const columns = index.columns.map((column) => ({ column, path: parsePath(column.at) }))
  const ownLinks = unfinishedRuns(open.files, open.corpus).length > 0 ? 'possible' : 'none'
  for (const found of scanCorpus(open.files, open.corpus)) {
    if (found.kind === 'leftover' || found.kind === 'link') continue
    const { document } = found
    const read = found.kind === 'refused' ? found : readAs(open, document, { ownLinks, read: index.read, now })
    if ('error' in read) {
      yield { kind: 'refused', document, error: read.error }
      continue
    }
    yield rowOf(open, { document, ...read }, columns)
  }
}

interface Read {
  readonly value: JsonValue
  readonly storedVersion: string
}

function rowOf(
  { corpus }: OpenCorpus,
  { document, value, storedVersion }: Read & { readonly document: string },
  columns: readonly { readonly column: IndexRule['columns'][number]; readonly path: readonly string[] }[],
): RowAnswer {
  const cells: Cell[] = []
  for (const { column, path } of columns) {
    const answer = cellOf(valueAt(value, path), column)
    if (!answer.ok) {
      const details = { file: fileOf(corpus, document), path: column.at, column: column.name, reason: answer.reason }
      return { kind: 'refused', document, error: new LockstepError('index-value', details) }
    }
    cells.push(answer.cell)
  }
  return { kind: 'row', row: { document, storedVersion, cells } }
}

function readAs(
  open: OpenCorpus,
  document: string,
  {
    ownLinks,
    read,
    now,
  }: { readonly ownLinks: 'possible' | 'none'; readonly read: IndexRule['read']; readonly now: string },
): Read | { readonly error: LockstepError } {
  const found = readDocument(open, document, ownLinks)
  if (!found.ok) return found
  return read === 'latest' ? asLatest(open, found.parsed, now) : asStored(open, found.parsed)
}

function asStored(open: OpenCorpus, parsed: ParsedDocument): Read | { readonly error: LockstepError } {
  try {
    const storedVersion = readVersion(parsed, open.rules)
    checkVersion(open.transforms.graph, storedVersion, parsed.file)
    checkOwnContract(parsed, storedVersion, open.contracts)
    return { value: parsed.value, storedVersion }
  } catch (error) {
    if (isLockstepError(error) && error.code !== 'internal') return { error }
    throw error
  }
}

/** Carried to the latest version in memory. */
function asLatest(open: OpenCorpus, parsed: ParsedDocument, now: string): Read | { readonly error: LockstepError } {
  const to = open.transforms.graph.latest
  if (to === null) return asStored(open, parsed)
  const outcome = migrateInMemory(parsed, { ...open, to, now })
  switch (outcome.state) {
    case 'migrated':
      return { value: outcome.value, storedVersion: outcome.from }
    case 'refused':
      return { error: outcome.error }
    case 'current':
      return asStored(open, parsed)
  }
}
