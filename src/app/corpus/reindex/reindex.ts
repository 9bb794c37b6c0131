/** `reindex`: the table of a corpus, rebuilt from the files under the lock of its database, or held against them. */

import { randomUUID } from 'node:crypto'
import { LockstepError, assert } from '../../../core/error.ts'
import type { Session } from '../../../core/ports.ts'
import { type LeftDocument, disk, fileOf, holdsDocument } from '../../../documents/index.ts'
import {
  type Duplicate,
  type IndexTable,
  type InTransaction,
  beginBuild,
  compareColumns,
  compareRows,
  ownColumns,
  readPage,
  standingOf,
} from '../../../reindex/index.ts'
import type { CorpusOutcome } from '../../opening/by-kind.ts'
import type { AppContext } from '../../opening/context.ts'
import { whileAllLocked } from '../../running/locked.ts'
import type { StoreReport } from '../../answers/report.ts'
import type { CorpusTarget, OpenableIndex } from '../corpus-target.ts'
import type { IndexedDocuments } from '../report.ts'
import { type Reading, batchesOf, differ, newTally, refuse } from './rows.ts'
import { answering, exitOfRefusals, refusedDocuments, standingOf as standingOfCorpus } from '../standing.ts'

export interface ReindexOptions {
  /** `compare` writes nothing. */
  readonly work: 'rebuild' | 'compare'
  /** Documents without a row: the table stays as it was, or is built without them. */
  readonly refused: 'refuse' | 'leave-out'
  /** A table of that name that is not ours. */
  readonly foreign: 'refuse' | 'replace'
  readonly lockWaitMs: number
}

export async function reindexDocuments(
  target: CorpusTarget,
  options: ReindexOptions,
  context: AppContext,
): Promise<CorpusOutcome<StoreReport>> {
  return await answering(target, {}, async () => {
    const open = await target.open()
    const index = indexOf(target)
    const database = await target.openDatabase(index)
    const work = { target, open, index, options, context, begunMs: context.clock.now(), tally: newTally() }
    try {
      // A file that is not there is not made by looking.
      const isThere = options.work === 'rebuild' || (await database.store.readShape()).objects.length > 0
      const made = isThere
        ? await whileAllLocked([database], { context, waitMs: options.lockWaitMs }, async ([locked]) => {
            assert(locked !== undefined, 'one database, one lock')
            const transaction = transactionsOf(locked.session, { index, context })
            const table = tableOf(target.name, index)
            return options.work === 'rebuild'
              ? await rebuild(work, table, transaction)
              : await compare(work, table, transaction)
          })
        : await compareWithNothing(work)
      return await answerOf(work, made)
    } finally {
      await database.store.close()
    }
  })
}

function indexOf({ name: store, corpus }: CorpusTarget): OpenableIndex {
  const { index } = corpus
  if (index === null) throw new LockstepError('index-missing', { store, reason: 'the configuration describes none' })
  const { address } = index
  if (address !== null) return { ...index, address }
  const name = index.reference.replace('env:', '').trim()
  throw new LockstepError('environment-missing', { names: [{ name, wanted: `index of store ${store}` }] })
}

function tableOf(store: string, { address, schema, table, key, columns }: OpenableIndex): IndexTable {
  const dialect = address.kind === 'sqlite' ? 'sqlite' : 'postgres'
  return { dialect, store, schema, name: table, key, columns: [...ownColumns, ...columns] }
}

/** How long a batch may wait for readers of a SQLite file, and the swap for those of a table. */
const lockTimeoutMs = 5_000

function transactionsOf(
  session: Session,
  { index, context }: { readonly index: OpenableIndex; readonly context: AppContext },
): InTransaction {
  const file = `the table ${index.table} in ${index.place}`
  const settings = { file, lockTimeoutMs, statementTimeoutMs: 0, signal: context.signal }
  return async (work) => {
    const done: Awaited<ReturnType<typeof work>>[] = []
    const run = async (api: Parameters<typeof work>[0]): Promise<void> => void done.push(await work(api))
    const works = [{ kind: 'code', run, file }] as const
    await session.runTogether({ ...settings, sessionAfter: 'reset', before: [], works, after: [] })
    const [answer] = done
    assert(done.length === 1, 'a transaction that has ended has an answer')
    return answer as Awaited<ReturnType<typeof work>>
  }
}

interface Reindexing extends Reading {
  readonly options: ReindexOptions
  readonly begunMs: number
}

type Made = IndexedDocuments['work']

async function rebuild(work: Reindexing, table: IndexTable, transaction: InTransaction): Promise<Made> {
  const { options, tally } = work
  const about = { store: table.store, table: table.name, place: work.index.place }
  // Of this build: one run of a program may build several times.
  const token = randomUUID().slice(0, 8)
  const building = await beginBuild(table, { transaction, token, foreign: options.foreign })
  if ('refused' in building) throw new LockstepError('index-foreign', { ...about, reason: building.refused })
  try {
    for await (const rows of batchesOf(work)) {
      const duplicates = await building.add(rows)
      tally.rows += rows.length - duplicates.length
      for (const one of duplicates) refuse(tally, duplicateOf(work, one))
    }
    if (tally.refused > 0 && options.refused === 'refuse') {
      await building.drop()
      return 'left'
    }
    const refused = await building.swap()
    if (refused !== null) throw new LockstepError(refused.code, { ...about, reason: refused.reason })
    return 'rebuilt'
  } catch (error) {
    // What stopped us is what is told; the next build sweeps what could not be taken away now.
    await building.drop().catch(() => undefined)
    throw error
  }
}

function duplicateOf({ open, index }: Reindexing, { document, other }: Duplicate): LeftDocument {
  const key = index.key.join(', ')
  const reason = `${fileOf(open.corpus, other)} has the same`
  const details = { file: fileOf(open.corpus, document), path: key, column: key, reason }
  return { document, error: new LockstepError('index-value', details) }
}

async function compare(work: Reindexing, table: IndexTable, transaction: InTransaction): Promise<Made> {
  const { tally } = work
  const standing = await transaction((sql) => standingOf(sql, table, table.name))
  if (standing === 'absent') return await compareWithNothing(work)
  tally.columns = await compareColumns(table, transaction)
  if (tally.columns.length > 0) return 'compared'
  for await (const rows of batchesOf(work)) {
    const found = await transaction((sql) => compareRows(sql, table, rows))
    tally.rows += rows.length - found.length
    for (const one of found) differ(tally, one)
  }
  for await (const document of documentsIn(table, transaction)) {
    if (!holdsDocument(disk, work.open.corpus, document)) differ(tally, { document, what: 'extra', columns: [] })
  }
  return 'compared'
}

async function* documentsIn(table: IndexTable, transaction: InTransaction): AsyncGenerator<string> {
  let page: readonly string[] = []
  do {
    const after = page.at(-1) ?? null
    page = await transaction((sql) => readPage(sql, table, after))
    yield* page
  } while (page.length > 0)
}

async function compareWithNothing(work: Reindexing): Promise<Made> {
  for await (const rows of batchesOf(work)) {
    for (const [document] of rows) differ(work.tally, { document: document ?? '', what: 'missing', columns: [] })
  }
  return 'compared'
}

async function answerOf(
  { target, open, index, options, context, begunMs, tally }: Reindexing,
  work: Made,
): ReturnType<Parameters<typeof answering>[2]> {
  const { report, documents } = await standingOfCorpus(target, { depth: 'versions' })
  const { refusals, differences, ...counts } = tally
  const indexed: IndexedDocuments = {
    ...counts,
    table: index.table,
    place: index.place,
    work,
    differences: differences.map(({ document, ...one }) => ({ file: fileOf(open.corpus, document), ...one })),
    ms: context.clock.now() - begunMs,
  }
  const refused = refusedDocuments(open, refusals)
  const told = { ...report, documents: { ...documents, refusals: refused, indexed } }
  if (options.work === 'compare') {
    const { missing, differing, extra, columns } = tally
    const isSame = missing + differing + extra + columns.length + tally.refused === 0
    return { report: told, exits: isSame ? [] : [3] }
  }
  if (work === 'left') {
    const details = { store: target.name, table: index.table, refused: tally.refused, seen: tally.seen }
    return { report: { ...told, error: new LockstepError('index-refused', details) }, exits: [] }
  }
  return { report: told, exits: exitOfRefusals(refused, { refused: tally.refused, migrated: tally.rows }) }
}
